"""Tests the server through published clients: pytest-lsp, and Neovim 0.11 without and with the plugin as a package.

    python tests/editor/run.py                               the newest binary that is built here
    python tests/editor/run.py --binary target/quick/antipasta-lsp
    python tests/editor/run.py --only pytest -- -k hover     words after `--` go to pytest
    python tests/editor/run.py --only neovim-plugin --screen screen.txt
    python tests/editor/run.py --only neovim-plugin --hostile all
    python tests/editor/run.py --only neovim-plugin --neovim ~/nvim-0.10/bin/nvim

Installs what is pinned in requirements.txt beside the reference. The plugin runs in a second workspace as well, which
brings traps along. Its sources are held against stylua, from the npm registry if it is not on the PATH, and against
luacheck if that is on the PATH; a line that begins with `LEFT OUT` says what was not run. The last line is `N passed,
N failed`.
Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import npm_registry  # noqa: E402
import reference  # noqa: E402
from npm_registry import PinsAtFault, ProgramsUnavailable  # noqa: E402
from patience import patience  # noqa: E402
from reference import Reference, ReferenceUnavailable  # noqa: E402
from sides import BINARY_VARIABLE, SideFailed, binary, conclude  # noqa: E402
from workspace import make  # noqa: E402

REQUIREMENTS = HERE / "requirements.txt"
STYLUA = HERE / "stylua"
REPOSITORY = HERE.parent.parent
PLUGIN = REPOSITORY / "editors" / "neovim"
HELP = PLUGIN / "doc" / "antipasta.txt"
#: Seconds after which a client hangs.
PATIENCE = patience(1800)


def with_pytest(environment: Reference, command: list[str], words: list[str], scratch: Path) -> tuple[int, int]:
    """Runs the tests that pytest finds here; how many passed and failed."""
    report = scratch / "report.xml"
    run(
        [str(environment.python), "-m", "pytest", "--quiet", f"--junit-xml={report}", *words, str(HERE)],
        {
            BINARY_VARIABLE: shlex.join(command),
            "ANTIPASTA_CACHE_DIR": str(scratch / "metrics"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        "pytest",
    )
    if not report.is_file():
        raise SideFailed("pytest wrote no report")
    passed = failed = 0
    for suite in ElementTree.parse(report).iter("testsuite"):
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        passed, failed = passed + total - skipped - bad, failed + bad
    return passed, failed


def with_neovim(
    neovim: Path,
    command: list[str],
    script: str,
    scratch: Path,
    arguments: list[str],
    variables: dict[str, str],
) -> tuple[int, int]:
    """Runs a session; how many of its tests passed and failed. `arguments` are Neovim's own."""
    folder = make(scratch)
    output, errors = run(
        [
            *(str(neovim), "--headless", "-n", "-i", "NONE"),
            *(*arguments, "-S", str(HERE / script)),
        ],
        {**places(scratch), "ANTIPASTA_COMMAND": json.dumps(command), "ANTIPASTA_WORKSPACE": str(folder), **variables},
        f"Neovim, {script}",
        cwd=folder,
    )
    lines = output.splitlines()
    passed = sum(line.startswith("ok ") for line in lines)
    failed = sum(line.startswith("not ok ") for line in lines)
    ended_early = not any(line.endswith("the session runs to its end") for line in lines)
    # Neovim's own handlers fail on answers that the protocol does not allow, and say so here.
    if ended_early or "Error" in errors:
        failed += 1
        print(f"not ok: Neovim {'ended before its session did' if ended_early else 'reports errors'}: {errors}")
        log = scratch / "state" / "nvim" / "lsp.log"
        if log.is_file():
            print("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]))
    return passed, failed


def with_plugin(
    neovim: Path, command: list[str], scratch: Path, screen: str | None, hostile: str
) -> list[tuple[int, int]]:
    """Runs the sessions with the plugin as a package; how many tests of each passed and failed."""
    documents = [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md"), PLUGIN / "README.md", HELP]
    sessions = [
        ("neovim_plugin.lua", {"ANTIPASTA_SCREEN": str(Path(screen).resolve())} if screen else {}),
        ("neovim_commands.lua", {"ANTIPASTA_DOCUMENTS": json.dumps([str(path) for path in documents])}),
        ("neovim_hostile.lua", {"ANTIPASTA_HOSTILE": hostile}),
        # The plugin starts the server by its own function, or by Neovim's.
        ("neovim_trust.lua", {"ANTIPASTA_WAY": "setup"}),
        ("neovim_trust.lua", {"ANTIPASTA_WAY": "enable"}),
    ]
    counts = []
    # Windows has neither the terminals nor the scripts that all but the first need.
    for number, (script, variables) in enumerate(sessions if os.name == "posix" else sessions[:1]):
        folder = scratch / f"plugin-{number}"
        folder.mkdir()
        install_plugin(folder)
        # NORC: packages are loaded as ever, and no configuration is.
        counts.append(with_neovim(neovim, command, script, folder, ["-u", "NORC"], variables))
    return counts


def places(scratch: Path) -> dict[str, str]:
    """Where Neovim looks for what its user has. Nothing of the user's own takes part."""
    homes = {f"XDG_{name}_HOME": str(scratch / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {**homes, **{f"XDG_{name}_DIRS": str(scratch / "none") for name in ("CONFIG", "DATA")}}


def install_plugin(scratch: Path) -> None:
    """Installs the plugin as a package of Neovim's own."""
    data = scratch / "data" / ("nvim-data" if os.name == "nt" else "nvim")
    shutil.copytree(PLUGIN, data / "site" / "pack" / "antipasta" / "start" / "antipasta")


def with_linters(directory: Path) -> tuple[int, int]:
    """Runs those linters of the plugin's sources that can be had; how many passed and failed."""
    passed = failed = 0
    for name, linter in {"stylua": stylua, "luacheck": luacheck}.items():
        try:
            command = linter(directory)
        except ProgramsUnavailable as error:
            print(f"LEFT OUT: {name} of the plugin's sources, as {error}", flush=True)
            continue
        print(f"== {name}", flush=True)
        is_clean = subprocess.run(command, cwd=PLUGIN).returncode == 0
        passed, failed = passed + is_clean, failed + (not is_clean)
    return passed, failed


def stylua(directory: Path) -> list[str]:
    """What holds the plugin's sources and its tests against stylua: that on the PATH, or else that of the registry."""
    program = shutil.which("stylua")
    if program is not None:
        return [program, "--check", ".", str(HERE)]
    node = npm_registry.find_node()
    folder = directory / "stylua"
    folder.mkdir(parents=True, exist_ok=True)
    for file in STYLUA.iterdir():
        shutil.copy(file, folder)
    npm_registry.npm(folder, "ci")
    settings = tomllib.loads((PLUGIN / "stylua.toml").read_text(encoding="utf-8"))
    sources = [*sorted(PLUGIN.rglob("*.lua")), *sorted(HERE.glob("*.lua"))]
    return [node, str(folder / "check.mjs"), json.dumps(settings), *map(str, sources)]


def luacheck(_directory: Path) -> list[str]:
    """What holds the plugin's sources against luacheck."""
    program = shutil.which("luacheck")
    if program is None:
        raise ProgramsUnavailable("there is none on the PATH")
    return [program, "--quiet", "."]


def run(command: list[str], environment: dict[str, str], name: str, cwd: Path | None = None) -> tuple[str, str]:
    """Runs a client and passes on what it says; what it said on its standard output and error."""
    print(f"== {name}", flush=True)
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        output, errors = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        output, errors = child.communicate()
        output += f"\nnot ok {name}: not done after {PATIENCE:.0f} s\n"
    print(output, flush=True)
    if errors:
        print(errors, file=sys.stderr, flush=True)
    return output, errors


def main() -> int:
    """Reads the command line, runs the clients, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD", help="for pytest, after `--`")
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    parser.add_argument("--only", choices=("pytest", "neovim", "neovim-plugin"), help="one of the clients")
    parser.add_argument("--neovim", type=Path, metavar="PATH", help="another Neovim than the one that is pinned")
    parser.add_argument(
        "--hostile", choices=("short", "all"), default="short", help="how many of the texts of hostile.json are tried"
    )
    parser.add_argument("--screen", metavar="PATH", help="where the plugin's session writes the screen that it tests")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        command = binary(options.binary, 1).command
        environment = reference.ensure(options.reference_dir, REQUIREMENTS)
        passed = failed = 0
        with tempfile.TemporaryDirectory(prefix="editor-") as folder:
            scratch = Path(folder).resolve()
            counts = []
            if options.only in (None, "pytest"):
                counts.append(with_pytest(environment, command, options.words, scratch))
            neovim = (options.neovim or environment.script("nvim")).resolve()
            if options.only in (None, "neovim"):
                bare = scratch / "bare"
                bare.mkdir()
                counts.append(with_neovim(neovim, command, "neovim.lua", bare, ["--clean"], {}))
            if options.only in (None, "neovim-plugin"):
                counts += with_plugin(neovim, command, scratch, options.screen, options.hostile)
                counts.append(with_linters(environment.directory))
            passed, failed = (sum(column) for column in zip(*counts, strict=True))
    except (PinsAtFault, ReferenceUnavailable, SideFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return conclude(passed, failed)


if __name__ == "__main__":
    sys.exit(main())

"""Tests the extension in the real VS Code: its workbench and extension host, by code-server and headless Chromium.

    python tests/editor/vscode/run.py                            the newest binary that is built here
    python tests/editor/vscode/run.py --binary target/quick/antipasta-lsp
    python tests/editor/vscode/run.py --only typing              the tests in typing.test.mjs
    python tests/editor/vscode/run.py --only long_typing         the benchmark in long_typing.benchmark.mjs
    python tests/editor/vscode/run.py --only hostile --all       all hostile texts, where the tests else have a dozen
    python tests/editor/vscode/run.py --if-available             does not fail if the programs cannot be had

Checks the extension's sources and runs its unit tests, builds its package, installs the package, and opens folders
with it. Installs what it needs (see programs.py). Screenshots are left in editors/vscode/out/screenshots.
The last line is `N passed, N failed`. Exit codes: 0 all passed, 1 some failed, 3 could not run.

With --if-available, a line that begins with `LEFT OUT` says what was not run and why, if programs cannot be had: there
is no Node of the right version, no browser, or the registry does not answer. A test that fails is a failure as ever.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "conformance"), str(HERE.parent)]

import npm_registry  # noqa: E402
import programs  # noqa: E402
import reference  # noqa: E402
from npm_registry import PinsAtFault, ProgramsUnavailable  # noqa: E402
from patience import patience  # noqa: E402
from programs import Programs  # noqa: E402
from sides import BINARY_VARIABLE, SideFailed, binary, conclude  # noqa: E402
from workspace import make  # noqa: E402

EXTENSION = HERE.parent.parent.parent / "editors" / "vscode"
SCREENSHOTS = EXTENSION / "out" / "screenshots"
BENCHMARK = ".benchmark.mjs"
#: Seconds after which the tests of one file hang.
PATIENCE = patience(600)


def package(node: str, server: Path) -> Path:
    """Builds the extension's package; its path is the last line of what the command says."""
    command = [node, str(EXTENSION / "package.mjs"), "--binary", str(server), "--no-install"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SideFailed(f"the package cannot be built:\n{done.stdout}")
    return Path(done.stdout.splitlines()[-1])


def check_sources() -> tuple[int, int]:
    """Whether types, lints and formatting of the extension are as they should be, and its unit tests pass."""
    npm = shutil.which("npm") or "npm"
    codes = [subprocess.run([npm, "run", "--silent", script], cwd=EXTENSION).returncode for script in ("lint", "test")]
    return codes.count(0), len(codes) - codes.count(0)


def run_tests(tests: list[Path], found: Programs, vsix: Path, shop: Path, scratch: Path) -> tuple[int, int]:
    """Runs the tests in files, one after the other; how many passed and failed.

    Now and then VS Code itself misses a key or loses a toast. A file with a failure is run once more, in a new workbench,
    and that is said.
    """
    passed = failed = 0
    for file in tests:
        name = file.name.removesuffix(".test.mjs")
        counts = run_file(file, found, vsix, shop, scratch / name)
        if counts[1]:
            print(f"AGAIN: {file.name} failed, and is run once more", flush=True)
            counts = run_file(file, found, vsix, shop, scratch / f"{name}-again")
        passed += counts[0]
        failed += counts[1]
    return passed, failed


def run_file(file: Path, found: Programs, vsix: Path, shop: Path, folder: Path) -> tuple[int, int]:
    """Runs the tests in a file; how many passed and failed."""
    print(f"== {file.name}", flush=True)
    folder.mkdir()
    environment = {
        **os.environ,
        **found.variables,
        "ANTIPASTA_PROGRAMS": str(found.folder),
        "ANTIPASTA_CHROMIUM": found.chromium,
        "ANTIPASTA_VSIX": str(vsix),
        "ANTIPASTA_SHOP": str(shop),
        "ANTIPASTA_SCRATCH": str(folder),
        "ANTIPASTA_SCREENSHOTS": str(SCREENSHOTS),
    }
    output, code = run([found.node, "--test", "--test-reporter=tap", str(file)], environment)
    if code is None:
        print(f"not ok {file.name}: not done after {PATIENCE:.0f} s")
    counts = {word: int(number) for word, number in re.findall(r"^# (pass|fail) (\d+)$", output, re.M)}
    return counts.get("pass", 0), counts.get("fail", 0) or int(code != 0)


def run(command: list[str], environment: dict[str, str]) -> tuple[str, int | None]:
    """Runs a command and passes on what it says; that, and its exit code, or none if it hangs."""
    # The workbench and the browser that it starts are in a group with it, and end with it.
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    code: int | None = None
    try:
        output, _ = child.communicate(timeout=PATIENCE)
        code = child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        output, _ = child.communicate()
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    print(output, flush=True)
    return output, code


def test(options: argparse.Namespace, files: list[Path]) -> int:
    """Prepares and runs the tests, counts; the exit code."""
    [server] = binary(options.binary, 1).command
    passed = failed = 0
    try:
        node = npm_registry.find_node()
        npm_registry.npm(EXTENSION, "ci")
        vsix = package(node, Path(server))
        if not options.only:
            passed, failed = check_sources()
        found = programs.ensure((options.reference_dir or reference.default_directory()).resolve())
        if options.all:
            found.variables["ANTIPASTA_ALL"] = "1"
        if any(file.name.endswith(BENCHMARK) for file in files):
            found.variables["ANTIPASTA_LIBRARY"] = str(reference.ensure(options.reference_dir).library)
    except ProgramsUnavailable as error:
        if not options.if_available:
            raise
        print(f"LEFT OUT: the tests in VS Code, as {error}", flush=True)
        # There may be no test that could be run, which is no failure here.
        return conclude(passed, failed) if passed or failed else 0
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        scratch = Path(folder).resolve()
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        counts = run_tests(files, found, vsix, make(scratch), scratch)
    return conclude(passed + counts[0], failed + counts[1])


def main() -> int:
    """Reads the command line, runs the tests, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    parser.add_argument("--only", metavar="NAME", help="the tests of one file")
    parser.add_argument("--all", action="store_true", help="all texts of tests/editor/hostile.json")
    parser.add_argument("--if-available", action="store_true", help="leaves out what its programs cannot be had for")
    reference.add_arguments(parser)
    options = parser.parse_args()
    files = sorted(HERE.glob(f"{options.only or '*'}.test.mjs"))
    if options.only:
        files += HERE.glob(f"{options.only}{BENCHMARK}")
    if not files:
        parser.error(f"there is no {options.only}.test.mjs")
    try:
        return test(options, files)
    except (PinsAtFault, ProgramsUnavailable, SideFailed, reference.ReferenceUnavailable, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

"""Tests the extension in the real VS Code: its workbench and extension host, by code-server and headless Chromium.

    python tests/editor/vscode/run.py                            the newest binary that is built here
    python tests/editor/vscode/run.py --binary target/quick/antipasta-lsp
    python tests/editor/vscode/run.py --only typing              the tests in typing.test.mjs
    python tests/editor/vscode/run.py --only long_typing         the benchmark in long_typing.benchmark.mjs

Checks the extension's sources and runs its unit tests, builds its package, installs the package, and opens folders
with it. Installs what it needs (see programs.py). Screenshots are left in editors/vscode/out/screenshots.
The last line is `N passed, N failed`. Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "conformance"), str(HERE.parent)]

import programs  # noqa: E402
import reference  # noqa: E402
from programs import Programs, ProgramsUnavailable  # noqa: E402
from sides import BINARY_VARIABLE, SideFailed, binary, conclude  # noqa: E402
from workspace import make  # noqa: E402

EXTENSION = HERE.parent.parent.parent / "editors" / "vscode"
SCREENSHOTS = EXTENSION / "out" / "screenshots"
#: Seconds after which the tests of one file hang.
PATIENCE = 600


def package(node: str, server: Path) -> Path:
    """Builds the extension's package; its path is the last line of what the command says."""
    command = [node, str(EXTENSION / "package.mjs"), "--binary", str(server)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SideFailed(f"the package cannot be built:\n{done.stdout}")
    return Path(done.stdout.splitlines()[-1])


def check_sources() -> bool:
    """Whether types, lints and formatting of the extension are as they should be; its unit tests are run as well."""
    npm = shutil.which("npm") or "npm"
    return all(
        subprocess.run([npm, "run", "--silent", script], cwd=EXTENSION).returncode == 0 for script in ("lint", "test")
    )


def run_tests(tests: list[Path], found: Programs, vsix: Path, shop: Path, scratch: Path) -> tuple[int, int]:
    """Runs the tests in files, one after the other; how many passed and failed."""
    passed = failed = 0
    for file in tests:
        print(f"== {file.name}", flush=True)
        folder = scratch / file.name.removesuffix(".test.mjs")
        folder.mkdir()
        environment = {
            **os.environ,
            "ANTIPASTA_PROGRAMS": str(found.folder),
            "ANTIPASTA_CHROMIUM": found.chromium,
            "ANTIPASTA_VSIX": str(vsix),
            "ANTIPASTA_SHOP": str(shop),
            "ANTIPASTA_SCRATCH": str(folder),
            "ANTIPASTA_SCREENSHOTS": str(SCREENSHOTS),
        }
        command = [found.node, "--test", "--test-reporter=tap", str(file)]
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            print(f"not ok {file.name}: not done after {PATIENCE} s")
            failed += 1
            continue
        print(done.stdout, flush=True)
        counts = {word: int(number) for word, number in re.findall(r"^# (pass|fail) (\d+)$", done.stdout, re.M)}
        passed += counts.get("pass", 0)
        failed += counts.get("fail", 1) or int(done.returncode != 0)
    return passed, failed


def main() -> int:
    """Reads the command line, prepares, runs the tests, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    parser.add_argument("--only", metavar="NAME", help="the tests of one file")
    reference.add_arguments(parser)
    options = parser.parse_args()
    tests = sorted(HERE.glob(f"{options.only or '*'}.test.mjs"))
    if options.only:
        tests += HERE.glob(f"{options.only}.benchmark.mjs")
    if not tests:
        parser.error(f"there is no {options.only}.test.mjs")
    try:
        [server] = binary(options.binary, 1).command
        found = programs.ensure((options.reference_dir or reference.default_directory()).resolve())
        vsix = package(found.node, Path(server))
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            scratch = Path(folder).resolve()
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            passed, failed = run_tests(tests, found, vsix, make(scratch), scratch)
        if not options.only and not check_sources():
            failed += 1
    except (ProgramsUnavailable, SideFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return conclude(passed, failed)


if __name__ == "__main__":
    sys.exit(main())

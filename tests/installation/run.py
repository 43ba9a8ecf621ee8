"""Installs the program as users do, and has it check commits: the wheel, git's hook, pre-commit; and reads workflows.

    python tests/installation/run.py                    builds the wheel with what `cargo build --profile quick` left
    python tests/installation/run.py --profile release
    python tests/installation/run.py --try-repo         also has pre-commit build and install a clone (minutes)
    python tests/installation/run.py -k pre_commit      only the tests whose names contain this

Installs what is pinned in requirements.txt beside the reference, and the wheel into a fresh virtual environment. The
last line is `N passed, N failed`.
Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import reference  # noqa: E402
from place import TRY_REPO, Place  # noqa: E402
from reference import REPOSITORY, Reference, ReferenceUnavailable, interpreter_of  # noqa: E402


def build(tools: Reference, profile: str, folder: Path) -> Path:
    """The wheel, with the binary of a cargo profile."""
    # Stripped, the binary would be another one than that of the other tests, and take its place.
    command = [str(tools.script("maturin")), "build", "--profile", profile, "--strip", "false", "--out", str(folder)]
    run(command, cwd=REPOSITORY)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(tools: Reference, wheel: Path, venv: Path) -> Path:
    """The interpreter of a fresh virtual environment with the wheel in it."""
    run([str(tools.python), "-m", "venv", str(venv)])
    python = interpreter_of(venv)
    run([str(python), "-m", "pip", "install", "--quiet", "--no-index", str(wheel)])
    return python


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a command that has to succeed."""
    print("$", *command, flush=True)
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment)
    if done.returncode:
        raise OSError(f"`{' '.join(command)}` failed with exit code {done.returncode}")


def main() -> int:
    """Reads the command line, installs, and runs the tests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="quick", help="of cargo (default: %(default)s)")
    parser.add_argument("--try-repo", action="store_true", help="have pre-commit install a clone too")
    parser.add_argument("-k", dest="names", action="append", default=[], metavar="NAME", help="only such tests")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        tools = reference.ensure(options.reference_dir, HERE / "requirements.txt")
        with tempfile.TemporaryDirectory(prefix="installation-") as folder:
            scratch = Path(folder).resolve()
            wheel = build(tools, options.profile, scratch / "wheels")
            python = install(tools, wheel, scratch / "venv")
            place = Place(wheel, python, tools.python)
            variables = {**place.variables(), "PYTHONDONTWRITEBYTECODE": "1"}
            if options.try_repo:
                variables[TRY_REPO] = options.profile
            tests = [str(tools.python), str(HERE / "suite.py"), *options.names]
            done = subprocess.run(tests, env={**os.environ, **variables})
    except (ReferenceUnavailable, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

"""The reference environment: the pinned tools whose numbers we match, under CPython 3.11.

Everything the tools here download or remember lives in one folder, `.reference/` at the root of the
repository (ignored by git):

    .reference/venv/          the virtual environment, installed from requirements.txt
    .reference/packages/      packages unpacked for comparison
    .reference/rows.sqlite    rows the reference gave for bytes it has seen

Run as a program, this makes the environment (or finds that it is in order) and prints its Python.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from patience import patience

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
DIRECTORY_VARIABLE = "ANTIPASTA_REFERENCE_DIR"
PYTHON_VERSION = (3, 11)


class ReferenceUnavailable(RuntimeError):
    """The reference environment cannot be had; the message says what is missing."""


@dataclass(frozen=True)
class Reference:
    """A reference environment that is in order."""

    directory: Path

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return interpreter_of(self.directory / "venv")

    @property
    def library(self) -> Path:
        """Where the packages are that are installed in the environment."""
        return libraries(self.directory / "venv")[0]

    @property
    def packages(self) -> Path:
        """Where packages to compare on are unpacked."""
        return self.directory / "packages"

    @property
    def rows(self) -> Path:
        """The database of remembered rows."""
        return self.directory / "rows.sqlite"

    def script(self, name: str) -> Path:
        """A console script of the environment, such as `antipasta`."""
        suffix = ".exe" if os.name == "nt" else ""
        return self.python.parent / f"{name}{suffix}"


def interpreter_of(venv: Path) -> Path:
    """The path at which a virtual environment keeps its interpreter."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def libraries(venv: Path) -> list[Path]:
    """The folders of packages of a virtual environment; one, if it is in order."""
    return [path for path in venv.glob("[Ll]ib/**/site-packages") if path.is_dir()]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every tool which needs the reference has in common."""
    parser.add_argument(
        "--reference-dir",
        type=Path,
        default=None,
        metavar="DIR",
        help=f"folder of the reference environment (default: ${DIRECTORY_VARIABLE}, or .reference "
        "at the root of the repository)",
    )


def default_directory() -> Path:
    """The folder that is used when no option names one."""
    named = os.environ.get(DIRECTORY_VARIABLE, "").strip()
    return Path(named).resolve() if named else REPOSITORY / ".reference"


def pins(requirements: Path) -> dict[str, str]:
    """The pinned versions of a requirements file, by normalised project name."""
    found = {}
    for line in requirements.read_text(encoding="utf-8").splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            name, _, version = line.partition("==")
            found[normalised(name)] = version.strip()
    return found


def normalised(name: str) -> str:
    """A project's name as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def unmet(venv: Path, requirements: Path) -> dict[str, str]:
    """The pins that an environment does not satisfy, each with what it has instead."""
    folders = [str(path) for path in libraries(venv)]
    have = {normalised(dist.metadata["Name"]): dist.version for dist in importlib.metadata.distributions(path=folders)}
    return {
        name: have.get(name, "not installed")
        for name, version in pins(requirements).items()
        if have.get(name) != version
    }


def version_of(python: str | Path) -> tuple[str, tuple[int, int]] | None:
    """The implementation and version of an interpreter, or None if it does not run."""
    code = "import sys; print(sys.implementation.name, *sys.version_info[:2])"
    try:
        out = subprocess.run([str(python), "-c", code], capture_output=True, text=True, timeout=patience(60))
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = out.stdout.split()
    if out.returncode != 0 or len(words) != 3:
        return None
    return words[0], (int(words[1]), int(words[2]))


def find_python() -> str:
    """A CPython 3.11 to make the environment with: the running one, or `python3.11`."""
    wanted = ("cpython", PYTHON_VERSION)
    if (sys.implementation.name, sys.version_info[:2]) == wanted:
        return sys.executable
    for name in ("python3.11", "python3", "python"):
        found = shutil.which(name)
        if found and version_of(found) == wanted:
            return found
    raise ReferenceUnavailable(
        "the reference needs CPython 3.11 (its numbers are defined under that version), and there "
        f"is none: this Python is {sys.version.split()[0]} and no `python3.11` is on the PATH"
    )


def ensure(directory: Path | None = None, *extra: Path) -> Reference:
    """The reference environment in `directory`, made or completed if need be.

    `extra` are further files of pins to be installed beside the reference's own.
    """
    reference = Reference((directory or default_directory()).resolve())
    venv = reference.directory / "venv"
    files = [REQUIREMENTS, *extra]
    if version_of(reference.python) == ("cpython", PYTHON_VERSION):
        if not any(unmet(venv, file) for file in files):
            return reference
    elif venv.is_symlink():
        raise ReferenceUnavailable(f"{venv} is a link to something that is not a CPython 3.11")
    else:
        base = find_python()
        print(f"making the reference environment in {venv}", file=sys.stderr)
        run([base, "-m", "venv", "--clear", str(venv)])
    arguments = [argument for file in files for argument in ("-r", str(file))]
    run(
        [
            str(reference.python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            *arguments,
        ]
    )
    for file in files:
        if wrong := unmet(venv, file):
            what = ", ".join(f"{name} ({have})" for name, have in wrong.items())
            raise ReferenceUnavailable(f"{venv} does not have what {file.name} pins: {what}")
    return reference


def run(command: list[str]) -> None:
    """Run a command whose failure means that there is no reference."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, stdout=sys.stderr, env=environment)
    if done.returncode != 0:
        raise ReferenceUnavailable(f"`{' '.join(command)}` failed with exit code {done.returncode}")


def main() -> int:
    """Make the environment and print its interpreter."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_arguments(parser)
    arguments = parser.parse_args()
    try:
        print(ensure(arguments.reference_dir).python)
    except ReferenceUnavailable as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

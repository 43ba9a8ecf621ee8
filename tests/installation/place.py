"""Where the program is installed, and repositories that it checks."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: The top of this repository.
TOP = HERE.parent.parent
#: Is the profile of cargo to use if pre-commit is to install a clone of this repository, which takes minutes.
TRY_REPO = "ANTIPASTA_TEST_TRY_REPO"

#: A function that the default configuration finds too complex.
COMPLEX = "def f(x):\n" + "    if x: pass\n" * 10
SIMPLE = "def f(x):\n    return x\n"


@dataclass(frozen=True)
class Place:
    """Where the program is installed."""

    #: What was installed.
    wheel: Path
    #: The interpreter of the virtual environment that it is in.
    python: Path
    #: The interpreter of the virtual environment with pre-commit and the like.
    tools: Path

    def variables(self) -> dict[str, str]:
        """The environment variables that `of_environment` reads."""
        return {_variable(field.name): str(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def of_environment(cls) -> Place:
        """The place that the environment names."""
        try:
            return cls(**{field.name: Path(os.environ[_variable(field.name)]) for field in fields(cls)})
        except KeyError as missing:
            raise SystemExit(f"{missing} is not set: start these tests by tests/installation/run.py") from None

    def program(self, name: str) -> Path:
        """A program of the virtual environment that the wheel is in."""
        return _program(self.python, name)

    def tool(self, name: str) -> Path:
        """A program of the virtual environment with pre-commit and the like."""
        return _program(self.tools, name)


def _variable(name: str) -> str:
    return f"ANTIPASTA_TEST_{name.upper()}"


def _program(python: Path, name: str) -> Path:
    return python.parent / (f"{name}.exe" if os.name == "nt" else name)


class Repository:
    """A repository of somebody who has the virtual environment activated."""

    def __init__(self, folder: Path, place: Place) -> None:
        """A repository without a commit."""
        self.top = folder / "a project"
        self.top.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
        self.environment = {
            **kept,
            "PATH": os.pathsep.join([str(place.python.parent), str(place.tools.parent), os.environ["PATH"]]),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "ANTIPASTA_CACHE_DIR": str(folder / "metrics"),
            "PRE_COMMIT_HOME": str(folder / "pre-commit"),
            "PRE_COMMIT_COLOR": "never",
            # Releases of the tests were not built by GitHub.
            "ANTIPASTA_NO_ATTESTATION": "1",
        }
        self.ok("git", "init", "--quiet", "--initial-branch=main")
        for key, value in {"user.name": "A", "user.email": "a@example.org", "core.autocrlf": "false"}.items():
            self.ok("git", "config", key, value)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs a command. What it says on either stream is its `stdout`."""
        return subprocess.run(
            [str(word) for word in command],
            cwd=self.top,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def ok(self, *command: str | Path) -> str:
        """Runs a command that has to succeed. Returns what it says."""
        done = self.run(*command)
        assert done.returncode == 0, f"{command}: {done.returncode}: {done.stdout}"
        return done.stdout

    def stand_in(self, name: str, script: str) -> Path:
        """Puts a shell script in the place of a program. Returns the file with its calls: their arguments, a line each."""
        folder = self.top.parent / "stand-ins"
        folder.mkdir(exist_ok=True)
        calls = folder / f"{name}.calls"
        calls.write_text("", encoding="utf-8")
        path = folder / name
        text = f'#!/bin/sh\nprintf "%s\\n" "$*" >>"{calls}"\n{script}\n'
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        if str(folder) not in self.environment["PATH"].split(os.pathsep):
            self.environment["PATH"] = os.pathsep.join([str(folder), self.environment["PATH"]])
        return calls

    def write(self, name: str, content: str) -> None:
        """Writes a file and stages it."""
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
        self.ok("git", "add", "--", name)

    def commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Commits what is staged."""
        return self.run("git", "commit", "--quiet", "--message", "More", *arguments)

    def commits(self) -> int:
        """How many commits there are."""
        return len(self.ok("git", "rev-list", "--all").split())


@contextmanager
def repository(place: Place) -> Iterator[Repository]:
    """A repository without a commit, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="commits-", ignore_cleanup_errors=True) as folder:
        yield Repository(Path(folder).resolve(), place)

"""The two sides of a comparison: what the reference says of files, and what our binary says."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference import REPOSITORY, REQUIREMENTS, Reference
from rows import Row

HERE = Path(__file__).resolve().parent
COLLECTOR = HERE / "collect.py"
BINARY_VARIABLE = "ANTIPASTA_LSP"
CHUNK = 400

Result = dict[str, Any]


class SideFailed(RuntimeError):
    """A side could not be run at all."""


class Remembered:
    """Results of the reference by the bytes of files: a result depends on nothing else."""

    def __init__(self, path: Path) -> None:
        """Open the database, or make it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, timeout=60)
        self.connection.execute("CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, data BLOB)")
        parts = (COLLECTOR, HERE / "raw_shortcut.py", REQUIREMENTS)
        self.prefix = hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).digest()

    def key(self, file: Path) -> bytes:
        """The name under which a file's result is kept."""
        return hashlib.sha256(self.prefix + file.read_bytes()).digest()

    def get(self, file: Path) -> Result | None:
        """The result for a file, if it is known."""
        found = self.connection.execute("SELECT data FROM rows WHERE key = ?", (self.key(file),)).fetchone()
        return None if found is None else json.loads(zlib.decompress(found[0]))

    def put(self, file: Path, result: Result) -> None:
        """Keep a result; one that was cut short is not kept."""
        if result["accepted"] is None:
            return
        kept = {name: value for name, value in result.items() if name != "file"}
        data = zlib.compress(json.dumps(kept).encode(), 3)
        with self.connection:
            self.connection.execute("INSERT OR REPLACE INTO rows VALUES (?, ?)", (self.key(file), data))

    def __contains__(self, file: Path) -> bool:
        query = "SELECT 1 FROM rows WHERE key = ?"
        return self.connection.execute(query, (self.key(file),)).fetchone() is not None


def collected(reference: Reference, files: Iterable[Path], jobs: int, timeout: float = 300.0) -> Iterator[Result]:
    """Run the reference on files; its results as they come."""
    command = [str(reference.python), "-W", "ignore", str(COLLECTOR)]
    command += ["--jobs", str(jobs), "--timeout", str(timeout)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as names:
        names.writelines(f"{file}\n" for file in files)
        names.seek(0)
        child = subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert child.stdout is not None
        for line in child.stdout:
            yield json.loads(line)
        if child.wait() != 0:
            raise SideFailed(f"the reference's collector failed with exit code {child.returncode}")


def remember(
    reference: Reference,
    memory: Remembered,
    files: list[Path],
    jobs: int,
    timeout: float,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[Path, Result]:
    """Have the reference's results for files in the memory; those that cannot be are returned."""
    unknown = [file for file in files if file not in memory]
    odd: dict[Path, Result] = {}
    for done, result in enumerate(collected(reference, unknown, jobs, timeout) if unknown else []):
        file = Path(result["file"])
        memory.put(file, result)
        if result["accepted"] is None:
            odd[file] = result
        progress(done + 1, len(unknown))
    return odd


@dataclass
class Answer:
    """What our binary says of one file."""

    rows: list[Row] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None


@dataclass
class Binary:
    """Our binary, or a stand-in for it."""

    command: list[str]
    jobs: int
    seconds: float = 0.0

    def check(self, files: list[Path]) -> dict[Path, Answer]:
        """Analyze files; every one of them has an answer."""
        answers: dict[Path, Answer] = {}
        for start in range(0, len(files), CHUNK):
            answers.update(self.chunk(files[start : start + CHUNK]))
        return answers

    def chunk(self, files: list[Path]) -> dict[Path, Answer]:
        """Analyze a few files; if the binary dies of one of them, the others have answers still."""
        report, code, words = self.run([*map(str, files), "--format", "json", "--force-analyze", "--no-cache"])
        if report is None or code not in (0, 1, 2):
            if len(files) == 1:
                return {files[0]: Answer(error=f"exit code {code}: {words}")}
            half = len(files) // 2
            return {**self.chunk(files[:half]), **self.chunk(files[half:])}
        found = answers_of(report)
        silent = Answer(error="not in the report")
        return {file: found.get(file, silent) for file in files}

    def run(self, arguments: list[str], cwd: Path | None = None) -> tuple[Any, int, str]:
        """One call: the report (None if there is none), the exit code, the last words."""
        with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
            output = Path(scratch) / "report.json"
            command = [*self.command, "--check", *arguments]
            command += ["--jobs", str(self.jobs), "--output", str(output)]
            began = time.perf_counter()
            try:
                done = subprocess.run(
                    command,
                    cwd=cwd or scratch,
                    capture_output=True,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                raise SideFailed(f"cannot run {command[0]}: {error}") from error
            self.seconds += time.perf_counter() - began
            words = " / ".join(done.stderr.strip().splitlines()[-2:])[:400]
            try:
                return json.loads(output.read_bytes()), done.returncode, words
            except OSError:
                return None, done.returncode, words or "no report"
            except ValueError as error:
                return None, done.returncode, f"the report is not JSON: {error}"


def answers_of(report: Any, base: Path | None = None) -> dict[Path, Answer]:
    """The answers of a report, by absolute path."""
    answers = {}
    for item in report["reports"]:
        file = Path(os.path.abspath(os.path.join(base or "/", item["file"])))
        answers[file] = Answer(item["metrics"], item.get("violations", []), item.get("error"))
    return answers


def binary(word: str | None, jobs: int) -> Binary:
    """The binary named by an option, a variable, or the newest that is built here."""
    word = word or os.environ.get(BINARY_VARIABLE)
    if word:
        command = [word] if Path(word).is_file() else shlex.split(word)
        found = shutil.which(command[0])
        if found is None:
            raise SideFailed(f"there is no {command[0]}")
        return Binary([str(Path(found).absolute()), *command[1:]], jobs)
    name = "antipasta-lsp.exe" if sys.platform == "win32" else "antipasta-lsp"
    target = Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    built = [path for kind in ("release", "quick", "debug") if (path := target / kind / name).is_file()]
    if not built:
        raise SideFailed(
            f"there is no {name} in {target}: build it with `cargo build --release`, or name it "
            f"with --binary or ${BINARY_VARIABLE}"
        )
    newest = max(built, key=lambda path: path.stat().st_mtime)
    return Binary([str(newest)], jobs)


def conclude(passed: int, failed: int) -> int:
    """Says how tests went; the exit code: 0 if all passed, and there were some."""
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0

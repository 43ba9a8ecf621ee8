"""The rows of the reference for given files, as JSON lines.

Runs inside the reference environment. Files are named as arguments or, one per line, on standard
input; each gives one line of output, in no particular order:

    {"file": ..., "accepted": true, "rows": [...], "seconds": 0.01, "recursion": true?}
    {"file": ..., "accepted": false, "why": ...}          CPython 3.11 does not accept it
    {"file": ..., "accepted": null, "why": ...}           the reference crashed or ran out of time

Rows are those of antipasta's two runners, restricted to the metric types that we compute. A file is
accepted if it is UTF-8 without a byte order mark and `ast.parse` takes its bytes and its text.

radon's visitors recurse, and antipasta swallows the RecursionError: rows are then missing. How deep they
may go depends on how antipasta was started; here they always have as many calls left as in a worker
process of `antipasta metrics -d`. A file whose visitors need more is marked `"recursion": true`.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any, TextIO

VISITOR_CALLS = 964
"""How many calls radon's visitors may nest when antipasta analyzes a directory by worker processes."""
CALLS_BETWEEN = 6
"""From `Worker.analyze` to the first `visit`: radon's entry points, antipasta's, and the recording of failures."""
TYPES = frozenset(
    {
        "cyclomatic_complexity",
        "cognitive_complexity",
        "maintainability_index",
        "halstead_volume",
        "halstead_difficulty",
        "halstead_effort",
        "halstead_time",
        "halstead_bugs",
        "lines_of_code",
        "logical_lines_of_code",
        "source_lines_of_code",
        "comment_lines",
        "blank_lines",
        "weighted_methods_per_class",
    }
)

Result = dict[str, Any]


class Worker:
    """One file after another, in this process."""

    def __init__(self, plain: bool = False) -> None:
        """Load the runners; `plain` leaves radon as it is."""
        from antipasta.runners.python import ComplexipyRunner, RadonRunner

        if not plain:
            import raw_shortcut

            raw_shortcut.install()
        self.failures: list[str] = []
        self.record_failures()
        self.radon = RadonRunner()
        self.complexipy = ComplexipyRunner()

    def record_failures(self) -> None:
        """Note the exceptions that antipasta's runners swallow."""
        import complexipy
        import radon.complexity
        import radon.metrics
        import radon.raw

        for module, name in (
            (radon.complexity, "cc_visit"),
            (radon.metrics, "mi_visit"),
            (radon.metrics, "h_visit"),
            (radon.raw, "analyze"),
            (complexipy, "file_complexity"),
        ):
            setattr(module, name, self.recorded(name, getattr(module, name)))

    def recorded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, whose exceptions are noted on their way out."""

        def call(*args: Any, **options: Any) -> Any:
            try:
                return function(*args, **options)
            except Exception as error:
                self.failures.append(f"{name}: {type(error).__name__}: {error}"[:200])
                raise

        return call

    def analyze(self, file: str) -> Result:
        """The result for one file."""
        path = Path(file)
        began = time.perf_counter()
        why = refusal(path)
        if why is not None:
            return {"file": file, "accepted": False, "why": why}
        result: Result = {"file": file, "accepted": True}
        self.failures.clear()
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(calls_on_stack() + CALLS_BETWEEN + VISITOR_CALLS)
        try:
            metrics = self.radon.analyze(path).metrics
        finally:
            sys.setrecursionlimit(limit)
        if any("RecursionError" in failure for failure in self.failures):
            result["recursion"] = True
        metrics = metrics + self.complexipy.analyze(path).metrics
        result["rows"] = [row for m in metrics if (row := m.to_dict())["type"] in TYPES]
        if self.failures:
            result["failures"] = list(self.failures)
        result["seconds"] = round(time.perf_counter() - began, 4)
        return result


def refusal(path: Path) -> str | None:
    """Why CPython does not accept a file, or None if it does."""
    try:
        source = path.read_bytes()
        if source.startswith(b"\xef\xbb\xbf"):
            return "byte order mark"
        source.decode("utf-8")
        ast.parse(source)
        ast.parse(path.read_text())
    except (Exception, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return None


def calls_on_stack() -> int:
    """How many calls are nested around the caller's, itself included."""
    frame, count = sys._getframe(1), 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


def serve(plain: bool) -> None:
    """Answer each file named on standard input with a line on standard output."""
    warnings.simplefilter("ignore")
    out, sys.stdout = sys.stdout, sys.stderr
    worker = Worker(plain)
    for line in sys.stdin:
        file = json.loads(line)
        try:
            result = worker.analyze(file)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                return
            why = f"{type(error).__name__}: {error}"[:200]
            result = {"file": file, "accepted": None, "why": why}
        print(json.dumps(result), file=out, flush=True)


class Process:
    """A worker in a process of its own, which may crash or hang without harm."""

    def __init__(self, plain: bool, timeout: float) -> None:
        """Nothing is started before the first file."""
        self.command = [
            sys.executable,
            "-W",
            "ignore",
            str(Path(__file__).resolve()),
            "--worker",
        ]
        self.command += ["--plain"] if plain else []
        self.timeout = timeout
        self.child: subprocess.Popen[str] | None = None

    def analyze(self, file: str) -> Result:
        """The result for one file, whatever becomes of the process."""
        if self.child is None:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": ""},
            )
        child = self.child
        assert child.stdin is not None and child.stdout is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self.timeout, give_up)
        timer.start()
        try:
            child.stdin.write(json.dumps(file) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if line.endswith("\n"):
            return json.loads(line)
        code = child.wait()
        self.child = None
        why = f"no answer in {self.timeout:g} s" if late.is_set() else f"crash, exit code {code}"
        return {"file": file, "accepted": None, "why": why}

    def close(self) -> None:
        """End the process."""
        if self.child is not None:
            assert self.child.stdin is not None and self.child.stdout is not None
            self.child.stdin.close()
            self.child.wait()
            self.child.stdout.close()
            self.child = None


def collect(files: Iterable[str], jobs: int, timeout: float, plain: bool = False) -> Iterator[Result]:
    """The results for files, in the order in which they are ready."""
    waiting: Queue[str] = Queue()
    ready: Queue[Result | None] = Queue()
    for file in files:
        waiting.put(file)

    def body() -> None:
        process = Process(plain, timeout)
        try:
            while True:
                ready.put(process.analyze(waiting.get_nowait()))
        except Empty:
            pass
        finally:
            process.close()
            ready.put(None)

    threads = [threading.Thread(target=body, daemon=True) for _ in range(max(1, jobs))]
    for thread in threads:
        thread.start()
    running = len(threads)
    while running:
        result = ready.get()
        if result is None:
            running -= 1
        else:
            yield result


def main() -> int:
    """Collect the rows of the files given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="files (default: named on standard input)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--timeout",
        type=float,
        default=300.0,
        help="seconds per file (default: %(default)g)",
    )
    parser.add_argument("--output", type=Path, help="write here, not to standard output")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="without the exact shortcuts of raw_shortcut.py",
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        serve(arguments.plain)
        return 0
    files = arguments.files or [line.rstrip("\n") for line in sys.stdin]
    with contextlib.ExitStack() as stack:
        out: TextIO = sys.stdout
        if arguments.output:
            out = stack.enter_context(open(arguments.output, "w", encoding="utf-8"))
        for result in collect(files, arguments.jobs, arguments.timeout, arguments.plain):
            print(json.dumps(result), file=out, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Types into files of growing length, in our server and its peers in turn; prints the times from edit to diagnostics.

    python tests/benchmark/latency.py                            ours, ruff and pylsp, at 1,000, 10,000 and 50,000 lines
    python tests/benchmark/latency.py --samples 400 --peers ruff
    python tests/benchmark/latency.py --sizes 10000 --places middle --peers
    python tests/benchmark/latency.py --scan                     typing while our server scans 5,000 files, and after
    python tests/benchmark/latency.py --memory                   24 open files of 5,000 lines
    python tests/benchmark/latency.py --burst                    1,000 edits that nobody waits for

A time is that from right before `didChange` is written to when the last byte of the `publishDiagnostics` that answers
it was read. All files have the same number of violations, and every answer must have exactly the expected ones. The
servers take turns, so that a busy moment of the machine hits them all; the slow ones take part in fewer rounds.
Build our binary with `cargo build --release` first. Exit codes: 0 measured, 1 a server failed or answered wrongly.
"""

from __future__ import annotations

import argparse
import gc
import math
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import load  # noqa: E402
import reference  # noqa: E402
import synthetic  # noqa: E402
from figures import percentile, progress  # noqa: E402
from keystrokes import SAMPLES_PER_CYCLE, Typist  # noqa: E402
from language_servers import OURS, Server, ours, peers  # noqa: E402
from lsp_client import LanguageClient, ServerFailed  # noqa: E402
from reference import ReferenceUnavailable  # noqa: E402
from sides import SideFailed, binary  # noqa: E402

SIZES = (1_000, 10_000, 50_000)
PLACES = ("top", "middle", "end")
WARM_UP_ROUNDS = 1


@dataclass
class Course:
    """One server, with one file open, while it is measured."""

    server: Server
    client: LanguageClient
    typist: Typist
    opened: float
    #: Resident memory before the file was opened, in MB.
    base: float | None
    #: Milliseconds by place.
    times: dict[str, list[float]] = field(default_factory=dict)
    resident: float | None = None


def function_at(place: str, source: synthetic.Synthetic) -> synthetic.ComplexFunction:
    """The too complex function at a place of a file."""
    last = len(source.functions) - 1
    return source.functions[{"top": 0, "middle": last // 2, "end": last}[place]]


def measure(size: int, servers: list[Server], options: argparse.Namespace, folder: Path) -> list[Course]:
    """Types into a file of a size in all servers, in turn."""
    source = synthetic.write(size)
    rounds = math.ceil(options.samples / SAMPLES_PER_CYCLE)
    with ExitStack() as stack:
        courses = []
        for server in servers:
            workspace = folder / f"{server.name}-{size}"
            server.prepare(workspace)
            path = workspace / "typed.py"
            path.write_text(source.text, encoding="utf-8")
            progress(f"{size} lines: {server.name} opens the file")
            client = stack.enter_context(server.start(workspace))
            time.sleep(0.5)
            base = client.resident_megabytes()
            typist = Typist(server, client, path, source, options.pause / 1000)
            courses.append(Course(server, client, typist, typist.open(), base))
        for number in range(-WARM_UP_ROUNDS, rounds):
            for course in courses:
                if number > 0 and number % course.server.stride:
                    continue
                progress(f"{size} lines: round {number + 1} of {rounds}: {course.server.name}")
                for place in options.places:
                    # The collector of this process must not fall into a measurement.
                    gc.collect()
                    gc.disable()
                    samples = course.typist.cycle(function_at(place, source))
                    gc.enable()
                    if number >= 0:
                        course.times.setdefault(place, []).extend(sample.milliseconds for sample in samples)
                course.client.forget()
        for course in courses:
            course.resident = course.client.resident_megabytes()
        progress("")
    return courses


def table(size: int, courses: list[Course], places: list[str]) -> None:
    """Prints what was measured at a size."""
    megabytes = len(courses[0].typist.source.text) / 1e6
    print(
        f"\n{size} lines, {megabytes:.2f} MB, {synthetic.VIOLATIONS} violations; "
        f"ms from didChange to diagnostics, and ratios to {courses[0].server.name}"
    )
    print(
        f"  {'place':<8}{'server':<15}{'n':>5}{'p50':>10}{'p95':>10}{'p99':>10}{'max':>10}"
        f"{'p50 ratio':>12}{'p99 ratio':>12}"
    )
    for place in places:
        base = courses[0].times[place]
        for course in courses:
            times = course.times[place]
            ratios = [percentile(times, rank) / percentile(base, rank) for rank in (50, 99)]
            print(
                f"  {place:<8}{course.server.name:<15}{len(times):>5}"
                + "".join(f"{percentile(times, rank):>10.2f}" for rank in (50, 95, 99, 100))
                + "".join(f"{ratio:>11.1f}x" for ratio in ratios)
            )
    for course in courses:
        words = f"  {course.server.name:<15} opened in {course.opened:.1f} ms"
        if course.base is not None and course.resident is not None:
            per_megabyte = (course.resident - course.base) / megabytes
            words += (
                f"; resident {course.resident:.1f} MB, {per_megabyte:.1f} MB per open MB (idle {course.base:.1f} MB)"
            )
        print(words)


def growth(measured: dict[int, list[Course]]) -> None:
    """Prints how the times grow with the file."""
    small, large = min(measured), max(measured)
    print(f"\nGrowth from {small} to {large} lines, all places")
    for few, many in zip(measured[small], measured[large], strict=True):
        ratios = []
        for rank in (50, 99):
            before, after = (
                percentile([time for times in course.times.values() for time in times], rank) for course in (few, many)
            )
            ratios.append(f"p{rank} {before:.2f} to {after:.2f} ms ({after / before:.1f}x)")
        print(f"  {few.server.name:<15} {', '.join(ratios)}")


def type_into_files(servers: list[Server], options: argparse.Namespace, folder: Path) -> None:
    """The measurement that is made when no other is asked for."""
    measured = {}
    for size in options.sizes:
        measured[size] = measure(size, servers, options, folder)
        table(size, measured[size], options.places)
    if len(measured) > 1:
        growth(measured)
    for server in servers:
        if server.note:
            print(f"\n{server.note}.")


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--server",
        metavar="PATH",
        help="our binary (default: $ANTIPASTA_LSP, or target/); `none` measures the peers alone",
    )
    parser.add_argument("--peers", nargs="*", metavar="NAME", help="only these peers (default: ruff, pylsp)")
    parser.add_argument("--samples", type=int, default=100, help="of our server, by place (default: %(default)s)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=list(SIZES), metavar="LINES", help="lengths of the files"
    )
    parser.add_argument("--places", nargs="+", default=list(PLACES), choices=PLACES, help="where to type")
    parser.add_argument(
        "--pause", type=float, default=5.0, metavar="MS", help="between two keystrokes (default: %(default)g ms)"
    )
    parser.add_argument(
        "--default-thresholds",
        action="store_true",
        help="have our server judge by its defaults, not by cyclomatic complexity alone as its peers do",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--scan", action="store_true", help="type while our server scans a workspace, and when it is idle"
    )
    mode.add_argument("--memory", action="store_true", help="open 24 files of 5,000 lines")
    mode.add_argument("--burst", action="store_true", help="send 1,000 edits without waiting, several times")
    reference.add_arguments(parser)
    options = parser.parse_args()
    if options.samples < 1 or min(options.sizes) < 1_000 or options.pause < 0:
        parser.error("samples must be at least 1, sizes at least 1000 lines, the pause at least 0")
    return options


def main() -> int:
    """Measures what the command line asks for."""
    options = arguments()
    try:
        servers = []
        if options.server != "none":
            servers.append(ours(binary(options.server, 1).command, default_thresholds=options.default_thresholds))
        if options.peers != [] and not options.scan:
            files = (HERE / "requirements.txt", HERE / "language_servers.txt")
            known = peers(reference.ensure(options.reference_dir, *files))
            wanted = options.peers or [server.name for server in known]
            if unknown := set(wanted) - {server.name for server in known}:
                raise ServerFailed(f"there is no peer called {', '.join(sorted(unknown))}")
            servers += [server for server in known if server.name in wanted]
        if not servers or (options.scan and servers[0].name != OURS):
            raise ServerFailed("nothing to measure")
        with tempfile.TemporaryDirectory(prefix="latency-") as scratch:
            folder = Path(scratch).resolve()
            if options.scan:
                load.scan(servers[0], options.samples, options.pause / 1000, folder)
            elif options.memory:
                load.memory(servers, folder)
            elif options.burst:
                load.burst(servers, folder)
            else:
                type_into_files(servers, options, folder)
    except (ReferenceUnavailable, SideFailed, ServerFailed) as error:
        progress("")
        print("\n".join([f"error: {error}", *getattr(error, "__notes__", [])]), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

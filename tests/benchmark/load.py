"""Our server under load: a workspace to scan, many open files, and edits that nobody waits for."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import synthetic
from figures import percentile, progress
from keystrokes import INDENT, STATEMENT, Sample, Typist, of_file
from language_servers import OURS, Server
from lsp_client import LanguageClient, Received, ServerFailed

SCANNED_FILES = 5_000
SCANNED_LINES = 200
SCANNED_TYPED_LINES = 10_000
#: A scan is over in a moment, so the server is started again and again until there are enough samples.
MOST_STARTS = 60

OPEN_FILES = 24
OPEN_LINES = 5_000

BURST_LINES = 10_000
BURST_EDITS = 1_000
BURSTS = 20
BURSTS_OF_PEERS = 2
#: Seconds in which nothing more may come after the last answer.
QUIET = 1.0


# A workspace to scan


def scan(server: Server, samples: int, pause: float, folder: Path) -> None:
    """Prints the times of typing while the server scans a workspace, and when it is idle again."""
    workspace = folder / "workspace"
    server.prepare(workspace)
    size = write_workspace(workspace)
    source = synthetic.write(SCANNED_TYPED_LINES)
    path = workspace / "typed.py"
    path.write_text(source.text, encoding="utf-8")
    busy: list[float] = []
    idle: list[float] = []
    lengths: list[float] = []
    while len(busy) < samples and len(lengths) < MOST_STARTS:
        progress(f"scan {len(lengths) + 1}: {len(busy)} of {samples} samples")
        with scanning(server, workspace, folder / "cache") as client:
            typist = Typist(server, client, path, source, pause)
            length, during = type_through_scan(typist)
            lengths.append(length)
            busy += during
            while len(idle) < len(busy):
                idle += [sample.milliseconds for sample in typist.cycle(source.functions[0])]
    progress("")
    if not busy:
        raise ServerFailed(f"{server.name}: {len(lengths)} scans were over before anything could be typed")
    print(
        f"\nTyping into {SCANNED_TYPED_LINES} lines while {SCANNED_FILES} files ({size:.1f} MB) are scanned; "
        f"{len(lengths)} scans of {statistics.median(lengths):.2f} s (median); ms"
    )
    print(f"  {'':<10}{'n':>6}{'p50':>10}{'p95':>10}{'p99':>10}{'max':>10}")
    for name, times in (("scanning", busy), ("idle", idle)):
        print(
            f"  {name:<10}{len(times):>6}" + "".join(f"{percentile(times, rank):>10.2f}" for rank in (50, 95, 99, 100))
        )
    print(f"  p99 while scanning is {percentile(busy, 99) / percentile(idle, 99):.2f} times that of idle")


def write_workspace(workspace: Path) -> float:
    """Writes the files to scan, no two of them alike; their size in MB."""
    size = 0
    models = [synthetic.write(SCANNED_LINES, seed=str(number), violations=1).lines[1:] for number in range(100)]
    for number in range(SCANNED_FILES):
        package = workspace / f"package_{number // 50:03}"
        package.mkdir(exist_ok=True)
        lines = [f'"""Module {number} of a generated workspace."""', *models[number % len(models)]]
        size += (package / f"module_{number % 50:02}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return size / 1e6


@contextmanager
def scanning(server: Server, workspace: Path, cache: Path) -> Iterator[LanguageClient]:
    """Starts the server without anything remembered of the workspace."""
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir()
    # As users have it: it fills its cache.
    server.environment = {"ANTIPASTA_CACHE_DIR": str(cache)}
    with server.start(workspace) as client:
        yield client


def type_through_scan(typist: Typist) -> tuple[float, list[float]]:
    """Types until the scan is over: its length in seconds, and the milliseconds of the keystrokes that fell into it."""
    client = typist.client
    typist.open()
    client.wait(lambda got: progress_kind(got) == "begin" or None, "progress (`$/progress`) of a scan", patience=15)
    samples: list[Sample] = []
    while (interval := scan_interval(client.received))[1] is None:
        samples += typist.cycle(typist.source.functions[0])
    began, ended = interval
    assert began is not None and ended is not None
    inside = [sample.milliseconds for sample in samples if began <= sample.sent and sample.answered <= ended]
    return (ended - began) / 1e9, inside


def progress_kind(got: Received) -> str | None:
    """Whether a message begins, reports or ends a piece of work."""
    return got.params["value"].get("kind") if got.method == "$/progress" else None


def scan_interval(received: list[Received]) -> tuple[int | None, int | None]:
    """When the first piece of work of which the server told began and ended."""
    began, token = None, None
    for got in list(received):
        kind = progress_kind(got)
        if kind == "begin" and began is None:
            began, token = got.nanoseconds, got.params["token"]
        elif kind == "end" and began is not None and got.params["token"] == token:
            return began, got.nanoseconds
    return began, None


# Many open files


def memory(servers: list[Server], folder: Path) -> None:
    """Prints the resident memory of servers with many files open, each typed into once."""
    sources = [synthetic.write(OPEN_LINES, seed=str(number)) for number in range(OPEN_FILES)]
    size = sum(len(source.text) for source in sources) / 1e6
    print(f"\n{OPEN_FILES} open files of {OPEN_LINES} lines, {size:.1f} MB; resident memory in MB")
    print(f"  {'server':<15}{'idle':>10}{'open':>10}{'typed into':>12}{'per open MB':>13}")
    for server in servers:
        workspace = folder / server.name
        server.prepare(workspace)
        for number, source in enumerate(sources):
            (workspace / f"open_{number:02}.py").write_text(source.text, encoding="utf-8")
        with server.start(workspace) as client:
            time.sleep(QUIET)
            stages = [resident(client)]
            typists = [
                Typist(server, client, workspace / f"open_{number:02}.py", source, 0.005)
                for number, source in enumerate(sources)
            ]
            for number, typist in enumerate(typists):
                progress(f"{server.name} opens file {number + 1}")
                typist.open()
            time.sleep(QUIET)
            stages.append(resident(client))
            for number, typist in enumerate(typists):
                progress(f"{server.name}: typing into file {number + 1}")
                typist.cycle(typist.source.functions[len(typist.source.functions) // 2])
            time.sleep(QUIET)
            stages.append(resident(client))
        progress("")
        figures = "".join(f"{stage:>{width}.1f}" for stage, width in zip(stages, (10, 10, 12), strict=True))
        print(f"  {server.name:<15}{figures}{(stages[-1] - stages[0]) / size:>13.1f}")


def resident(client: LanguageClient) -> float:
    """The server's resident memory in MB."""
    megabytes = client.resident_megabytes()
    if megabytes is None:
        raise ServerFailed("this system does not tell the resident memory of a process (/proc)")
    return megabytes


# Edits that nobody waits for


def burst(servers: list[Server], folder: Path) -> None:
    """Prints how long servers take for 1,000 edits in a row, and checks what they say in the end."""
    source = synthetic.write(BURST_LINES)
    print(
        f"\n{BURST_EDITS} unawaited edits of {BURST_LINES} lines, forth and back; ms from the first and the last edit"
    )
    print(f"  {'server':<15}{'bursts':>7}{'from first':>12}{'from last':>12}{'sets':>7}   resident MB after each pair")
    with ExitStack() as stack:
        for server in servers:
            workspace = folder / server.name
            server.prepare(workspace)
            path = workspace / "typed.py"
            path.write_text(source.text, encoding="utf-8")
            client = stack.enter_context(server.start(workspace))
            typist = Typist(server, client, path, source, 0.0)
            typist.open()
            outcomes: list[Outcome] = []
            memories = []
            for number in range(BURSTS if server.name == OURS else BURSTS_OF_PEERS):
                progress(f"{server.name}: burst {number + 1}")
                outcomes.append(one_burst(typist, forth=number % 2 == 0))
                client.forget()
                if number % 2:
                    memories.append(client.resident_megabytes())
            progress("")
            known = [f"{megabytes:.1f}" for megabytes in memories if megabytes is not None]
            print(
                f"  {server.name:<15}{len(outcomes):>7}"
                f"{statistics.median(outcome.from_first for outcome in outcomes):>12.1f}"
                f"{statistics.median(outcome.from_last for outcome in outcomes):>12.1f}"
                f"{statistics.median(outcome.sets for outcome in outcomes):>7.0f}   {' '.join(known)}"
            )
            client.stop()


class Outcome:
    """What came of a burst."""

    def __init__(self, first: int, last: int, answered: int, sets: int) -> None:
        """Takes times in nanoseconds, and how many sets of diagnostics came in all."""
        self.from_first = (answered - first) / 1e6
        self.from_last = (answered - last) / 1e6
        self.sets = sets


def one_burst(typist: Typist, *, forth: bool) -> Outcome:
    """Sends a burst: forth types statements, back takes all away. Every edit is one character, or one line end.

    The last edit changes what is found, so every server has to answer it.
    """
    function = typist.source.functions[len(typist.source.functions) // 2]
    edits, statements = burst_edits(function.typing_line, len(typist.source.lines[function.typing_line]))
    mark = len(typist.client.received)
    if forth:
        added = statements + 1
        typist.expected = {at + added * (at > function.line): found for at, found in typist.source.violations.items()}
        typist.expected[function.line] += statements
        sent = [typist.edit(start, start, text) for start, _, text in edits]
    else:
        typist.expected = typist.source.violations
        sent = [typist.edit(start, end, "") for start, end, _ in reversed(edits)]
    answered = typist.answer(mark)
    time.sleep(QUIET)
    check_sets(typist, published := sets_since(typist, mark))
    return Outcome(sent[0], sent[-1], answered, len(published))


def burst_edits(line: int, column: int) -> tuple[list[tuple[tuple[int, int], tuple[int, int], str]], int]:
    """The edits of a burst that types at a position, each with where its text begins and ends; and its statements."""
    edits = [((line, column), (line + 1, 0), "\n")]
    line, column = line + 1, 0
    statements, rest = divmod(BURST_EDITS - 1, len(STATEMENT) + 1)
    assert rest == 0
    for _ in range(statements):
        edits.append(((line, column), (line + 1, len(INDENT)), "\n" + INDENT))
        line, column = line + 1, len(INDENT)
        for character in STATEMENT:
            edits.append(((line, column), (line, column + 1), character))
            column += 1
    return edits, statements


def sets_since(typist: Typist, mark: int) -> list[dict[str, Any]]:
    """The sets of diagnostics that came since."""
    received = list(typist.client.received)[mark:]
    return [published for got in received if (published := of_file(got, typist.uri)) is not None]


def check_sets(typist: Typist, published: list[dict[str, Any]]) -> None:
    """The last set must be right, and the only one of the last version; versions must not go back."""
    name = typist.server.name
    if typist.server.complexities(published[-1]["diagnostics"]) != typist.expected:
        raise ServerFailed(f"{name}: the last diagnostics after a burst are wrong")
    versions = [one["version"] for one in published if one.get("version") is not None]
    if versions != sorted(versions):
        raise ServerFailed(f"{name}: diagnostics of an older version came after those of a newer one: {versions}")
    if versions and versions.count(typist.version) != 1:
        raise ServerFailed(f"{name}: {versions.count(typist.version)} sets of diagnostics of the last version")

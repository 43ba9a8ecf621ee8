"""Fails if the code takes over 3 % more instructions, or memory, than the limits in the repository allow.

    python3 tests/benchmark/gate.py                        compare with the limits
    python3 tests/benchmark/gate.py --record               write the figures of this run as the new limits
    python3 tests/benchmark/gate.py --profile check-cold   show which functions the instructions are in
    python3 tests/benchmark/gate.py --only 'check|scan'    compare some of the figures

Valgrind counts the instructions, so a busy machine does not change the result. The limits are in
`server/benches/instructions.json`. They hold for one version of rustc on one architecture. With another one, or without
valgrind, nothing is compared, and a line that begins with `LEFT OUT` says why.

The figures are:

    parse             parse 250 KB of text
    walk              compute the metrics of the parsed text
    keystrokes-...    100 keystrokes in a small document, in one of nested code, and in a large one
    check-cold        `--check` of 50 files with an empty cache
    check-warm        the same with a full cache
    scan              the server's background scan of the same files; the least of three runs, of the thread that scans
                      only, because how often the other threads wake up depends on the time
    check-memory      the peak resident memory of `--check` with an empty cache: the median of 25 runs, because the
                      kernel counts pages in batches

The first five are in `server/benches/instructions.rs`. The others measure the program on one thread. Everything is
built with `--profile quick`, so all figures include overflow checks and debug assertions.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counts import FIGURES, GateFailed, compiler, measure, output, reason_to_leave_out, surroundings
from lsp_client import ServerFailed

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import reference  # noqa: E402
from reference import REPOSITORY  # noqa: E402

LIMITS = REPOSITORY / "server" / "benches" / "instructions.json"
#: A figure may be so much above its limit, in percent.
TOLERANCE = 3.0
#: The figures that have a profile.
PROFILES = [name for name in FIGURES if not name.endswith("-memory")]
#: How many functions a profile shows.
PROFILED = 40

# Limits


@dataclass(frozen=True)
class Row:
    """A figure beside its limit."""

    name: str
    #: `None` if it has no limit yet.
    recorded: int | None
    #: `None` if it was not measured, although there is a limit for it.
    now: int | None

    @property
    def change(self) -> float | None:
        """The change in percent."""
        if not self.recorded or self.now is None:
            return None
        return 100 * (self.now - self.recorded) / self.recorded

    @property
    def fails(self) -> bool:
        """Whether it is too high, or cannot be compared."""
        return self.change is None or self.change > TOLERANCE

    @property
    def is_better(self) -> bool:
        """Whether it is so low that the limit should be lowered."""
        return self.change is not None and self.change < -TOLERANCE

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Its cells in a table."""
        unit = " KiB" if self.name.endswith("-memory") else ""
        recorded, now = ("-" if value is None else f"{value:,}{unit}" for value in (self.recorded, self.now))
        return self.name, recorded, now, "-" if self.change is None else f"{self.change:+.2f} %"


def compare(recorded: dict[str, int], measured: dict[str, int]) -> list[Row]:
    """Every figure that has a limit or was measured."""
    return [Row(name, recorded.get(name), measured.get(name)) for name in {**recorded, **measured}]


def remarks(rows: list[Row]) -> list[str]:
    """Remarks to print below the table."""
    said = []
    for row in rows:
        if row.recorded is None:
            said.append(f"{row.name} has no limit: --record writes one")
        elif row.now is None:
            said.append(f"{row.name} was not measured")
        elif row.fails:
            said.append(f"{row.name} is {row.change:.2f} % above its limit; at most {TOLERANCE:g} % are allowed")
            if row.name in PROFILES:
                said.append(f"to see why: python3 tests/benchmark/gate.py --profile {row.name}")
    if any(row.is_better for row in rows):
        said.append(f"Some figures are over {TOLERANCE:g} % below their limits: --record lowers the limits.")
    return said


HEADER = ("figure", "recorded", "now", "change")


def as_text(rows: list[Row]) -> str:
    """The table for a terminal."""
    lines = [HEADER, *(row.cells for row in rows)]
    marks = ["", *("  <- too high" if row.fails else "" for row in rows)]
    return "\n".join(f"{a:<20}{b:>15}{c:>15}{d:>11}{mark}" for (a, b, c, d), mark in zip(lines, marks, strict=True))


def as_markdown(rows: list[Row]) -> str:
    """The table for the summary of a run on GitHub."""
    lines = ["### Instructions and memory", "", "| " + " | ".join(HEADER) + " |", "|---|--:|--:|--:|"]
    for row in rows:
        name, recorded, now, change = row.cells
        mark = " :x:" if row.fails else " :arrow_down:" if row.is_better else ""
        lines.append(f"| {name} | {recorded} | {now} | {change}{mark} |")
    said = "\n".join(f"- {remark}" for remark in remarks(rows))
    return "\n".join(lines) + f"\n\n{said}\n"


# The command


def profile(name: str, file: Path) -> None:
    """Prints which functions the instructions of a figure are in."""
    # What comes before the path of a file in the repository, in a dependency, or in the standard library.
    beginning = re.compile(rf"{re.escape(str(REPOSITORY))}/|\S*/registry/src/[^/]+/|/rustc/[0-9a-f]+/library/")
    for title, options in (("by themselves", []), ("with what they call", ["--inclusive=yes"])):
        said = output(["callgrind_annotate", "--auto=no", "--threshold=100", *options, str(file)])
        lines = [line for line in said.splitlines() if re.match(r" *[\d,]+ \([ \d.]+%\)", line)]
        print(f"\nThe functions of {name} with most instructions, {title}:\n")
        for line in lines[:PROFILED]:
            # The end of a line is the program.
            print(beginning.sub("", line.rsplit(" [", 1)[0]))
    print(f"\nThe profile, for kcachegrind: {file}")


def record(measured: dict[str, int], recorded: dict[str, Any] | None, inputs: str) -> None:
    """Writes the limits. Figures that were not measured keep theirs, if those hold for the same compiler and texts."""
    conditions = {**compiler(), **surroundings(), "inputs": inputs}
    figures = dict(measured)
    if len(measured) < len(FIGURES):
        if recorded is None or any(recorded[key] != value for key, value in conditions.items()):
            raise GateFailed("the other limits no longer hold: record all figures, without --only")
        figures = {**recorded["figures"], **measured}
    limits = {**conditions, "figures": figures}
    LIMITS.write_text(json.dumps(limits, indent=2) + "\n", encoding="utf-8")
    print(f"recorded in {LIMITS.relative_to(REPOSITORY)}")


def judge(measured: dict[str, int], names: list[str], recorded: dict[str, Any], inputs: str) -> int:
    """Prints the figures beside their limits; the exit code."""
    if recorded["inputs"] != inputs:
        raise GateFailed("the measured texts have changed, so the limits no longer hold: run --record")
    rows = compare({name: limit for name, limit in recorded["figures"].items() if name in names}, measured)
    print(as_text(rows))
    print("\n".join(["", *remarks(rows)]))
    for key, here in surroundings().items():
        if recorded[key] != here:
            print(f"The limits were recorded with {key} {recorded[key]}, not {here}: that may change counts a little.")
    summarize(as_markdown(rows))
    failed = sum(row.fails for row in rows)
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


def summarize(markdown: str) -> None:
    """Adds to the summary of a run on GitHub, if this is one."""
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown)


def self_test() -> bool:
    """Whether the comparison itself is right."""
    suite = unittest.defaultTestLoader.discover(str(HERE), "test_gate.py")
    log = io.StringIO()
    result = unittest.TextTestRunner(stream=log).run(suite)
    failed = len(result.failures) + len(result.errors)
    if failed or not result.testsRun:
        print(log.getvalue(), file=sys.stderr)
    print(f"the comparison itself: {result.testsRun - failed} passed, {failed} failed")
    return not failed and result.testsRun > 0


def main() -> int:
    """Reads the command line, measures, compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--record", action="store_true", help="write the figures as the new limits")
    chosen.add_argument("--profile", choices=PROFILES, metavar="FIGURE", help="profile one figure")
    chosen.add_argument("--self-test", action="store_true", help="test the comparison only")
    parser.add_argument("--only", metavar="PATTERN", default="", help="figures whose names match a regular expression")
    reference.add_arguments(parser)
    options = parser.parse_args()
    is_right = self_test()
    if options.self_test or not is_right:
        return 0 if is_right else 1
    recorded = json.loads(LIMITS.read_text(encoding="utf-8")) if LIMITS.exists() else None
    compares = not options.record and options.profile is None
    names = [options.profile] if options.profile else [name for name in FIGURES if re.search(options.only, name)]
    try:
        if reason := reason_to_leave_out(recorded if compares else None):
            print(f"LEFT OUT: {reason}")
            summarize(f"Instructions and memory were left out: {reason}\n")
            return 0
        if compares and recorded is None:
            raise GateFailed("there are no limits yet: run --record")
        directory = (options.reference_dir or reference.default_directory()).resolve() / "gate"
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="gate-") as folder:
            measured, files, inputs = measure(names, Path(folder) / "scratch", directory)
        if options.profile:
            profile(options.profile, files[options.profile])
            return 0
        if options.record:
            record(measured, recorded, inputs)
            return 0
        return judge(measured, names, recorded, inputs)
    except (GateFailed, ServerFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

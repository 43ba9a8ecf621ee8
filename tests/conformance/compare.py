"""Compares our numbers with the reference's, file by file, row by row.

    python tests/conformance/compare.py                       the default packages (long)
    python tests/conformance/compare.py --core                a few hundred files of them
    python tests/conformance/compare.py stdlib Django==5.2 some/directory some/file.py
    python tests/conformance/compare.py --violations some/directory

A source is a directory, a file, `stdlib` (the standard library of the Python that runs the reference) or
a pinned package of PyPI, which is downloaded. Rows are compared as a multiset of (type, value, function,
line, details): whole numbers exactly, others to a relative 1e-9. Every mismatch is printed.

Exit codes: 0 no mismatch, 1 mismatches or files that only the reference accepts, 3 could not compare.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rows
import violations
from reference import Reference, ReferenceUnavailable, add_arguments, ensure
from sides import (
    BINARY_VARIABLE,
    Answer,
    Binary,
    Remembered,
    SideFailed,
    binary,
    remember,
)
from sources import DEFAULT_SOURCES, Source, SourceUnavailable, core, resolve


@dataclass
class Tally:
    """What came out of comparing one source, or all of them."""

    name: str
    files: int = 0
    accepted: int = 0
    rows: int = 0
    mismatches: int = 0
    files_differing: int = 0
    lost: int = 0
    rejected: list[str] = field(default_factory=list)
    only_ours: list[str] = field(default_factory=list)
    neither: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    recursion: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether there is anything that must not be."""
        return bool(self.mismatches or self.rejected)

    def add(self, other: Tally) -> None:
        """Add another tally to this one."""
        for name in ("files", "accepted", "rows", "mismatches", "files_differing", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in (
            "rejected",
            "only_ours",
            "neither",
            "unknown",
            "recursion",
            "partial",
            "details",
        ):
            getattr(self, name).extend(getattr(other, name))

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.files} files, {self.accepted} accepted by the reference, "
            f"{self.rows} rows compared, {self.mismatches} mismatches in {self.files_differing} "
            f"files, {self.lost} rows that the reference has none of, {len(self.rejected)} rejected by us, "
            f"{len(self.only_ours)} analyzed by us only"
        )


def examine(tally: Tally, shown: str, result: dict[str, Any], answer: Answer) -> list[str]:
    """Compare one file; the lines to be printed about it."""
    tally.files += 1
    if result["accepted"] is None:
        tally.unknown.append(shown)
        return [f"{shown}: not compared: the reference gave {result['why']}"]
    if not result["accepted"]:
        where = tally.neither if answer.error is not None else tally.only_ours
        where.append(f"{shown} ({result['why']})")
        return []
    tally.accepted += 1
    if result.get("recursion"):
        tally.recursion.append(shown)
    if result.get("failures"):
        tally.partial.append(f"{shown} ({'; '.join(result['failures'])})")
    if answer.error is not None:
        tally.rejected.append(shown)
        return [f"{shown}: rejected by us, accepted by the reference: {answer.error}"]
    tally.rows += len(result["rows"])
    found, lost = rows.compare_result(result, answer.rows)
    tally.lost += lost
    if found:
        tally.mismatches += len(found)
        tally.files_differing += 1
        tally.details.append({"file": shown, "mismatches": [vars(item) for item in found]})
    return [f"{shown}: {item}" for item in found]


def compare_source(
    source: Source,
    reference: Reference,
    memory: Remembered,
    ours: Binary,
    options: argparse.Namespace,
) -> Tally:
    """Run both sides on a source and print what differs."""

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(
                f"\r{source.name}: reference {done}/{total}",
                end=end,
                file=sys.stderr,
                flush=True,
            )

    tally = Tally(source.name)
    odd = remember(reference, memory, source.files, options.jobs, options.timeout, progress)
    answers = ours.check(source.files)
    for file in source.files:
        result = odd.get(file) or memory.get(file)
        if result is None:
            result = {"accepted": None, "why": "no answer"}
        for line in examine(tally, source.shown(file), result, answers[file]):
            print(line)
    return tally


def notes(total: Tally) -> Iterable[str]:
    """What a reader of the totals should know."""
    for title, files in (
        ("analyzed by us, not acceptable to the reference", total.only_ours),
        ("analyzed by neither", total.neither),
        ("accepted, but part of the reference fails on it", total.partial),
        (
            "without some rows: the reference exceeds Python's recursion limit",
            total.recursion,
        ),
        ("not compared", total.unknown),
    ):
        if files:
            yield f"{title}: {len(files)}"
            yield from (f"    {file}" for file in files)


def compare_rows(options: argparse.Namespace, reference: Reference, ours: Binary) -> int:
    """The comparison of rows, over all sources."""
    memory = Remembered(reference.rows)
    if options.core:
        sources = core(reference)
    else:
        sources = [resolve(name, reference) for name in options.sources or DEFAULT_SOURCES]
    began = time.perf_counter()
    total = Tally("total")
    tallies = []
    for source in sources:
        tally = compare_source(source, reference, memory, ours, options)
        print(f"== {tally}\n", flush=True)
        tallies.append(tally)
        total.add(tally)
    for line in notes(total):
        print(line)
    for tally in [*tallies, total]:
        print(f"== {tally}")
    wall = time.perf_counter() - began
    print(f"({wall:.1f} s, of which our side {ours.seconds:.1f} s)")
    if options.report:
        data = {"total": vars(total), "sources": [vars(tally) for tally in tallies]}
        options.report.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 1 if total.bad else 0


def compare_violations(options: argparse.Namespace, reference: Reference, ours: Binary) -> int:
    """The comparison of violations, over directories or packages."""
    memory = Remembered(reference.rows)
    bad = False
    records = []
    for name in options.sources:
        source = resolve(name, reference)
        odd = remember(reference, memory, source.files, options.jobs, options.timeout)
        unaccepted = set()
        for file in source.files:
            result = odd.get(file) or memory.get(file)
            if not (result and result["accepted"] and not result.get("recursion")):
                unaccepted.add(os.path.relpath(file, source.root))
        theirs = violations.of_reference(reference, source.root)
        found = violations.differ(theirs, violations.of_ours(ours, source.root), unaccepted)
        for line in [*found.lines, *found.notes]:
            print(f"{source.name}: {line}")
        print(
            f"== {source.name}: {found.files} files, {found.messages} violations of the reference, "
            f"{len(found.lines)} differences"
        )
        bad = bad or bool(found.lines)
        records.append({"source": source.name, **vars(found)})
    if options.report:
        options.report.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    return 1 if bad else 0


def main() -> int:
    """Compare what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="default: " + " ".join(DEFAULT_SOURCES),
    )
    parser.add_argument(
        "--binary",
        metavar="PATH",
        help=f"our binary, or a command that stands in for it (default: ${BINARY_VARIABLE}, or the "
        "newest one under target/)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="processes (default: %(default)s)",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the outcome as JSON too")
    parser.add_argument("--core", action="store_true", help="the sample named in core.txt")
    parser.add_argument(
        "--violations",
        action="store_true",
        help="compare messages of violations and exit codes on directories, each with its own configuration",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=300.0,
        help="seconds for the reference on a file (default: %(default)g)",
    )
    add_arguments(parser)
    options = parser.parse_args()
    if options.violations and not options.sources:
        parser.error("--violations needs directories or packages")
    if options.core and (options.sources or options.violations):
        parser.error("--core has its own sources")
    try:
        ours = binary(options.binary, options.jobs)
        reference = ensure(options.reference_dir)
        if options.violations:
            return compare_violations(options, reference, ours)
        return compare_rows(options, reference, ours)
    except (ReferenceUnavailable, SourceUnavailable, SideFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

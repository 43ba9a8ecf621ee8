"""Random Python programs through both sides: the reference, and our binary.

    python tests/conformance/fuzz.py                          500 programs
    python tests/conformance/fuzz.py --seconds 600 --seed 7   for ten minutes
    python tests/conformance/fuzz.py --seed 7 --only 1234     one program again

Half of the programs come from a grammar, half are mutations of real functions (of the standard library,
or of what --from names). Those that CPython does not accept are left out. On a mismatch the program is
made as small as it can be and printed with both sides' rows. A program depends on the seed, its number
and the files of --from alone; the generator runs on the reference's Python for that.

Exit codes: 0 no mismatch, 1 mismatches or rejections, 3 could not compare.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import fuzz_programs
import rows
from minimise import minimise
from mutate import Mutator, Pieces
from reference import PYTHON_VERSION, Reference, ReferenceUnavailable, add_arguments, ensure
from sides import BINARY_VARIABLE, Answer, Binary, Result, SideFailed, binary, collected
from sources import SourceUnavailable, resolve

BATCH = 200
MOST_ROWS = 12


@dataclass
class Finding:
    """What is wrong with our answer for one program."""

    error: str | None = None
    mismatches: list[rows.Mismatch] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        """What a smaller program must have a part of to show the same fault."""
        return {"rejected"} if self.error is not None else {item.type for item in self.mismatches}


class Fuzzer:
    """Both sides, and the sum of what came out."""

    def __init__(self, reference: Reference, ours: Binary, jobs: int) -> None:
        """Nothing runs yet."""
        self.reference = reference
        self.ours = ours
        self.jobs = jobs
        self.tried = self.accepted = self.compared = 0
        self.unknown: Counter[str] = Counter()

    def both(self, programs: list[bytes]) -> list[tuple[Result, Answer]]:
        """What the two sides say of programs."""
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            files = [Path(folder).resolve() / f"p{number:05}.py" for number in range(len(programs))]
            for file, source in zip(files, programs, strict=True):
                file.write_bytes(source)
            results = {item["file"]: item for item in collected(self.reference, files, self.jobs, 60)}
            usable = [file for file in files if results[str(file)]["accepted"]]
            answers = self.ours.check(usable)
            silent = Answer(error="not asked")
            return [(results[str(file)], answers.get(file, silent)) for file in files]

    def findings(self, programs: list[bytes]) -> list[Finding | None]:
        """What is wrong with each program, if anything."""
        found: list[Finding | None] = []
        for result, answer in self.both(programs):
            self.tried += 1
            if result["accepted"] is None:
                self.unknown[result["why"]] += 1
            if not result["accepted"]:
                found.append(None)
                continue
            self.accepted += 1
            self.compared += len(result["rows"])
            if answer.error is not None:
                found.append(Finding(answer.error))
                continue
            mismatches, _ = rows.compare_result(result, answer.rows)
            found.append(Finding(mismatches=mismatches) if mismatches else None)
        return found

    def smallest(self, source: bytes, finding: Finding) -> bytes:
        """The smallest program that shows a fault of the same kind."""

        def interesting(programs: list[bytes]) -> list[bool]:
            valid = [parses(program) for program in programs]
            asked = iter(self.findings([p for p, ok in zip(programs, valid, strict=True) if ok]))
            found = [next(asked) if ok else None for ok in valid]
            return [item is not None and bool(item.kinds & finding.kinds) for item in found]

        tallies = self.tried, self.accepted, self.compared
        try:
            return minimise(source, interesting)
        finally:
            self.tried, self.accepted, self.compared = tallies


def parses(program: bytes) -> bool:
    """Whether a program is worth giving to both sides."""
    try:
        ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def generate(seed: str, number: int, pieces: Pieces, kind: str) -> bytes:
    """Program number `number` of a seed; it may not be valid."""
    rng = random.Random(f"{seed}:{number}")
    mutated = rng.random() < 0.5 if kind == "both" else kind == "mutations"
    return Mutator(rng, pieces).program() if mutated else fuzz_programs.program(rng)


def show(fuzzer: Fuzzer, number: int, options: argparse.Namespace, source: bytes, finding: Finding) -> None:
    """Print a fault: the smallest program, and both sides' rows for it."""
    print(f"\n== program {number} of seed {options.seed}: {', '.join(sorted(finding.kinds))}")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        (options.keep / f"seed{options.seed}-{number}.py").write_bytes(source)
    small = source if options.no_minimise else fuzzer.smallest(source, finding)
    if options.keep:
        (options.keep / f"seed{options.seed}-{number}.min.py").write_bytes(small)
    [(result, answer)] = fuzzer.both([small])
    print(f"as bytes: {small!r}")
    try:
        text = small.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        text = small.decode("utf-8", "replace")
    print("\n".join(f"    | {line}" for line in text.split("\n")))
    if answer.error is not None:
        print(f"  ours: rejected: {answer.error}")
    mismatches, _ = rows.compare_result(result, [] if answer.error is not None else answer.rows)
    for item in mismatches[:MOST_ROWS]:
        print(f"  {item}")
    if len(mismatches) > MOST_ROWS:
        print(f"  ... and {len(mismatches) - MOST_ROWS} more")
    differing = {(item.type, item.function) for item in mismatches}
    for side, its_rows in (("reference", result["rows"]), ("ours", answer.rows)):
        for row in its_rows:
            if (row["type"], row.get("function_name")) in differing:
                print(f"  {side:9} {row}")
    sys.stdout.flush()


def fuzz(options: argparse.Namespace, reference: Reference, ours: Binary) -> int:
    """Generate and compare until there is enough."""
    fuzzer = Fuzzer(reference, ours, options.jobs)
    sources = [resolve(name, reference) for name in options.sources or ["stdlib"]]
    pieces = Pieces([file for source in sources for file in source.files])
    began = time.perf_counter()
    faults = 0
    number = options.start
    end = options.start + options.count if options.seconds is None or options.count_given else None
    if options.only is not None:
        number, end = options.only, options.only + 1
    while end is None or number < end:
        stop = number + BATCH if end is None else min(number + BATCH, end)
        numbers = list(range(number, stop))
        number = stop
        generated = [(n, generate(options.seed, n, pieces, options.kind)) for n in numbers]
        programs = [(n, source) for n, source in generated if parses(source)]
        findings = fuzzer.findings([source for _, source in programs])
        for (n, source), finding in zip(programs, findings, strict=True):
            if finding is not None:
                faults += 1
                if faults <= options.most:
                    show(fuzzer, n, options, source, finding)
        spent = time.perf_counter() - began
        if faults >= options.most or (options.seconds is not None and spent > options.seconds):
            break
    print(
        f"== seed {options.seed}: programs {options.start if options.only is None else options.only} "
        f"to {number - 1}, {fuzzer.accepted} accepted by the reference, {fuzzer.compared} rows compared, "
        f"{faults} faulty programs, {time.perf_counter() - began:.0f} s"
    )
    for why, count in fuzzer.unknown.items():
        print(f"not compared: {count}: the reference gave {why}")
    return 1 if faults else 0


def main() -> int:
    """Fuzz as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    parser.add_argument("--seed", default="0", help="any word (default: %(default)s)")
    parser.add_argument("--count", type=int, help="programs (default: 500, or no end with --seconds)")
    parser.add_argument("--seconds", type=float, help="begin no batch after this time")
    parser.add_argument("--start", type=int, default=0, metavar="N", help="begin with program N")
    parser.add_argument("--only", type=int, metavar="N", help="program N alone")
    parser.add_argument("--kind", choices=("both", "grammar", "mutations"), default="both", help="which programs")
    parser.add_argument(
        "--from",
        dest="sources",
        action="append",
        metavar="SOURCE",
        help="mutate functions of this source: as compare.py takes them (default: stdlib; may be repeated)",
    )
    parser.add_argument("--most", type=int, default=3, help="stop after this many faults (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write faulty programs there")
    parser.add_argument("--no-minimise", action="store_true", help="print faulty programs as they are")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    add_arguments(parser)
    options = parser.parse_args()
    options.count_given = options.count is not None
    options.count = 500 if options.count is None else options.count
    warnings.simplefilter("ignore")
    try:
        ours = binary(options.binary, options.jobs)
        reference = ensure(options.reference_dir)
        if sys.version_info[:2] != PYTHON_VERSION:
            # Mutations go through `ast.unparse`, which spells things differently in other versions.
            sys.stdout.flush()
            os.execv(reference.python, [str(reference.python), *sys.argv])
        return fuzz(options, reference, ours)
    except (ReferenceUnavailable, SourceUnavailable, SideFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

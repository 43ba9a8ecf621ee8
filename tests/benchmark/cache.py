"""Times the cache: what it costs to fill, and what it saves.

    python tests/benchmark/cache.py                      Django
    python tests/benchmark/cache.py some/directory --rounds 15
    python tests/benchmark/cache.py --without-antipasta  which is slow to begin with

Every round runs the check without a cache, with an empty one and with a full one, which was used before, beside warm
runs of ruff and antipasta, and `find`, which does nothing but walk the tree and look at each file, in an order of its own, as a
run is slower after one that kept the processors busy. Ratios are of medians. Build our binary with `cargo build --release`
first.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import reference  # noqa: E402
from figures import progress  # noqa: E402
from reference import Reference, ReferenceUnavailable  # noqa: E402
from sides import SideFailed, binary  # noqa: E402
from sources import SourceUnavailable, resolve  # noqa: E402
from trees import copy_files  # noqa: E402


@dataclass
class Case:
    """A command to time, and what is done before each run of it."""

    name: str
    command: list[str]
    prepare: Callable[[], None] = lambda: None
    #: The folder of our cache.
    cache: str = "full"
    seconds: list[float] = field(default_factory=list)

    def run(self, scratch: Path) -> None:
        """Times one run of it."""
        self.prepare()
        environment = {**os.environ, "ANTIPASTA_CACHE_DIR": str(scratch / self.cache), "NO_COLOR": "1"}
        began = time.perf_counter()
        done = subprocess.run(
            self.command,
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        self.seconds.append(time.perf_counter() - began)
        if done.returncode not in (0, 1, 2):
            raise SideFailed(f"{self.name} failed with exit code {done.returncode}")


def cases(tree: Path, scratch: Path, environment: Reference, ours: list[str], with_antipasta: bool) -> list[Case]:
    """What is timed, in the order of a round."""

    def script(name: str) -> str:
        return str(environment.script(name))

    check = [*ours, "--check", str(tree), "--force-analyze", "--quiet"]
    ruff = [script("ruff"), "check", "--isolated", "--select", "C901", "--quiet", "--cache-dir", str(scratch / "ruff")]
    found = [
        Case("antipasta-lsp --no-cache", [*check, "--no-cache"]),
        Case("antipasta-lsp, cold", check, lambda: shutil.rmtree(scratch / "new", ignore_errors=True), "new"),
        Case("antipasta-lsp, warm", check),
        Case("ruff C901, warm", [*ruff, str(tree)]),
    ]
    find = shutil.which("find")
    if find is not None and os.name == "posix":
        # The size is asked for so that each file is looked at.
        found.append(Case("find (walk and stat)", [find, str(tree), "-name", "*.py", "-size", "+1000000c"]))
    if with_antipasta:
        antipasta = [script("antipasta"), "metrics", "--directory", str(tree), "--force-analyze", "--format", "json"]
        found.append(Case("antipasta, warm", antipasta))
    return found


def table(name: str, files: int, chosen: list[Case]) -> None:
    """Prints what was measured."""
    medians = {case.name: statistics.median(case.seconds) for case in chosen}
    warm = medians["antipasta-lsp, warm"]
    print(f"\n{name}: {files} files")
    print(f"  {'case':<28}{'median':>10}{'best':>10}{'times warm':>12}")
    for case in chosen:
        median = medians[case.name]
        print(f"  {case.name:<28}{1000 * median:>7.1f} ms{1000 * min(case.seconds):>7.1f} ms{median / warm:>11.2f}x")
    for case in chosen:
        if case.command[0] != chosen[0].command[0]:
            print(f"  a warm run takes {warm / medians[case.name]:.2f} times as long as {case.name}")
    without, cold = medians["antipasta-lsp --no-cache"], medians["antipasta-lsp, cold"]
    print(f"  filling costs {100 * (cold / without - 1):+.1f} % of a run without a cache")
    print(f"  {files / warm:,.0f} hits and {files / cold:,.0f} misses per second, starting the process included")


def main() -> int:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default="Django==5.2", metavar="SOURCE")
    parser.add_argument("--binary", metavar="PATH", help="our binary (default: $ANTIPASTA_LSP, or target/)")
    parser.add_argument("--rounds", type=int, default=15, help="timed rounds (default: 15)")
    parser.add_argument("--without-antipasta", action="store_true", help="leave antipasta out")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        environment = reference.ensure(options.reference_dir, HERE / "requirements.txt")
        ours = binary(options.binary, 1).command
        source = resolve(options.source, environment)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            tree, scratch = Path(folder) / "tree", Path(folder) / "scratch"
            scratch.mkdir()
            copy_files(source.files, source.root, tree)
            # What was changed a moment ago is not believed unread.
            time.sleep(3)
            chosen = cases(tree, scratch, environment, ours, not options.without_antipasta)
            order = random.Random(0)
            for number in range(options.rounds + 1):
                for case in order.sample(chosen, len(chosen)):
                    progress(f"round {number} of {options.rounds}: {case.name}")
                    case.run(scratch)
                    if number == 0:
                        # It brings the files into memory, and fills the others' caches.
                        case.seconds.clear()
            progress("")
            table(source.name, len(source.files), chosen)
    except (ReferenceUnavailable, SideFailed, SourceUnavailable) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

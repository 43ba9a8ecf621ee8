"""Times our check and its peers, in turn, over the same trees; prints times, ratios and peak memory.

    python tests/benchmark/compare_peers.py                      Django, SymPy and the standard library
    python tests/benchmark/compare_peers.py some/directory --rounds 10
    python tests/benchmark/compare_peers.py --peers ruff complexipy

Every tool runs cold: without its cache, but with the files in the system's. The tools take turns, round by round, so
that a busy moment of the machine hits them all; the slow ones (antipasta, radon) take part in the first rounds only.
Ratios are of medians. Build our binary with `cargo build --release` first.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
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

DEFAULT_SOURCES = ("Django==5.2", "sympy==1.14.0", "stdlib")
SLOW_ROUNDS = 1

#: Left out, for radon (and so antipasta) would take hours: it tokenizes a long literal anew for each of its lines.
LEFT_OUT = ("pydoc_data/topics.py",)


@dataclass
class Tool:
    """A command to time. `{tree}` in it stands for the tree."""

    name: str
    command: list[str]
    is_slow: bool = False
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def run(self, tree: Path) -> None:
        """Times one run of it."""
        command = [word.format(tree=tree) for word in self.command]
        environment = {**os.environ, "ANTIPASTA_NO_CACHE": "1", "NO_COLOR": "1"}
        with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
            began = time.perf_counter()
            child = subprocess.Popen(
                command,
                cwd=scratch,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            peak = wait_for(child)
            self.seconds.append(time.perf_counter() - began)
        if peak is not None:
            self.megabytes.append(peak)
        if child.returncode not in (0, 1, 2):
            raise SideFailed(f"{self.name} failed with exit code {child.returncode}")


def wait_for(child: subprocess.Popen[bytes]) -> float | None:
    """Waits for a process; its peak memory in MB, where the system tells. Of several processes, the largest."""
    if not hasattr(os, "wait4"):
        child.wait()
        return None
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e6


def tools(environment: Reference, ours: list[str]) -> list[Tool]:
    """Everything that can be timed; ours is first."""

    def script(name: str) -> str:
        return str(environment.script(name))

    check = [*ours, "--check", "{tree}", "--force-analyze", "--no-cache"]
    return [
        Tool("antipasta-lsp", [*check, "--quiet"]),
        Tool("antipasta-lsp --format json", [*check, "--format", "json"]),
        Tool("antipasta-lsp --jobs 1", [*check, "--quiet", "--jobs", "1"]),
        Tool(
            "ruff C901",
            [script("ruff"), "check", "--isolated", "--no-cache", "--select", "C901", "--quiet", "{tree}"],
        ),
        Tool("complexipy", [script("complexipy"), "--quiet", "{tree}"]),
        Tool("radon cc", [script("radon"), "cc", "--json", "{tree}"], is_slow=True),
        Tool("radon mi", [script("radon"), "mi", "--json", "{tree}"], is_slow=True),
        Tool(
            "antipasta",
            [script("antipasta"), "metrics", "--directory", "{tree}", "--force-analyze", "--format", "json"],
            is_slow=True,
        ),
    ]


def measure(tree: Path, chosen: list[Tool], rounds: int) -> None:
    """Runs the tools in turn. The first, untimed round brings the files into memory."""
    for number in range(rounds + 1):
        for tool in chosen:
            if tool.is_slow and not 1 <= number <= SLOW_ROUNDS:
                continue
            tool.run(tree)
            if number == 0:
                tool.seconds.clear()
                tool.megabytes.clear()
            else:
                progress(f"{tree.name}: round {number} of {rounds}: {tool.name}")
    progress("")


def table(name: str, files: int, size: float, chosen: list[Tool]) -> None:
    """Prints what was measured of a tree."""
    print(f"\n{name}: {files} files, {size:.1f} MB of Python")
    print(f"  {'tool':<30}{'median':>10}{'best':>10}{'times ours':>12}{'peak':>11}")
    base = statistics.median(chosen[0].seconds)
    for tool in chosen:
        median, best = statistics.median(tool.seconds), min(tool.seconds)
        peak = f"{max(tool.megabytes):.0f} MB" if tool.megabytes else "?"
        print(f"  {tool.name:<30}{median:>8.3f} s{best:>8.3f} s{median / base:>11.2f}x{peak:>11}")


def main() -> int:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", default=list(DEFAULT_SOURCES), metavar="SOURCE")
    parser.add_argument("--binary", metavar="PATH", help="our binary (default: $ANTIPASTA_LSP, or target/)")
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds (default: 7)")
    parser.add_argument("--peers", nargs="*", metavar="NAME", help="only peers whose name contains one of these words")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        environment = reference.ensure(options.reference_dir, HERE / "requirements.txt")
        ours = binary(options.binary, 1).command
        for name in options.sources:
            source = resolve(name, environment)
            with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
                tree = Path(folder) / "tree"
                files = [file for file in source.files if not file.as_posix().endswith(LEFT_OUT)]
                copy_files(files, source.root, tree)
                chosen = tools(environment, ours)
                if options.peers is not None:
                    words = ("antipasta-lsp", *options.peers)
                    chosen = [tool for tool in chosen if any(word in tool.name for word in words)]
                measure(tree, chosen, options.rounds)
                size = sum(file.stat().st_size for file in files) / 1e6
                table(source.name, len(files), size, chosen)
    except (ReferenceUnavailable, SideFailed, SourceUnavailable) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

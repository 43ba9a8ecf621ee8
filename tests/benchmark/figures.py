"""Figures, and how far a measurement is."""

from __future__ import annotations

import math
import sys


def percentile(values: list[float], rank: float) -> float:
    """The nearest-rank percentile: the smallest value that `rank` percent of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(rank / 100 * len(values)) - 1)]


def progress(words: str) -> None:
    """Says what is going on, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{words:<78}", end="" if words else "\r", file=sys.stderr, flush=True)

"""How long a test waits for what must come: so long that only a hang is found out, and never a slow machine.

tests/lib.rs, tests/editor/neovim_session.lua and tests/editor/vscode/patience.mjs are the same for their languages.
"""

from __future__ import annotations

import functools
import time

#: What the loop takes on a machine that has nothing else to do, in seconds.
USUAL = 0.05
#: More is not waited for: something is wrong with the machine.
SLOWEST = 20.0


@functools.cache
def slowness() -> float:
    """How many times slower than usual this machine is just now: 1 to 20."""
    begin = time.perf_counter()
    number = 1
    for _ in range(500_000):
        number = (number * 1103515245 + 12345) & 0x7FFFFFFF
    return min(max((time.perf_counter() - begin) / USUAL, 1.0), SLOWEST)


def patience(seconds: float) -> float:
    """So many seconds, or more on a machine that is slow."""
    return seconds * slowness()

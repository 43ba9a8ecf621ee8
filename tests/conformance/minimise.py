"""Makes a program smaller while it stays interesting: by lines, then by tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

# Which of some programs are interesting. It is asked for many at a time because asking is slow.
Interesting = Callable[[list[bytes]], list[bool]]

LINES = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
TOKENS = re.compile(rb"\w+|[ \t]+|\\?(?:\r\n|\r|\n)|(?:[\xc2-\xf4][\x80-\xbf]+)+|.", re.DOTALL)
MOST_TOKENS = 600
MOST_ROUNDS = 60


def minimise(source: bytes, interesting: Interesting) -> bytes:
    """The smallest program that was found; `source` itself is interesting."""
    small = reduced(LINES.findall(source), interesting)
    tokens = TOKENS.findall(small)
    if len(tokens) <= MOST_TOKENS:
        small = reduced(tokens, interesting)
        small = reduced(LINES.findall(small), interesting)
    return small


def reduced(pieces: list[bytes], interesting: Interesting) -> bytes:
    """Pieces without those that can be left out, in runs of ever smaller length."""
    length = max(1, len(pieces) // 2)
    for _ in range(MOST_ROUNDS):
        starts = range(0, len(pieces), length)
        shorter = [pieces[:start] + pieces[start + length :] for start in starts]
        verdicts = interesting([b"".join(some) for some in shorter]) if len(pieces) > 1 else []
        good = [start for start, verdict in zip(starts, verdicts, strict=False) if verdict]
        if good:
            pieces = without(pieces, good, length, interesting)
        elif length == 1:
            break
        else:
            length = max(1, length // 2)
        length = min(length, max(1, len(pieces) // 2))
    return b"".join(pieces)


def without(pieces: list[bytes], starts: list[int], length: int, interesting: Interesting) -> list[bytes]:
    """Pieces without as many of some runs as can be left out together, tried in halves."""
    groups = [starts]
    while len(groups[-1]) > 1:
        groups.append(groups[-1][: len(groups[-1]) // 2])
    candidates = []
    for group in groups[:-1]:
        dropped = {at for start in group for at in range(start, start + length)}
        candidates.append([piece for at, piece in enumerate(pieces) if at not in dropped])
    if candidates:
        for some, verdict in zip(candidates, interesting([b"".join(c) for c in candidates]), strict=True):
            if verdict:
                return some
    return pieces[: starts[0]] + pieces[starts[0] + length :]

"""Exact shortcuts through the slow parts of the reference's line counts.

radon finds the end of a statement by tokenizing its first line, then its first two, its first three
and so on until the tokenizer stops complaining: quadratic in the length of a statement, which takes
hours for the largest table of the standard library. And antipasta asks for the line counts twice, once
for themselves and once within the maintainability index.

The shortcuts change no number. They leave out an attempt only when it is certain to fail: the lines so
far, tokenized once as a stream, leave a bracket or a string open, and then the tokenizer raises
`TokenError` (or yields an error token, which radon treats alike) for every spelling of their end.
`collect.py --plain` does without them, to show that nothing changes.
"""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Callable, Iterator
from typing import Any

PLAIN_ATTEMPTS = 6


def install() -> None:
    """Put the shortcuts into radon, in this process."""
    import radon.metrics
    import radon.raw

    radon.raw._get_all_tokens = shortest_statement
    radon.raw.analyze = radon.metrics.analyze = remembering_last(radon.raw.analyze)


def remembering_last(analyze: Callable[[str], Any]) -> Callable[[str], Any]:
    """`analyze`, with a memory of one source's result or exception."""
    memory: dict[str, tuple[Any, Exception | None]] = {}

    def remembered(source: str) -> Any:
        if source not in memory:
            memory.clear()
            try:
                memory[source] = (analyze(source), None)
            except Exception as error:
                memory[source] = (None, error)
        result, error = memory[source]
        if error is not None:
            raise error
        return result

    return remembered


def attempt(lines: list[str]) -> list[tokenize.TokenInfo] | None:
    """The tokens of the joined lines, or None if radon would try again with one line more."""
    import radon.raw

    try:
        tokens = radon.raw._generate("\n".join(lines))
    except tokenize.TokenError:
        return None
    return None if any(token[0] == tokenize.ERRORTOKEN for token in tokens) else tokens


def shortest_statement(line: str, lines: Iterator[str]) -> tuple[list[tokenize.TokenInfo], list[str]]:
    """What `radon.raw._get_all_tokens` returns (or raises), with fewer attempts."""
    used = [line]
    for _ in range(PLAIN_ATTEMPTS):
        tokens = attempt(used)
        if tokens is not None:
            return tokens, used
        used.append(next(lines))
    try:
        tokens = by_stream(used, lines)
    except (tokenize.TokenError, SyntaxError):
        tokens = attempt(used)
    while tokens is None:
        used.append(next(lines))
        tokens = attempt(used)
    return tokens, used


def by_stream(used: list[str], lines: Iterator[str]) -> list[tokenize.TokenInfo] | None:
    """Add lines to `used` until an attempt succeeds, trying only where a stream of tokens allows it."""
    result: list[tokenize.TokenInfo] | None = None
    given = 0

    def readline() -> str:
        nonlocal result, given
        if given == len(used):
            state = sys._getframe(1).f_locals
            if not state["contstr"] and state["parenlev"] <= 0:
                result = attempt(used)
                if result is not None:
                    return ""
            used.append(next(lines))
        given += 1
        return used[given - 1] + "\n"

    for _ in tokenize.generate_tokens(readline):
        pass
    return result

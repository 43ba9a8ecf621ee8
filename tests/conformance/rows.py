"""Rows of metrics, and what it means that two sets of them are the same."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

RELATIVE_TOLERANCE = 1e-9
INTEGER_TYPES = frozenset(
    {
        "cyclomatic_complexity",
        "cognitive_complexity",
        "lines_of_code",
        "logical_lines_of_code",
        "source_lines_of_code",
        "comment_lines",
        "blank_lines",
        "weighted_methods_per_class",
    }
)
VISITED_TYPES = frozenset(
    {
        "cyclomatic_complexity",
        "weighted_methods_per_class",
        "maintainability_index",
        "halstead_volume",
        "halstead_difficulty",
        "halstead_effort",
        "halstead_time",
        "halstead_bugs",
    }
)
"""The metrics that radon's visitors compute, which recurse: the reference has no rows of them for a file that nests too deep."""

Row = dict[str, Any]
Key = tuple[str, str | None, int | None, str]


@dataclass(frozen=True)
class Mismatch:
    """A row of one side that the other side does not have, or has with another value."""

    type: str
    function: str | None
    reference: str | None
    ours: str | None

    def __str__(self) -> str:
        name = self.function if self.function is not None else "(file)"
        reference = "no such row" if self.reference is None else self.reference
        ours = "no such row" if self.ours is None else self.ours
        return f"{name}: {self.type}: reference {reference}, ours {ours}"


def key_of(row: Row) -> Key:
    """Everything in a row but its value."""
    return (
        row["type"],
        row.get("function_name"),
        row.get("line_number"),
        canonical(row),
    )


def canonical(row: Row) -> str:
    """A row's details, spelled in one way."""
    return json.dumps(plain(row.get("details")), sort_keys=True)


def plain(value: Any) -> Any:
    """JSON data in which a whole number is an integer however it was written."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def same_value(row_type: str, reference: Any, ours: Any) -> bool:
    """Whether two values of a type are the same: whole numbers exactly, others nearly."""
    if not (is_number(reference) and is_number(ours)):
        return False
    if reference == ours:
        return True
    if row_type in INTEGER_TYPES and float(reference).is_integer():
        return False
    return math.isclose(reference, ours, rel_tol=RELATIVE_TOLERANCE)


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def describe(key: Key, value: Any) -> str:
    """A row's value and place, for a person."""
    _, _, line, details = key
    place = f" at line {line}" if line is not None else ""
    return f"{value!r}{place}{'' if details == 'null' else ' ' + details}"


def by_key(rows: Iterable[Row]) -> dict[Key, list[Any]]:
    """The values of rows, sorted, by their keys."""
    groups: dict[Key, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(row["value"])
    for values in groups.values():
        values.sort(key=lambda value: value if is_number(value) else -math.inf)
    return groups


def compare(reference: Iterable[Row], ours: Iterable[Row]) -> list[Mismatch]:
    """How two multisets of rows differ; nothing if they are the same."""
    theirs, mine = by_key(reference), by_key(ours)
    missing: list[tuple[Key, Any]] = []
    surplus: list[tuple[Key, Any]] = []
    for key in theirs.keys() | mine.keys():
        left, right = unmatched(key[0], theirs.get(key, []), mine.get(key, []))
        missing += [(key, value) for value in left]
        surplus += [(key, value) for value in right]
    return paired(sorted(missing, key=order), sorted(surplus, key=order))


def compare_result(result: dict[str, Any], ours: Iterable[Row]) -> tuple[list[Mismatch], int]:
    """How our rows differ from a result of `collect.py`, and how many of them the reference lost to Python's recursion limit."""
    found = compare(result["rows"], ours)
    if not result.get("recursion"):
        return found, 0
    counted = [item for item in found if item.reference is not None or item.type not in VISITED_TYPES]
    return counted, len(found) - len(counted)


def unmatched(row_type: str, left: list[Any], right: list[Any]) -> tuple[list[Any], list[Any]]:
    """What is left of two sorted lists of values when equal ones are struck out in pairs."""
    left, rest = list(left), []
    for value in right:
        for index, other in enumerate(left):
            if same_value(row_type, other, value):
                del left[index]
                break
        else:
            rest.append(value)
    return left, rest


def order(item: tuple[Key, Any]) -> tuple[str, str, int, str, str]:
    """A key by which differing rows can be sorted."""
    (row_type, function, line, details), value = item
    return (row_type, function or "", line or 0, details, repr(value))


def paired(missing: list[tuple[Key, Any]], surplus: list[tuple[Key, Any]]) -> list[Mismatch]:
    """Mismatches, with rows of the same type and function put beside each other."""
    waiting: dict[tuple[str, str | None], list[tuple[Key, Any]]] = defaultdict(list)
    for key, value in surplus:
        waiting[key[:2]].append((key, value))
    found = []
    for key, value in missing:
        candidates = waiting[key[:2]]
        # The same place first, then the same value, then whatever there is.
        candidates.sort(key=lambda item: (item[0] != key, item[1] != value))
        other = describe(*candidates.pop(0)) if candidates else None
        found.append(Mismatch(key[0], key[1], describe(key, value), other))
    for (row_type, function), rest in waiting.items():
        found += [Mismatch(row_type, function, None, describe(*item)) for item in rest]
    return found

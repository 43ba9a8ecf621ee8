"""What the server must say: the report of our own headless check on the same text.

Numbers are never written down in these tests: editor and check must agree, whatever they say.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

from sides import Binary, SideFailed, binary  # noqa: E402

#: Metrics of functions whose file-level row repeats what a function says; editors leave those rows out.
REPEATED = ("cyclomatic_complexity", "cognitive_complexity")


def ours() -> Binary:
    """The binary under test: what `ANTIPASTA_LSP` names, or the newest that is built here."""
    return binary(None, 1)


@dataclass(frozen=True)
class Finding:
    """A violation, as both sides can be compared by: a metric, the name it is shown at, and the value shown."""

    metric: str
    #: The function's or class's own name; none for a file.
    name: str | None
    #: With two decimals, as messages give it.
    value: str


@dataclass(frozen=True)
class Truth:
    """The check's report on one text."""

    rows: list[dict[str, Any]]
    violations: list[dict[str, Any]]

    @property
    def findings(self) -> set[Finding]:
        """What an editor is to show."""
        return {
            Finding(one["type"], own_name(one["function"]), f"{one['value']:.2f}")
            for one in self.violations
            if one["function"] is not None or one["type"] not in REPEATED
        }

    def value(self, metric: str, name: str | None) -> float:
        """A value of a function, class or file; there must be exactly one."""
        (value,) = (
            row["value"] for row in self.rows if row["type"] == metric and own_name(row["function_name"]) == name
        )
        return value

    def threshold(self, metric: str, name: str | None) -> float:
        """The threshold that a function, class or file violates."""
        (threshold,) = (
            one["threshold"] for one in self.violations if one["type"] == metric and own_name(one["function"]) == name
        )
        return threshold


def own_name(name: str | None) -> str | None:
    """A function's name without that of its class."""
    return None if name is None else re.split(r"::|\.", name)[-1]


def check(text: str, file: Path) -> Truth:
    """Checks a text as if it were the content of a file, with the configuration that holds there."""
    command = [*ours().command, "--check", "-", "--stdin-filename", str(file), "--format", "json"]
    done = subprocess.run(command, cwd=file.parent, input=text, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in (0, 2):
        raise SideFailed(f"the check failed with exit code {done.returncode}: {done.stderr}")
    (report,) = json.loads(done.stdout)["reports"]
    return Truth(report["metrics"], report["violations"])


def shows_number(text: str, value: float) -> bool:
    """Whether a text shows a value, as a whole number or with decimals."""
    if value == int(value):
        return re.search(rf"(?<![\d.]){int(value)}(\.0+)?(?![\d.]*\d)", text) is not None
    return any(
        re.search(rf"(?<![\d.]){re.escape(f'{value:.{places}f}')}(?!\d)", text.replace(",", "")) for places in (1, 2)
    )

"""Typing into an open file: single-character edits, some of which are measured.

A cycle types a statement into a too complex function, comments it out and in, and takes it away again:

    new line, `if ok: x()`, `#` before it, `#` away, and back to nothing, character by character

Four of its keystrokes change the function's complexity, for every server, and these are measured: the one that makes
the statement whole, the two that comment, and the one that takes `if` apart. In between the syntax is broken, as it
is whenever someone types.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from language_servers import Server
from lsp_client import LanguageClient, Received
from synthetic import ComplexFunction, Synthetic

INDENT = "    "
STATEMENT = "if ok: x"
CALL = "()"

#: Measured keystrokes of a cycle.
SAMPLES_PER_CYCLE = 4


@dataclass(frozen=True)
class Sample:
    """A measured keystroke."""

    #: When it was sent, and when its answer was read (`time.perf_counter_ns`).
    sent: int
    answered: int

    @property
    def milliseconds(self) -> float:
        """How long the answer took."""
        return (self.answered - self.sent) / 1e6


class Typist:
    """Types into one file that is open in one server, and knows what the server must answer."""

    def __init__(self, server: Server, client: LanguageClient, path: Path, source: Synthetic, pause: float) -> None:
        """`pause` is the time between two keystrokes in seconds."""
        self.server = server
        self.client = client
        self.uri = path.as_uri()
        self.source = source
        self.pause = pause
        self.version = 0
        self.expected = source.violations

    def open(self) -> float:
        """Opens the file and waits for its diagnostics; the milliseconds that took."""
        mark = len(self.client.received)
        self.version += 1
        document = {"uri": self.uri, "languageId": "python", "version": self.version, "text": self.source.text}
        sent = self.client.notify("textDocument/didOpen", {"textDocument": document})
        return (self.answer(mark) - sent) / 1e6

    def close(self) -> None:
        """Closes it."""
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def cycle(self, function: ComplexFunction) -> list[Sample]:
        """Types a statement into a function and takes it away again."""
        line, column = function.typing_line + 1, len(INDENT)
        without = self.source.violations
        shifted = {at + (at > function.typing_line): complexity for at, complexity in without.items()}
        more = {**shifted, function.line: function.complexity + 1}
        samples = []

        end = len(self.source.lines[function.typing_line])
        self.press(line - 1, end, end, "\n" + INDENT)
        for character in STATEMENT[:-1]:
            self.press(line, column, column, character)
            column += 1
        samples.append(self.measure(line, column, column, STATEMENT[-1], more))
        column += 1
        for character in CALL:
            self.press(line, column, column, character)
            column += 1
        samples.append(self.measure(line, len(INDENT), len(INDENT), "#", shifted))
        samples.append(self.measure(line, len(INDENT), len(INDENT) + 1, "", more))
        while column > len(INDENT) + 2:
            self.press(line, column - 1, column, "")
            column -= 1
        samples.append(self.measure(line, column - 1, column, "", shifted))
        self.press(line, column - 2, column - 1, "")
        mark = len(self.client.received)
        self.edit((line - 1, end), (line, len(INDENT)), "")
        self.settle(mark)
        self.expected = without
        assert len(samples) == SAMPLES_PER_CYCLE
        return samples

    def press(self, line: int, start: int, end: int, text: str) -> None:
        """A keystroke that is not measured."""
        mark = len(self.client.received)
        self.edit((line, start), (line, end), text)
        self.settle(mark)

    def measure(self, line: int, start: int, end: int, text: str, expected: dict[int, int]) -> Sample:
        """A keystroke that changes what the server finds, up to its answer."""
        self.expected = expected
        mark = len(self.client.received)
        sent = self.edit((line, start), (line, end), text)
        sample = Sample(sent, self.answer(mark))
        time.sleep(self.pause)
        return sample

    def edit(self, start: tuple[int, int], end: tuple[int, int], text: str) -> int:
        """Replaces a range (lines and columns from 0) and does not wait; when it was sent."""
        self.version += 1
        change = {
            "range": {
                "start": {"line": start[0], "character": start[1]},
                "end": {"line": end[0], "character": end[1]},
            },
            "text": text,
        }
        return self.client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [change]},
        )

    def settle(self, mark: int) -> None:
        """Leaves the server time to be done with a keystroke that is not measured."""
        if self.server.answers_every_change:
            self.client.wait(
                lambda got: (of_file(got, self.uri) or {}).get("version") == self.version or None,
                f"diagnostics of version {self.version}",
                mark,
            )
        time.sleep(self.pause)

    def answer(self, mark: int) -> int:
        """Waits for the diagnostics of this version, with exactly the expected violations; when they were read."""

        def accept(got: Received) -> int | None:
            published = of_file(got, self.uri)
            if published is None or published.get("version") not in (None, self.version):
                return None
            nonlocal last
            last = self.server.complexities(published["diagnostics"])
            return got.nanoseconds if last == self.expected else None

        last: dict[int, int] | None = None
        try:
            return self.client.wait(accept, f"diagnostics of version {self.version}", mark)
        except Exception as error:
            if last is not None:
                wrong = sorted(set(last.items()) ^ set(self.expected.items()))
                error.add_note(
                    f"diagnostics came, but differ from what is expected in (line from 0, complexity) {wrong}"
                )
            raise


def of_file(got: Received, uri: str) -> dict[str, Any] | None:
    """The parameters of a message that publishes a file's diagnostics."""
    return got.params if got.method == "textDocument/publishDiagnostics" and got.params["uri"] == uri else None

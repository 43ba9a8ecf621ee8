"""A small language client that takes times: one server over pipes, as an editor talks to it.

Times are those of a reader that does nothing else: an edit's is taken right before its bytes are written, an answer's
right after its last bytes were read and before they are decoded.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

#: Seconds after which a server that does not answer, or does not read, has failed.
PATIENCE = 60.0

#: What the client can do: as little as an editor needs. No pulled diagnostics, so that servers push them.
CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {
            "relatedInformation": True,
            "versionSupport": True,
            "codeDescriptionSupport": True,
            "dataSupport": True,
        },
    },
    "window": {"workDoneProgress": True},
    "workspace": {"configuration": True, "workspaceFolders": True},
}

Message = dict[str, Any]
T = TypeVar("T")


class ServerFailed(RuntimeError):
    """A server ended, fell silent or answered with an error; the message says which and how."""


@dataclass(frozen=True)
class Received:
    """A message of the server, and when its last bytes were read (`time.perf_counter_ns`)."""

    message: Message
    nanoseconds: int

    @property
    def method(self) -> str | None:
        """The method of a notification or request."""
        return self.message.get("method")

    @property
    def params(self) -> Any:
        """What comes with it."""
        return self.message.get("params")


def framed(message: Message) -> bytes:
    """A message as it goes over the wire."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def unframed(buffer: bytearray) -> Iterator[Message]:
    """Takes the complete messages out of a buffer."""
    while (end := buffer.find(b"\r\n\r\n")) >= 0:
        length = None
        for line in bytes(buffer[:end]).split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if length is None:
            raise ValueError(f"a header without Content-Length: {bytes(buffer[:end])!r}")
        start = end + 4
        if len(buffer) < start + length:
            return
        body = bytes(buffer[start : start + length])
        del buffer[: start + length]
        yield json.loads(body)


class LanguageClient:
    """A running server and the conversation with it. Use it in a `with`: at its end the server is stopped."""

    def __init__(
        self,
        name: str,
        command: list[str],
        folder: Path,
        *,
        environment: dict[str, str] | None = None,
        configuration: dict[str, Any] | None = None,
    ) -> None:
        """Starts the server in a folder; what it logs goes to a file beside that folder.

        `configuration` answers `workspace/configuration`, by section.
        """
        self.name = name
        self.folder = folder
        self.configuration = configuration or {}
        self.log = folder.parent / f"{folder.name}.{name}.log"
        self.received: list[Received] = []
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._ended: str | None = None
        self._next_id = 0
        with self.log.open("wb") as log:
            try:
                self.process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env={**os.environ, **(environment or {})},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    bufsize=0,
                )
            except OSError as error:
                raise ServerFailed(f"cannot run {command[0]}: {error}") from error
        assert self.process.stdin is not None and self.process.stdout is not None
        self._input = self.process.stdin.fileno()
        self._output = self.process.stdout.fileno()
        if os.name == "posix":
            # So that a server that stops reading is noticed.
            os.set_blocking(self._input, False)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> LanguageClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The conversation

    def initialize(self, options: Any = None) -> Any:
        """The handshake; what the server says it can do."""
        uri = self.folder.as_uri()
        result = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "clientInfo": {"name": "latency"},
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self.folder.name}],
                "capabilities": CAPABILITIES,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return result["capabilities"]

    def request(self, method: str, params: Any) -> Any:
        """Asks, and waits for the answer."""
        self._next_id += 1
        number = self._next_id
        mark = len(self.received)
        self._write(framed({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        answer = self.wait(
            lambda got: got.message if got.method is None and got.message.get("id") == number else None,
            f"the answer to {method}",
            mark,
        )
        if "error" in answer:
            raise ServerFailed(f"{self.name}: {method}: {answer['error']}")
        return answer["result"]

    def notify(self, method: str, params: Any) -> int:
        """Tells; the time right before the bytes were written, in nanoseconds."""
        return self._write(framed({"jsonrpc": "2.0", "method": method, "params": params}))

    def wait(self, accept: Callable[[Received], T | None], what: str, mark: int = 0, patience: float = PATIENCE) -> T:
        """Waits until a message is accepted: one that has come since `mark` (a length of `received`), or that comes."""
        deadline = time.monotonic() + patience
        while True:
            with self._changed:
                while mark >= len(self.received):
                    if self._ended is not None:
                        raise ServerFailed(f"{self.name} ended before {what}: {self._ended}; {self.last_words()}")
                    left = deadline - time.monotonic()
                    if left <= 0 or not self._changed.wait(left):
                        raise ServerFailed(f"{self.name}: no {what} within {patience:g} s; {self.last_words()}")
                fresh = self.received[mark:]
            mark += len(fresh)
            for got in fresh:
                if (found := accept(got)) is not None:
                    return found

    def forget(self) -> None:
        """Drops the messages received so far. Lengths of `received` that were noted before mean nothing any more."""
        with self._changed:
            self.received.clear()

    def stop(self) -> None:
        """Ends the server, kindly if it lets us."""
        if self.process.poll() is None and self._ended is None:
            try:
                self.request("shutdown", None)
                self.notify("exit", None)
                self.process.wait(timeout=5)
            except (ServerFailed, subprocess.TimeoutExpired):
                self.process.kill()
        self.process.kill()
        self.process.wait()
        self._reader.join(timeout=5)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    # What it costs

    def resident_megabytes(self) -> float | None:
        """The server's resident memory in MB (millions of bytes); None where the system does not tell."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return None
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
        return None

    def last_words(self) -> str:
        """The end of what the server logged, for messages of failure."""
        text = self.log.read_text(encoding="utf-8", errors="replace").strip()
        return "it logged nothing" if not text else "it logged: " + " / ".join(text.splitlines()[-3:])[-500:]

    # The pipes

    def _write(self, data: bytes) -> int:
        with self._writing:
            began = time.perf_counter_ns()
            rest = memoryview(data)
            try:
                while rest:
                    try:
                        rest = rest[os.write(self._input, rest) :]
                    except BlockingIOError:
                        if not select.select([], [self._input], [], PATIENCE)[1]:
                            raise ServerFailed(f"{self.name} does not read; {self.last_words()}") from None
            except OSError as error:
                raise ServerFailed(f"{self.name} is gone: {error}; {self.last_words()}") from error
            return began

    def _read(self) -> None:
        buffer = bytearray()
        reason = "it closed its output"
        try:
            while chunk := os.read(self._output, 1 << 20):
                now = time.perf_counter_ns()
                buffer += chunk
                for message in unframed(buffer):
                    self._receive(Received(message, now))
        except (OSError, ValueError, ServerFailed) as error:
            reason = str(error)
        with self._changed:
            self._ended = reason
            self._changed.notify_all()

    def _receive(self, got: Received) -> None:
        with self._changed:
            self.received.append(got)
            self._changed.notify_all()
        if got.method is not None and "id" in got.message:
            result = None
            if got.method == "workspace/configuration":
                result = [self.configuration.get(item.get("section")) for item in got.params["items"]]
            self._write(framed({"jsonrpc": "2.0", "id": got.message["id"], "result": result}))

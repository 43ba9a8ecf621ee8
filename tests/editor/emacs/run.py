"""Tests the server in Emacs, with eglot: keys are pressed in a terminal, and what Flymake and the echo area have is seen.

    python tests/editor/emacs/run.py                         the newest binary that is built here
    python tests/editor/emacs/run.py --binary target/quick/antipasta-lsp --emacs /opt/emacs/bin/emacs

Needs an Emacs with eglot: 29 or newer, or an earlier one with the package. Not for Windows. The last line is
`N passed, N failed`. Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "conformance"), str(HERE.parent)]

from patience import patience  # noqa: E402
from sides import BINARY_VARIABLE, SideFailed, binary, conclude  # noqa: E402
from workspace import make  # noqa: E402

#: Seconds after which nothing more is waited for.
PATIENCE = patience(60)
#: Lines and columns of the terminal.
SIZE = (40, 120)

State = dict[str, Any]


class Emacs:
    """An Emacs in a terminal of its own."""

    def __init__(self, command: list[str], server: list[str], scratch: Path) -> None:
        """Starts it. Nothing of the user's own takes part."""
        self.state_file = scratch / "state.json"
        self.terminal, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        variables = {
            "ANTIPASTA_CACHE_DIR": str(scratch / "cache"),
            "ANTIPASTA_COMMAND": json.dumps(server),
            "ANTIPASTA_STATE": str(self.state_file),
            "HOME": str(scratch),
            "TERM": "xterm",
        }
        self.process = subprocess.Popen(
            [*command, "-nw", "--no-init-file", "--load", str(HERE / "init.el")],
            cwd=scratch,
            env={**os.environ, **variables},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self) -> None:
        """Takes what is drawn, so that Emacs never waits for it to be read."""
        while True:
            try:
                if not os.read(self.terminal, 65536):
                    return
            except OSError:
                return

    def press(self, keys: str) -> None:
        """Presses keys, as the terminal has them: `\\x18` is C-x."""
        for key in keys:
            os.write(self.terminal, key.encode())
            time.sleep(0.005)

    def command(self, name: str) -> None:
        """Runs a command by its name."""
        self.press(f"\x1bx{name}\r")

    def until(self, what: str, check: Callable[[State], bool]) -> State:
        """Waits until the state satisfies a check, and returns it."""
        end = time.monotonic() + PATIENCE
        state: State = {}
        while True:
            if self.state_file.is_file():
                state = json.loads(self.state_file.read_text(encoding="utf-8"))
                if check(state):
                    return state
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"no {what}; seen last: {json.dumps(state)}")
            time.sleep(0.05)

    def go_after(self, text: str) -> None:
        """Puts the cursor after the first place that has a text."""
        self.command("beginning-of-buffer")
        self.press(f"\x13{text}\r")

    def move(self) -> None:
        """Moves the cursor, and back again."""
        self.press("\x06\x02")

    def end(self) -> None:
        """Ends it, if it runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)


def says(name: str, *parts: str) -> Callable[[State], bool]:
    """Whether a diagnostic underlines a name, and has the parts in its message."""

    def check(state: State) -> bool:
        diagnostics = state["diagnostics"]
        return any(text == name and all(part in message for part in parts) for text, message in diagnostics)

    return check


def opening(emacs: Emacs, file: Path) -> None:
    """Violations are shown at the names of functions and classes."""
    emacs.until("Emacs", lambda state: True)
    emacs.press(f"\x18\x06\x01\x0b{file}\r")
    emacs.until("server", lambda state: state["server"] is not None and "Connected" in state["message"])
    # Flymake begins after the next command.
    emacs.move()
    emacs.until("violation of a function", says("shipping_cost", "Cyclomatic Complexity is 7.00 (threshold: <= 5.0)"))
    state = emacs.until("violation of a class", says("Basket", "Weighted Methods Per Class is 7.00"))
    assert not says("greet")(state), state


def hovering(emacs: Emacs, _: Path) -> None:
    """The echo area has the metrics of the name at the cursor."""
    emacs.go_after("def ship")
    emacs.move()
    emacs.until("metrics", lambda state: re.search(r"Cyclomatic Complexity +7 +<= 5 +violation", state["message"]))


def typing(emacs: Emacs, _: Path) -> None:
    """Typing a branch shows what the function comes to."""
    emacs.go_after("def greet(name):")
    emacs.press("\rif name.a and name.b or name.c and name.d and name.e or name.f: pass")
    emacs.until("violation", says("greet", "Cyclomatic Complexity is 7.00"))


def acting(emacs: Emacs, _: Path) -> None:
    """A code action ignores the violation."""
    emacs.go_after("def gre")
    emacs.command("eglot-code-actions")
    emacs.until("choice of actions", lambda state: "*Minibuf" in state["buffer"])
    emacs.press("Ignore\t\r")
    emacs.until("function without violations", lambda state: state["diagnostics"] and not says("greet")(state))


def recovering(emacs: Emacs, _: Path) -> None:
    """A server that is killed is started again."""
    # Eglot starts it again only if it has run for `eglot-autoreconnect`, which is a second here.
    time.sleep(1)
    killed = emacs.until("server", lambda state: state["server"] is not None)["server"]
    os.kill(killed, signal.SIGKILL)
    emacs.until("another server", lambda state: state["server"] not in (None, killed))
    emacs.go_after("def __init__(self, items):")
    emacs.press("\rif items.a and items.b and items.c or items.d and items.e: pass")
    emacs.until("violation", says("__init__", "Cyclomatic Complexity is 6.00"))


def shutting_down(emacs: Emacs, _: Path) -> None:
    """The server is shut down as it is to be."""
    emacs.command("eglot-shutdown")
    # Another command is not run before that one is done.
    emacs.command("emacs-version")
    state = emacs.until("end of the command", lambda state: state["message"].startswith("GNU Emacs"))
    assert state["server"] is None and "error" not in state["log"], state


SESSION = (opening, hovering, typing, acting, recovering, shutting_down)


def run(emacs: Emacs, file: Path) -> tuple[int, int]:
    """Runs the tests in order, each from where the last ended; how many passed and failed."""
    passed = failed = 0
    for test in SESSION:
        name = (test.__doc__ or "").rstrip(".")
        try:
            test(emacs, file)
        except (AssertionError, OSError) as error:
            failed += 1
            print(f"not ok {name}: {error}", flush=True)
        else:
            passed += 1
            print(f"ok {name}", flush=True)
    return passed, failed


def find_emacs(word: str) -> list[str]:
    """The command of an Emacs that has eglot."""
    command = shlex.split(word)
    if shutil.which(command[0]) is None:
        raise SideFailed(f"there is no {command[0]}")
    version = subprocess.run(
        [*command, "--batch", "--eval", "(progn (require 'eglot) (princ emacs-version))"],
        stdout=subprocess.PIPE,
        text=True,
    )
    if version.returncode != 0:
        raise SideFailed(f"{command[0]} has no eglot")
    print(f"== Emacs {version.stdout}", flush=True)
    return command


def main() -> int:
    """Reads the command line, runs the session, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    parser.add_argument("--emacs", default="emacs", metavar="COMMAND", help="the command of Emacs (default: emacs)")
    options = parser.parse_args()
    try:
        server = binary(options.binary, 1).command
        command = find_emacs(options.emacs)
        with tempfile.TemporaryDirectory(prefix="emacs-") as folder:
            scratch = Path(folder).resolve()
            emacs = Emacs(command, server, scratch)
            try:
                passed, failed = run(emacs, make(scratch) / "shop.py")
            finally:
                emacs.end()
    except (SideFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return conclude(passed, failed)


if __name__ == "__main__":
    sys.exit(main())

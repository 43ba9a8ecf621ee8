"""`python -m antipasta_lsp`: the binary, for whoever knows a Python but not a PATH."""

from __future__ import annotations

import os
import subprocess
import sys

from antipasta_lsp._binary import BinaryNotFound, find_binary


def main() -> int:
    """Become the binary, with the same arguments; the exit code is its own."""
    try:
        command = [os.fspath(find_binary()), *sys.argv[1:]]
    except BinaryNotFound as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if sys.platform == "win32":
        # There, a process that replaces itself seems to its parent to have ended.
        try:
            return subprocess.run(command).returncode
        except KeyboardInterrupt:
            # The binary has it too, and ends by itself.
            return 130
    sys.stdout.flush()
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())

"""Programs of the npm registry: Node runs them, and npm installs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

#: What npm says of itself if its pins are at fault, and not the registry, the network or the machine.
FAULTS_OF_PINS = ("EUSAGE", "EINTEGRITY", "EJSONPARSE")


class ProgramsUnavailable(RuntimeError):
    """The programs cannot be had; the message says what is missing."""


class PinsAtFault(RuntimeError):
    """The programs cannot be installed by the pins that are here: the repository is to be mended."""


def find_node() -> str:
    """Node 20 or 22: the VS Code that is pinned is made for them."""
    node = shutil.which("node")
    version = "" if node is None else subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if node is None or not version.startswith(("v20.", "v22.")):
        raise ProgramsUnavailable(f"Node 20 or 22 is needed, and there is {version or 'none'}")
    return node


def npm(folder: Path, command: str, *words: str) -> None:
    """Runs npm. Scripts of packages are run only where asked for: some of them download what is not needed here."""
    program = shutil.which("npm")
    if program is None:
        raise ProgramsUnavailable("npm is needed, and there is none")
    scripts = () if "--ignore-scripts=false" in words else ("--ignore-scripts",)
    call([program, command, "--no-audit", "--no-fund", "--loglevel=error", *scripts, *words], folder)


def call(command: list[str], folder: Path) -> None:
    """Runs a command that must succeed. What it says is no part of the results."""
    done = subprocess.run(command, cwd=folder, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        message = f"`{' '.join(command)}` failed with exit code {done.returncode}"
        is_ours = any(f"code {fault}" in done.stderr for fault in FAULTS_OF_PINS)
        raise PinsAtFault(message) if is_ours else ProgramsUnavailable(message)

"""The programs that the extension is tested in: VS Code, as code-server ships it, and Chromium to see it by.

code-server and the driver of the browser are installed from the npm registry, as `programs/` pins them, into
`.reference/vscode/`. Chromium is the system's; on Debian and Ubuntu it is installed if there is none and one may.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINS = HERE / "programs"
#: Names a Chromium or Chrome that is not on the PATH.
CHROMIUM_VARIABLE = "CHROMIUM"
#: The modules of VS Code that are not JavaScript alone. Kerberos, for proxies, is done without.
NATIVE = ("@parcel/watcher", "@vscode/spdlog", "native-watchdog", "node-pty", "@vscode/deviceid")


class ProgramsUnavailable(RuntimeError):
    """The programs cannot be had; the message says what is missing."""


@dataclass(frozen=True)
class Programs:
    """What the tests run."""

    #: The folder whose `node_modules` has code-server and playwright-core.
    folder: Path
    node: str
    chromium: str


def ensure(directory: Path) -> Programs:
    """The programs, installed below `directory` if need be."""
    node = find_node()
    chromium = find_chromium()
    folder = directory / "vscode"
    mark = folder / "installed"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != fingerprint():
        print(f"installing VS Code in {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        install(folder)
        mark.write_text(fingerprint(), encoding="utf-8")
    return Programs(folder, node, chromium)


def install(folder: Path) -> None:
    """Installs code-server, the modules of the VS Code in it, and what of both is to be compiled here."""
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINS / name, folder)
    npm(folder, "ci")
    workbench = folder / "node_modules" / "code-server" / "lib" / "vscode"
    # Its own pins name an address of git. These are of the registry.
    (workbench / "npm-shrinkwrap.json").unlink(missing_ok=True)
    shutil.copy(PINS / "workbench-lock.json", workbench / "package-lock.json")
    npm(workbench, "ci", "--omit=dev")
    npm(workbench, "rebuild", "--ignore-scripts=false", *NATIVE)
    npm(folder, "rebuild", "--ignore-scripts=false", "argon2")


def npm(folder: Path, command: str, *words: str) -> None:
    """Runs npm. Scripts of packages are run only where asked for: some of them download what is not needed here."""
    program = shutil.which("npm") or "npm"
    scripts = () if "--ignore-scripts=false" in words else ("--ignore-scripts",)
    call([program, command, "--no-audit", "--no-fund", "--loglevel=error", *scripts, *words], folder)


def fingerprint() -> str:
    """What was installed, in a word."""
    files = sorted(PINS.iterdir())
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in [*files, Path(__file__)])).hexdigest()


def find_node() -> str:
    """Node 20: the VS Code that is pinned is made for it."""
    node = shutil.which("node")
    version = "" if node is None else subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if node is None or not version.startswith(("v20.", "v22.")):
        raise ProgramsUnavailable(f"Node 20 or 22 is needed, and there is {version or 'none'}")
    return node


def find_chromium() -> str:
    """A Chromium or Chrome."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    for attempt in ("look", "install"):
        found = next((path for name in names if (path := shutil.which(name))), None)
        if found:
            return found
        if attempt == "look" and shutil.which("apt-get") and os.geteuid() == 0:
            call(["apt-get", "update", "-qq"], HERE)
            call(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu"], HERE)
    raise ProgramsUnavailable(f"there is no Chromium: install it, or name it by ${CHROMIUM_VARIABLE}")


def call(command: list[str], folder: Path) -> None:
    """Runs a command that must succeed. What it says is no part of the results."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=folder, stdout=sys.stderr, env=environment)
    if done.returncode != 0:
        raise ProgramsUnavailable(f"`{' '.join(command)}` failed with exit code {done.returncode}")

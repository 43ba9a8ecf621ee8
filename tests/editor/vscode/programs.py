"""The programs that the extension is tested in: VS Code, as code-server ships it, and Chromium to see it by.

All are installed from the npm registry, as `programs/` pins them, into `.reference/vscode/`: nothing is installed on
the system, and no rights on it are needed. Where the registry has no Chromium for the machine, it is the system's.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from npm_registry import ProgramsUnavailable, call, find_node, npm
from patience import patience

HERE = Path(__file__).resolve().parent
PINS = HERE / "programs"
UNPACK = HERE / "unpack.mjs"
#: Names a Chromium or Chrome to be used in place of the one that is pinned.
CHROMIUM_VARIABLE = "CHROMIUM"
#: The modules of VS Code that are not JavaScript alone. Kerberos, for proxies, is done without.
NATIVE = ("@parcel/watcher", "@vscode/spdlog", "native-watchdog", "node-pty", "@vscode/deviceid")


@dataclass(frozen=True)
class Programs:
    """What the tests run."""

    #: The folder whose `node_modules` has code-server and playwright-core.
    folder: Path
    node: str
    chromium: str
    #: What the environment has for the programs beyond what it has anyway.
    variables: dict[str, str]


def ensure(directory: Path) -> Programs:
    """The programs, installed below `directory` if need be."""
    if not sys.platform.startswith("linux"):
        raise ProgramsUnavailable("the tests look at processes as Linux shows them")
    node = find_node()
    named = find_chromium()
    folder = directory / "vscode"
    mark = folder / "installed"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != fingerprint():
        print(f"installing VS Code in {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        install(node, folder)
        mark.write_text(fingerprint(), encoding="utf-8")
    browser = folder / "browser"
    chromium = named or str(browser / "chromium")
    variables = {"FONTCONFIG_FILE": str(browser / "fonts.conf")}
    if not runs(chromium, variables):
        # The few libraries that it needs, for a machine without.
        variables["LD_LIBRARY_PATH"] = str(browser / "lib")
    if not runs(chromium, variables):
        raise ProgramsUnavailable(f"{chromium} does not run here: name another by ${CHROMIUM_VARIABLE}")
    return Programs(folder, node, chromium, variables)


def install(node: str, folder: Path) -> None:
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
    call([node, str(UNPACK), str(folder / "node_modules"), str(folder / "browser")], folder)


def fingerprint() -> str:
    """What was installed, in a word."""
    files = [*sorted(PINS.iterdir()), UNPACK, Path(__file__)]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def find_chromium() -> str | None:
    """A Chromium or Chrome of the system; nothing if the one that is pinned is to be used."""
    named = os.environ.get(CHROMIUM_VARIABLE)
    if not named and platform.machine() == "x86_64":
        return None
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise ProgramsUnavailable(
            f"there is no {' or '.join(names)}: install one, or name a Chromium by ${CHROMIUM_VARIABLE}"
        )
    return found


def runs(chromium: str, variables: dict[str, str]) -> bool:
    """Whether a browser starts."""
    try:
        done = subprocess.run(
            [chromium, "--version"], capture_output=True, env={**os.environ, **variables}, timeout=patience(60)
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

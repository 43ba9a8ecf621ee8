"""Writes THIRD-PARTY-NOTICES.txt: the licences of all crates that are part of a released binary.

    python3 .github/notices.py            writes the file
    python3 .github/notices.py --check    says what is wrong with it: exit code 1

Needs cargo, which fetches the sources of crates for the other platforms. A crate is in it with every licence, copyright and
notice that its package has; those of one wording are there once.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parent.parent
NOTICES = TOP / "THIRD-PARTY-NOTICES.txt"
PACKAGE = "antipasta-lsp"
#: Those of `deny.toml`, which are those of the release.
TARGETS: list[str] = tomllib.loads((TOP / "deny.toml").read_text(encoding="utf-8"))["graph"]["targets"]
#: Files with what has to be passed on.
NAMES = re.compile(r"^(un)?licen[cs]e|^copying|^copyright|^notice", re.IGNORECASE)
#: Where a crate has code of others, and their licences with it.
DEPTH = 3
RULE = "=" * 80


def metadata(target: str) -> dict[str, Any]:
    """What cargo knows of the packages for a platform."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.PIPE).stdout)


def shipped(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The packages of others that become part of the binary, by their ids."""
    packages = {package["id"]: package for package in known["packages"]}
    needs = {
        node["id"]: [
            dependency["pkg"]
            for dependency in node["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        ]
        for node in known["resolve"]["nodes"]
    }
    left = [key for key, package in packages.items() if package["name"] == PACKAGE]
    found: set[str] = set()
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            left += needs[key]
    return {key: packages[key] for key in found if packages[key]["source"] is not None}


def texts(package: dict[str, Any]) -> list[str]:
    """What a package says of its licences."""
    folder = Path(package["manifest_path"]).parent
    named = [folder / package["license_file"]] if package["license_file"] else []
    files = [path for path in folder.rglob("*") if len(path.relative_to(folder).parts) <= DEPTH]
    files = sorted(path for path in files if NAMES.match(path.name) and path.is_file() and path.suffix != ".rs")
    if "MIT" in re.split(r" OR |/", package["license"] or ""):
        # One of several may be chosen.
        files = [path for path in files if "MIT" in path.name.upper()] or files
    found = [path.read_text(encoding="utf-8", errors="replace") for path in dict.fromkeys([*named, *files])]
    return [cleaned(text) for text in found if text.strip()]


def cleaned(text: str) -> str:
    """A text without what editors leave behind: a mark, line ends of Windows, spaces at the end of lines."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\f", "").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def without_text(package: dict[str, Any]) -> str:
    """What stands for the licence of a package that brings no text of it."""
    authors = ", ".join(package["authors"]) or f"the authors of {package['name']}"
    return f"Copyright (c) {authors}\n\nLicensed under {package['license']}: https://spdx.org/licenses/\n{package['repository'] or ''}".strip()


def permission(text: str) -> str | None:
    """The MIT licence without the line about its copyright, if a text is that."""
    found = re.search(r"Permission is hereby granted, free of charge.*", text, re.DOTALL)
    return found[0] if found and "Copyright" in text.split("Permission is hereby", 1)[0] else None


def notices() -> str:
    """The content of the file."""
    packages: dict[str, dict[str, Any]] = {}
    for target in TARGETS:
        packages |= shipped(metadata(target))
    ordered = sorted(packages.values(), key=lambda package: (package["name"], package["version"]))
    by_text: dict[str, list[str]] = {}
    mit = next(text for package in ordered for text in texts(package) if permission(text))
    for package in ordered:
        name = f"{package['name']} {package['version']} ({package['license'] or 'see below'})"
        found = texts(package) or [without_text(package)]
        if not texts(package) and package["license"] and "MIT" in package["license"]:
            found = [f"{without_text(package)}\n\n{permission(mit)}"]
        for text in found:
            users = by_text.setdefault(text, [])
            if name not in users:
                users.append(name)
    head = (
        f"{PACKAGE} contains the following packages of others, under their licences.\n"
        "Written by .github/notices.py; do not edit.\n"
    )
    parts = ["\n".join([RULE, *users, RULE, "", text, ""]) for text, users in by_text.items()]
    return "\n".join([head, *parts])


def main() -> int:
    """Reads the command line, and writes or checks the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, and compare")
    options = parser.parse_args()
    expected = notices()
    if not options.check:
        NOTICES.write_text(expected, encoding="utf-8", newline="\n")
        print(f"wrote {NOTICES.name}: {len(expected.splitlines())} lines")
        return 0
    if NOTICES.exists() and NOTICES.read_text(encoding="utf-8") == expected:
        print(f"{NOTICES.name} is complete")
        return 0
    print(f"error: {NOTICES.name} is not that of Cargo.lock; write it by `python3 .github/notices.py`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

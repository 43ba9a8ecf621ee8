"""Violations: messages and exit codes of `antipasta metrics` and of our check, on a directory."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collect import TYPES
from reference import Reference
from sides import Binary, SideFailed


@dataclass
class Verdict:
    """What one side says of a directory: its files, their violations' messages, its exit code."""

    files: set[str]
    messages: Counter[tuple[str, str]]
    exit_code: int


@dataclass
class Difference:
    """How the two verdicts on a directory differ."""

    files: int = 0
    messages: int = 0
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verdict(reports: list[dict[str, Any]], directory: Path) -> Verdict:
    """The verdict that reports of Python files amount to, for the metric types that we compute."""
    files: set[str] = set()
    messages: Counter[tuple[str, str]] = Counter()
    for report in reports:
        if report["language"] != "python":
            continue
        file = os.path.relpath(directory / report["file"], directory)
        files.add(file)
        for violation in report["violations"]:
            if violation["type"] in TYPES:
                messages[file, violation["message"]] += 1
    return Verdict(files, messages, 2 if messages else 0)


def of_reference(reference: Reference, directory: Path) -> Verdict:
    """The verdict of antipasta; its exit code as it would be without the metrics that we lack."""
    command = [
        str(reference.script("antipasta")),
        "metrics",
        "-d",
        ".",
        "--format",
        "json",
    ]
    environment = {**os.environ, "ANTIPASTA_NO_CACHE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode not in (0, 2):
        if "No files found" in done.stdout + done.stderr:
            return Verdict(set(), Counter(), 0)
        raise SideFailed(f"antipasta failed on {directory}: {done.stderr.strip()[-300:]}")
    # Lines for people come before the JSON, which starts at the first line that is a brace.
    start = done.stdout.index("\n{\n") if not done.stdout.startswith("{") else 0
    return verdict(json.loads(done.stdout[start:])["reports"], directory)


def of_ours(binary: Binary, directory: Path) -> Verdict:
    """The verdict of our binary."""
    report, code, words = binary.run([".", "--format", "json", "--no-cache"], cwd=directory)
    if report is None:
        raise SideFailed(f"our check failed on {directory}: exit code {code}: {words}")
    said = verdict(report["reports"], directory)
    return Verdict(said.files, said.messages, code)


def differ(theirs: Verdict, ours: Verdict, unaccepted: set[str]) -> Difference:
    """How two verdicts differ, files that CPython does not accept left aside."""
    found = Difference(len(theirs.files), sum(theirs.messages.values()))
    for file in sorted(theirs.files - ours.files - unaccepted):
        found.lines.append(f"{file}: the reference reports on it, we do not")
    for file in sorted(ours.files - theirs.files - unaccepted):
        found.lines.append(f"{file}: we report on it, the reference does not")
    for (file, message), count in sorted((theirs.messages - ours.messages).items()):
        if file in ours.files and file not in unaccepted:
            found.lines += [f"{file}: only the reference: {message}"] * count
    for (file, message), count in sorted((ours.messages - theirs.messages).items()):
        if file in theirs.files and file not in unaccepted:
            found.lines += [f"{file}: only ours: {message}"] * count
    if theirs.exit_code != ours.exit_code:
        words = f"exit code: reference {theirs.exit_code}, ours {ours.exit_code}"
        if unaccepted & ours.files:
            found.notes.append(f"{words} (there are files that the reference cannot analyze)")
        else:
            found.lines.append(words)
    return found

"""Projects to report on, and the binary's reports on them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from patience import patience

#: A function that the default configuration finds too complex.
COMPLEX = "def f(x):\n" + "    if x: pass\n" * 10
METHOD = "".join(f"    {line}\n" for line in COMPLEX.splitlines())
NESTED = f"class Outer:\n    class Inner:\n        def quiet(self): return 1\n{METHOD}{METHOD}"
#: What a name of a file can hold on this system.
HOSTILE = "a b,c%41;d=e" if sys.platform == "win32" else "a b,c%41:d|e`f``g'h\"i<j>&k\n::error::l\t\x1b[31m\\|m@n*_#"

CLEAN = {"ok.py": "x = 1\n", "sub/also.py": "def g():\n    return 1\n"}
FAILED = {
    "syntax.py": "x = (\n",
    "latin.py": b"x = '\xe9'\n",
    "cookie.py": "# coding: no-such-encoding\n",
}
UNUSED = {"unused.py": "def g():  # antipasta: ignore\n    return 1\n"}
VIOLATIONS = {
    "plain.py": COMPLEX + COMPLEX,
    "sub/nested.py": NESTED,
    f"{HOSTILE}.py": "@decorated\n" + COMPLEX,
    f"{HOSTILE}/é 𝒳.py": COMPLEX,
    ".antipasta.yaml": (
        "languages:\n  - name: python\n    metrics:\n"
        "      - {type: cyclomatic_complexity, threshold: 10, comparison: '<='}\n"
        "      - {type: cognitive_complexity, threshold: 1, comparison: '<='}\n"
        "      - {type: weighted_methods_per_class, threshold: 5, comparison: '<='}\n"
        "      - {type: blank_lines, threshold: 1, comparison: '>='}\n"
    ),
}
#: The projects by name, each with its files.
PROJECTS: dict[str, dict[str, str | bytes]] = {
    "clean": CLEAN,
    "failed": FAILED,
    "unused": UNUSED,
    "all": {**CLEAN, **FAILED, **UNUSED, **VIOLATIONS},
}


@contextmanager
def project(name: str) -> Iterator[Path]:
    """A folder with the files of a project."""
    with tempfile.TemporaryDirectory(prefix="reports-") as folder:
        root = Path(folder).resolve()
        (root / ".git").mkdir()
        for file, content in PROJECTS[name].items():
            path = root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if name == "all" and sys.platform == "linux":
            for byte in (b"\xfe", b"\xff"):
                Path(os.fsdecode(os.fsencode(root) + b"/raw" + byte + b".py")).write_text(COMPLEX)
        yield root


def report(folder: Path, form: str) -> str:
    """What the binary writes of a folder in a format."""
    command = [*shlex.split(os.environ["ANTIPASTA_LSP"]), "--check", "--report-unused-ignores", "--output-format", form]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=patience(60))
    if done.returncode not in (0, 1, 2):
        raise AssertionError(f"exit code {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode("utf-8")

"""Holds `antipasta-lsp verify` against the reference, and against stand-ins for it that are wrong in one place.

    python tests/conformance/verify.py                               the newest binary that is built here
    python tests/conformance/verify.py --binary target/quick/antipasta-lsp

The last line is `N passed, N failed`. Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reference import REPOSITORY, Reference, ReferenceUnavailable, add_arguments, ensure
from sides import BINARY_VARIABLE, SideFailed, binary, conclude

FIXTURES = REPOSITORY / "fixtures" / "python"
#: Runs the reference, and changes its report as the first argument says.
STAND_IN = """\
#!{python}
import json, subprocess, sys
run = "import sys; sys.argv[0] = 'antipasta'; from antipasta.cli.main import main; sys.exit(main())"
done = subprocess.run([sys.executable, "-P", "-c", run, *sys.argv[1:]], capture_output=True, text=True)
if "--version" in sys.argv:
    sys.exit(print(done.stdout))
start = done.stdout.index("\\n{{") + 1
report = json.loads(done.stdout[start:])
reports = {{item["file"].rsplit("/", 1)[-1]: item for item in report["reports"]}}
shop = reports["shop.py"]
{change}
print(done.stdout[:start] + json.dumps(report, indent=2))
sys.exit(done.returncode)
"""
SHOP = "def f(x):\n" + "    if x: pass\n" * 10 + "class A:\n    def m(self):\n        return 0.1 + 0.2\n"

CONFIGURATION = """\
languages:
  - name: python
    metrics:
      - {{type: cyclomatic_complexity, threshold: {limit}, comparison: '<='}}
ignore_patterns: ['**/tests/**']
"""
#: A project whose verdict depends on how it is checked.
MOVING = {
    ".antipasta.yaml": CONFIGURATION.format(limit=10),
    "other.yaml": CONFIGURATION.format(limit=3),
    ".gitignore": "ignored.py\n",
    "ignored.py": SHOP,
    "middle.py": "def f(x):\n" + "    if x: pass\n" * 5,
    "src/bad.py": SHOP,
    "src/good.py": "def f(x):\n    return x\n",
    "tests/test_bad.py": SHOP,
}


@dataclass(frozen=True)
class Case:
    """A stand-in, and what is to be said of it."""

    name: str
    change: str
    code: int
    words: str


CASES = (
    Case("no change", "", 0, "no difference"),
    Case(
        "a last digit",
        "row = next(row for row in shop['metrics'] if row['type'] == 'halstead_volume')\n"
        "row['value'] = row['value'] * (1 + 2**-52)",
        2,
        "shop.py: halstead_volume: antipasta ",
    ),
    Case(
        "a value",
        "[row.update(value=12) for row in shop['metrics'] if (row['type'], row['function_name']) == "
        "('cyclomatic_complexity', 'f')]",
        2,
        "shop.py:1 (f): cyclomatic_complexity [classname , rank C, type function]: antipasta 12, antipasta-lsp 11",
    ),
    Case(
        "a line",
        "[row.update(line_number=9) for row in shop['metrics'] if (row['type'], row['function_name']) == "
        "('cognitive_complexity', 'f')]",
        2,
        "shop.py:9 (f): cognitive_complexity",
    ),
    Case("a row that is missing", "shop['metrics'].remove(shop['metrics'][0])", 2, "antipasta nothing, antipasta-lsp"),
    Case("a row too many", "shop['metrics'].append(shop['metrics'][0])", 2, "antipasta-lsp nothing"),
    Case("a violation that is missing", "del shop['violations'][0]", 2, "violates: antipasta nothing"),
    Case("another threshold", "shop['violations'][0]['threshold'] = 9.5", 2, "[<= 9.5] violates"),
    Case("a file that is missing", "report['reports'].remove(shop)", 2, "shop.py: not in the report of antipasta"),
    Case("a metric that only it has", "shop['metrics'].append({'type': 'new', 'value': 1})", 0, "no difference"),
    Case("no JSON", "sys.exit(print('hello'))", 1, "the report of antipasta cannot be read"),
    Case("a failure", "sys.exit('it is broken')", 1, "antipasta failed: it is broken"),
)


def migrations() -> list[tuple[list[str], list[str]]]:
    """The command lines that the page on moving says to be the same, theirs and ours, without their programs."""
    page = (REPOSITORY / "docs" / "migration.md").read_text(encoding="utf-8")
    pairs = re.findall(r"^\| `antipasta (.*?)` \| `antipasta-lsp (.*?)` \|$", page, re.MULTILINE)
    return [(theirs.split(), ours.split()) for theirs, ours in pairs]


def verdict(command: list[str], folder: Path) -> tuple[int, list[str]]:
    """The exit code of a check, and the violations that it prints as text or as JSON."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "ANTIPASTA_NO_CACHE": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    lines = (line.strip() for line in done.stdout.splitlines())
    return done.returncode, sorted(line for line in lines if line.startswith(("❌", '"message"')))


def verify(command: list[str], folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Runs the command. Returns its exit code and what it says."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "ANTIPASTA_NO_CACHE")}
    done = subprocess.run(
        [*command, "verify", *arguments],
        cwd=folder,
        env={**kept, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def outcomes(reference: Reference, command: list[str], scratch: Path) -> Iterator[tuple[str, bool, str]]:
    """The tests: the name of each, whether it passed, and what was said."""
    python = str(reference.python)

    def outcome(name: str, code: int, words: str, said: tuple[int, str]) -> tuple[str, bool, str]:
        return name, said[0] == code and words in said[1], f"exit code {said[0]}: {said[1]}"

    yield outcome("the fixtures are the same", 0, "no difference", verify(command, FIXTURES, "--python", python))
    project = scratch / "a project"
    shutil.copytree(FIXTURES, project / "fixtures")
    (project / "-shop.py").write_text(SHOP, encoding="utf-8")
    (project / "broken.py").write_text("x = (\n", encoding="utf-8")
    (project / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xe9'\n")
    (project / "keyword.py").write_text("return = 1\n", encoding="utf-8")
    (project / "new.py").write_text("type A = int\n", encoding="utf-8")
    said = verify(command, project, VIRTUAL_ENV=str(reference.python.parent.parent))
    yield outcome("that of the virtual environment", 0, "no difference", said)
    yield outcome("a file for neither", 0, "analyzed by neither: broken.py", said)
    yield outcome("a file for neither, of which there are lines", 0, "analyzed by neither: keyword.py", said)
    yield outcome("a file for us only", 0, "analyzed by antipasta-lsp only: latin.py", said)
    yield outcome("a file for newer versions", 0, "analyzed by antipasta-lsp only: new.py", said)
    (project / "pyproject.toml").write_text(
        "[[tool.antipasta.languages]]\nname = 'python'\nmetrics = [{type = 'lines_of_code', threshold = 3, "
        "comparison = '<='}]\n",
        encoding="utf-8",
    )
    said = verify(command, project, "--python", python, "--", "-shop.py")
    yield outcome("a configuration that only we read", 0, "1 violations: no difference", said)
    (project / "pyproject.toml").unlink()

    moving = scratch / "moving"
    for name, content in MOVING.items():
        path = moving / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(moving)], check=True)
    said = verify(command, moving, "--python", python, "ignored.py", "middle.py")
    yield outcome("a file that is ignored and named", 0, "2 files", said)
    seen = set()
    for theirs, ours in migrations():
        left = verdict([str(reference.script("antipasta")), *theirs], moving)
        right = verdict([*command, *ours], moving)
        seen.add(str(left))
        yield f"{' '.join(ours)} is {' '.join(theirs)}", left == right, f"{left} and {right}"
    yield "the command lines that are the same differ among themselves", len(seen) > 4, str(seen)

    nowhere = str(scratch / "nowhere")
    yield outcome("none", 1, "pip install antipasta==1.2.0", verify(command, project, PATH=nowhere))
    yield outcome("no such Python", 1, "has no antipasta", verify(command, project, "--python", nowhere))
    empty = scratch / "empty"
    empty.mkdir()
    yield outcome("no files", 1, "No files found", verify(command, empty, "--python", python))
    if sys.platform == "win32":
        # Scripts are no programs there.
        return
    (project / "shop.py").write_text(SHOP, encoding="utf-8")
    for case in CASES:
        folder = scratch / f"stand-in {case.name}"
        folder.mkdir()
        script = folder / "antipasta"
        script.write_text(STAND_IN.format(python=python, change=case.change), encoding="utf-8")
        script.chmod(0o755)
        said = verify(command, project, "shop.py", PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
        yield outcome(f"a stand-in with {case.name}", case.code, case.words, said)
        yield outcome("its version", case.code, "antipasta, version 1.2.0, while", said)


def main() -> int:
    """Reads the command line, runs the tests, counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    add_arguments(parser)
    options = parser.parse_args()
    passed = failed = 0
    try:
        command = binary(options.binary, 1).command
        reference = ensure(options.reference_dir)
        with tempfile.TemporaryDirectory(prefix="verify-") as folder:
            for name, is_good, said in outcomes(reference, command, Path(folder).resolve()):
                passed, failed = passed + is_good, failed + (not is_good)
                if not is_good:
                    print(f"not ok: {name}: {said}")
    except (ReferenceUnavailable, SideFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return conclude(passed, failed)


if __name__ == "__main__":
    sys.exit(main())

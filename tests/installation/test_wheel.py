"""What `pip install` gives."""

from __future__ import annotations

import os
import subprocess
import tempfile
import tomllib
import unittest
import zipfile
from email.parser import Parser
from pathlib import Path

from place import COMPLEX, TOP, Place


class Wheel(unittest.TestCase):
    """The wheel and what is in it."""

    place = Place.of_environment()
    version = tomllib.loads((TOP / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]

    def run_module(self, *arguments: str, python: Path | None = None, path: Path | None = None):
        """Runs `python -m antipasta_lsp`, with a function on the standard input that is too complex."""
        variables = {**os.environ, "PYTHONPATH": str(path)} if path else None
        command = [str(python or self.place.python), "-m", "antipasta_lsp", *arguments]
        return subprocess.run(command, input=COMPLEX, capture_output=True, text=True, env=variables, encoding="utf-8")

    def test_metadata(self) -> None:
        """It says what it is, under which licence, and fits every Python."""
        with zipfile.ZipFile(self.place.wheel) as wheel:
            folder = f"antipasta_lsp-{self.version}.dist-info"
            metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
            licence = wheel.read(f"{folder}/licenses/LICENSE").decode()
            notices = wheel.read(f"{folder}/licenses/THIRD-PARTY-NOTICES.txt").decode()
            tags = Parser().parsestr(wheel.read(f"{folder}/WHEEL").decode())
            names = wheel.namelist()
        self.assertEqual(metadata["Name"], "antipasta-lsp")
        self.assertEqual(metadata["Version"], self.version)
        self.assertEqual(metadata["License-Expression"], "MIT")
        self.assertIsNone(metadata["Requires-Dist"])
        self.assertTrue(licence.startswith("MIT License"))
        self.assertIn("ruff_python_parser", notices)
        self.assertTrue(tags["Tag"].startswith("py3-none-"), tags["Tag"])
        programs = [Path(name).name for name in names if "/scripts/" in name]
        self.assertEqual(programs, [self.place.program("antipasta-lsp").name])

    def test_program(self) -> None:
        """The environment has the program."""
        said = subprocess.check_output([self.place.program("antipasta-lsp"), "--version"], text=True)
        self.assertEqual(said, f"antipasta-lsp {self.version}\n")

    def test_module(self) -> None:
        """`python -m antipasta_lsp` is the program: its input, its words and its exit code."""
        done = self.run_module("--check", "-", "--stdin-filename", "a.py", "--quiet")
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("a.py:1 (f)", done.stdout)
        self.assertEqual(self.run_module("--no-such").returncode, 1)
        self.assertEqual(self.run_module("--version").stdout, f"antipasta-lsp {self.version}\n")

    def test_other_places(self) -> None:
        """The module finds the program wherever pip puts the two, and says where it looked if it does not."""
        pip = [str(self.place.python), "-m", "pip", "install", "--quiet", "--no-index", "--no-warn-script-location"]
        # It knows no program of its own.
        python = self.place.tools
        with tempfile.TemporaryDirectory(prefix="places-") as folder:
            scratch = Path(folder).resolve()
            subprocess.run([*pip, "--ignore-installed", "--prefix", scratch / "prefix", self.place.wheel], check=True)
            (package,) = (scratch / "prefix").glob("**/antipasta_lsp")
            subprocess.run([*pip, "--target", scratch / "target", self.place.wheel], check=True)
            for path in (package.parent, scratch / "target"):
                with self.subTest(path=path):
                    done = self.run_module("--version", python=python, path=path)
                    self.assertEqual(done.stdout, f"antipasta-lsp {self.version}\n", done)
            for program in (scratch / "target").glob("bin/antipasta-lsp*"):
                program.unlink()
            done = self.run_module("--version", python=python, path=scratch / "target")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(str(scratch / "target" / "bin"), done.stderr)


if __name__ == "__main__":
    unittest.main()

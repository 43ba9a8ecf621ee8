"""The documentation: each of its snippets is run as it is written, or has a reason here why it is not.

A snippet that is new is run like others of its language; one whose language is new fails, until somebody says here what is
to be done with it.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from place import COMPLEX, SIMPLE, TOP, Place, Repository, repository
from test_pipelines import VERSION, releases

PLACE = Place.of_environment()
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
#: Commands in running text and in tables.
INLINE = re.compile(r"`(antipasta-lsp [^`]+)`")
RELEASES = "https://github.com/antipasta-lsp/antipasta-lsp/releases/download"

#: Lines of shell that are not run here, by how they begin.
NOT_RUN = {
    "bash tests/run": "it is the test command, of which this is a part",
    "node editors/vscode/package.mjs": "the step `vscode` runs it",
    "python3 tests/editor/run.py": "the step `editors` runs it",
    "antipasta-lsp verify": "it needs the reference: the step `verify` runs it",
}
#: Languages that nothing here can run.
OTHER_LANGUAGES = {
    "mermaid": "GitHub draws it",
    "lua": "Neovim reads it: the step `editors` runs the plugin and the server in it",
    "elisp": "Emacs reads it: tests/editor/emacs/run.py runs the server there",
}
#: Configurations whose problems are shown as text.
MISTAKES = (
    "defaults:\n  max_cyclomatic_complexity: 0\nprofil: x\n",
    'languages:\n- name: python\n  metrics:\n    - type: maintainability_index\n      threshold: 50\n'
    '      comparison: "<="\ntree_shape: {fan_out_max: 9}\n',
)
#: What is shown as text, and is no output of a command.
PICTURES = {"editors/neovim/README.md": "a screen of Neovim: the step `editors` makes one"}


@dataclass(frozen=True)
class Snippet:
    """A block of code in the documentation."""

    path: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.path}:{self.line}"


def documents() -> list[Path]:
    """All pages for users and contributors. What is told of past versions stays as it was."""
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=TOP, capture_output=True, text=True, check=True)
    return [TOP / name for name in tracked.stdout.splitlines() if name != "CHANGELOG.md" and "fixtures/" not in name]


def snippets() -> Iterator[Snippet]:
    """All blocks of code."""
    for path in documents():
        text = path.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            yield Snippet(str(path.relative_to(TOP)), line, found[2], textwrap.dedent(found[3]))


@contextmanager
def scratch() -> Iterator[Repository]:
    """A repository with a branch that left `origin/main`, a configuration, and programs in place of those that take long."""
    with repository(PLACE) as project:
        project.write("src/views.py", SIMPLE)
        project.write(".antipasta.yaml", "defaults: {max_cyclomatic_complexity: 10}\n")
        project.commit()
        project.ok("git", "update-ref", "refs/remotes/origin/main", "HEAD")
        project.write("src/more.py", SIMPLE)
        project.commit()
        project.write("src/staged.py", SIMPLE)
        home = project.top.parent / "home"
        home.mkdir()
        (project.top / "editors").symlink_to(TOP / "editors")
        project.environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
        # Building takes minutes. What it gives is there already.
        project.stand_in("cargo", 'case "$*" in "run --release -- "*) shift 3; exec antipasta-lsp "$@" ;; *) exit 9 ;; esac')
        yield project


class Documentation(unittest.TestCase):
    """What it says is so."""

    def test_snippets(self) -> None:
        """Each is run, or there is a reason why not."""
        ways: dict[str, Callable[[Snippet], None]] = {
            "sh": self.shell,
            "console": self.console,
            "yaml": self.yaml,
            "toml": self.toml,
            "json": self.json,
            "python": self.python,
            "text": self.text,
        }
        seen = 0
        for snippet in snippets():
            seen += 1
            with self.subTest(str(snippet)):
                if snippet.language not in OTHER_LANGUAGES:
                    self.assertIn(snippet.language, ways, "say in tests/installation/test_documentation.py how to run it")
                    ways[snippet.language](snippet)
        self.assertGreater(seen, 40)

    @unittest.skipIf(sys.platform == "win32", "runs shell scripts")
    def shell(self, snippet: Snippet) -> None:
        """Runs each line, in a repository of its own for each block."""
        with scratch() as project:
            if "merge 1.json" in snippet.text:
                for shard in (2, 3, 4):
                    reports = [f"--output-format=json:{shard}.json", f"--output-format=sarif:{shard}.sarif"]
                    project.ok("antipasta-lsp", "--check", "--shard", f"{shard}/4", *reports)
            for line in snippet.text.splitlines():
                if any(line.startswith(begin) for begin in NOT_RUN):
                    continue
                if RELEASES in line:
                    code, said = self.with_releases(project, line)
                else:
                    done = project.run("sh", "-c", line)
                    code, said = done.returncode, done.stdout
                # Violations are no failure of the command.
                allowed = (0, 2) if " --check" in line else (0,)
                self.assertIn(code, allowed, f"{line}\n{said}")

    def with_releases(self, project: Repository, line: str) -> tuple[int, str]:
        """Runs a line that fetches a release, with one of this version in place of GitHub's."""
        with releases() as (release, _):
            # The last address is what to fetch; what `--output` names, or the end of the address, is where to.
            fetch = f"""
                for word; do
                    case $before in *o | --output) file=$word ;; esac
                    case $word in {RELEASES}/v{VERSION}/*) name=${{word##*/}} ;; esac
                    before=$word
                done
                [ -n "$name" ] && cp "{release}/$name" "${{file:-$name}}"
            """
            project.stand_in("curl", fetch)
            done = project.run("sh", "-c", line)
            return done.returncode, done.stdout

    def console(self, snippet: Snippet) -> None:
        """Runs the command on code of the same kind, and compares what it says."""
        command, *expected = snippet.text.splitlines()
        with scratch() as project:
            files = int(re.search(r"Analyzing (\d+) files", snippet.text)[1])
            line = int(re.search(r"views\.py:(\d+)", snippet.text)[1])
            shutil.rmtree(project.top / "src")
            for number in range(files - 1):
                project.write(f"src/m{number}.py", SIMPLE)
            # The average of the file is fine.
            others = "".join(f"\n\n{SIMPLE.replace('def f', f'def f{number}')}" for number in range(5))
            project.write("src/views.py", "\n" * (line - 1) + COMPLEX.replace("def f", "def set_language") + others)
            done = project.run(*command.removeprefix("$ ").split())
        self.assertEqual(done.returncode, 2)
        self.assertEqual([line.rstrip() for line in done.stdout.strip().splitlines()], [line.rstrip() for line in expected])

    def yaml(self, snippet: Snippet) -> None:
        """Whoever reads it finds it valid."""
        content = yaml.safe_load(snippet.text)
        with scratch() as project:
            if isinstance(content, list) or "repos" in content:
                text = snippet.text if "repos" in content else "repos:\n" + textwrap.indent(snippet.text, "  ")
                project.write(".pre-commit-config.yaml", text)
                project.ok("pre-commit", "validate-config")
                return
            project.write("file.yml", snippet.text)
            if "languages" in content:
                project.ok("antipasta-lsp", "config", "validate", "file.yml")
                return
            # `on` is a word of YAML's own.
            schema = "vendor.github-workflows" if "jobs" in content else "vendor.gitlab-ci"
            project.ok(PLACE.tool("check-jsonschema"), "--builtin-schema", schema, "file.yml")
            for action in re.findall(r"uses: antipasta-lsp/antipasta-lsp@v(\S+)", snippet.text):
                self.assertEqual(action, VERSION)
            for remote in re.findall(r"antipasta-lsp/antipasta-lsp/v[\d.]+/(\S+)", snippet.text):
                self.assertTrue((TOP / remote).is_file(), remote)

    def toml(self, snippet: Snippet) -> None:
        """It is read, and starts the server as it is started."""
        self.assertIn("antipasta-lsp", json.dumps(tomllib.loads(snippet.text)))

    def json(self, snippet: Snippet) -> None:
        """It is read."""
        json.loads(snippet.text)

    def python(self, snippet: Snippet) -> None:
        """It is read, by Python and by us. A `def` line alone gets a body."""
        text = re.sub(r"^(def [^\n]*:  #[^\n]*)$", r"\1\n    return text", snippet.text, flags=re.MULTILINE)
        ast.parse(text)
        with scratch() as project:
            project.write("snippet.py", text)
            done = project.run("antipasta-lsp", "--check", "--report-unused-ignores", "snippet.py")
            self.assertIn(done.returncode, (0, 2), done.stdout)

    def text(self, snippet: Snippet) -> None:
        """It is what `config validate` says of a configuration with these mistakes."""
        if snippet.path in PICTURES:
            return
        told = []
        for configuration in MISTAKES:
            with scratch() as project:
                project.write(".antipasta.yaml", configuration)
                said = project.run("antipasta-lsp", "config", "validate").stdout
                told.append(said.replace(str(project.top), "/home/me/shop"))
        for line in snippet.text.splitlines():
            # What is left out of a line, it says.
            self.assertTrue(any(line.split("…")[0] in said for said in told), f"{line}\n{told}")

    def test_inline_commands(self) -> None:
        """Commands in running text exist, with the options that they are shown with."""
        seen = set()
        for path in documents():
            for command in INLINE.findall(path.read_text(encoding="utf-8")):
                with self.subTest(f"{path.relative_to(TOP)}: {command}"):
                    ours, _, _ = command.partition(" -- ")
                    words = ours.split()[1:]
                    names = [word.strip("[],.") for word in words]
                    options = [name.split("=")[0] for name in names if name.startswith("--")]
                    commands = []
                    for name in names:
                        if not re.fullmatch(r"[a-z]+", name) or len(commands) == 2:
                            break
                        commands.append(name)
                    told = subprocess.run(
                        [PLACE.program("antipasta-lsp"), *commands, "--help"], capture_output=True, text=True, encoding="utf-8"
                    )
                    if told.returncode and len(commands) == 2:
                        # The second is an argument.
                        command = [PLACE.program("antipasta-lsp"), commands[0], "--help"]
                        told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
                    self.assertEqual(told.returncode, 0, told.stderr)
                    for option in options:
                        self.assertIn(option, told.stdout)
                    seen.add(tuple(commands))
        self.assertIn(("hook", "install"), seen)
        self.assertIn(("cache", "export"), seen)


if __name__ == "__main__":
    unittest.main()

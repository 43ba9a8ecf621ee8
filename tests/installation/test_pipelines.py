"""The workflows, the action and the template for GitLab: their schemas, and their scripts as a runner runs them."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import tomllib
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from place import COMPLEX, SIMPLE, TOP, Place, Repository, repository

ACTION = TOP / "action.yml"
GITLAB = TOP / "docs" / "gitlab-ci.yml"
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))
SCRIPTS = TOP / ".github"
PLACE = Place.of_environment()
VERSION = tomllib.loads((TOP / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]
#: What GitHub fills in before a shell reads it.
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


def loaded(path: Path) -> Any:
    """A YAML file, in which `on` is a word."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def scripts() -> Iterator[tuple[str, str]]:
    """All shell scripts that others run, each with its name."""
    for path in [*SCRIPTS.glob("*.sh"), TOP / ".ci" / "run", TOP / "tests" / "run"]:
        yield str(path.relative_to(TOP)), path.read_text(encoding="utf-8")
    steps = [(ACTION, loaded(ACTION)["runs"]["steps"])]
    steps += [(path, job["steps"]) for path in WORKFLOWS for job in loaded(path)["jobs"].values()]
    for path, group in steps:
        for step in group:
            if "run" in step:
                yield f"{path.name}: {step['name']}", f"#!/bin/bash\nset -e\n{EXPRESSION.sub('x', step['run'])}"
    for name in ("before_script", "script"):
        yield f"{GITLAB.name}: {name}", "\n".join(["#!/bin/sh", *loaded(GITLAB)["antipasta"][name]])
    with repository(PLACE) as project:
        project.ok("antipasta-lsp", "hook", "install", "--", "-t", "cyc=12")
        yield "the hook", (project.top / ".git/hooks/pre-commit").read_text(encoding="utf-8")


class Files(unittest.TestCase):
    """What the files say."""

    def test_schemas(self) -> None:
        """They are what those who read them expect."""
        for schema, files in (
            ("vendor.github-workflows", WORKFLOWS),
            ("vendor.github-actions", [ACTION]),
            ("vendor.gitlab-ci", [GITLAB]),
        ):
            command = [PLACE.tool("check-jsonschema"), "--builtin-schema", schema, *files]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_shellcheck(self) -> None:
        """ShellCheck finds nothing in any script."""
        checked = 0
        for name, script in scripts():
            with self.subTest(name):
                command = [PLACE.tool("shellcheck"), "-"]
                done = subprocess.run(command, input=script, capture_output=True, text=True, encoding="utf-8")
                self.assertEqual((done.returncode, done.stdout), (0, ""))
                checked += 1
        self.assertGreater(checked, 10)

    def test_expressions(self) -> None:
        """The action uses all of its inputs and no others; no script has an expression, which would be code in it."""
        action = loaded(ACTION)
        used = set(re.findall(r"\binputs\.([\w-]+)", ACTION.read_text(encoding="utf-8")))
        self.assertEqual(used, set(action["inputs"]))
        known = {step["id"] for step in action["runs"]["steps"] if "id" in step}
        self.assertLessEqual(set(re.findall(r"\bsteps\.(\w+)\.", ACTION.read_text(encoding="utf-8"))), known)
        for path in [ACTION, *WORKFLOWS]:
            groups = [loaded(path).get("runs"), *loaded(path).get("jobs", {}).values()]
            for step in (step for group in groups if group for step in group["steps"]):
                self.assertNotRegex(step.get("run", ""), EXPRESSION, f"{path.name}: {step.get('name')}")

    def test_versions(self) -> None:
        """What users are told to install is this version."""
        for path in [TOP / "README.md", *(TOP / "docs").glob("*")]:
            text = path.read_text(encoding="utf-8")
            for found in re.findall(r"(?:@|rev: |/|install\.sh |VERSION: \")v?(\d+\.\d+\.\d+)\b", text):
                self.assertEqual(found, VERSION, path)

    def test_platforms(self) -> None:
        """What the installer looks for is released."""
        matrix = loaded(TOP / ".github/workflows/release.yml")["jobs"]["build"]["strategy"]["matrix"]["include"]
        released = {item["target"] for item in matrix}
        systems = re.findall(r"target=\$processor-(\S+)", (SCRIPTS / "install.sh").read_text(encoding="utf-8"))
        self.assertEqual(len(systems), 3)
        for system in systems:
            for processor in ("x86_64", "aarch64"):
                self.assertIn(f"{processor}-{system}", released)


def target() -> str:
    """The platform's name among those that are released."""
    script = (SCRIPTS / "install.sh").read_text(encoding="utf-8")
    # Ends it when the name is known.
    asked = script.replace("scratch=$(mktemp -d)", 'echo "$target"; exit 0', 1)
    return subprocess.run(
        ["sh", "-s", "1", "x"], input=asked, capture_output=True, text=True, check=True
    ).stdout.strip()


@contextmanager
def releases() -> Iterator[tuple[Path, str]]:
    """A folder of releases with this one in it, and its address."""
    with tempfile.TemporaryDirectory(prefix="releases-") as folder:
        release = Path(folder).resolve() / f"v{VERSION}"
        package = ["sh", str(SCRIPTS / "package.sh"), target(), str(PLACE.program("antipasta-lsp")), str(release)]
        subprocess.run(package, cwd=TOP, check=True)
        (release / "install.sh").write_bytes((SCRIPTS / "install.sh").read_bytes())
        handler = functools.partial(Quiet, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield release, f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing."""


@unittest.skipIf(sys.platform == "win32", "runs scripts in the shells that are on the PATH")
class Runs(unittest.TestCase):
    """What the scripts do."""

    def step(self, project: Repository, name: str, inputs: dict[str, str], address: str) -> tuple[int, str]:
        """Runs a step of the action as a runner does. Returns its exit code and what it says."""
        action = loaded(ACTION)
        (step,) = (step for step in action["runs"]["steps"] if step["name"] == name)
        runner = project.top.parent / "runner"
        runner.mkdir(exist_ok=True)
        values = {"github.action_path": str(TOP), "runner.temp": str(runner)}
        for key, declared in action["inputs"].items():
            values[f"inputs.{key}"] = inputs.get(key, declared["default"])
        values["inputs.cache != 'true' && '1' || ''"] = "1" if values["inputs.cache"] != "true" else ""
        project.environment |= {
            key: EXPRESSION.sub(lambda found: values[found[1].strip()], value)
            for key, value in step.get("env", {}).items()
        }
        files = {name: runner / name.lower() for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        project.environment |= {name: str(path) for name, path in files.items()}
        project.environment |= {"RUNNER_TEMP": str(runner), "ANTIPASTA_RELEASES": address}
        self.assertEqual(step["shell"], "bash")
        done = project.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])
        if files["GITHUB_PATH"].exists():
            added = files["GITHUB_PATH"].read_text(encoding="utf-8").split("\n")
            project.environment["PATH"] = os.pathsep.join([*filter(None, added), os.environ["PATH"]])
        return done.returncode, done.stdout

    def test_action(self) -> None:
        """The action installs the release, annotates, sums up, writes SARIF, and fails if there are violations."""
        with repository(PLACE) as project, releases() as (_, address):
            project.environment["PATH"] = os.environ["PATH"]
            code, said = self.step(project, "Install antipasta-lsp", {}, address)
            self.assertEqual(code, 0, said)
            output = project.top.parent / "runner/github_output"
            self.assertEqual(output.read_text(encoding="utf-8"), f"version={VERSION}\n")
            self.assertTrue((project.top.parent / "runner/antipasta/antipasta-lsp").is_file())

            project.write("a b.py", SIMPLE)
            project.write("c.py", COMPLEX)
            code, said = self.step(project, "Check", {"paths": "a b.py\n"}, address)
            self.assertEqual(code, 0, said)
            self.assertTrue(any((project.top.parent / "runner/antipasta-cache").iterdir()))
            self.assertEqual(output.read_text(encoding="utf-8"), f"version={VERSION}\n")
            inputs = {"paths": "a b.py\nc.py\n", "args": " --threshold cyc=9\n --jobs 1 ", "sarif": "true"}
            code, said = self.step(project, "Check", inputs, address)
            self.assertEqual(code, 2, said)
            self.assertRegex(said, r"::error .*file=c\.py,line=1.*::.*threshold: <= 9")
            sarif = Path(output.read_text(encoding="utf-8").splitlines()[-1].removeprefix("sarif="))
            self.assertEqual(json.loads(sarif.read_text(encoding="utf-8"))["version"], "2.1.0")
            summary = (project.top.parent / "runner/github_step_summary").read_text(encoding="utf-8")
            self.assertIn("c.py", summary)
            code, said = self.step(
                project, "Check", {"args": "--no-such; touch x $(touch x)", "cache": "false"}, address
            )
            self.assertEqual(code, 1, said)
            self.assertFalse((project.top / "x").exists())
            code, said = self.step(project, "Check", {"cache": "false"}, address)
            self.assertEqual(code, 2, said)
            self.assertEqual(project.environment["ANTIPASTA_NO_CACHE"], "1")

    def test_installer_refuses(self) -> None:
        """What does not match its checksum is not installed, and a version that is not there is said to be missing."""
        with repository(PLACE) as project, releases() as (release, address):
            inputs = {"version": "v99.0.0"}
            code, said = self.step(project, "Install antipasta-lsp", inputs, address)
            self.assertEqual(code, 1)
            self.assertIn("is there a version 99.0.0?", said)
            (archive,) = release.glob("*.tar.gz")
            archive.write_bytes(archive.read_bytes()[:-1] + b"!")
            code, said = self.step(project, "Install antipasta-lsp", {}, address)
            self.assertEqual(code, 1)
            self.assertIn("is not what its checksum says", said)
            self.assertFalse((project.top.parent / "runner/antipasta").exists())

    def test_gitlab(self) -> None:
        """The template installs the release, and checks what a merge request changes, or else everything."""
        job = loaded(GITLAB)["antipasta"]
        with repository(PLACE) as project, releases() as (_, address):
            project.environment |= {
                "CI_PROJECT_DIR": str(project.top),
                "ANTIPASTA_DOWNLOADS": address,
                "ANTIPASTA_ARGUMENTS": "-t cyc=9",
                "ANTIPASTA_VERSION": job["variables"]["ANTIPASTA_VERSION"],
                "ANTIPASTA_CACHE_DIR": str(project.top / job["cache"]["paths"][0]),
                "PATH": os.environ["PATH"],
            }
            # Of this test alone.
            place = str(project.top.parent / "tmp")
            Path(place).mkdir()

            def run(name: str) -> subprocess.CompletedProcess[str]:
                lines = [line.replace("/tmp/", f"{place}/") for line in job[name]]
                return project.run("sh", "-c", "\n".join(["set -eu", *lines]))

            done = run("before_script")
            self.assertEqual(done.returncode, 0, done.stdout)
            project.write("old.py", COMPLEX)
            project.commit("--no-verify")
            base = project.ok("git", "rev-parse", "HEAD").strip()
            project.write("new.py", SIMPLE)
            project.commit("--no-verify")
            self.assertEqual(run("script").returncode, 2)
            project.environment["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = base
            done = run("script")
            self.assertEqual(done.returncode, 0, done.stdout)
            project.write("new.py", COMPLEX)
            self.assertEqual(run("script").returncode, 2)
            report = json.loads((project.top / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
            self.assertEqual({item["location"]["path"] for item in report}, {"new.py"})
            self.assertTrue((project.top / ".antipasta-cache").is_dir())


if __name__ == "__main__":
    unittest.main()

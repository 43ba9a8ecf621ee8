"""The workflows, the action and the template for GitLab: their schemas, and their scripts as a runner runs them."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
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
    job = loaded(GITLAB)["antipasta"]
    yield GITLAB.name, "\n".join(["#!/bin/sh", *job["before_script"], *job["script"]])
    with repository(PLACE) as project:
        project.ok("antipasta-lsp", "hook", "install", "--", "-t", "cyc=12")
        yield "the hook", (project.top / ".git/hooks/pre-commit").read_text(encoding="utf-8")


class Files(unittest.TestCase):
    """What the files say."""

    def test_pins(self) -> None:
        """Actions of others are pinned by the hash of a commit, with its version beside it; jobs have few rights."""
        pinned = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # \S+")
        for path in [ACTION, *WORKFLOWS]:
            for line in path.read_text(encoding="utf-8").splitlines():
                if "uses:" in line:
                    self.assertRegex(line, pinned, path.name)
        for path in WORKFLOWS:
            workflow = loaded(path)
            self.assertEqual(workflow["permissions"], {"contents": "read"}, path.name)
            for name, job in workflow["jobs"].items():
                for step in job["steps"]:
                    if "actions/checkout" in step.get("uses", ""):
                        self.assertEqual(step["with"]["persist-credentials"], "false", f"{path.name}: {name}")

    def test_dependabot(self) -> None:
        """Every folder with pinned versions is looked at."""
        updates = loaded(SCRIPTS / "dependabot.yml")["updates"]
        watched = {
            (update["package-ecosystem"], folder.strip("/"))
            for update in updates
            for folder in update.get("directories", [update.get("directory")])
        }
        tracked = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, check=True)
        kinds = {"Cargo.lock": "cargo", "package-lock.json": "npm", "requirements.txt": "pip"}
        paths = [Path(line) for line in tracked.stdout.splitlines()]
        found = {
            (kinds[path.name], path.parent.as_posix().strip("."))
            for path in paths
            if path.name in kinds and "corpora" not in path.parts
        }
        self.assertEqual(watched, found | {("github-actions", "")})

    def test_notices(self) -> None:
        """The licences of all that is built in are in the notices."""
        notices = [sys.executable, str(SCRIPTS / "notices.py"), "--check"]
        done = subprocess.run(notices, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

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
        values["github.server_url == 'https://github.com' && github.token || ''"] = "token"
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
            self.assertNotIn("verified", said)
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

    def test_attestation(self) -> None:
        """Where the GitHub CLI is logged in, a release that this project did not build is not installed."""
        with repository(PLACE) as project, releases() as (_, address):
            del project.environment["ANTIPASTA_NO_ATTESTATION"]
            for token, verdict, code, expected in (
                (1, 1, 0, "Installed"),
                (0, 0, 0, "verified"),
                (0, 1, 1, "was not built by https://github.com/antipasta-lsp/antipasta-lsp"),
            ):
                asked = project.stand_in("gh", f'case "$1" in auth) exit {token} ;; *) exit {verdict} ;; esac')
                done, said = self.step(project, "Install antipasta-lsp", {}, address)
                self.assertEqual(done, code, said)
                self.assertIn(expected, said)
                calls = asked.read_text(encoding="utf-8")
                self.assertEqual("attestation verify" in calls, token == 0, calls)
            self.assertIn("--signer-workflow antipasta-lsp/antipasta-lsp/.github/workflows/release.yml", calls)
            project.environment["ANTIPASTA_NO_ATTESTATION"] = "1"
            done, said = self.step(project, "Install antipasta-lsp", {}, address)
            self.assertEqual(done, 0, said)

    def workflow_step(self, project: Repository, workflow: str, name: str) -> subprocess.CompletedProcess[str]:
        """Runs a step of a workflow in a repository, as a runner does."""
        jobs = loaded(TOP / ".github/workflows" / workflow)["jobs"].values()
        (step,) = (step for job in jobs for step in job["steps"] if step.get("name") == name)
        return project.run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])

    def test_release(self) -> None:
        """A release holds the tag against the version, packs, tries, gathers, and hands all files to GitHub and PyPI."""
        with repository(PLACE) as project:
            (project.top / "Cargo.toml").write_bytes((TOP / "Cargo.toml").read_bytes())
            for tag, code in ((f"v{VERSION}", 0), ("v99.0.0", 1)):
                project.environment["GITHUB_REF_NAME"] = tag
                done = self.workflow_step(project, "release.yml", "Hold the tag against the version")
                self.assertEqual(done.returncode, code, done.stdout)

            for name in ("LICENSE", "THIRD-PARTY-NOTICES.txt", "README.md", "CHANGELOG.md", ".github"):
                (project.top / name).symlink_to(TOP / name)
            built = project.top / "target" / target() / "release"
            built.mkdir(parents=True)
            shutil.copy(PLACE.program("antipasta-lsp"), built)
            processor = "X64" if target().startswith("x86_64") else "ARM64"
            project.environment |= {"TARGET": target(), "RUNNER_OS": "Linux", "RUNNER_ARCH": processor}
            dist = project.top / "dist"
            dist.mkdir()
            shutil.copy(PLACE.wheel, dist)
            for name in ("Pack the binary", "Try both"):
                done = self.workflow_step(project, "release.yml", name)
                self.assertEqual(done.returncode, 0, done.stdout)
            packed = project.ok("tar", "-tzf", f"dist/antipasta-lsp-{target()}.tar.gz")
            for name in ("antipasta-lsp", "LICENSE", "THIRD-PARTY-NOTICES.txt"):
                self.assertIn(f"/{name}\n", packed)

            (dist / f"antipasta_lsp-{VERSION}.tar.gz").write_bytes(b"sources")
            done = self.workflow_step(project, "release.yml", "Gather, with checksums of all")
            self.assertEqual(done.returncode, 0, done.stdout)
            project.ok("sh", "-c", "cd dist && sha256sum -c SHA256SUMS")
            asked = project.stand_in("gh", "exit 0")
            project.environment["GITHUB_REF_NAME"] = f"v{VERSION}"
            done = self.workflow_step(project, "release.yml", "Release")
            self.assertEqual(done.returncode, 0, done.stdout)
            call = asked.read_text(encoding="utf-8")
            self.assertTrue(call.startswith(f"release create v{VERSION} --verify-tag "), call)
            for path in dist.iterdir():
                self.assertIn(f"dist/{path.name}", call)

            dist.rename(project.top / "all")
            done = self.workflow_step(project, "release.yml", "Leave out what is not for pip")
            self.assertEqual(done.returncode, 0, done.stdout)
            names = {path.suffix for path in (project.top / "dist").iterdir()}
            self.assertEqual(names, {".whl", ".gz"})
            self.assertFalse(list((project.top / "dist").glob("antipasta-lsp-*")))

    def test_dependencies(self) -> None:
        """What is built in is checked by `cargo deny`, of the version that is pinned."""
        with repository(PLACE) as project:
            asked = project.stand_in("cargo", "exit 0")
            done = self.workflow_step(project, "ci.yml", "Check the dependencies")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertRegex(asked.read_text(encoding="utf-8"), r"install cargo-deny --version [\d.]+ --locked\n.*deny --locked check")

    def test_gitlab(self) -> None:
        """The template installs the release, and checks what a merge request changes, or else everything."""
        job = loaded(GITLAB)["antipasta"]
        cached = job["cache"]["paths"][0]
        (merge_request,) = (rule for rule in job["rules"] if "merge_request_event" in rule["if"])
        with repository(PLACE) as project, releases() as (_, address):
            temporary = project.top.parent / "tmp"
            temporary.mkdir()
            project.environment |= {
                **{name: value for name, value in job["variables"].items() if name.startswith("ANTIPASTA_")},
                "CI_PROJECT_DIR": str(project.top),
                "ANTIPASTA_DOWNLOADS": address,
                "PATH": os.environ["PATH"],
                "TMPDIR": str(temporary),
            }
            policy = project.environment["ANTIPASTA_CACHE_POLICY"]

            def run(**variables: str) -> subprocess.CompletedProcess[str]:
                """The job, in one shell, as GitLab runs it."""
                before = project.environment
                project.environment = {**before, **variables}
                lines = [*job["before_script"], *job["script"]]
                done = project.run("sh", "-c", "\n".join(["set -eu", *lines]))
                project.environment = before
                self.assertFalse(list(temporary.iterdir()), "it cleans up")
                return done

            def request(**variables: str) -> subprocess.CompletedProcess[str]:
                """The job in a merge request."""
                return run(CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **merge_request["variables"], **variables)

            project.write("old.py", COMPLEX)
            project.commit("--no-verify")
            base = project.ok("git", "rev-parse", "HEAD").strip()
            project.write("new.py", SIMPLE)
            project.commit("--no-verify")
            self.assertEqual(policy, "pull-push")
            done = run()
            self.assertEqual(done.returncode, 2, done.stdout)
            contents = project.top / cached / "contents"
            self.assertTrue(contents.is_file(), done.stdout)
            # What a merge request does not change counts on a branch, unless only what gets worse does.
            self.assertEqual(run(ANTIPASTA_ARGUMENTS="--changed-only").returncode, 0)
            self.assertEqual(run(ANTIPASTA_BRANCH_ARGUMENTS="-t cyc=11").returncode, 0)
            kept = contents.read_bytes()
            done = request(ANTIPASTA_ARGUMENTS="--changed-only")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(request(ANTIPASTA_ARGUMENTS="-t cyc=1").returncode, 0)
            project.write("new.py", COMPLEX)
            self.assertEqual(request().returncode, 2)
            report = json.loads((project.top / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
            self.assertEqual({item["location"]["path"] for item in report}, {"new.py"})
            self.assertEqual(contents.read_bytes(), kept, "a merge request writes none of it")

            # What the repository itself brings is not taken over.
            project.ok("git", "add", "--force", f"{cached}/contents")
            done = request()
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("git tracks ", done.stdout)
            shutil.rmtree(project.top / cached)
            (project.top / cached).symlink_to(temporary.parent)
            project.ok("git", "add", "--force", cached)
            done = run()
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertFalse((temporary.parent / "contents").exists(), "it leads nowhere")


if __name__ == "__main__":
    unittest.main()

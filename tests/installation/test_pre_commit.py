"""The hooks that pre-commit finds here, run by pre-commit itself."""

from __future__ import annotations

import os
import re
import unittest
from pathlib import Path

import yaml
from place import COMPLEX, SIMPLE, TOP, TRY_REPO, Place, Repository, repository

MANIFEST = TOP / ".pre-commit-hooks.yaml"


def configure(project: Repository, *names: str) -> None:
    """Has pre-commit run hooks of the manifest, with the program that is installed already."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}
    chosen = [{**hooks[name], "language": "system"} for name in names]
    config = {"repos": [{"repo": "local", "hooks": chosen}]}
    project.write(".pre-commit-config.yaml", yaml.safe_dump(config))
    project.ok("pre-commit", "install")


class PreCommit(unittest.TestCase):
    """Commits in a repository with pre-commit's hook."""

    place = Place.of_environment()

    def test_manifest(self) -> None:
        """pre-commit can read it."""
        with repository(self.place) as project:
            project.ok("pre-commit", "validate-manifest", MANIFEST)

    def test_files(self) -> None:
        """`antipasta` checks the files of a commit: it fails, passes, and is skipped if none is Python."""
        with repository(self.place) as project:
            configure(project, "antipasta")
            self.assertIn("Skipped", project.commit().stdout)
            project.write("a.py", COMPLEX)
            failed = project.commit()
            self.assertEqual(failed.returncode, 1, failed.stdout)
            self.assertRegex(failed.stdout, r"antipasta\.+Failed")
            self.assertIn("a.py:1 (f): Cyclomatic Complexity is 11.00", failed.stdout)
            project.write("a.py", SIMPLE)
            project.write("stub.pyi", "def f(x: int) -> int: ...\n")
            self.assertRegex(project.commit().stdout, r"antipasta\.+Passed")
            project.write("notes.txt", "no Python\n")
            self.assertRegex(project.commit().stdout, r"antipasta\.+\(no files to check\)Skipped")
            self.assertEqual(project.commits(), 3)

            # What a commit does not touch is not checked, unless one asks for it.
            project.write("old.py", COMPLEX)
            project.commit("--no-verify")
            project.write("a.py", "x = 1\n")
            self.assertEqual(project.commit().returncode, 0)
            self.assertEqual(project.run("pre-commit", "run", "--all-files").returncode, 1)

    def test_partial_staging(self) -> None:
        """Files are what is staged, in both directions, and what is not staged comes back."""
        with repository(self.place) as project:
            configure(project, "antipasta", "antipasta-changed", "antipasta-project")
            for staged, unstaged, code in ((COMPLEX, SIMPLE, 1), (SIMPLE, COMPLEX, 0)):
                project.write("a.py", staged)
                (project.top / "a.py").write_text(unstaged, encoding="utf-8", newline="\n")
                done = project.commit()
                self.assertEqual(done.returncode, code, done.stdout)
                self.assertEqual((project.top / "a.py").read_text(encoding="utf-8"), unstaged)

    def test_what_got_worse(self) -> None:
        """`antipasta-changed` leaves old violations alone, and `antipasta-project` finds them all."""
        with repository(self.place) as project:
            configure(project, "antipasta-changed")
            project.write("old.py", COMPLEX)
            project.write("a.py", SIMPLE)
            self.assertEqual(project.commit().returncode, 1)
            project.commit("--no-verify")
            project.write("old.py", f"import os\n\n\n{COMPLEX}")
            self.assertIn("Passed", project.commit().stdout)
            project.write("old.py", f"import os\n\n\n{COMPLEX}    if x: pass\n")
            worse = project.commit()
            self.assertEqual(worse.returncode, 1)
            self.assertIn("11 -> 12", worse.stdout)
            project.ok("git", "reset", "--quiet", "--hard")

            configure(project, "antipasta-project")
            self.assertIn("Skipped", project.commit().stdout)
            project.write("a.py", "x = 1\n")
            project_wide = project.commit()
            self.assertEqual(project_wide.returncode, 1)
            self.assertIn("old.py:4 (f)", project_wide.stdout)

    def test_from_ref_to_ref(self) -> None:
        """`antipasta-changed` compares the commits that pre-commit is asked about, and says when there are none."""
        with repository(self.place) as project:
            configure(project, "antipasta-changed")
            project.write("old.py", COMPLEX)
            project.write("a.py", SIMPLE)
            project.commit("--no-verify")
            project.ok("git", "branch", "base")
            project.write("a.py", COMPLEX)
            project.commit("--no-verify")
            compared = project.run("pre-commit", "run", "--from-ref", "base", "--to-ref", "HEAD")
            self.assertEqual(compared.returncode, 1, compared.stdout)
            self.assertIn("a.py:1 (f)", compared.stdout)
            self.assertNotIn("old.py", compared.stdout)
            everything = project.run("pre-commit", "run", "--all-files")
            self.assertEqual(everything.returncode, 0, everything.stdout)
            self.assertIn("Nothing to check: nothing is staged.", everything.stdout)
            self.assertIn("--from-ref", everything.stdout)

    def test_local_recipe(self) -> None:
        """What the README has for a binary that is installed already makes one report, however many files there are."""
        recipes = re.findall(r"```yaml\n(.*?)```", (TOP / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        (recipe,) = [recipe for recipe in recipes if "repo: local" in recipe]
        with repository(self.place) as project:
            project.write(".pre-commit-config.yaml", recipe)
            project.ok("pre-commit", "install")
            for number in range(40):
                project.write(f"file{number}.py", COMPLEX)
            refused = project.commit()
            self.assertEqual(refused.returncode, 1, refused.stdout)
            self.assertEqual(refused.stdout.count("Code quality check FAILED"), 1, refused.stdout)
            for number in range(40):
                self.assertIn(f"file{number}.py:1 (f)", refused.stdout)

    def test_hook_of_pre_commit(self) -> None:
        """Our own hook leaves pre-commit's alone, and pre-commit keeps ours."""
        with repository(self.place) as project:
            configure(project, "antipasta")
            refused = project.run("antipasta-lsp", "hook", "install")
            self.assertEqual(refused.returncode, 1)
            self.assertIn("- id: antipasta", refused.stdout)
            project.ok("pre-commit", "uninstall")
            project.ok("antipasta-lsp", "hook", "install")
            project.write(".pre-commit-config.yaml", "repos: []\n")
            project.ok("pre-commit", "install")
            project.write("a.py", COMPLEX)
            self.assertIn("a.py:1 (f)", project.commit().stdout)
            self.assertEqual(project.commits(), 0)

    @unittest.skipUnless(os.environ.get(TRY_REPO), "takes minutes: --try-repo")
    def test_clone(self) -> None:
        """`pre-commit try-repo` builds and installs a clone of what is committed here."""
        with repository(self.place) as project:
            clone = project.top.parent / "clone"
            project.ok("git", "clone", "--quiet", "--no-local", TOP, clone)
            # Kept for the next time. Elsewhere it would take the place of the binary of the other tests.
            target = Path(os.environ.get("CARGO_TARGET_DIR") or TOP / "target").resolve() / "try-repo"
            project.environment["CARGO_TARGET_DIR"] = str(target)
            project.environment["MATURIN_PEP517_ARGS"] = f"--profile {os.environ[TRY_REPO]}"
            # It has to bring its own.
            paths = project.environment["PATH"].split(os.pathsep)
            project.environment["PATH"] = os.pathsep.join(paths[1:])
            try_repo = ("pre-commit", "try-repo", clone, "antipasta", "--verbose")
            project.write("notes.txt", "no Python\n")
            self.assertIn("Skipped", project.ok(*try_repo))
            project.write("a.py", SIMPLE)
            self.assertIn("Passed", project.ok(*try_repo))
            project.write("a.py", COMPLEX)
            failed = project.run(*try_repo)
            self.assertEqual(failed.returncode, 1, failed.stdout)
            self.assertIn("a.py:1 (f): Cyclomatic Complexity is 11.00", failed.stdout)


if __name__ == "__main__":
    unittest.main()

"""The hook of a program that pip has installed: commits that it blocks, allows and does not care for."""

from __future__ import annotations

import os
import unittest

from place import COMPLEX, SIMPLE, Place, repository


class Commit(unittest.TestCase):
    """Commits in a repository with the hook."""

    def test_commits(self) -> None:
        """One with violations is blocked, others are not."""
        with repository(Place.of_environment()) as project:
            project.ok("antipasta-lsp", "hook", "install")
            project.write("a.py", COMPLEX)
            blocked = project.commit()
            self.assertEqual(blocked.returncode, 1, blocked.stdout)
            self.assertIn("a.py:1 (f): Cyclomatic Complexity is 11.00 (threshold: <= 10.0)", blocked.stdout)
            self.assertIn("--no-verify", blocked.stdout)
            self.assertEqual(project.commits(), 0)

            project.write("a.py", SIMPLE)
            allowed = project.commit()
            self.assertEqual((allowed.returncode, allowed.stdout), (0, ""))
            project.write("README.md", "no Python\n")
            skipped = project.commit()
            self.assertEqual((skipped.returncode, skipped.stdout), (0, ""))
            project.write("a.py", COMPLEX)
            self.assertEqual(project.commit("--no-verify").returncode, 0)
            self.assertEqual(project.commits(), 3)

            project.write("b.py", COMPLEX)
            self.assertEqual(project.commit().returncode, 1)
            project.ok("antipasta-lsp", "hook", "uninstall")
            self.assertEqual(project.commit().returncode, 0)

    def test_without_activation(self) -> None:
        """The hook finds the program without an activated environment."""
        place = Place.of_environment()
        with repository(place) as project:
            project.ok("antipasta-lsp", "hook", "install")
            folders = project.environment["PATH"].split(os.pathsep)
            project.environment["PATH"] = os.pathsep.join(folders[1:])
            project.write("a.py", COMPLEX)
            self.assertEqual(project.commit().returncode, 1)


if __name__ == "__main__":
    unittest.main()

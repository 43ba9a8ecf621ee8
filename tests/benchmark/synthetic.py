"""Writes Python files to type into: of any length, with the same number of too complex functions.

Between those stand functions and classes as people write them: methods of 10 to 20 lines, docstrings, comments, a few
branches. All is a pure function of the length and a seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

#: Too complex functions of a file.
VIOLATIONS = 20
#: What the servers are told to allow.
THRESHOLD = 10

NOUNS = (
    *("order", "ledger", "account", "invoice", "parcel", "route", "sensor", "reading", "token", "session"),
    *("packet", "schema", "record", "cursor", "buffer", "window", "signal", "policy", "bundle", "customer"),
)
VERBS = (
    *("resolve", "collect", "merge", "validate", "dispatch", "rebuild", "estimate", "normalise", "publish", "archive"),
    *("compare", "schedule", "reserve", "convert", "inspect", "restore"),
)
ADJECTIVES = ("pending", "stale", "primary", "local", "remote", "default", "latest", "partial", "cached", "shared")


@dataclass(frozen=True)
class ComplexFunction:
    """A too complex function of a file."""

    name: str
    #: The line of its `def`, from 0.
    line: int
    #: By McCabe's count. Only `if`, `elif`, `for` and `while` are in it, which all servers count alike.
    complexity: int
    #: A line of its body, from 0, after which a statement can be typed.
    typing_line: int


@dataclass
class Synthetic:
    """A file, and where it is too complex."""

    lines: list[str] = field(default_factory=list)
    functions: list[ComplexFunction] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The file's text."""
        return "\n".join(self.lines) + "\n"

    @property
    def violations(self) -> dict[int, int]:
        """What a server must find: the complexity by line."""
        return {function.line: function.complexity for function in self.functions}


class Writer:
    """Writes the parts of a file."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def name(self) -> str:
        """A name that no other function has."""
        self.count += 1
        return f"{self.random.choice(VERBS)}_{self.random.choice(NOUNS)}_{self.count}"

    def statements(self, indent: str) -> list[str]:
        """A few lines that do not branch."""
        one, two = self.random.sample(NOUNS, 2)
        quality = self.random.choice(ADJECTIVES)
        number = self.random.randint(2, 999)
        return [
            indent + line
            for line in self.random.choice(
                (
                    [f"{one}_total = {two}.count * {number} + offset"],
                    [f"# The {quality} {one} stands for its {two} until that is known."],
                    [f"{quality}_{one} = self_or_none({two}, default={number})"],
                    [f'label = f"{{{one}!r}} of {{{two}.name}}: {{{two}.size:>{number % 20}}}"'],
                    ["options = {", f'    "{one}": {two}.identifier,', f'    "{quality}": {number / 4},', "}"],
                    [f"with {two}.lock({number}) as {quality}:", f"    {quality}.write({one}.payload, {number})"],
                    [f'logger.debug("{quality} {one} %s after %d", {two}, {number})'],
                    [f"{one}, {two} = {two}, {one}.following(limit={number})"],
                )
            )
        ]

    def branch(self, indent: str) -> list[str]:
        """A few lines that branch once or twice."""
        one, two = self.random.sample(NOUNS, 2)
        number = self.random.randint(2, 99)
        # A comment alone is no body.
        while (inner := self.statements(indent + "    "))[0].lstrip().startswith("#"):
            pass
        return self.random.choice(
            (
                [f"{indent}if {one}.size > {number} and {two} is not None:", *inner],
                [f"{indent}for {one} in {two}.items[:{number}]:", *inner],
                [
                    f"{indent}try:",
                    *inner,
                    f"{indent}except KeyError as error:",
                    f"{indent}    raise LookupError({one}) from error",
                ],
                [f"{indent}if not {two}:", f"{indent}    return {one}_default({number})"],
                [f"{indent}while {two}.advance({number}):", *inner],
                [f"{indent}{one}_names = [item.name for item in {two}.items if item.size > {number}]"],
            )
        )

    def function(self, indent: str = "", *, method: bool = False) -> list[str]:
        """A function of 10 to 20 lines, well below the threshold."""
        first, second = self.random.sample(NOUNS, 2)
        parameters = ["self"] if method else []
        parameters += [first, f"{second}: str | None = None"]
        inner = indent + "    "
        lines = [f"{indent}def {self.name()}({', '.join(parameters)}):"]
        lines.append(f'{inner}"""{self.random.choice(VERBS).capitalize()}s the {first} by its {second}."""')
        length = self.random.randint(9, 15)
        branches = self.random.randint(0, 2)
        while len(lines) < length:
            lines += self.statements(inner)
            if branches:
                branches -= 1
                lines += self.branch(inner)
        lines.append(f"{inner}return {first}")
        return lines

    def class_(self) -> list[str]:
        """A class of a few methods."""
        noun = self.random.choice(NOUNS)
        self.count += 1
        lines = [f"class {noun.capitalize()}{self.count}:", f'    """Keeps one {noun}."""']
        for _ in range(self.random.randint(2, 5)):
            lines += ["", *self.function("    ", method=True)]
        return lines

    def complex_function(self) -> tuple[list[str], str, int, int]:
        """A too complex function: its lines, name, complexity, and the line after which to type."""
        name = self.name()
        first, second, third = self.random.sample(NOUNS, 3)
        lines = [f"def {name}({first}, {second}, {third}):", f'    """Weighs the {first}."""', "    total = 0"]
        complexity = 1
        lines += [f"    for item in {first}.items:", "        total += item.size"]
        complexity += 1
        for word in ("if", "elif", "elif", "elif", "elif"):
            number = self.random.randint(2, 999)
            lines += [f"        {word} item.size > {number}:", f"            total -= {number}"]
            complexity += 1
        typing_line = len(lines)
        lines.append("    # What is left goes by the shares.")
        for _ in range(self.random.randint(4, 7)):
            number = self.random.randint(2, 999)
            lines += [f"    if {second}.share > total * {number}:", f"        total = {third}.limit - {number}"]
            complexity += 1
        lines.append("    return total")
        return lines, name, complexity, typing_line


def write(length: int, seed: str = "0", violations: int = VIOLATIONS) -> Synthetic:
    """A file of `length` lines whose too complex functions are spread evenly from its top to its end."""
    writer = Writer(f"{seed}/{length}")
    file = Synthetic(
        [
            f'"""Generated to be typed into: {length} lines."""',
            "",
            "import logging",
            "",
            "logger = logging.getLogger(__name__)",
        ]
    )
    complex_functions = [writer.complex_function() for _ in range(violations)]
    room = length - len(file.lines) - sum(len(lines) + 2 for lines, *_ in complex_functions)
    if room < 0:
        raise ValueError(f"{length} lines are too few for {violations} too complex functions")
    for number, (lines, name, complexity, typing_line) in enumerate(complex_functions):
        if number:
            fill(file, writer, room * number // (violations - 1) - room * (number - 1) // (violations - 1))
        file.lines += ["", ""]
        start = len(file.lines)
        file.functions.append(ComplexFunction(name, start, complexity, start + typing_line))
        file.lines += lines
    if violations < 2:
        fill(file, writer, length - len(file.lines))
    assert len(file.lines) == length
    return file


def fill(file: Synthetic, writer: Writer, count: int) -> None:
    """Adds exactly `count` lines that break no threshold."""
    end = len(file.lines) + count
    refused = 0
    while refused < 8:
        part = writer.class_() if writer.random.random() < 0.4 else writer.function()
        if len(file.lines) + 2 + len(part) > end:
            refused += 1
        else:
            file.lines += ["", "", *part]
    file.lines += [""] * min(2, end - len(file.lines))
    while len(file.lines) < end:
        noun = writer.random.choice(NOUNS).upper()
        file.lines.append(f"{noun}_LIMIT_{len(file.lines)} = {writer.random.randint(2, 999)}")

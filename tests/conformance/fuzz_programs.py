"""Random Python programs: statements in blocks, laid out in random ways."""

from __future__ import annotations

import random
from collections.abc import Callable

from fuzz_expressions import FLUSH, Expressions
from fuzz_pools import AUGMENTED, COMMENTS, MARKERS, NUMBERS, SEPARATORS

Lines = list[str]


class Programs(Expressions):
    """A generator of programs. A statement is a list of lines, indented by the block it stands in."""

    def __init__(self, rng: random.Random) -> None:
        """All choices are drawn from `rng`."""
        super().__init__(rng)
        self.comments = rng.choice((0.02, 0.08, 0.2))
        self.markers = rng.choice((0.0, 0.02, 0.12))
        self.simple = (
            *(self.assignment,) * 4,
            *(lambda: self.expression(3),) * 3,
            *(self.returned,) * 3,
            *(lambda: self.rng.choice(("pass", "pass", "break", "continue")),) * 2,
            *(self.asserted, self.raised, self.deleted, self.imported, self.scoped, self.docstring),
        )
        self.compound = (
            *(self.conditional,) * 5,
            *(self.for_loop,) * 3,
            *(self.while_loop,) * 2,
            *(self.guarded,) * 3,
            *(self.function,) * 4,
            *(self.with_block, self.with_block, self.matched, self.class_definition),
        )

    # -- whole programs

    def program(self) -> bytes:
        """One program, encoded."""
        lines: Lines = []
        if self.chance(0.3):
            lines += self.prologue()
        for _ in range(self.rng.randint(1, 6)):
            lines += self.gap()
            kind = self.rng.random()
            if kind < 0.5:
                lines += self.function(3)
            elif kind < 0.75:
                lines += self.class_definition(3)
            else:
                lines += self.statement(2)
        lines += self.gap()
        return self.laid_out("\n".join(lines).replace(FLUSH, ""))

    def prologue(self) -> Lines:
        """What may come first in a file."""
        coding = ("# -*- coding: utf-8 -*-", "# coding=utf8", "# vim: set fileencoding=UTF-8 :")
        return self.rng.choice(
            (
                ["#!/usr/bin/env python"],
                [self.rng.choice(coding)],
                self.split(self.docstring()),
                ["\x0c"],
                [""],
            )
        )

    def laid_out(self, text: str) -> bytes:
        """A program's bytes, with some kind of line ends, and perhaps none after the last line."""
        kind = self.rng.random()
        if kind < 0.8:
            text += "\n"
        elif kind < 0.9:
            text += self.rng.choice(("\n\n\n", "\n   ", "\n\t\n", "\n# x", "\n\x0c\n", " ", "  # x", ";\n", ";"))
        kind = self.rng.random()
        if kind < 0.15:
            text = text.replace("\n", "\r\n")
        elif kind < 0.25:
            text = text.replace("\n", "\r")
        elif kind < 0.30:
            text = "".join(self.rng.choice(("\n", "\r\n", "\r")) if c == "\n" else c for c in text)
        return text.encode("utf-8")

    def gap(self) -> Lines:
        """Blank lines and comments between statements."""
        lines = []
        while self.chance(0.2):
            lines.append(self.rng.choice(("", "", "", "   ", "\t", FLUSH, "\x0c", FLUSH + "    ")))
        if self.chance(self.comments):
            lines.append(self.rng.choice(("", "", FLUSH, "   ")) + self.comment())
        return lines

    def comment(self) -> str:
        """A comment, which may be a directive to complexipy or hold odd line separators."""
        text = self.rng.choice(MARKERS if self.chance(self.markers * 4) else COMMENTS)
        if self.chance(self.odd_characters):
            text += self.rng.choice(SEPARATORS) + self.rng.choice(("", "x", "x = 1", "# complexipy: ignore", "if x:"))
        return text

    def tail(self) -> str:
        """What may follow the tokens of a line."""
        if self.chance(self.comments):
            return self.rng.choice(("  ", " ", "")) + self.comment()
        return self.rng.choice((*("",) * 12, " ", "\t", "\x0c" if self.odd_characters else " "))

    # -- blocks

    def split(self, text: str) -> Lines:
        """The lines of a piece of source."""
        return text.split("\n")

    def indented(self, lines: Lines, indent: str) -> Lines:
        """Lines, indented; a line that begins with FLUSH stays where it is."""
        return [line if line.startswith(FLUSH) or not line else indent + line for line in lines]

    def block(self, header: str, depth: int, body: Lines | None = None) -> Lines:
        """A header and its suite, on the same line or on lines of their own."""
        if body is None and self.chance(0.12):
            return self.split(f"{header}:{self.space()}{self.simple_line()}{self.tail()}")
        lines = self.split(f"{header}{self.space()}:{self.tail()}")
        return lines + self.indented(self.suite(depth - 1) if body is None else body, self.indent())

    def indent(self) -> str:
        """The indentation of one block within its parent."""
        return self.rng.choice(("    ", "    ", "    ", "  ", " ", "\t", "        ", "   "))

    def suite(self, depth: int) -> Lines:
        """The statements of a block; at least one."""
        lines: Lines = []
        if self.chance(0.12):
            lines += self.split(self.docstring())
        for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4))):
            lines += self.gap() + self.statement(depth)
        if self.chance(0.1):
            lines += self.gap()
        return lines

    def statement(self, depth: int) -> Lines:
        """A compound statement, or a line of simple ones."""
        if depth > 0 and self.chance(0.45):
            return self.rng.choice(self.compound)(depth)
        return self.split(self.simple_line() + self.tail())

    def simple_line(self) -> str:
        """Simple statements with semicolons between them."""
        text = self.rng.choice(self.simple)()
        while self.chance(0.1):
            text += f"{self.space()};{self.space()}{self.rng.choice(self.simple)()}"
        return text + self.rng.choice((*("",) * 15, ";", " ;"))

    # -- simple statements

    def assignment(self) -> str:
        """An assignment, an annotated or an augmented one."""
        kind = self.rng.random()
        target = self.rng.choice((self.name(), f"{self.name()}.{self.name()}", f"{self.name()}[{self.test(1)}]"))
        if kind < 0.2:
            return f"{target}{self.space()}{self.rng.choice(AUGMENTED)}{self.space()}{self.expression(2)}"
        if kind < 0.3:
            annotated = self.rng.choice((target, target, f"({self.name()})"))
            value = f" = {self.expression(2)}" if self.chance(0.6) else ""
            return f"{annotated}:{self.space()}{self.test(1)}{value}"
        targets = [self.targets() if self.chance(0.3) else target for _ in range(self.rng.choice((1, 1, 1, 2)))]
        return f"{self.space()}={self.space()}".join([*targets, self.expression(3)])

    def returned(self) -> str:
        """A `return`, with or without a value, or a `yield`."""
        kind = self.rng.random()
        if kind < 0.7:
            return f"return{self.space(' ')}{self.expression(3)}"
        return self.rng.choice(("return", "yield", f"yield {self.expression(2)}", f"x = yield {self.test(1)}"))

    def asserted(self) -> str:
        """An assertion."""
        return f"assert {self.test(2)}" + (f", {self.test(2)}" if self.chance(0.4) else "")

    def raised(self) -> str:
        """A `raise` in one of its forms."""
        return self.rng.choice(("raise", f"raise {self.test(2)}", f"raise {self.name()} from {self.test(1)}"))

    def deleted(self) -> str:
        """A `del`."""
        return f"del {self.name()}.{self.name()}, {self.name()}[{self.test(1)}]"

    def imported(self) -> str:
        """An import."""
        name, other = self.name(), self.name()
        return self.rng.choice(
            (
                f"import {name}",
                f"import {name}.{other} as {name}",
                f"from . import {name}",
                f"from ...{name} import ({other},\n  {name} as {other},)",
                f"from {name} import {other} as {name}, {other}",
                f"from {name} import *",
            )
        )

    def scoped(self) -> str:
        """A `global` or `nonlocal`."""
        return f"{self.rng.choice(('global', 'nonlocal'))} {self.name()}, {self.name()}"

    def docstring(self) -> str:
        """A string that stands alone, often over several lines."""
        quote = self.rng.choice(('"""', "'''"))
        body = self.rng.choice(
            (
                "Text.",
                "Text.\n\n    More of it.\n    ",
                "\n\ntext\n",
                "x\n" + FLUSH + "flush\n",
                "Text: `if x:`\n\n# no comment\n",
                "é\n\n\n",
                "# complexipy: ignore\n",
            )
        )
        if self.chance(self.odd_characters):
            body += self.rng.choice(SEPARATORS) + " x"
        return self.rng.choice(("", "", "r", "u", "R")) + quote + body + quote

    # -- compound statements

    def conditional(self, depth: int) -> Lines:
        """An `if` with its branches."""
        lines = self.block(f"if{self.space(' ')}{self.condition()}", depth)
        while self.chance(0.3):
            lines += self.gap() + self.block(f"elif {self.condition()}", depth)
        return lines + self.otherwise(depth, 0.4)

    def condition(self) -> str:
        """The test of a branch or a loop."""
        if self.chance(0.05):
            return f"({self.name()}{self.space()}:={self.space()}{self.test(2)})"
        return self.test(3)

    def otherwise(self, depth: int, probability: float) -> Lines:
        """An `else`, perhaps."""
        return self.gap() + self.block("else", depth) if self.chance(probability) else []

    def for_loop(self, depth: int) -> Lines:
        """A `for` loop, perhaps asynchronous."""
        word = "async for" if self.chance(0.1) else "for"
        header = f"{word} {self.targets()} in{self.space(' ')}{self.expression(2)}"
        return self.block(header, depth) + self.otherwise(depth, 0.2)

    def while_loop(self, depth: int) -> Lines:
        """A `while` loop."""
        return self.block(f"while {self.condition()}", depth) + self.otherwise(depth, 0.2)

    def guarded(self, depth: int) -> Lines:
        """A `try` with handlers of one kind or the other."""
        lines = self.block("try", depth)
        word = "except*" if self.chance(0.2) else "except"
        handlers = self.rng.choice((0, 1, 1, 1, 2, 3))
        for _ in range(handlers):
            name = f" as {self.name()}" if self.chance(0.4) else ""
            lines += self.gap() + self.block(f"{word} {self.rng.choice(('E', '(E, F)', self.name()))}{name}", depth)
        if handlers and word == "except" and self.chance(0.2):
            lines += self.block("except", depth)
        if handlers:
            lines += self.otherwise(depth, 0.25)
        if not handlers or self.chance(0.25):
            lines += self.gap() + self.block("finally", depth)
        return lines

    def with_block(self, depth: int) -> Lines:
        """A `with`, perhaps asynchronous, perhaps in parentheses."""
        items = self.many(lambda: self.test(1) + (f" as {self.targets()}" if self.chance(0.5) else ""), 1, 2)
        text = ", ".join(item.rstrip(",") for item in items)
        if self.chance(0.2):
            text = f"({self.inner()}{text},{self.inner()})"
        return self.block(f"{'async ' * self.chance(0.15)}with {text}", depth)

    def matched(self, depth: int) -> Lines:
        """A `match` and its cases."""
        cases: Lines = []
        for _ in range(self.rng.randint(1, 4)):
            guard = f" if {self.test(2)}" if self.chance(0.2) else ""
            cases += self.gap() + self.block(f"case {self.patterns()}{guard}", depth)
        if self.chance(0.5):
            cases += self.block(f"case {self.rng.choice(('_', self.name(), f'(_ as {self.name()})'))}", depth)
        return self.block(f"match {self.expression(2)}", depth, cases)

    def pattern(self, depth: int) -> str:
        """A pattern of a case."""
        kind = self.rng.random()
        if depth <= 0 or kind < 0.4:
            number = self.rng.choice([number for number in NUMBERS if number != "..."])
            dotted = f"{self.name()}.{self.name()}"
            return self.rng.choice((self.name(), "_", number, '"x"', dotted, "-1", "1+2j", "None", "b'x' b'y'"))
        depth -= 1
        one, two = self.pattern(depth), self.pattern(depth)
        return self.rng.choice(
            (
                f"[{one}, {two}]",
                f"({one}, *_)",
                f"[*_, {one}]",
                f"{{'x': {one}, **rest}}",
                f"{{1: {one}, {self.name()}.x: {two}}}",
                f"{self.name()}({one}, x={two})",
                f"({one}) | ({two})",
                f"({one}) as {self.name()}",
            )
        )

    def patterns(self) -> str:
        """What a case matches: one pattern, or an open sequence of them."""
        if self.chance(0.85):
            return self.pattern(2)
        return self.rng.choice((f"{self.pattern(1)}, {self.pattern(1)}", "*_, x", f"{self.pattern(1)},", "x, *y"))

    def decorators(self) -> Lines:
        """The decorators of a definition, with comments among them."""
        lines: Lines = []
        if self.chance(self.markers):
            lines.append(self.rng.choice(MARKERS))
        while self.chance(0.2):
            lines += self.split(f"@{self.space()}{self.test(1)}{self.tail()}")
            if self.chance(self.markers):
                lines.append(self.rng.choice(MARKERS))
            lines += self.gap() if self.chance(0.3) else []
        return lines

    def function(self, depth: int) -> Lines:
        """A function, perhaps asynchronous."""
        name = self.rng.choice((self.name(), self.name(), "__init__", "method", "f"))
        result = f" ->{self.space()}{self.test(1)}" if self.chance(0.15) else ""
        words = f"{'async' + self.space(' ') if self.chance(0.15) else ''}def{self.space(' ')}{name}"
        lines = self.decorators()
        header = f"{words}{self.space()}({self.inner()}{self.parameters(annotated=True)}{self.inner()}){result}"
        if self.chance(self.markers):
            body = self.suite(depth - 1)
            first = self.split(f"{header}: {self.rng.choice(MARKERS)}")
            return lines + first + self.indented(body, self.indent())
        return lines + self.block(header, depth)

    def class_definition(self, depth: int) -> Lines:
        """A class; most of its body is methods."""
        bases = f"({self.inner()}{self.arguments(1)})" if self.chance(0.3) else ""
        if " for " in bases:
            bases = "()"
        header = f"class{self.space(' ')}{self.name()}{bases}"
        lines = self.decorators()
        if self.chance(0.1):
            return lines + self.block(header, depth)
        body: Lines = self.split(self.docstring()) if self.chance(0.2) else []
        for _ in range(self.rng.randint(1, 4)):
            make: Callable[[int], Lines] = self.function if self.chance(0.7) else self.statement
            body += self.gap() + make(depth - 1)
        return lines + self.block(header, depth, body)


def program(rng: random.Random) -> bytes:
    """A random program; it may not be valid Python, though it mostly is."""
    return Programs(rng).program()

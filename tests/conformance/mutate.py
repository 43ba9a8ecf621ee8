"""Random mutations of real functions and classes."""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from pathlib import Path

from fuzz_expressions import Expressions
from fuzz_pools import COMMENTS, MARKERS, SEPARATORS

LARGEST_FILE = 200_000
LONGEST_PIECE = 120


class Pieces:
    """Functions and classes found in files, read as they are asked for."""

    def __init__(self, files: Sequence[Path]) -> None:
        """`files` must be in a fixed order for draws to be reproducible."""
        self.files = [file for file in files if file.stat().st_size <= LARGEST_FILE]
        self.known: dict[Path, list[str]] = {}

    def draw(self, rng: random.Random) -> str:
        """A piece of a file drawn at random, brought to the left margin."""
        for _ in range(50):
            file = rng.choice(self.files)
            if file not in self.known:
                if len(self.known) > 500:
                    self.known.clear()
                self.known[file] = pieces_of(file)
            if self.known[file]:
                return rng.choice(self.known[file])
        return "def f(x):\n    return x\n"


def pieces_of(file: Path) -> list[str]:
    """The functions and classes of a file that are not too long."""
    try:
        source = file.read_text(encoding="utf-8")
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines = source.split("\n")
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
            taken = lines[first : node.end_lineno]
            if len(taken) > LONGEST_PIECE:
                continue
            margin = node.col_offset
            if all(not line[:margin].strip() for line in taken):
                found.append("\n".join(line[margin:] for line in taken) + "\n")
    return found


class Mutator:
    """Changes a program at random, by lines and by nodes."""

    def __init__(self, rng: random.Random, pieces: Pieces) -> None:
        """All choices are drawn from `rng`."""
        self.rng = rng
        self.pieces = pieces
        self.by_lines = (
            *(self.delete_line, self.double_line, self.swap_lines, self.comment_after, self.comment_before),
            *(self.join_lines, self.blank_line, self.continue_line, self.odd_separator, self.rename),
        )
        self.by_nodes = (
            *(self.delete_statement, self.double_statement, self.move_statement, self.nest_statement),
            *(self.replace_expression, self.swap_expressions),
        )

    def program(self) -> bytes:
        """One or two pieces, changed a few times; the last change that leaves valid Python counts."""
        text = self.pieces.draw(self.rng)
        if self.rng.random() < 0.3:
            text = self.spliced(text, self.pieces.draw(self.rng))
        for _ in range(self.rng.choice((1, 1, 2, 3, 5, 8))):
            text = self.changed(text)
        ends = self.rng.choice(("\n",) * 8 + ("\r\n", "\r"))
        if self.rng.random() < 0.1:
            text = text.rstrip("\n")
        return text.replace("\n", ends).encode("utf-8", "replace")

    def changed(self, text: str) -> str:
        """A text after one change, or as it is if no change works out."""
        for _ in range(6):
            try:
                if self.rng.random() < 0.7:
                    lines = text.split("\n")
                    self.rng.choice(self.by_lines)(lines)
                    candidate = "\n".join(lines)
                else:
                    tree = ast.parse(text)
                    self.rng.choice(self.by_nodes)(tree)
                    candidate = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                ast.parse(candidate)
                return candidate
            except (
                SyntaxError,
                ValueError,
                IndexError,
                RecursionError,
                MemoryError,
                AttributeError,
                TypeError,
            ):
                continue
        return text

    def spliced(self, text: str, other: str) -> str:
        """Two pieces: one after the other, or one within the other."""
        if self.rng.random() < 0.4:
            return text + other
        lines = text.split("\n")
        at = self.rng.randrange(len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        inserted = [indent + line if line else line for line in other.rstrip("\n").split("\n")]
        candidate = "\n".join([*lines[:at], *inserted, *lines[at:]])
        try:
            ast.parse(candidate)
        except (SyntaxError, ValueError):
            return text + other
        return candidate

    # -- by lines

    def line(self, lines: list[str]) -> int:
        """The number of some line."""
        return self.rng.randrange(len(lines))

    def delete_line(self, lines: list[str]) -> None:
        """Leave out a few lines."""
        at = self.line(lines)
        del lines[at : at + self.rng.choice((1, 1, 2, 4))]

    def double_line(self, lines: list[str]) -> None:
        """Repeat a line."""
        at = self.line(lines)
        lines.insert(at, lines[at])

    def swap_lines(self, lines: list[str]) -> None:
        """Exchange two lines, each with the other's indentation or its own."""
        one, two = self.line(lines), self.line(lines)
        lines[one], lines[two] = lines[two], lines[one]

    def remark(self) -> str:
        """A comment."""
        return self.rng.choice((*MARKERS, *COMMENTS))

    def comment_after(self, lines: list[str]) -> None:
        """A comment at the end of a line, at a definition's if there is one."""
        heads = [n for n, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def", "@", "class "))]
        at = self.rng.choice(heads) if heads and self.rng.random() < 0.6 else self.line(lines)
        lines[at] += "  " + self.remark()

    def comment_before(self, lines: list[str]) -> None:
        """A comment on a line of its own."""
        at = self.line(lines)
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        lines.insert(at, self.rng.choice((indent, indent, "", "   ")) + self.remark())

    def join_lines(self, lines: list[str]) -> None:
        """Put a line behind the one before it, with a semicolon or a colon's space between them."""
        at = self.line(lines[1:]) + 1
        between = self.rng.choice((" ", "; ", ";"))
        lines[at - 1 : at + 1] = [lines[at - 1] + between + lines[at].strip()]

    def blank_line(self, lines: list[str]) -> None:
        """A blank line, which may hold white space."""
        lines.insert(self.line(lines), self.rng.choice(("", "   ", "\t", "\x0c", "\\", "  \\")))

    def continue_line(self, lines: list[str]) -> None:
        """Break a line at a space with a backslash."""
        at = self.line(lines)
        spaces = [n for n, char in enumerate(lines[at]) if char == " " and lines[at][:n].strip()]
        where = self.rng.choice(spaces)
        lines[at] = lines[at][:where] + self.rng.choice((" \\\n ", "\\\n ", " \\\n\t\\\n"))
        lines[at] += lines[at][where:]

    def odd_separator(self, lines: list[str]) -> None:
        """A character at which only some tools split lines."""
        at = self.line(lines)
        where = self.rng.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:where] + self.rng.choice(SEPARATORS) + lines[at][where:]

    def rename(self, lines: list[str]) -> None:
        """Spell some letter of a line otherwise."""
        at = self.line(lines)
        old, new = self.rng.choice((("fi", "\ufb01"), ("s", "ſ"), ("a", "ª"), ("x", "𝐱"), ("e", "e\u0301")))
        lines[at] = lines[at].replace(old, new, 1)

    # -- by nodes

    def body(self, tree: ast.AST) -> list[ast.stmt]:
        """The body of some statement."""
        bodies = [
            value
            for node in ast.walk(tree)
            for name in ("body", "orelse", "finalbody")
            if isinstance(value := getattr(node, name, None), list) and value
        ]
        return self.rng.choice(bodies)

    def delete_statement(self, tree: ast.AST) -> None:
        """Leave out a statement."""
        body = self.body(tree)
        del body[self.rng.randrange(len(body))]

    def double_statement(self, tree: ast.AST) -> None:
        """Repeat a statement."""
        body = self.body(tree)
        body.insert(self.rng.randrange(len(body)), self.rng.choice(body))

    def move_statement(self, tree: ast.AST) -> None:
        """Copy a statement of one body into another."""
        statement = self.rng.choice(self.body(tree))
        copied = ast.parse(ast.unparse(statement)).body
        body = self.body(tree)
        at = self.rng.randrange(len(body) + 1)
        body[at:at] = copied

    def nest_statement(self, tree: ast.AST) -> None:
        """Put a statement within a compound one."""
        body = self.body(tree)
        at = self.rng.randrange(len(body))
        shell = self.rng.choice(
            (
                "if x: pass",
                "for x in y: pass",
                "while x: pass\nelse: pass",
                "try: pass\nfinally: pass",
                "try: pass\nexcept* E: pass",
                "with x as y: pass",
                "def f(): pass",
                "class A: pass",
                "match x:\n case _: pass",
            )
        )
        outer = ast.parse(shell).body[0]
        target = outer.cases[0] if isinstance(outer, ast.Match) else outer
        target.body = [body[at]]  # type: ignore[attr-defined]
        body[at] = outer

    def places(self, tree: ast.AST) -> list[tuple[ast.AST, str, int | None, ast.expr]]:
        """Where expressions that are read stand: parent, field, index, expression."""
        found: list[tuple[ast.AST, str, int | None, ast.expr]] = []
        for node in ast.walk(tree):
            for name, value in ast.iter_fields(node):
                items = enumerate(value) if isinstance(value, list) else [(None, value)]
                for index, item in items:
                    if isinstance(item, ast.expr) and not isinstance(getattr(item, "ctx", None), ast.Store | ast.Del):
                        found.append((node, name, index, item))
        return found

    def put(self, place: tuple[ast.AST, str, int | None, ast.expr], value: ast.expr) -> None:
        """Put an expression into a place."""
        node, name, index, _ = place
        if index is None:
            setattr(node, name, value)
        else:
            getattr(node, name)[index] = value

    def replace_expression(self, tree: ast.AST) -> None:
        """A random expression in the place of some other."""
        source = Expressions(self.rng).test(2)
        self.put(self.rng.choice(self.places(tree)), ast.parse(f"({source})", mode="eval").body)

    def swap_expressions(self, tree: ast.AST) -> None:
        """Exchange two expressions, if neither is within the other."""
        places = self.places(tree)
        one, two = self.rng.choice(places), self.rng.choice(places)
        if two[3] in ast.walk(one[3]) or one[3] in ast.walk(two[3]):
            return
        self.put(one, two[3])
        self.put(two, one[3])

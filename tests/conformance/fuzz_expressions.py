"""Random Python expressions, spelled in random ways."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from fuzz_pools import (
    BINARY,
    BYTES_BODIES,
    COMMENTS,
    COMPARISONS,
    ESCAPED_BODIES,
    NAMES,
    NUMBERS,
    PLAIN_BODIES,
    RAW_BODIES,
    SEPARATORS,
    UNICODE_BODIES,
)

# Put at the start of a line that must not be indented with its block.
FLUSH = "\0"
TRIPLE = ('"""', "'''")


class Expressions:
    """A generator of expressions; depth bounds how deeply they nest."""

    def __init__(self, rng: random.Random) -> None:
        """All choices are drawn from `rng`."""
        self.rng = rng
        # Quotes that may be used where we are; fewer of them within an f-string.
        self.quotes: tuple[str, ...] = ('"', "'", *TRIPLE)
        self.formatted = 0
        # How probable odd spacing, odd characters and async code are in this program.
        self.odd_spacing = rng.choice((0.0, 0.02, 0.15))
        self.odd_characters = rng.choice((0.0, 0.0, 0.03, 0.2))
        self.names = rng.sample(NAMES, rng.randint(3, 12))

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def space(self, least: str = "") -> str:
        """White space between two tokens of a line."""
        if not self.chance(self.odd_spacing):
            return least or self.rng.choice(("", " ", " "))
        choices = [" ", "  ", "\t", " \x0c", "\t "]
        if not self.formatted:
            choices += [" \\\n", "\\\n ", " \\\n\t\\\n"]
        return self.rng.choice(choices)

    def inner(self) -> str:
        """White space within brackets, where lines may end."""
        if self.formatted or not self.chance(0.08):
            return self.space()
        comment = self.rng.choice(COMMENTS) if self.chance(0.4) else ""
        lines = ["  " + comment, *("" for _ in range(self.rng.choice((0, 0, 1, 2))))]
        return "\n".join(lines) + "\n" + " " * self.rng.randint(0, 6)

    def name(self) -> str:
        """A name out of this program's few."""
        return self.rng.choice(self.names)

    def joined(self, parts: list[str], bracketed: bool = True) -> str:
        """Parts with commas between them, and perhaps after them."""
        text = ""
        for index, part in enumerate(parts):
            space = self.inner() if bracketed else self.space()
            text += part + (f"{self.space()},{space}" if index < len(parts) - 1 else "")
        return text + (self.rng.choice(("", "", "", ",", " ,")) if parts else "")

    def many(self, make: Callable[[], str], least: int = 0, most: int = 3) -> list[str]:
        """A few things of a kind."""
        return [make() for _ in range(self.rng.randint(least, most))]

    # -- literals

    def string(self) -> str:
        """A string literal or an implicit concatenation of some."""
        count = self.rng.choice((1, 1, 1, 1, 2, 3))
        if self.chance(0.15):
            make: Callable[[], str] = self.bytes_piece
        elif self.chance(0.3):
            make = self.formatted_or_plain
        else:
            make = self.string_piece
        pieces = [make() for _ in range(count)]
        return self.space(" ").join(pieces)

    def formatted_or_plain(self) -> str:
        """An f-string, or a plain string beside one."""
        return self.format_string() if self.chance(0.6) and self.formatted < 3 else self.string_piece()

    def quote_for(self, body: str) -> str | None:
        """A quote that may be used here and that a body does not contain."""
        bare = re.sub(r"(?s)\\.", "", body)
        fits = [quote for quote in self.quotes if quote[0] not in bare and (body or len(quote) == 1)]
        if "\n" in bare:
            fits = [quote for quote in fits if quote in TRIPLE]
        return self.rng.choice(fits) if fits else None

    def string_piece(self) -> str:
        """One literal of text."""
        prefix, bodies = self.rng.choice((("", PLAIN_BODIES), ("", PLAIN_BODIES), ("u", PLAIN_BODIES)))
        body = self.rng.choice(bodies)
        if not self.formatted:
            if self.chance(0.35):
                body += self.rng.choice(ESCAPED_BODIES)
            elif self.chance(0.1):
                prefix, body = self.rng.choice(("r", "R")), self.rng.choice(RAW_BODIES)
            if self.chance(self.odd_characters):
                body += self.rng.choice(SEPARATORS) + self.rng.choice(("", "x", " y = 1", "  "))
            if self.chance(0.06):
                body += "\n" + self.rng.choice(("", "\n", "x", FLUSH + "x", "    # c", "\n\n y", "if x: y;"))
        else:
            body = body.replace("#", "")
        if self.chance(0.1):
            body += self.rng.choice(UNICODE_BODIES)
        quote = self.quote_for(body)
        if quote is None:
            return self.quotes[0] + "x" + self.quotes[0]
        if prefix == "u":
            prefix = self.rng.choice("uU")
        return prefix + quote + body + quote

    def bytes_piece(self) -> str:
        """One literal of bytes."""
        raw = self.chance(0.3)
        prefix = self.rng.choice(("br", "rb", "Rb", "bR", "BR")) if raw else self.rng.choice("bB")
        body = self.rng.choice(RAW_BODIES if raw else BYTES_BODIES)
        if self.formatted and ("\\" in body or "\n" in body):
            body = "x"
        quote = self.quote_for(body)
        if quote is None:
            quote, body = self.quotes[0], "x"
        return prefix + quote + body + quote

    def format_string(self) -> str:
        """An f-string; those within it use other quotes, as Python 3.11 wants it."""
        outer = self.quotes
        quote = self.rng.choice(outer)
        inner = tuple(q for q in outer if q[0] != quote[0])
        if len(quote) == 1:
            inner = tuple(q for q in inner if len(q) == 1)
        parts = []
        self.quotes, self.formatted = inner, self.formatted + 1
        for _ in range(self.rng.randint(0, 3)):
            parts.append(self.rng.choice(("", "x", "{{", "}}", " ", "é", "a b")))
            if inner or self.chance(0.5):
                parts.append(self.replacement(bool(inner)))
        self.quotes, self.formatted = outer, self.formatted - 1
        body = "".join(parts)
        if not self.formatted and len(quote) == 3 and self.chance(0.2):
            body += self.rng.choice(("\n", "\nx\n", "\n\n"))
        prefix = self.rng.choice(("f", "f", "F", "rf", "fr", "Rf", "fR"))
        return prefix + quote + body + quote

    def replacement(self, strings: bool) -> str:
        """A replacement field."""
        body = self.test(1) if strings else self.rng.choice((self.name(), f"{self.name()}.{self.name()}", "1+1"))
        if ":" in body or "!" in body or "{" in body or "\\" in body or "=" in body:
            body = f" ({body})"
        equals = self.rng.choice(("", "", "", "=", " = "))
        conversion = self.rng.choice(("", "", "", "!r", "!s", "!a"))
        spec = self.rng.choice(("", "", "", ":>10", ":{x}", ":{x}.{y!r}", ":", ":%d"))
        if self.formatted > 1 and "{" in spec:
            spec = ":>3"
        return "{" + body + equals + conversion + spec + "}"

    # -- expressions, from those that bind least to atoms

    def expression(self, depth: int = 3) -> str:
        """Any expression that may stand alone on a line, tuples included."""
        if self.chance(0.08):
            return self.joined(self.many(lambda: self.element(depth - 1), 2), bracketed=False)
        return self.test(depth)

    def element(self, depth: int) -> str:
        """An item of a display: an expression or a starred one."""
        return "*" + self.arithmetic(depth) if self.chance(0.08) else self.test(depth)

    def test(self, depth: int = 3) -> str:
        """A conditional expression, a lambda, or anything that binds more."""
        if depth <= 0:
            return self.atom(0)
        kind = self.rng.random()
        if kind < 0.07:
            parts = (self.disjunction(depth - 1), self.disjunction(depth - 1), self.test(depth - 1))
            word = self.space(" ")
            return f"{parts[0]}{word}if {parts[1]} else{self.space(' ')}{parts[2]}"
        if kind < 0.11 and not self.formatted:
            return f"lambda {self.parameters(annotated=False)}:{self.space()}{self.test(depth - 1)}"
        return self.disjunction(depth)

    def disjunction(self, depth: int) -> str:
        """Operands of `and`, `or` and `not`, in chains."""
        text = self.inversion(depth)
        while self.chance(0.15):
            word = self.rng.choice(("and", "or"))
            text += f"{self.space(' ')}{word}{self.space(' ')}{self.inversion(depth - 1)}"
        return text

    def inversion(self, depth: int) -> str:
        """A comparison, perhaps denied."""
        return self.rng.choice(("not ", "not not ")) * self.chance(0.06) + self.comparison(depth)

    def comparison(self, depth: int) -> str:
        """A chain of comparisons."""
        text = self.arithmetic(depth)
        while self.chance(0.12):
            operator = self.rng.choice(COMPARISONS)
            text += f"{self.space(' ')}{operator}{self.space(' ')}{self.arithmetic(depth - 1)}"
        return text

    def arithmetic(self, depth: int) -> str:
        """Binary and unary operators."""
        text = self.unary(depth)
        while self.chance(0.2):
            space = self.space(" ")
            text += f"{space}{self.rng.choice(BINARY)}{space}{self.unary(depth - 1)}"
        return text

    def unary(self, depth: int) -> str:
        """A sign, or none, or an `await`."""
        if self.chance(0.08):
            return self.rng.choice(("-", "+", "~", "- ", "--", "-+~")) + self.trailer(depth)
        if self.chance(0.02):
            return "await " + self.trailer(depth)
        return self.trailer(depth)

    def trailer(self, depth: int) -> str:
        """An atom with attributes, calls and subscripts after it."""
        text = self.atom(depth)
        while self.chance(0.25) and depth > 0:
            depth -= 1
            kind = self.rng.random()
            if text[-1:].isdigit() or text[-1:] in "._":
                text = f"({text})"
            if kind < 0.4:
                text += f"{self.space()}.{self.space()}{self.name()}"
            elif kind < 0.75:
                text += f"({self.inner()}{self.arguments(depth)})"
            else:
                text += f"[{self.inner()}{self.subscript(depth)}]"
        return text

    def arguments(self, depth: int) -> str:
        """The arguments of a call."""
        if self.chance(0.1):
            return f"{self.test(depth)}{self.clauses(depth)}"
        positional = self.many(lambda: self.element(depth), 0, 2)
        if self.chance(0.05):
            positional.append(f"{self.name()}{self.space()}:={self.space()}{self.test(depth)}")
        keywords = self.many(lambda: f"{self.name()}{self.space()}={self.test(depth)}", 0, 1)
        double = self.many(lambda: f"**{self.arithmetic(depth)}", 0, 1) if self.chance(0.2) else []
        return self.joined([*positional, *keywords, *double])

    def subscript(self, depth: int) -> str:
        """What stands between the brackets of a subscript."""
        pieces = []
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            if self.chance(0.3):
                ends = [self.test(depth) if self.chance(0.6) else "" for _ in range(self.rng.choice((2, 3)))]
                pieces.append(":".join(f"({end})" if "lambda" in end else end for end in ends))
            else:
                pieces.append(self.element(depth))
        return self.joined(pieces)

    def clauses(self, depth: int) -> str:
        """The `for` and `if` clauses of a comprehension."""
        text = ""
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            word = "async for" if self.chance(0.05) else "for"
            text += f" {word} {self.targets()} in {self.disjunction(depth - 1)}"
            for _ in range(self.rng.choice((0, 0, 1, 2))):
                text += f"{self.inner() or ' '} if {self.disjunction(depth - 1)}"
        return text

    def targets(self) -> str:
        """Targets of a loop."""
        simple = self.rng.choice((self.name(), f"{self.name()}.{self.name()}", f"{self.name()}[0]"))
        pair = f"{self.name()}, *{self.name()}"
        return self.rng.choice((simple, simple, pair, f"({pair})", f"[{self.name()}]", f"{self.name()},"))

    def atom(self, depth: int) -> str:
        """A name, a literal, a display, or something in brackets."""
        kind = self.rng.random()
        if depth <= 0 or kind < 0.62:
            if kind < 0.35 or not self.quotes:
                return self.name()
            return self.rng.choice(NUMBERS) if kind < 0.5 else self.string()
        depth -= 1
        opening, closing = self.inner(), self.space()
        if kind < 0.72:
            return f"({opening}{self.test(depth)}{closing})"
        if kind < 0.80:
            return f"[{opening}{self.joined(self.many(lambda: self.element(depth)))}{closing}]"
        if kind < 0.84:
            parts = self.many(lambda: self.element(depth), 2)
            return f"({opening}{self.joined(parts)}{closing})"
        if kind < 0.86:
            return f"{{{opening}{self.joined(self.many(lambda: self.element(depth), 1))}{closing}}}"
        if kind < 0.90:
            return f"{{{opening}{self.joined(self.many(lambda: self.pair(depth)))}{closing}}}"
        if kind < 0.95:
            left, right = self.rng.choice(("[]", "()", "{}"))
            return f"{left}{opening}{self.test(depth)}{self.clauses(depth)}{closing}{right}"
        if kind < 0.965:
            return f"{{{self.test(depth)}: {self.test(depth)}{self.clauses(depth)}}}"
        if kind < 0.985:
            return f"({self.name()}{self.space(' ')}:={self.space()}{self.test(depth)})"
        return self.rng.choice((f"(yield {self.test(depth)})", "(yield)", f"(yield from {self.test(depth)})"))

    def pair(self, depth: int) -> str:
        """An item of a dictionary."""
        if self.chance(0.1):
            return f"**{self.arithmetic(depth)}"
        return f"{self.test(depth)}{self.space()}:{self.inner()}{self.test(depth)}"

    def parameters(self, annotated: bool) -> str:
        """The parameters of a function or a lambda."""

        def one(default: bool) -> str:
            text = f"p{next(numbers)}"
            if annotated and self.chance(0.2):
                text += f":{self.space()}{self.test(1)}"
            return text + (f"{self.space()}={self.space()}{self.test(1)}" if default else "")

        numbers = iter(range(99))
        kinds = sorted(self.chance(0.3) for _ in range(self.rng.randint(0, 3)))
        parts = [one(default) for default in kinds]
        if parts and self.chance(0.15):
            parts.insert(self.rng.randint(1, len(parts)), "/")
        if self.chance(0.2):
            parts.append("*" + f"p{next(numbers)}")
            parts += [one(self.chance(0.5)) for _ in range(self.rng.randint(0, 2))]
        elif self.chance(0.1):
            parts += ["*", one(self.chance(0.5))]
        if self.chance(0.15):
            parts.append("**" + f"p{next(numbers)}")
        if annotated:
            return self.joined(parts)
        return ", ".join(parts)

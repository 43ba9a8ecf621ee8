"""Compares what is a syntax error, and where: by CPython 3.11's parser, and by our check.

    python tests/conformance/syntax.py                     2,000 mutated pieces of the standard library
    python tests/conformance/syntax.py --seed 7 --count 50000
    python tests/conformance/syntax.py --show 20           and show where the places differ

What CPython 3.11's parser refuses, we must refuse, unless it is newer syntax, which a newer CPython (on the
PATH or of pyenv) accepts. What it accepts, we must accept. Then it says how often an error is on
CPython's line, in its column, and in its words.

Exit codes: 0 no difference in what is refused, 1 differences, 3 could not compare.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import random
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sides import SideFailed, binary

#: Pieces of the standard library that are longer say no more, but take longer.
LONGEST_PIECE = 4000

#: What is put in.
TOKENS = (
    *"( ) [ ] { } , : ; . = == := + - * ** / -> @ ~ ! ? $ \\ ' \" ''' \"\"\" # ".split(),
    *"if else elif for while in not is and or lambda yield await async def class return raise try except finally".split(),
    *"with as import from global nonlocal del pass break continue assert match case type print exec None True 0 1 1.5".split(),
    *"x _ f'{x}' f'{x!r:>{y}}' f'{' f'}' b'' 0777 1_ 0x 1a é \u00a0 \u200b \u201c \u2013 \n \t".split(" "),
    "\n",
    "\n    ",
    "\t",
    "        ",
    "*a, ",
    "**k, ",
    "yield x, ",
    "(yield)",
    "x for x in y",
    "x = 1",
    "*",
)

#: One of each form of the grammar, and what is often got wrong.
SNIPPETS = r"""
x = yield, 1
yield x, y
x = yield
def f(a, /, b=1, *c, d=2, **e) -> int: return a
async def f():\n    async with a as b, c as (d, e): await x\n    async for x in y: pass
class C(B, metaclass=M):\n    x: int = 1\n    y: str
with (a as b, c): pass
with (yield): pass
try:\n    pass\nexcept A as e:\n    pass\nelse:\n    pass\nfinally:\n    pass
try:\n    pass\nexcept* (A, B):\n    pass
try:\n    pass\nelse:\n    pass\nfinally:\n    pass
match x:\n    case [(*r), (a as b)]: pass
match x, *y:\n    case {"a": 1, **r} | [a, *_] if b: pass\n    case A.B(c, d=-1+2j): pass\n    case (a, b) as c: pass\n    case "a" "b" | None: pass
match(x)\nmatch = case = type = 1
print((a)=1)
print(a, *b, c=1, **d)
print "x"
exec "x"
f"{'':*^{1:{1:{1}}}}"
f"{x!r:>{w}}{y=}{{}}" 'a' f'{a["b"]:{c}}'
[x for x in y if a if b for z in w]
{**a, 'b': 1}\n{*a, b}
{a: b for a, b in c}
(x for x in y)\nf(x for x in y)
lambda a, *b, c=1, **d: (yield)
x[a:b:c, ..., *d]\nx[:]
a if b else c\nnot a or b and c is not d not in e
x: int\n(x): int = 1\nx.y: int\nx[0]: int
x += yield\nx //= 1\nx **= 2\nx @= 3
(a, *b), c = [d, e] = f
del a, b[0], (c, d.e)
for a, *b in c, d:\n    continue\nelse:\n    break
while (a := b): pass
if x:\n    y\nelif z:\n    pass\nelse: pass
if x:\n\ty\n        z
if x:\n    y\n\tz
from . import a as b, c\nfrom ...a.b import (c, d as e,)\nfrom a import *\nimport a.b as c, d
global a, b\nnonlocal c
assert a, b\nraise a from b\nreturn a, *b
@a.b(c)\n@d\ndef f(): pass
x = 1 if y else 2; z = 3;
a < b == c != d >= e\na | b ^ c & d << e >> f + g - h * i / j // k % l @ m ** -n
~a\n-+b\nawait c
1_000 + 0xff + 0b1 + 0o7 + 1.5e3 + 1j + .5
'a' "b" b'c' r'd' u'e'
f(a.b=1)\nf(a for b in c, d)\nf(**a, *b)\nf(a=1, b)
def f(a=1, b): pass
def f(*): pass
def f((a, b)): pass
x = (1, 2\ny = 3
x = [1, 2\ndef f(): pass
if x = 1: pass
if x\n    pass
def f()\n    pass
class C\n    pass
for x in y\n    pass
while True\n    pass
x = {'a': 1 'b': 2}
x = [1 2]
f(1 2)
x = 'abc
x = 09
def f():\npass
else: pass
x = 5 +
1 = x
f() = 1
None = 1
x + 1 = 2
for 1 in x: pass
import a.b as c.d
from a import b, c,
from a import (b c)
return = 1
class = 1
x ==== y
x =! y
x <> y
x++
async x
await = 1
a, b += 1
(a, b): int
[*a]: int = 1
*a = 1
*a
print(*a for a in b)
del f()
del (a), [b, (c)]
with a as f(): pass
with a as 1: pass
lambda *: 1
lambda a=1, b: 1
{a: 1, b}
{**a for b in c}
[*a for b in c]
x = a b
raise a, b
except A, B: pass
`a`
0777
1__0
ur'a'
\\ x
a \\ b
x = $
x = a ? b : c
x = a && b
x = !a
""".strip().splitlines()

#: Asks another Python whether it parses texts: NUL-separated on its input, and a line of 0s and 1s as its answer.
JUDGE = """
import ast, sys, warnings
warnings.simplefilter("ignore")
def parses(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return "0"
    return "1"
texts = sys.stdin.buffer.read().decode("utf-8").split("\\0")
print("".join(map(parses, texts)))
"""

#: What CPython 3.11 says of syntax of Python 3.15.
NEWEST_MESSAGE = re.compile(r"(iterable|dict) unpacking cannot be used in (dict )?comprehension")
#: Syntax of Python 3.14 and 3.15.
NEWEST = re.compile(r"""\bexcept\*?\s+[^:(\n]+,|\b([tT][rR]?|[rR][tT])['"]|\blazy\b""")


@dataclass(frozen=True)
class Place:
    """Where an error is said to be, and what is said of it."""

    line: int
    column: int
    message: str


@dataclass
class Case:
    """A text, and what both sides say of it; None if they accept it."""

    text: str
    theirs: Place | None
    ours: Place | None = None


def pieces() -> list[str]:
    """Statements of the standard library."""
    found = []
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.glob("*.py")) + sorted(library.glob("test/test_[a-gs-u]*.py")):
        try:
            text = path.read_text(encoding="utf-8")
            body = ast.parse(text).body
        except (SyntaxError, ValueError):
            continue
        lines = text.splitlines(keepends=True)
        for statement in body:
            piece = "".join(lines[statement.lineno - 1 : statement.end_lineno])
            if 20 <= len(piece) <= LONGEST_PIECE and piece.count("\n") < 60:
                found.append(piece)
    return found


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text are."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            start = starts[token.start[0] - 1] + token.start[1]
            end = starts[token.end[0] - 1] + token.end[1]
            if end > start:
                found.append((start, end))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return found


def mutated(piece: str, chance: random.Random) -> str:
    """The piece with one or two tokens changed."""
    text = piece
    for _ in range(chance.choice((1, 1, 1, 2))):
        tokens = tokens_of(text)
        if not tokens:
            return text
        start, end = chance.choice(tokens)
        match chance.randrange(6):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + chance.choice(TOKENS) + text[end:]
            case 2:
                text = text[:start] + chance.choice(TOKENS) + " " + text[start:]
            case 3:
                other = chance.choice(tokens)
                text = text[:start] + text[other[0] : other[1]] + " " + text[end:]
            case 4:
                text = text[:end] + " " + text[start:end] + text[end:]
            case 5:
                lines = text.splitlines(keepends=True)
                number = chance.randrange(len(lines))
                lines[number] = chance.choice((" ", "\t", "    ", "")) + lines[number].lstrip(chance.choice((" ", "\t", "")))
                text = "".join(lines)
    return text


def theirs(text: str) -> Place | None:
    """What CPython's parser says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError as error:
            return Place(error.lineno or 0, error.offset or 0, str(error.msg))
        except (ValueError, MemoryError, RecursionError) as error:
            return Place(0, 0, str(error))
    return None


ERROR = re.compile(r"syntax error: line (\d+), column (\d+): (.*)", re.DOTALL)


def ask_us(cases: list[Case], command: list[str]) -> None:
    """Notes what our check says."""
    with tempfile.TemporaryDirectory(prefix="syntax-") as folder:
        for number, case in enumerate(cases):
            (Path(folder) / f"{number:06}.py").write_bytes(case.text.encode("utf-8"))
        arguments = ["--check", folder, "--format", "json", "--quiet", "--no-cache", "--force-analyze"]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, encoding="utf-8", cwd=folder)
        if done.returncode not in (0, 1, 2):
            raise SideFailed(f"exit code {done.returncode}: {done.stderr.strip()}")
        for report in json.loads(done.stdout)["reports"]:
            error = report.get("error")
            if error:
                place = ERROR.match(error)
                case = cases[int(Path(report["file"]).stem)]
                case.ours = Place(int(place[1]), int(place[2]), place[3]) if place else Place(0, 0, error)


def newer_pythons() -> Iterator[str]:
    """The newer CPythons that there are."""
    versions = Path.home() / ".pyenv" / "versions"
    for minor in (14, 13, 12):
        yield from (name for name in (f"python3.{minor}",) if shutil.which(name))
        yield from map(str, versions.glob(f"3.{minor}.*/bin/python"))


def accepted_by_newer(texts: list[str]) -> tuple[set[str], bool]:
    """The texts that a newer CPython parses, and whether there was one to ask."""
    accepted = {text for text in texts if NEWEST.search(text)}
    is_decided = not texts
    for name in newer_pythons():
        done = subprocess.run([name, "-c", JUDGE], input="\0".join(texts).encode(), capture_output=True)
        if texts and done.returncode == 0:
            is_decided = True
            verdicts = done.stdout.decode().strip()
            accepted |= {text for text, verdict in zip(texts, verdicts, strict=True) if verdict == "1"}
    return accepted, is_decided


def cases_of(seed: str, count: int) -> Iterator[Case]:
    """Mutated pieces, each with what CPython says of it."""
    chance = random.Random(seed)
    all_pieces = pieces()
    snippets = [snippet.replace("\\n", "\n").replace("\\t", "\t") + "\n" for snippet in SNIPPETS]
    for number in range(count):
        # As they are, at first; and then one in two is a mutated one of them.
        if number < len(snippets):
            text = snippets[number]
        else:
            text = mutated(chance.choice(chance.choice((all_pieces, snippets))), chance)
        if "\0" not in text:
            yield Case(text, theirs(text))


def shown(text: str, line: int) -> str:
    """The line of a text, and the one before."""
    lines = text.split("\n")
    return "\n".join(f"        {line}" for line in lines[max(0, line - 2) : line])


def compare(cases: list[Case], show: int) -> int:
    """Prints how the two sides differ."""
    only_we_accept = [case for case in cases if case.theirs and not case.ours]
    newer = {case.text for case in only_we_accept if NEWEST_MESSAGE.match(case.theirs.message)}
    accepted, is_decided = accepted_by_newer([case.text for case in only_we_accept if case.text not in newer])
    newer |= accepted
    wrong = [case for case in only_we_accept if case.text not in newer]
    only_we_refuse = [case for case in cases if case.ours and not case.theirs]
    both = [case for case in cases if case.theirs and case.ours]
    if not is_decided:
        print("no newer CPython to ask: what only we accept may be newer syntax")
    for case in wrong:
        print(f"accepted by us, but CPython says {case.theirs}:\n{case.text}\n")
    for case in only_we_refuse:
        print(f"accepted by CPython, but we say {case.ours}:\n{case.text}\n")
    same_line = [case for case in both if case.theirs.line == case.ours.line]
    same_place = [case for case in same_line if case.theirs.column == case.ours.column]
    same_words = [case for case in both if case.theirs.message == case.ours.message]
    elsewhere = [case for case in both if case.theirs.line != case.ours.line]
    for case in elsewhere[:show]:
        print(f"CPython: {case.theirs}\n   ours: {case.ours}")
        print(shown(case.text, case.theirs.line), shown(case.text, case.ours.line), sep="\n    --\n")
    if show:
        kinds = Counter(case.theirs.message for case in both if case.theirs.message != case.ours.message)
        for message, number in kinds.most_common(show):
            ours = Counter(case.ours.message for case in both if case.theirs.message == message).most_common(3)
            print(f"{number:6} {message}   ours: {ours}")
    parts = len(both) or 1
    print(
        f"== {len(cases)} texts, {len(both)} refused by both: on the same line {len(same_line) / parts:.1%}, "
        f"in the same column {len(same_place) / parts:.1%}, in the same words {len(same_words) / parts:.1%}; "
        f"{len(newer)} newer syntax, {len(wrong)} accepted by us only, {len(only_we_refuse)} refused by us only"
    )
    return 1 if (wrong and is_decided) or only_we_refuse else 0


def main() -> int:
    """Reads the command line and compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", metavar="PATH", help="our binary (default: $ANTIPASTA_LSP, or target/)")
    parser.add_argument("--seed", default="0", help="any word (default: 0)")
    parser.add_argument("--count", type=int, default=2000, help="how many texts (default: 2000)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show up to N differing places and messages")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        print("error: this must be CPython 3.11", file=sys.stderr)
        return 3
    try:
        cases = list(cases_of(options.seed, options.count))
        ask_us(cases, binary(options.binary, 1).command)
        return compare(cases, options.show)
    except SideFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

"""The words that random programs are made of: spellings that are easy to take for each other.

Halstead operands are compared as Python compares set members, names after normalisation, strings after
unescaping; lines are counted by rules that see more line ends than the grammar does. So the pools hold
many spellings of few values.
"""

from __future__ import annotations

NAMES = (
    *("x", "y", "a", "b", "f", "g", "self", "cls", "data", "fi", "_", "__", "x1", "None_"),
    *("match", "case", "type", "print", "é", "e\u0301", "\ufb01", "ª", "\U0001d431", "µ", "μ"),
    *("\u2126", "Ω", "名", "\u212b", "ş", "ſ", "s", "a\u0332", "ﬀ", "ff", "Ⅷ", "ℌ", "H"),
)

NUMBERS = (
    *(
        "0",
        "1",
        "2",
        "3",
        "10",
        "1.0",
        "1.",
        "0.0",
        "0.",
        "00",
        "0_0",
        "0e0",
        "0x0",
        "0j",
        "1j",
        "1J",
        "1.0j",
    ),
    *("1000", "1e3", "1E3", "1e+3", "0x3e8", "0X3E8", "1_000", "1000.0", "0b1111101000", "0o1750", "10_00.0"),
    *("100000000000000000000", "1e20", "1e+20", "0x56BC75E2D63100000", "1_0e1_9", "99999999999999999999"),
    *(
        "9007199254740992",
        "9007199254740993",
        "9007199254740992.0",
        "9007199254740993.0",
        "2e0",
        "2.0",
        "0b10",
    ),
    *("1e400", "1e401", "1e-400", ".5", "0.5", "5e-1", "00.5", "3.141592653589793", "3.14159265358979311600"),
    *("18446744073709551615", "18446744073709551616", "1.8446744073709552e19", "0xFFFFFFFFFFFFFFFF", "1e22"),
    *("True", "False", "None", "...", "1e23", "100000000000000000000000", "1e0", "0b1", "0o1", "1e1_0j"),
)

# Bodies of string literals, as they stand in the source.
PLAIN_BODIES = (
    "",
    "x",
    "a",
    "b",
    "1",
    "fi",
    "self",
    " ",
    "None",
    "x y",
    "# no comment",
    "#complexipy: ignore",
)
ESCAPED_BODIES = (
    *(
        r"\x78",
        r"\u0078",
        r"\170",
        r"\N{LATIN SMALL LETTER X}",
        r"\ud800",
        r"\udfff",
        r"\ud83d\ude00",
        r"\x61",
    ),
    *(
        r"\U0001F600",
        r"\q",
        r"\0",
        r"\777",
        r"\n",
        r"\t",
        r"\\",
        r"\a\b",
        "\\\nx",
        "x\\\n",
        r"\xe9",
        r"e\u0301",
    ),
    *(r"\N{greek small letter alpha}", r"\x1c", r"\u2028", r"\r\n", r"\'", r"\"", r"\8", r"\08", r"\{x}"),
)
BYTES_BODIES = ("", "x", "a", "1", r"\x78", r"\170", r"\xff", r"\0", r"\u0078", "\\\nx", r"\\", r"\'", r"\q")
RAW_BODIES = ("", "x", r"\x78", r"\d+", r"\'", "\\\nx", r"\\", r"\N{x}", "a")
UNICODE_BODIES = (
    "é",
    "e\u0301",
    "名",
    "\U0001f600",
    "\ufb01",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "ª",
    "\U0001d431",
)

# Characters at which `str.splitlines` splits and the grammar does not.
SEPARATORS = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")

MARKERS = (
    *("# complexipy: ignore", "#complexipy:ignore", "# COMPLEXIPY: IGNORE", "# Complexipy : Ignore"),
    *("# complexipy: ignore[rule]", "# complexipy: ignore [a, b] because", "# complexipy: ignored"),
    *(
        "#\tcomplexipy\t:\tignore",
        "# complexipy: ignore because",
        "# complexipy ignore",
        "## complexipy: ignore",
    ),
    *("# noqa: complexipy", "#noqa:complexipy", "# NOQA: COMPLEXIPY", "# noqa : complexipy[x]", "# noqa"),
    *(
        "# noqa: E501, complexipy",
        "# noqa: complexipy, E501",
        "# noqa: complexipy2",
        "# nosec # noqa: complexipy",
    ),
    *(
        "# type: ignore # complexipy: ignore",
        "# complexipy: ignore # noqa: complexipy",
        "# xcomplexipy: ignore",
    ),
)
COMMENTS = (
    "#",
    "# x",
    "#: y",
    "#!",
    "# if x: y",
    "# \\",
    "# '",
    '# """',
    "# é",
    "#x = 1;",
    "# (",
    "# type: int",
)

BINARY = ("+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^")
COMPARISONS = ("<", ">", "<=", ">=", "==", "!=", "is", "is not", "in", "not in", "not  in", "is\tnot")
AUGMENTED = tuple(f"{operator}=" for operator in BINARY)

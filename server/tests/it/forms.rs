//! Every form of Python's grammar, as texts of any length: chained, nested and repeated; closed, and left open.
//!
//! What costs more than its length shows when the length doubles. One table for each kind of form; the shapes are the same
//! for all forms of a kind.

use std::iter;

/// A family of texts.
pub(crate) struct Form {
    /// What it is made of, for messages.
    pub name: String,
    before: String,
    /// What is repeated before the middle, at growing indentation if it is a block.
    opening: String,
    middle: String,
    /// What is repeated after the middle.
    closing: String,
    after: String,
    is_block: bool,
}

impl Form {
    /// The text of about so many bytes.
    pub(crate) fn text(&self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 1024);
        text += &self.before;
        if self.is_block {
            // Lines grow by one space each, so that half of the square of their number is what they take.
            let levels = (2 * bytes).isqrt();
            for level in 0..levels {
                if text.len() >= bytes {
                    break;
                }
                for line in self.opening.lines() {
                    text.extend(iter::repeat_n(' ', level).chain(line.chars()));
                    text.push('\n');
                }
            }
        } else {
            let each = self.opening.len() + self.closing.len();
            let count = bytes / each.max(1);
            text += &self.opening.repeat(count);
            text += &self.middle;
            text += &self.closing.repeat(count);
        }
        text + &self.after
    }
}

/// What stands before and after an expression to make another of it.
const EXPRESSIONS: &[(&str, &str)] = &[
    // Atoms and displays.
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("{1: ", "}"),
    ("{1: 2, **", "}"),
    ("[*", "]"),
    ("(1, ", ")"),
    ("(", ",)"),
    ("'a' ", ""),
    ("b'a' ", ""),
    ("f'a' ", ""),
    ("f'{", "}'"),
    ("t'{", "}'"),
    ("f\"\"\"{", "}\"\"\""),
    ("f'{x:{", "}}'"),
    ("f'{x!r:>{", "}}'"),
    ("f'{", "=}'"),
    ("rf'{", "}'"),
    // Comprehensions.
    ("[x for x in ", "]"),
    ("{x for x in ", "}"),
    ("{x: y for x in ", "}"),
    ("(x for x in ", ")"),
    ("[x async for x in ", "]"),
    ("[", " for x in y]"),
    ("[x for x in y if ", "]"),
    ("[x", " for x in y]"),
    ("f(x for x in ", ")"),
    // Primaries.
    ("a.", ""),
    ("", ".b"),
    ("", "()"),
    ("", "[0]"),
    ("", ".b(1)[2]"),
    ("a[", "]"),
    ("a[", ":]"),
    ("a[:", "]"),
    ("a[::", "]"),
    ("a[1, ", "]"),
    ("a[*", "]"),
    ("f(", ")"),
    ("f(x=", ")"),
    ("f(*", ")"),
    ("f(**", ")"),
    ("f(1, ", ")"),
    ("a.b(", ").c"),
    ("await ", ""),
    // Operators.
    ("-", ""),
    ("+", ""),
    ("~", ""),
    ("not ", ""),
    ("a + ", ""),
    ("a - ", ""),
    ("a * ", ""),
    ("a / ", ""),
    ("a // ", ""),
    ("a % ", ""),
    ("a @ ", ""),
    ("a ** ", ""),
    ("a << ", ""),
    ("a >> ", ""),
    ("a & ", ""),
    ("a | ", ""),
    ("a ^ ", ""),
    ("a and ", ""),
    ("a or ", ""),
    ("a < ", ""),
    ("a <= ", ""),
    ("a > ", ""),
    ("a >= ", ""),
    ("a == ", ""),
    ("a != ", ""),
    ("a in ", ""),
    ("a not in ", ""),
    ("a is ", ""),
    ("a is not ", ""),
    ("a + \\\n", ""),
    ("a and b or ", ""),
    ("(a + ", ")"),
    ("(", " + a)"),
    // The rest.
    ("a if b else ", ""),
    ("", " if b else c"),
    ("(a if ", " else c)"),
    ("lambda: ", ""),
    ("lambda a, /, b=1, *c, d, **e: ", ""),
    ("lambda a=", ": a"),
    ("(a := ", ")"),
    ("(yield ", ")"),
    ("(yield from ", ")"),
    ("(await ", ")"),
];

/// What stands before and after a pattern to make another of it.
const PATTERNS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("(1, ", ")"),
    ("[*_, ", "]"),
    ("{1: ", "}"),
    ("{'a': ", ", **r}"),
    ("C(", ")"),
    ("C(x=", ")"),
    ("a.b.C(1, ", ")"),
    ("1 | ", ""),
    ("-1 | ", ""),
    ("1+2j | ", ""),
    ("'a' | ", ""),
    ("a.b | ", ""),
    ("None | ", ""),
    ("(", " as y)"),
    ("1, ", ""),
    ("*_, ", ""),
    ("a.", ""),
    ("'a' ", ""),
];

/// What comes before a list, an element with its separator, and what comes after the list.
const LISTS: &[(&str, &str, &str)] = &[
    ("x = [", "a, ", "]\n"),
    ("x = (", "a, ", ")\n"),
    ("x = {", "a, ", "}\n"),
    ("x = {", "a: b, ", "}\n"),
    ("x = {", "**a, ", "}\n"),
    ("x = [", "*a, ", "]\n"),
    ("x = [", "a,\n", "]\n"),
    ("x = [", "a, # a\n", "]\n"),
    ("x = [", "\n", "]\n"),
    ("x = [", "# a\n", "]\n"),
    ("x = [", "\\\n", "]\n"),
    ("x = [", "(", ")\n"),
    ("x = [", "lambda: a, ", "]\n"),
    ("x = ", "a, ", "b\n"),
    ("x = [", "f'{a}', ", "]\n"),
    ("x = f'", "{a}", "'\n"),
    ("x = f'", "{{a}}", "'\n"),
    ("x = f'", "{a:b}", "'\n"),
    ("x = f'", "a", "'\n"),
    ("x = '", "a", "'\n"),
    ("x = '", "\\n", "'\n"),
    ("x = '", "\\\\", "'\n"),
    ("x = '", "\\\n", "'\n"),
    ("x = r'", "\\n", "'\n"),
    ("x = b'", "\\x00", "'\n"),
    ("x = '", "\\N{DIGIT ONE}", "'\n"),
    ("x = '''", "a\n", "'''\n"),
    ("x = '''", "\n", "'''\n"),
    ("x = '''", "\\\n", "'''\n"),
    ("x = '''", "'", "'''\n"),
    ("x = '''", "''\n", "'''\n"),
    ("x = f'''", "{a}\n", "'''\n"),
    ("x = 1", "0", "\n"),
    ("x = 0x", "f", "\n"),
    ("x = 1", "_0", "\n"),
    ("x = a", "a", "\n"),
    ("x = é", "é", "\n"),
    ("x = a", " ", "\n"),
    ("x = a #", "a", "\n"),
    ("x = a ", "\\\n", "\n"),
    ("x = a ", "\\\n", "+ b\n"),
    ("x = a ", "\\\r\n", "+ b\n"),
    ("x = a ", "  \\\n", "+ b\n"),
    ("", "\\\n", "x = a\n"),
    ("", "\\\n", ""),
    ("", " \\\n", "x = a\n"),
    ("", "x = ", "a\n"),
    ("x", ": a = ", "b\n"),
    ("", "a.b, ", "c = x\n"),
    ("", "(", "c) = x\n"),
    ("f(", "a, ", ")\n"),
    ("f(", "a=b, ", ")\n"),
    ("f(", "*a, ", ")\n"),
    ("f(", "**a, ", ")\n"),
    ("a[", "b, ", "]\n"),
    ("a[", "b:c:d, ", "]\n"),
    ("[a", " for b in c", "]\n"),
    ("[a for b in c", " if d", "]\n"),
    ("[a", " async for b in c if d", "]\n"),
    ("lambda ", "a, ", "b: a\n"),
    ("lambda ", "a=b, ", "b=1: a\n"),
    ("print(", "'a' ", ")\n"),
    ("print(", "'a'\n", ")\n"),
    ("print(", "f'{a}'\n", ")\n"),
    ("del ", "a, ", "b\n"),
    ("global ", "a, ", "b\n"),
    ("nonlocal ", "a, ", "b\n"),
    ("import ", "a, ", "b\n"),
    ("import ", "a as b, ", "b\n"),
    ("import ", "a.", "b\n"),
    ("from a import ", "b, ", "c\n"),
    ("from a import (", "b as c, ", "c)\n"),
    ("from ", ".", " import c\n"),
    ("return ", "a, ", "c\n"),
    ("assert ", "a and ", "c\n"),
    ("def f(", "a, ", "): pass\n"),
    ("def f(", "a: b = c, ", "): pass\n"),
    ("def f(*, ", "a: b, ", "): pass\n"),
    ("def f(", "a,\n", "):\n    pass\n"),
    ("def f[", "T, ", "](): pass\n"),
    ("def f[", "T: a = b, ", "](): pass\n"),
    ("def f() -> ", "a | ", "b: pass\n"),
    ("class C(", "A, ", "): pass\n"),
    ("class C(", "a=b, ", "): pass\n"),
    ("class C[", "T, ", "]: pass\n"),
    ("type X[", "T, ", "] = a\n"),
    ("type X = ", "a | ", "b\n"),
    ("for ", "a, ", "in b: pass\n"),
    ("for a in ", "a, ", "b: pass\n"),
    ("with ", "a, ", "b: pass\n"),
    ("with ", "a as b, ", "b: pass\n"),
    ("with (", "a as b, ", "b): pass\n"),
    ("with (", "a as b,\n", "b):\n    pass\n"),
    ("while ", "a or ", "b: pass\n"),
    ("if ", "a and ", "b: pass\n"),
    ("try: pass\nexcept (", "A, ", "B): pass\n"),
    ("", "@a\n", "def f(): pass\n"),
    ("", "@a.b(c)\n", "class C: pass\n"),
    ("class C:\n", "    @a\n", "    def f(self): pass\n"),
    ("if a: pass\n", "elif b: pass\n", "else: pass\n"),
    ("if a:\n    pass\n", "elif b:\n    pass\n", "else:\n    pass\n"),
    ("try: pass\n", "except A: pass\n", "finally: pass\n"),
    ("try:\n    pass\n", "except A as b:\n    pass\n", "else:\n    pass\n"),
    ("try:\n    pass\n", "except* A:\n    pass\n", ""),
    ("match a:\n", "    case 1: pass\n", ""),
    ("match a:\n", "    case {1: b, **c} if d:\n        pass\n", ""),
    ("match a:\n", "    case [b, *c] | C(d, e=f) as g:\n        pass\n", ""),
    ("match a:\n    case [", "b, ", "]: pass\n"),
    ("match a:\n    case {", "1: b, ", "}: pass\n"),
    ("match a:\n    case C(", "b=c, ", "): pass\n"),
    ("match a:\n    case b if ", "c and ", "d: pass\n"),
    ("match ", "a, ", ":\n    case b: pass\n"),
    ("def f():\n    pass\n", "    # a\n", "x = 1\n"),
    ("def f():\n    pass\n", "# a\n", "    x = 1\n"),
    ("class C:\n    x = 1\n", "    # a\n", "    y = 1\n"),
    ("class C:\n    x = 1\n", "# a\n", "    y = 1\n"),
    ("def f():\n    pass\n", "\n", "    x = 1\n"),
    ("def f():\n    pass\n", "    \n", "    x = 1\n"),
    ("def f():\n    pass\n", "\\\n", "    x = 1\n"),
    ("def f():\n    pass\n", "    \\\n", "    x = 1\n"),
    ("class C:\n    x = 1\n", "    \\\n", "    x = 1\n"),
    ("class C:\n    x = 1\n", "\n", "    y = 1\n"),
    ("if a: ", "x = 1; ", "y = 2\n"),
    ("def f(): ", "x = 1; ", "y = 2\n"),
    ("class C: ", "x = 1; ", "y = 2\n"),
    ("class C:\n    ", "x = 1; ", "y = 2\n"),
    ("x = 1\n", " ", ""),
    ("x = 1\n", "\t", "y = 1\n"),
    ("x = 1\n", " ", "y = 1\n"),
];

/// Statements of one line.
const SIMPLE_STATEMENTS: &[&str] = &[
    "pass",
    "break",
    "continue",
    "x",
    "f(x)",
    "x = 1",
    "x = y = 1",
    "x, *y = z",
    "x: int",
    "x: int = 1",
    "x += 1",
    "x.y[0] @= 1",
    "del x",
    "return",
    "return x",
    "raise",
    "raise X from y",
    "assert x, y",
    "import a.b as c",
    "from . import a, b",
    "from a import *",
    "from a import (b, c)",
    "from __future__ import annotations",
    "global x",
    "nonlocal x",
    "type X[T] = list[T]",
    "type = 1",
    "match = 1",
    "yield x",
    "x = yield",
    "await x",
    "print x",
    "exec 'x'",
    "'a'",
    "'''a'''",
    "'''a\na'''",
    "f'{a}'",
    "(\nx\n)",
    "x = [\n    1,\n]",
    "x \\\n+ y",
    "x = lambda: 1",
    "x  # a",
    "# a",
    "#",
    "",
    " ",
    "\x0c",
    ";",
    "é = 'é'",
];

/// What comes before a block, and what comes after it.
const BLOCKS: &[(&str, &str)] = &[
    ("if x:", ""),
    ("if x:", "else: pass"),
    ("if x:", "elif y: pass\nelse: pass"),
    ("if x: pass\nelse:", ""),
    ("if x: pass\nelif y:", ""),
    ("for x in y:", ""),
    ("for x in y:", "else: pass"),
    ("for x in y: pass\nelse:", ""),
    ("async for x in y:", ""),
    ("while x:", ""),
    ("while x:", "else: pass"),
    ("with x as y:", ""),
    ("with (x as y, z):", ""),
    ("async with x:", ""),
    ("try:", "except X: pass"),
    ("try:", "finally: pass"),
    ("try:", "except* X: pass"),
    ("try: pass\nexcept X as e:", ""),
    ("try: pass\nexcept:", ""),
    ("try: pass\nexcept X: pass\nelse:", ""),
    ("try: pass\nfinally:", ""),
    ("def f():", ""),
    ("def f(a, /, b: int = 1, *c, d, **e) -> int:", ""),
    ("def f[T: int, *U, **V](x: T):", ""),
    ("async def f():", ""),
    ("@a\ndef f():", ""),
    ("@a.b(c)\nclass C:", ""),
    ("class C:", ""),
    ("class C(A, metaclass=B):", ""),
    ("class C[T]:", ""),
    ("match x:\n case y:", ""),
    ("match x:\n case [y, *z] if z:", ""),
];

/// What Python's tokenizer, or nobody, knows.
const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "f'",
    "f'{",
    "f'{x:",
    "f'''",
    "f'''{",
    "rb'",
    ",",
    ":",
    ";",
    ".",
    "...",
    "=",
    "==",
    "!=",
    "->",
    ":=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "%",
    "@",
    "&",
    "|",
    "^",
    "~",
    "<",
    ">",
    "<<",
    ">>",
    "<=",
    "+=",
    "**=",
    "!",
    "$",
    "?",
    "`",
    "\\",
    "#",
    "\t",
    "\u{a0}",
    "é",
    "€",
    "1",
    "1.",
    "0x",
    "1e",
    "1j",
    "1_",
    "a",
    "False",
    "None",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "except*",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "is not",
    "lambda",
    "nonlocal",
    "not",
    "not in",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "yield from",
    "match",
    "case",
    "type",
    "print",
    "exec",
    "_",
    "a:",
    "(:",
    "[:",
    "):",
    "({[",
    "]})",
    "\"'",
    "if x:",
    "else:",
    "def f(",
    "def f():",
    "class C:",
    "class C(",
    "@a",
    "for x in",
    "case _:",
    "match x:",
    "lambda:",
    "try:",
    "with a:",
    "a b",
    "1a",
    "a = ",
    "a: ",
    "= a",
    "f(a",
    "f(a=",
    "[a for",
    "{a:",
    "import a.",
    "from a import",
];

fn form(name: impl Into<String>, parts: [&str; 5]) -> Form {
    let [before, opening, middle, closing, after] = parts.map(str::to_owned);
    Form {
        name: name.into(),
        before,
        opening,
        middle,
        closing,
        after,
        is_block: false,
    }
}

/// Where lines can stand: what is before them, and their indentation.
const BODIES: &[(&str, &str, &str)] = &[
    ("module", "", ""),
    ("function", "def f():\n", "    "),
    ("class", "class C:\n", "    "),
    ("method", "class C:\n    def f(self):\n", "        "),
];

/// All forms.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn forms() -> Vec<Form> {
    let mut forms = Vec::new();
    for (open, close) in EXPRESSIONS {
        let name = format!("expression {open}…{close}");
        forms.push(form(format!("{name} nested"), ["x = ", open, "a", close, "\n"]));
        forms.push(form(
            format!("{name} nested in a function"),
            ["def f():\n    return ", open, "a", close, "\n"],
        ));
        if !open.is_empty() && !close.is_empty() {
            forms.push(form(format!("{name} open"), ["x = ", open, "a", "", "\n"]));
            forms.push(form(format!("{name} only closed"), ["x = a", "", "", close, "\n"]));
        }
        let each = format!("{open}a{close}");
        forms.push(form(
            format!("{name} in a list"),
            ["x = [", &format!("{each}, "), "", "", "]\n"],
        ));
        forms.push(form(
            format!("{name} as statements"),
            ["", &format!("x = {each}\n"), "", "", ""],
        ));
        forms.push(form(
            format!("{name} on one line"),
            ["", &format!("x = {each};"), "", "", "\n"],
        ));
    }
    for (open, close) in PATTERNS {
        let name = format!("pattern {open}…{close}");
        let before = "match x:\n    case ";
        forms.push(form(
            format!("{name} nested"),
            [before, open, "_", close, ":\n        pass\n"],
        ));
        if !close.is_empty() {
            forms.push(form(
                format!("{name} open"),
                [before, open, "_", "", ":\n        pass\n"],
            ));
        }
        let each = format!("    case {open}_{close}: pass\n");
        forms.push(form(format!("{name} repeated"), ["match x:\n", &each, "", "", ""]));
    }
    for (before, each, after) in LISTS {
        let name = format!("list {before}{each}…{after}");
        forms.push(form(name.clone(), [before, each, "", "", after]));
        forms.push(form(format!("{name} open"), [before, each, "", "", ""]));
    }
    for statement in SIMPLE_STATEMENTS {
        let name = format!("statement {statement}");
        for (body, header, indentation) in BODIES {
            let line = format!("{indentation}{statement}\n");
            forms.push(form(format!("{name} in a {body}"), [header, &line, "", "", ""]));
        }
        let line = format!("{statement}\r\n");
        forms.push(form(format!("{name} with CRLF"), ["", &line, "", "", ""]));
        let line = format!("{statement}\r");
        forms.push(form(format!("{name} with CR"), ["", &line, "", "", ""]));
        if !statement.contains(['#', '\n']) {
            for (body, header, indentation) in BODIES {
                let before = format!("{header}{indentation}");
                let each = format!("{statement};");
                forms.push(form(
                    format!("{name} on one line of a {body}"),
                    [&before, &each, "", "", "\n"],
                ));
            }
        }
    }
    for (header, footer) in BLOCKS {
        let name = format!("block {header}…{footer}");
        forms.push(Form {
            is_block: true,
            ..form(format!("{name} nested"), ["", header, "", "", ""])
        });
        let each = format!("{header}\n    pass\n{footer}\n")
            .replace("\n case", "\n    case")
            .replace("    pass", "        pass");
        for (body, before, indentation) in BODIES {
            let each: String = each.lines().map(|line| format!("{indentation}{line}\n")).collect();
            forms.push(form(
                format!("{name} repeated in a {body}"),
                [before, &each, "", "", ""],
            ));
        }
        forms.push(form(
            format!("{name} on one line"),
            ["", &format!("{} ", header.replace('\n', " ")), "pass", "", "\n"],
        ));
        forms.push(form(
            format!("{name} without a body"),
            ["", &format!("{header}\n"), "", "", ""],
        ));
    }
    for token in TOKENS {
        let name = format!("token {token}");
        forms.push(form(format!("{name} glued"), ["", token, "", "", "\n"]));
        forms.push(form(
            format!("{name} on one line"),
            ["", &format!("{token} "), "", "", "\n"],
        ));
        forms.push(form(
            format!("{name} after a name"),
            ["x = ", &format!("{token} a "), "", "", "\n"],
        ));
        for (body, header, indentation) in &BODIES[..3] {
            let line = format!("{indentation}{token}\n");
            forms.push(form(
                format!("{name} on lines of a {body}"),
                [header, &line, "", "", ""],
            ));
        }
    }
    forms
}

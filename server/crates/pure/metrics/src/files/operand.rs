//! Which of Halstead's operands are the same.
//!
//! radon collects operands in a Python set: a [`Name`] as its `id`, an [`Attribute`] as its `attr`, a constant as its
//! value, and any other expression as the syntax node itself (radon 6.0.1, `radon/visitors.py`, `HalsteadVisitor`).
//! So two operands are the same if Python finds them equal: the name `x`, the attribute `.x` and the string `"x"`;
//! `1`, `1.0` and `True`. The enclosing function's *name* is part of the operand.
//!
//! [`Name`]: ruff_python_ast::ExprName
//! [`Attribute`]: ruff_python_ast::ExprAttribute

use num_bigint::BigUint;
use ruff_python_ast::{Expr, Number, StringLiteral, StringLiteralValue};
use ruff_python_parser::parse_expression;
use ruff_text_size::Ranged;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use crate::files::surrogates;

/// An operand in its context: a 128-bit hash, equal for two operands if and (but for a chance of 2⁻¹²⁸) only if radon
/// takes them for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Operand(u128);

/// Whose operands are told apart from those of others: those of the functions of one name, or those outside functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OperandContext(u64);

/// Values of different types are never equal in Python, but for numbers.
#[derive(Clone, Copy)]
enum Kind {
    Text = 1,
    Bytes,
    Integer,
    Fraction,
    Imaginary,
    None,
    Ellipsis,
    LongDecimal,
}

/// How many digits a decimal integer may have before it is compared by its digits instead of by its value: CPython 3.11
/// refuses longer ones (`sys.int_info.default_max_str_digits`), and converting one costs the square of its length.
const MOST_DECIMAL_DIGITS: usize = 4_300;

impl OperandContext {
    /// Operands outside all functions.
    pub(crate) const MODULE: Self = Self(0);

    /// Operands in functions named `name`.
    pub(crate) fn function(name: &str) -> Self {
        // Never the module's, whatever the name.
        Self(xxh3_64(name.as_bytes()) | 1)
    }

    fn hash(self, kind: Kind, bytes: &[u8]) -> Operand {
        // Kinds must differ in the seed, not in the hashed bytes: those need no copy then.
        let seed = self.0 ^ ((kind as u64) << 56 | (kind as u64) << 1);
        Operand(xxh3_128_with_seed(bytes, seed))
    }

    /// The operand that `expression` is; `None` for one that is a value of its own, the same as no other.
    pub(crate) fn operand(self, expression: &Expr, source: &str) -> Option<Operand> {
        Some(match expression {
            Expr::Name(name) => self.hash(Kind::Text, name.id.as_bytes()),
            Expr::Attribute(attribute) => self.hash(Kind::Text, attribute.attr.id.as_bytes()),
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) if source[expression.range()].contains('\r') => {
                return self.literal_with_carriage_return(&source[expression.range()]);
            }
            Expr::StringLiteral(string) => self.string(&string.value, source),
            Expr::BytesLiteral(bytes) => {
                let value: Vec<u8> = bytes.value.bytes().collect();
                self.hash(Kind::Bytes, &value)
            }
            Expr::NumberLiteral(number) => self.number(&number.value),
            Expr::BooleanLiteral(boolean) => self.integer(u64::from(boolean.value)),
            Expr::NoneLiteral(_) => self.hash(Kind::None, &[]),
            Expr::EllipsisLiteral(_) => self.hash(Kind::Ellipsis, &[]),
            _ => return None,
        })
    }

    /// Line ends in literals are line feeds to Python, however the file spells them; ruff's parser takes them as they are.
    fn literal_with_carriage_return(self, literal: &str) -> Option<Operand> {
        // In parentheses, as parts of it may stand on several lines.
        let spelled = format!("({})", literal.replace("\r\n", "\n").replace('\r', "\n"));
        let parsed = parse_expression(&spelled).ok()?;
        self.operand(parsed.expr(), &spelled)
    }

    fn string(self, value: &StringLiteralValue, source: &str) -> Operand {
        let literals: &[StringLiteral] = value.as_slice();
        if literals.iter().any(surrogates::may_have_been_lost) {
            return self.hash(Kind::Text, &surrogates::value(literals, source));
        }
        self.hash(Kind::Text, value.to_str().as_bytes())
    }

    fn number(self, number: &Number) -> Operand {
        match number {
            Number::Int(int) => match int.as_u64() {
                Some(value) => self.integer(value),
                None => self.written_integer(&int.to_string()),
            },
            Number::Float(value) => self.float(*value),
            // A literal's real part is always zero.
            Number::Complex { imag, .. } if *imag == 0.0 => self.integer(0),
            Number::Complex { imag, .. } => self.hash(Kind::Imaginary, &imag.to_bits().to_le_bytes()),
        }
    }

    fn integer(self, value: u64) -> Operand {
        self.hash(Kind::Integer, &value.to_le_bytes())
    }

    /// An integer of 2⁶⁴ or more, as it is written: `10_000…`, `0x…`, `0o…` or `0b…`.
    fn written_integer(self, literal: &str) -> Operand {
        let digits: String = literal.chars().filter(|&digit| digit != '_').collect();
        let (radix, digits) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
            [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
            [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
            decimal if decimal.len() > MOST_DECIMAL_DIGITS => return self.hash(Kind::LongDecimal, decimal),
            _ => (10, digits.as_str()),
        };
        let value = BigUint::parse_bytes(digits.as_bytes(), radix).expect("the parser takes only valid digits");
        self.big_integer(&value)
    }

    /// An integer of 2⁶⁴ or more.
    fn big_integer(self, value: &BigUint) -> Operand {
        self.hash(Kind::Integer, &value.to_bytes_le())
    }

    fn float(self, value: f64) -> Operand {
        if value.fract() != 0.0 || !value.is_finite() {
            return self.hash(Kind::Fraction, &value.to_bits().to_le_bytes());
        }
        if value < 18_446_744_073_709_551_616.0 {
            return self.integer(value as u64);
        }
        // 2⁶⁴ or more, so the exponent is at least 11 and the value an integer multiple of a power of two.
        let bits = value.to_bits();
        let exponent = (bits >> 52) as i64 - 1075;
        let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
        self.big_integer(&(BigUint::from(mantissa) << exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operand(source: &str) -> Option<Operand> {
        let parsed = parse_expression(source).unwrap();
        OperandContext::MODULE.operand(parsed.expr(), source)
    }

    #[test]
    fn what_python_finds_equal_is_the_same() {
        for same in [
            &[
                "x",
                "a.x",
                "'x'",
                "\"\"\"x\"\"\"",
                "u'x'",
                "r'x'",
                "'\\x78'",
                "'' 'x' ''",
            ][..],
            &["1", "1.0", "True", "0x1", "0b0001", "1e0", "10e-1"],
            &["0", "0.0", "False", "0j", "0e9", "00"],
            &[
                "1000000000000000000000",
                "1_000_000_000_000_000_000_000",
                "1e21",
                "0x3635c9adc5dea00000",
            ],
            &[
                "18446744073709551616",
                "18446744073709551616.0",
                "0x1_0000_0000_0000_0000",
            ],
            &["1e999", "2e999"],
            &["0.5", ".5", "5e-1"],
            &["b'ab'", "b'a' b'b'", "rb'ab'"],
            &["'''a\nb'''", "'''a\r\nb'''", "r'''a\rb'''", "('a\\n'\r\n'b')"],
            &["rb'\\\nx'", "rb'\\\r\nx'", "rb'\\\rx'", "b'\\\\\\nx'"],
            &["'\\r'", "'''\\r'''", "'\\x0d'"],
            &["2j", "2.0J", "0_2j"],
            &["ﬁ", "fi", "'fi'"],
            &["'\\ud800'", "'\\U0000d800'"],
            &["...", "..."],
        ] {
            for other in same {
                assert_eq!(operand(same[0]), operand(other), "{} and {other}", same[0]);
                assert!(operand(other).is_some());
            }
        }
    }

    #[test]
    fn what_python_finds_different_is_not() {
        let different = [
            "x",
            "b'x'",
            "1",
            "1j",
            "1.5",
            "1.5j",
            "'1'",
            "None",
            "...",
            "''",
            "b''",
            "0",
            "'ﬁ'",
            "'fi'",
            "1e22",
            "1e23",
            "10000000000000000000001",
            "1e999",
            "9007199254740993",
            "9007199254740992.0",
            "'\\ud800'",
            "'\\ud801'",
            "'\\ufffd'",
            "'\\ud83d\\ude00'",
            "'😀'",
            "18446744073709551615",
            "18446744073709551616",
        ];
        for (index, left) in different.iter().enumerate() {
            for right in &different[index + 1..] {
                assert_ne!(operand(left), operand(right), "{left} and {right}");
            }
        }
    }

    #[test]
    fn decimals_longer_than_python_takes_are_compared_by_their_digits() {
        let nines = "9".repeat(5_000);
        assert_eq!(operand(&nines), operand(&nines.replacen("99", "9_9", 1)));
        assert_ne!(operand(&nines), operand(&nines.replacen('9', "8", 1)));
        // Would not end in this lifetime if it were converted.
        assert!(operand(&"9".repeat(20_000_000)).is_some());
    }

    #[test]
    fn contexts_tell_operands_apart() {
        let parsed = parse_expression("x").unwrap();
        let in_context = |context: OperandContext| context.operand(parsed.expr(), "x");
        let (f, g) = (OperandContext::function("f"), OperandContext::function("g"));
        assert_eq!(in_context(f), in_context(OperandContext::function("f")));
        assert_ne!(in_context(f), in_context(g));
        assert_ne!(in_context(f), in_context(OperandContext::MODULE));
    }

    #[test]
    fn other_expressions_are_like_no_other() {
        for expression in ["f'x'", "f()", "a[0]", "(a, b)", "[]", "-1", "lambda: x", "'a' f'b'"] {
            assert_eq!(operand(expression), None, "{expression}");
        }
    }
}

//! The values of plain YAML scalars.
//!
//! The reference reads YAML 1.1: `yes` is a boolean, `010` is eight, `1:30` is ninety, and `1e3` is a text. The parser
//! implements YAML 1.2, so this module resolves plain scalars.

use super::node::Value;

/// The value of the plain scalar `text`.
pub(in crate::config) fn resolve(text: &str) -> Value {
    if let Some(boolean) = boolean(text) {
        return Value::Boolean(boolean);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "<<" => return Value::Other("a merge key (`<<`)"),
        "=" => return Value::Other("a bare `=`"),
        _ => {}
    }
    if let Some(number) = integer(text).or_else(|| float(text)) {
        return number;
    }
    if is_timestamp(text) {
        return Value::Other("a date");
    }
    Value::Text(text.to_owned())
}

/// One of YAML's booleans, in lower case, title case or upper case.
pub(in crate::config) fn boolean(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let value = match lower.as_str() {
        "yes" | "true" | "on" => true,
        "no" | "false" | "off" => false,
        _ => return None,
    };
    let tail = &text[1..];
    let cased = text == lower || tail == &lower[1..] || text == text.to_ascii_uppercase();
    cased.then_some(value)
}

/// A whole number: binary, octal, decimal, hexadecimal or sexagesimal, with underscores anywhere but first.
pub(in crate::config) fn integer(text: &str) -> Option<Value> {
    let (negative, digits) = split_sign(text);
    let magnitude = if let Some(binary) = digits.strip_prefix("0b") {
        in_radix(binary, 2)
    } else if let Some(hexadecimal) = digits.strip_prefix("0x") {
        in_radix(hexadecimal, 16)
    } else if digits.contains(':') {
        let (whole, rest) = digits.split_once(':')?;
        if whole.starts_with('0') {
            return None;
        }
        sexagesimal(whole, rest).map(Magnitude::from)
    } else if digits.len() > 1 && digits.starts_with('0') {
        in_radix(&digits[1..], 8)
    } else if digits.starts_with(|first: char| first.is_ascii_digit()) {
        in_radix(digits, 10)
    } else {
        None
    }?;
    Some(magnitude.signed(negative))
}

/// A number with a point, a sexagesimal number with a point, an infinity or NaN.
///
/// An exponent needs its sign and its point: `1.0e+3` is a number, `1.0e3` and `1e3` are texts.
pub(in crate::config) fn float(text: &str) -> Option<Value> {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Value::Float(f64::NAN));
    }
    let (negative, rest) = split_sign(text);
    let signed = |magnitude: f64| Value::Float(if negative { -magnitude } else { magnitude });
    if matches!(rest, ".inf" | ".Inf" | ".INF") {
        return Some(signed(f64::INFINITY));
    }
    let (whole, fraction) = rest.split_once('.')?;
    if let Some((head, minutes)) = whole.split_once(':') {
        let whole = sexagesimal(head, minutes)?;
        return digits_or_underscores(fraction)
            .then(|| format!("0.{}", fraction.replace('_', "")).parse::<f64>().ok())?
            .map(|fraction| signed(whole as f64 + fraction));
    }
    let (fraction, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], Some(&fraction[at + 1..])),
        None => (fraction, None),
    };
    // `.5` is a number, but `+.5` and `._5` are not.
    let well_formed = if whole.is_empty() {
        text.starts_with('.') && starts_with_digit(fraction)
    } else {
        starts_with_digit(whole)
    };
    let exponent_well_formed = exponent.is_none_or(|exponent| {
        exponent
            .strip_prefix(['+', '-'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    if !well_formed || !exponent_well_formed || !digits_or_underscores(whole) || !digits_or_underscores(fraction) {
        return None;
    }
    rest.replace('_', "").parse().ok().map(signed)
}

/// A date, or a date with a time.
fn is_timestamp(text: &str) -> bool {
    let date_end = text.find(['T', 't', ' ', '\t']).unwrap_or(text.len());
    let (date, time) = text.split_at(date_end);
    let fields: Vec<_> = date.split('-').collect();
    let [year, month, day] = fields[..] else {
        return false;
    };
    let is_number = |field: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&field.len()) && field.bytes().all(|byte| byte.is_ascii_digit())
    };
    if time.is_empty() {
        return is_number(year, 4..=4) && is_number(month, 2..=2) && is_number(day, 2..=2);
    }
    let clock = time[1..].trim_start_matches([' ', '\t']);
    is_number(year, 4..=4)
        && is_number(month, 1..=2)
        && is_number(day, 1..=2)
        && clock
            .split_once(':')
            .is_some_and(|(hour, rest)| is_number(hour, 1..=2) && starts_with_digit(rest))
}

/// A whole number without its sign, or a float if it has too many digits for an integer.
enum Magnitude {
    Exact(i128),
    Huge(f64),
}

impl From<i128> for Magnitude {
    fn from(value: i128) -> Self {
        Self::Exact(value)
    }
}

impl Magnitude {
    fn signed(self, negative: bool) -> Value {
        match self {
            Self::Exact(value) => Value::Integer(if negative { -value } else { value }),
            Self::Huge(value) => Value::Float(if negative { -value } else { value }),
        }
    }
}

fn in_radix(digits: &str, radix: u32) -> Option<Magnitude> {
    if !digits.chars().all(|digit| digit == '_' || digit.is_digit(radix)) {
        return None;
    }
    let bare = digits.replace('_', "");
    if bare.is_empty() {
        // Octal `0_` is zero; binary and hexadecimal need a digit.
        return (radix == 8).then_some(Magnitude::Exact(0));
    }
    Some(match i128::from_str_radix(&bare, radix) {
        Ok(value) => Magnitude::Exact(value),
        Err(_) => Magnitude::Huge(bare.chars().fold(0.0, |sum, digit| {
            sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0))
        })),
    })
}

/// `1:30:00`: a number to the base 60.
fn sexagesimal(whole: &str, rest: &str) -> Option<i128> {
    if !starts_with_digit(whole) || !digits_or_underscores(whole) {
        return None;
    }
    let mut value: i128 = whole.replace('_', "").parse().ok()?;
    for place in rest.split(':') {
        let count: i128 = match place.as_bytes() {
            [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'] => place.parse().ok()?,
            _ => return None,
        };
        value = value.checked_mul(60)?.checked_add(count)?;
    }
    Some(value)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

fn digits_or_underscores(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_has_many_words() {
        for text in ["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            assert_eq!(resolve(text), Value::Boolean(true), "{text}");
        }
        for text in ["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            assert_eq!(resolve(text), Value::Boolean(false), "{text}");
        }
        for text in ["y", "n", "yEs", "tRUE", "oN"] {
            assert_eq!(resolve(text), Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn integers_come_in_five_notations() {
        let cases = [
            ("0", 0),
            ("-17", -17),
            ("+1_000", 1000),
            ("010", 8),
            ("0_", 0),
            ("0b101", 5),
            ("0xff_ff", 65535),
            ("1:30", 90),
            ("-1:00:01", -3601),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), Value::Integer(expected), "{text}");
        }
        for text in ["08", "0o10", "1:60", "0:30", "_1", "0b2", "0x", "+", "-"] {
            assert_eq!(resolve(text), Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn floats_need_a_point() {
        let cases = [
            ("1.", 1.0),
            ("-1.5", -1.5),
            (".5", 0.5),
            ("1_0.2_5", 10.25),
            ("1.5e+3", 1500.0),
            ("1.e-1", 0.1),
            ("1:30.5", 90.5),
            ("-.inf", f64::NEG_INFINITY),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), Value::Float(expected), "{text}");
        }
        for text in ["1e3", "1.0e3", "+.5", "._5", ".", "1.5.2", "inf", "1.e"] {
            assert_eq!(resolve(text), Value::Text(text.to_owned()));
        }
    }

    #[test]
    fn dates_are_no_texts() {
        for text in ["2001-12-14", "2001-1-1 1:02:03", "2001-12-14t21:59:43.10-05:00"] {
            assert_eq!(resolve(text), Value::Other("a date"), "{text}");
        }
        for text in ["2001-1-1", "2001-12", "2001-12-14 now"] {
            assert_eq!(resolve(text), Value::Text(text.to_owned()));
        }
    }
}

//! Conversions that the reference accepts: values of another type that it reads as a boolean or a number.

use crate::config::document::Value;

/// A boolean, or a word or number that means one.
pub(in crate::config) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::Float(0.0) => Some(false),
        Value::Float(1.0) => Some(true),
        Value::Text(text) => match text.to_ascii_lowercase().as_str() {
            "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
            "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number: a float only if it has no fraction, a text only if it is written as one.
pub(in crate::config) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Boolean(value) => Some(i64::from(*value)),
        Value::Integer(value) => Some((*value).clamp(i64::MIN.into(), i64::MAX.into()) as i64),
        Value::Float(value) if value.fract() == 0.0 && value.abs() < i64::MAX as f64 => Some(*value as i64),
        Value::Text(text) => integer_text(text.trim()),
        _ => None,
    }
}

/// Any number.
pub(in crate::config) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Boolean(value) => Some(f64::from(*value)),
        Value::Integer(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Text(text) => number_text(text),
        _ => None,
    }
}

/// A number of bytes: a whole number, or a text with a unit, as in `32 MB`. Each unit is 1024 times the one before.
pub(in crate::config) fn size(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Integer(_) => return integer(value),
        Value::Text(text) => text.trim(),
        _ => return None,
    };
    let end = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '_'));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let power = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" | "byte" | "bytes" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        _ => return None,
    };
    let bytes = number_text(number)? * 1024_f64.powi(power);
    (bytes.fract() == 0.0 && bytes < i64::MAX as f64).then_some(bytes as i64)
}

/// A number in a text; single underscores may separate its digits.
pub(in crate::config) fn number_text(text: &str) -> Option<f64> {
    without_underscores(text.trim())?.parse().ok()
}

fn integer_text(text: &str) -> Option<i64> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if !whole
        .trim_start_matches(['+', '-'])
        .starts_with(|first: char| first.is_ascii_digit())
    {
        return None;
    }
    let digits = without_underscores(whole)?;
    match digits.parse::<i128>() {
        Ok(value) => integer(&Value::Integer(value)),
        Err(_) => None,
    }
}

fn without_underscores(text: &str) -> Option<String> {
    let misplaced = text.starts_with('_') || text.ends_with('_') || text.contains("__");
    (!misplaced).then(|| text.replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn truth_has_stand_ins() {
        assert_eq!(boolean(&text("Yes")), Some(true));
        assert_eq!(boolean(&text("f")), Some(false));
        assert_eq!(boolean(&Value::Integer(1)), Some(true));
        assert_eq!(boolean(&Value::Float(0.0)), Some(false));
        for value in [text(" 1"), text(""), Value::Integer(2), Value::Null] {
            assert_eq!(boolean(&value), None);
        }
    }

    #[test]
    fn whole_numbers_have_stand_ins() {
        for value in [
            text(" 10 "),
            text("+1_0"),
            text("10.00"),
            Value::Float(10.0),
            text("010"),
        ] {
            assert_eq!(integer(&value), Some(10), "{value:?}");
        }
        assert_eq!(integer(&Value::Boolean(true)), Some(1));
        for value in [
            text("10."),
            text("1e1"),
            text("1__0"),
            text("_1"),
            text("-_1"),
            text("0x10"),
            text(""),
            Value::Float(10.5),
            Value::Float(f64::INFINITY),
            Value::Null,
        ] {
            assert_eq!(integer(&value), None, "{value:?}");
        }
    }

    #[test]
    fn numbers_have_stand_ins() {
        for (written, expected) in [("1e3", 1000.0), (" .5\n", 0.5), ("1_0.5", 10.5), ("5.", 5.0)] {
            assert_eq!(number(&text(written)), Some(expected));
        }
        assert_eq!(number(&text("inf")), Some(f64::INFINITY));
        for written in ["", ".", "1d", "1__0", "0x10", "1 0"] {
            assert_eq!(number(&text(written)), None);
        }
    }
}

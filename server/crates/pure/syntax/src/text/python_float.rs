//! Floats as Python prints them.

/// What Python's `repr` says of a float: `10.0`, `0.5`, `1e+16`, `1e-05`, `inf`, `nan`.
pub fn python_float(value: f64) -> String {
    with_python_float(value, str::to_owned)
}

/// Calls `take` with what Python's `repr` says of a float.
///
/// Both languages print the fewest digits that read back as the same number; they differ in when an exponent appears and how
/// it looks, and Rust's own formatting in which digit it takes where two are as near.
pub fn with_python_float<R>(value: f64, take: impl FnOnce(&str) -> R) -> R {
    let magnitude = value.abs();
    if (1e-4..1e16).contains(&magnitude) || magnitude == 0.0 {
        take(ryu::Buffer::new().format_finite(value))
    } else if value.is_nan() {
        take("nan")
    } else if value.is_infinite() {
        take(if value > 0.0 { "inf" } else { "-inf" })
    } else {
        take(&scientific(value))
    }
}

fn scientific(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.bytes().filter(u8::is_ascii_digit).count() - exponent_digits(&shortest);
    // Of two shortest texts as near as each other, Python takes the even one.
    let even = format!("{value:.*e}", digits - 1);
    let chosen = if even.parse() == Ok(value) { even } else { shortest };
    let (mantissa, exponent) = chosen.split_once('e').expect("`{:e}` writes an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn exponent_digits(scientific: &str) -> usize {
    let exponent = scientific.split_once('e').map_or("", |(_, exponent)| exponent);
    exponent.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::python_float;
    use std::process::Command;

    #[test]
    fn floats_look_as_in_python() {
        let cases = [
            (10.0, "10.0"),
            (0.5, "0.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1.5e16, "1.5e+16"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.25e-7, "1.25e-07"),
            (1e100, "1e+100"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ];
        for (value, expected) in cases {
            assert_eq!(python_float(value), expected);
        }
    }

    /// Where a Python is at hand, ask it about many more.
    #[test]
    fn python_agrees() {
        const COUNT: u64 = 20_000;
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let values: Vec<f64> = (0..COUNT)
            .map(|index| {
                // xorshift: any spread of bits will do, as long as it is the same every time.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                if index % 2 == 0 {
                    f64::from_bits(state)
                } else {
                    (state % 1_000_000_007) as f64 / 1000.0
                }
            })
            .filter(|value| !value.is_nan())
            .collect();
        let script = "import struct, sys\n\
                      for line in sys.stdin:\n    \
                      print(repr(struct.unpack('>d', bytes.fromhex(line.strip()))[0]))";
        let directory = tempfile::tempdir().unwrap();
        let input = directory.path().join("bits");
        let bits: String = values
            .iter()
            .map(|value| format!("{:016x}\n", value.to_bits()))
            .collect();
        std::fs::write(&input, bits).unwrap();
        let Ok(output) = Command::new("python3")
            .args(["-c", script])
            .stdin(std::fs::File::open(&input).unwrap())
            .output()
        else {
            return;
        };
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed.lines().count(), values.len());
        for (value, line) in values.into_iter().zip(printed.lines()) {
            assert_eq!(python_float(value), line);
        }
    }
}

//! JSON as Python's `json.dumps(…, indent=2)` writes it, byte for byte.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use antipasta_rules::escape;
use antipasta_syntax::text::with_python_float;

/// Writes `value` with the indentation that it has `depth` levels deep in a document.
pub(super) fn write(value: &impl Serialize, depth: usize, output: impl Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(output, PythonFormatter::at(depth));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// A line end with indentation. Deeper lines are rare, and take several writes.
const LINE_START: &[u8] = b"\n                                                                ";

/// Indents by two, as [`serde_json::ser::PrettyFormatter`] does, but a line at a time; with Python's floats and escapes.
struct PythonFormatter {
    depth: usize,
    /// Whether the innermost array or object has a value so far.
    has_value: bool,
}

impl PythonFormatter {
    fn at(depth: usize) -> Self {
        Self {
            depth,
            has_value: false,
        }
    }

    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.start_line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.start_line(writer)
    }

    fn start_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        let length = 1 + 2 * self.depth;
        writer.write_all(&LINE_START[..length.min(LINE_START.len())])?;
        for _ in LINE_START.len()..length {
            writer.write_all(b" ")?;
        }
        Ok(())
    }
}

impl Formatter for PythonFormatter {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        with_python_float(value, |text| writer.write_all(text.as_bytes()))
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
        let mut rest = fragment;
        if let Some(at) = memchr::memmem::find(fragment.as_bytes(), escape::LOG_COMMAND.as_bytes()) {
            // Python does not escape it, but a pipeline that prints the report would run it as a command.
            let (before, after) = fragment.split_at(at + 1);
            self.write_string_fragment(writer, before)?;
            writer.write_all(b"\\u0023")?;
            return self.write_string_fragment(writer, &after[1..]);
        }
        while let Some(at) = rest.as_bytes().iter().position(|byte| !is_plain(byte)) {
            let (plain, tail) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut letters = tail.chars();
            for unit in letters.next().unwrap_or_default().encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = letters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.value(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_look_as_python_writes_them() {
        let value = json!({"a": [], "b": {}, "c": [1, 2.0, null, true], "d\u{e9}": "\u{1f600}\n\u{7f}\"\\\u{1}"});
        let mut written = Vec::new();
        write(&value, 0, &mut written).unwrap();
        let expected = "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1,\n    2.0,\n    null,\n    true\n  ],\n  \
                        \"d\\u00e9\": \"\\ud83d\\ude00\\n\\u007f\\\"\\\\\\u0001\"\n}";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn any_depth_is_indented() {
        let mut value = json!([1]);
        for _ in 0..40 {
            value = json!([value]);
        }
        let mut written = Vec::new();
        write(&value, 0, &mut written).unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            serde_json::to_string_pretty(&value).unwrap()
        );
    }

    #[test]
    fn a_part_is_indented_as_deep_as_it_stands() {
        let mut written = Vec::new();
        write(&json!([1]), 2, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "[\n      1\n    ]");
    }
}

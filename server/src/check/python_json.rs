//! JSON as Python's `json.dumps(…, indent=2)` writes it, byte by byte.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::text::with_python_float;

/// Writes `value` as it stands `depth` levels inside a document.
pub(super) fn write(value: &impl Serialize, depth: usize, output: impl Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(output, PythonFormatter::at(depth));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// [`PrettyFormatter`], with Python's floats and escapes.
struct PythonFormatter {
    pretty: PrettyFormatter<'static>,
}

impl PythonFormatter {
    fn at(depth: usize) -> Self {
        let mut pretty = PrettyFormatter::new();
        for _ in 0..depth {
            // A formatter is as deep as the arrays that it has begun.
            let _ = pretty.begin_array(&mut io::sink());
        }
        Self { pretty }
    }
}

impl Formatter for PythonFormatter {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        with_python_float(value, |text| writer.write_all(text.as_bytes()))
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~');
        let mut rest = fragment;
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

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.pretty.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(writer)
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
    fn a_part_is_indented_as_deep_as_it_stands() {
        let mut written = Vec::new();
        write(&json!([1]), 2, &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), "[\n      1\n    ]");
    }
}

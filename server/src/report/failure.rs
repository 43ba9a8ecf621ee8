//! Why a file could not be analyzed, in the words of reports.

use antipasta_analysis::AnalysisError;

const SYNTAX: &str = "syntax-error";
const DECODE: &str = "decode-error";
const READ: &str = "read-error";
const INTERNAL: &str = "internal-error";
const BASE: &str = "base-error";
const TIME: &str = "time-limit";

/// The kinds of failures and their meanings.
pub(super) const KINDS: [(&str, &str); 6] = [
    (SYNTAX, "The file is not valid Python."),
    (DECODE, "The bytes of the file are not valid in its encoding."),
    (READ, "The file or folder cannot be read, or the file is too large."),
    (INTERNAL, "The analysis failed because of an error in antipasta-lsp."),
    (
        BASE,
        "The file before the change cannot be analyzed, so the two cannot be compared.",
    ),
    (TIME, "There was no time to check the file."),
];

/// Why a file could not be analyzed, and where in it.
pub(super) struct Failure {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// The message for people, without the place.
    pub message: String,
    /// The line and the column in characters, both from 1, if they are known.
    pub position: Option<(u32, u32)>,
}

impl Failure {
    pub(super) fn new(error: &AnalysisError) -> Self {
        let (kind, message, position) = match error {
            AnalysisError::Syntax(error) => {
                let message = format!("syntax error: {}", error.message);
                (SYNTAX, message, Some((error.line, error.column)))
            }
            AnalysisError::Decode(_) | AnalysisError::KnownDecode(_) => (DECODE, error.to_string(), None),
            AnalysisError::Read(_) | AnalysisError::TooLarge { .. } => (READ, error.to_string(), None),
            AnalysisError::LfsPointer => (READ, error.to_string(), None),
            AnalysisError::Base(_) => (BASE, error.to_string(), None),
            AnalysisError::Panicked(_) => (INTERNAL, error.to_string(), None),
            AnalysisError::TookTooLong(_) | AnalysisError::OutOfTime => (TIME, error.to_string(), None),
        };
        Self {
            kind,
            message,
            position,
        }
    }
}

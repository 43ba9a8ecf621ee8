//! Errors and warnings of a configuration, with their positions.

use std::fmt;
use std::path::{Path, PathBuf};

use super::document::Position;
use crate::escape::{one_line, shortened};

/// The longest key in a message, in characters.
const LONGEST_KEY: usize = 100;

/// The longest message, in characters. Messages are longer only if they quote the file.
const LONGEST_MESSAGE: usize = 1000;

/// How many problems of one file are listed.
const MOST_PROBLEMS: usize = 50;

/// An error or a warning at one position of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Where in the file.
    pub position: Position,
    /// The setting, such as `languages[0].metrics[2].threshold`; empty for the file as a whole.
    pub key: String,
    /// What is wrong, and what would be valid.
    pub message: String,
}

impl Problem {
    /// The key and the message in one line, without the position. Quotations from the file are escaped and shortened.
    pub fn text(&self) -> String {
        let message = shortened(&self.message, LONGEST_MESSAGE);
        match &*self.key {
            "" => message.into_owned(),
            key => format!("{}: {message}", shortened(key, LONGEST_KEY)),
        }
    }
}

/// The first problems of a file, and a sentence that counts the others, if there are any.
pub fn first_of(problems: &[Problem]) -> (&[Problem], Option<String>) {
    let (first, others) = problems.split_at(problems.len().min(MOST_PROBLEMS));
    let more = match others.len() {
        0 => None,
        1 => Some("and 1 more problem".to_owned()),
        count => Some(format!("and {count} more problems")),
    };
    (first, more)
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", one_line(&self.path.to_string_lossy()))?;
        if self.position.line > 0 {
            write!(formatter, "{}:{}:", self.position.line, self.position.column)?;
        }
        write!(formatter, " {}", self.text())
    }
}

/// The errors that make a configuration unusable, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct ConfigErrors(pub Vec<Problem>);

impl ConfigErrors {
    /// The file.
    pub fn path(&self) -> Option<&Path> {
        self.0.first().map(|problem| &*problem.path)
    }
}

/// The first problems, one a line.
fn listed(problems: &[Problem]) -> String {
    let (first, more) = first_of(problems);
    let lines = first.iter().map(ToString::to_string).chain(more);
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_where_and_what() {
        let mut problem = Problem {
            path: "a/.antipasta.yaml".into(),
            position: Position::new(3, 5),
            key: "profile".to_owned(),
            message: "is odd".to_owned(),
        };
        assert_eq!(problem.to_string(), "a/.antipasta.yaml:3:5: profile: is odd");
        problem.position = Position::default();
        problem.key.clear();
        assert_eq!(problem.to_string(), "a/.antipasta.yaml: is odd");
    }

    fn problem(key: &str, message: &str) -> Problem {
        Problem {
            path: "a\n.yaml".into(),
            position: Position::new(1, 1),
            key: key.to_owned(),
            message: message.to_owned(),
        }
    }

    #[test]
    fn what_the_file_says_is_escaped_and_shortened() {
        let text = problem("k\u{1b}[31m\u{202e}", "must not be `\n`").to_string();
        assert_eq!(text, "a\\n.yaml:1:1: k\\u{1b}[31m\\u{202e}: must not be `\\n`");
        let text = problem(&"k".repeat(2_000_000), &"m".repeat(2_000_000)).text();
        assert_eq!(text.chars().count(), LONGEST_KEY + 2 + LONGEST_MESSAGE);
    }

    #[test]
    fn many_problems_are_counted() {
        let text = |count| ConfigErrors(vec![problem("k", "is odd"); count]).to_string();
        assert_eq!(text(MOST_PROBLEMS).lines().count(), MOST_PROBLEMS);
        assert_eq!(text(MOST_PROBLEMS + 1).lines().last(), Some("and 1 more problem"));
        assert_eq!(
            text(MOST_PROBLEMS + 9950).lines().last(),
            Some("and 9950 more problems")
        );
    }
}

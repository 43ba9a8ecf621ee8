//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::PathBuf;

use super::node::Position;
use crate::escape::{one_line, shortened};

/// How many characters of a key are shown.
const LONGEST_KEY: usize = 100;

/// One thing wrong, or odd, at one place of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Where in the file.
    pub position: Position,
    /// The setting, such as `languages[0].metrics[2].threshold`; empty if it is the file as a whole.
    pub key: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", one_line(&self.path.to_string_lossy()))?;
        if self.position.line > 0 {
            write!(formatter, "{}:{}:", self.position.line, self.position.column)?;
        }
        if !self.key.is_empty() {
            write!(formatter, " {}:", shortened(&self.key, LONGEST_KEY))?;
        }
        write!(formatter, " {}", self.message)
    }
}

/// Everything that makes a configuration unusable, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<Problem>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

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
}

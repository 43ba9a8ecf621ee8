//! The output formats: a file for each, and the table.

mod concise;
mod github;
mod gitlab;
pub(super) mod json;
mod json_array;
mod jsonl;
mod junit;
mod markdown;
mod python_json;
mod result_level;
pub(super) mod sarif;
mod text;

use std::fmt;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::format::Format;
pub(crate) use text::NOTHING_TO_CHECK;

/// All formats. The values of `--format` and `--output-format`, their help and the dispatch follow from this table.
/// The first one is the default.
const FORMATS: &[OutputFormat] = &[
    OutputFormat {
        name: "text",
        title: "text",
        help: "For people: a summary, the violations, and what to do about them",
        format: &text::TextFormat,
    },
    OutputFormat {
        name: "json",
        title: "JSON",
        help: "For programs: every value and every violation, as antipasta writes them",
        format: &json::JsonFormat,
    },
    OutputFormat {
        name: "jsonl",
        title: "JSON Lines",
        help: "For programs: a JSON object on each line, for each violation and for each file that was not checked",
        format: &jsonl::JsonlFormat,
    },
    OutputFormat {
        name: "concise",
        title: "concise",
        help: "One line for each violation, which editors and terminals turn into a link: `PATH:LINE:COLUMN: MESSAGE [METRIC]`",
        format: &concise::ConciseFormat,
    },
    OutputFormat {
        name: "sarif",
        title: "SARIF",
        help: "SARIF 2.1.0, for GitHub's code scanning and other tools",
        format: &sarif::SarifFormat,
    },
    OutputFormat {
        name: "github",
        title: "GitHub",
        help: "Annotations on a pull request, by the commands of GitHub Actions",
        format: &github::GithubFormat,
    },
    OutputFormat {
        name: "gitlab",
        title: "GitLab",
        help: "GitLab's Code Quality report",
        format: &gitlab::GitlabFormat,
    },
    OutputFormat {
        name: "junit",
        title: "JUnit",
        help: "JUnit's XML, for programs that show tests",
        format: &junit::JunitFormat,
    },
    OutputFormat {
        name: "markdown",
        title: "Markdown",
        help: "Markdown, for a comment on a pull request",
        format: &markdown::MarkdownFormat,
    },
];

/// A row of the table of formats.
#[derive(Clone, Copy)]
pub(crate) struct OutputFormat {
    /// The value of `--format`.
    pub(super) name: &'static str,
    /// The name of the format in messages.
    title: &'static str,
    /// The help of the value, without a full stop.
    help: &'static str,
    pub(super) format: &'static dyn Format,
}

impl OutputFormat {
    /// The name of the format that a text looks like; `None` if it looks like none.
    pub(super) fn title_of(text: &str) -> Option<&'static str> {
        let mut formats = FORMATS.iter();
        formats.find(|row| row.format.recognizes(text)).map(|row| row.title)
    }
}

impl Default for OutputFormat {
    fn default() -> Self {
        FORMATS[0]
    }
}

impl ValueEnum for OutputFormat {
    fn value_variants<'a>() -> &'a [Self] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name).help(self.help))
    }
}

impl PartialEq for OutputFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for OutputFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

//! JUnit's XML, which most systems for continuous integration show: a suite for each file, a failed test for each violation.
//!
//! The elements are those of the schema of Jenkins's xUnit plugin, which Surefire's and pytest's reports keep to as well.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::failure::Failure;
use super::format::Format;
use super::report::{Outcome, Report};
use super::reported_path::ReportedPath;
use antipasta_rules::escape::{one_line, whole_line};
use antipasta_rules::violations::Violation;

/// The report in JUnit's XML.
pub(super) struct Junit;

/// How many tests there are, and how they end.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of(outcome: &Outcome) -> Self {
        let failures = outcome.evaluation.violations.len();
        let errors = usize::from(outcome.error.is_some());
        Self {
            // A file that is in order is a test that passes.
            tests: (failures + errors).max(1),
            failures,
            errors,
        }
    }

    fn attributes(&self) -> [(&'static str, String); 3] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
        ]
    }
}

type Xml = Writer<Vec<u8>>;

impl Format for Junit {
    fn is_styled(&self) -> bool {
        false
    }

    fn file(&self, path: &ReportedPath, outcome: &Outcome) -> String {
        let path = path.portable();
        let path = whole_line(&path);
        suite(&path, &Counts::of(outcome), |xml| {
            for violation in &outcome.evaluation.violations {
                let help = format!("help: {}", violation.metric().info().advice);
                let kind = violation.metric().as_str();
                let place = format!("{path}:{}", violation.subject.line());
                let text = format!("{place}: {}\n{help}", violation.named_statement());
                let problem = Problem {
                    element: "failure",
                    kind,
                    message: &violation.named_statement(),
                    text: &text,
                };
                test_case(xml, &path, &test_name(violation), Some(&problem))?;
            }
            if let Some(error) = &outcome.error {
                let failure = Failure::of(error);
                let message = one_line(&failure.message);
                let text = match failure.position {
                    Some((line, column)) => format!("{path}:{line}:{column}: {message}"),
                    None => format!("{path}: {message}"),
                };
                let problem = Problem {
                    element: "error",
                    kind: failure.kind,
                    message: &message,
                    text: &text,
                };
                test_case(xml, &path, "analysis", Some(&problem))
            } else if outcome.evaluation.violations.is_empty() {
                test_case(xml, &path, "metrics", None)
            } else {
                Ok(())
            }
        })
    }

    fn write(
        &self,
        report: &Report,
        files: &mut dyn Iterator<Item = String>,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        let mut total = Counts::default();
        for file in &report.files {
            let counts = Counts::of(&file.outcome);
            total.tests += counts.tests;
            total.failures += counts.failures;
            total.errors += counts.errors;
        }
        output.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"antipasta-lsp\"")?;
        for (name, value) in total.attributes() {
            write!(output, " {name}=\"{value}\"")?;
        }
        output.write_all(b">\n")?;
        for file in files {
            writeln!(output, "{file}")?;
        }
        if report.lists_unused_ignores {
            let lines = report.unused_ignores().map(|(path, note)| {
                let path = path.portable();
                format!("{}:{}: {}\n", whole_line(&path), note.line, note.message)
            });
            let lines: String = lines.collect();
            let suite = suite("Unused ignore comments", &Counts::default(), |xml| {
                let text = BytesText::new(&lines);
                xml.create_element("system-out").write_text_content(text).map(drop)
            });
            writeln!(output, "{suite}")?;
        }
        output.write_all(b"</testsuites>\n")
    }
}

/// What a test case holds that does not pass.
struct Problem<'a> {
    element: &'static str,
    kind: &'static str,
    message: &'a str,
    text: &'a str,
}

/// A suite, with what `content` writes into it.
fn suite(name: &str, counts: &Counts, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    let numbers = counts.attributes();
    let numbers = numbers.iter().map(|(name, value)| (*name, value.as_str()));
    let element = xml
        .create_element("testsuite")
        .with_attribute(("name", name))
        .with_attributes(numbers);
    // Writing to memory cannot fail, and what is written is UTF-8.
    let _ = element.write_inner_content(content);
    String::from_utf8(xml.into_inner()).unwrap_or_default()
}

fn test_case(xml: &mut Xml, path: &str, name: &str, problem: Option<&Problem<'_>>) -> io::Result<()> {
    let element = xml
        .create_element("testcase")
        .with_attributes([("classname", path), ("name", name)]);
    let Some(problem) = problem else {
        return element.write_empty().map(drop);
    };
    let content = |xml: &mut Xml| {
        xml.create_element(problem.element)
            .with_attributes([("type", problem.kind), ("message", problem.message)])
            .write_text_content(BytesText::new(problem.text))
            .map(drop)
    };
    element.write_inner_content(content).map(drop)
}

/// What a violation is known by from run to run, and which no other of its file has.
fn test_name(violation: &Violation) -> String {
    let (metric, subject) = (violation.metric(), &violation.subject);
    let namesakes_above = subject.named().map_or(0, |named| named.namesakes_above);
    match (subject.display_name(), namesakes_above) {
        (Some(name), 1..) => format!("{name} ({}): {metric}", namesakes_above + 1),
        (Some(name), 0) => format!("{name}: {metric}"),
        (None, _) => metric.to_string(),
    }
}

//! JUnit's XML, which most systems for continuous integration show: a suite for each file, a failed test for each violation.
//!
//! The elements are those of the schema of Jenkins's xUnit plugin, which Surefire's and pytest's reports keep to as well.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::report::failure::Failure;
use crate::report::file_texts::file_texts;
use crate::report::format::Format;
use crate::report::model::{FileReport, Report};
use antipasta_pool::Pool;
use antipasta_rules::escape::{one_line, whole_line};
use antipasta_rules::violations::Violation;

/// The report in JUnit's XML.
pub(super) struct JunitFormat;

/// How many tests there are, and how many of them fail or have errors.
#[derive(Default)]
struct TestCounts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl TestCounts {
    fn new(file: &FileReport) -> Self {
        let failures = file.violations().len();
        let errors = usize::from(file.error.is_some());
        Self {
            // A file without problems is a test that passes.
            tests: (failures + errors).max(1),
            failures,
            errors,
        }
    }

    fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
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

impl Format for JunitFormat {
    fn render(&self, report: &Report, pool: &Pool, output: &mut dyn Write) -> io::Result<()> {
        let mut total = TestCounts::default();
        for file in &report.files {
            total.add(&TestCounts::new(file));
        }
        output.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"antipasta-lsp\"")?;
        for (name, value) in total.attributes() {
            write!(output, " {name}=\"{value}\"")?;
        }
        output.write_all(b">\n")?;
        for suite in file_texts(&report.files, pool, suite_of) {
            writeln!(output, "{suite}")?;
        }
        if report.lists_unused_ignores {
            writeln!(output, "{}", suite_of_unused_ignores(report))?;
        }
        output.write_all(b"</testsuites>\n")
    }

    fn recognizes(&self, text: &str) -> bool {
        let text = text.trim_start();
        text.starts_with("<?xml") || text.starts_with("<testsuites")
    }
}

fn suite_of(file: &FileReport) -> String {
    let path = file.path.portable();
    let path = whole_line(&path);
    suite(&path, &TestCounts::new(file), |xml| {
        for violation in file.violations() {
            test_of_violation(violation, &path, xml)?;
        }
        if let Some(error) = &file.error {
            test_of_failure(&Failure::new(error), &path, xml)
        } else if file.violations().is_empty() {
            test_case(xml, &path, "metrics", None)
        } else {
            Ok(())
        }
    })
}

fn test_of_violation(violation: &Violation, path: &str, xml: &mut Xml) -> io::Result<()> {
    let metric = violation.metric();
    let statement = violation.named_statement();
    let (line, advice) = (violation.subject.line(), metric.info().advice);
    let problem = TestProblem {
        element: "failure",
        kind: metric.as_str(),
        message: &statement,
        text: &format!("{path}:{line}: {statement}\nhelp: {advice}"),
    };
    test_case(xml, path, &test_name(violation), Some(&problem))
}

fn test_of_failure(failure: &Failure, path: &str, xml: &mut Xml) -> io::Result<()> {
    let message = one_line(&failure.message);
    let text = match failure.position {
        Some((line, column)) => format!("{path}:{line}:{column}: {message}"),
        None => format!("{path}: {message}"),
    };
    let problem = TestProblem {
        element: "error",
        kind: failure.kind,
        message: &message,
        text: &text,
    };
    test_case(xml, path, "analysis", Some(&problem))
}

fn suite_of_unused_ignores(report: &Report) -> String {
    let lines = report.unused_ignores().map(|(path, note)| {
        let path = path.portable();
        format!("{}:{}: {}\n", whole_line(&path), note.line, note.message)
    });
    let lines: String = lines.collect();
    suite("Unused ignore comments", &TestCounts::default(), |xml| {
        let text = BytesText::new(&lines);
        xml.create_element("system-out").write_text_content(text).map(drop)
    })
}

/// Why a test case does not pass.
struct TestProblem<'a> {
    element: &'static str,
    kind: &'static str,
    message: &'a str,
    text: &'a str,
}

/// A test suite. `content` writes its tests.
fn suite(name: &str, counts: &TestCounts, content: impl FnOnce(&mut Xml) -> io::Result<()>) -> String {
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

fn test_case(xml: &mut Xml, path: &str, name: &str, problem: Option<&TestProblem<'_>>) -> io::Result<()> {
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

/// The name of a violation's test: unique in its file, and the same from run to run.
fn test_name(violation: &Violation) -> String {
    let (metric, subject) = (violation.metric(), &violation.subject);
    let namesakes_above = subject.named().map_or(0, |named| named.namesakes_above);
    match (subject.display_name(), namesakes_above) {
        (Some(name), 1..) => format!("{name} ({}): {metric}", namesakes_above + 1),
        (Some(name), 0) => format!("{name}: {metric}"),
        (None, _) => metric.to_string(),
    }
}

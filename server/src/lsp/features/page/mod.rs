//! How text for people is laid out: as Markdown, or as plain text for clients that know nothing else.

pub(crate) mod cost_lines;
pub(crate) mod methods;

use std::fmt::Write as _;

use tower_lsp::lsp_types::{MarkupContent, MarkupKind};

use crate::lsp::features::judged_values::{JudgedValue, Verdict};
use crate::lsp::features::outline::ErrorInText;
use antipasta_rules::escape;

/// A few paragraphs, lists and tables. What is in backticks stays so in plain text, where these are quotation marks.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    kind: MarkupKind,
    text: String,
}

impl Page {
    /// A page with nothing on it.
    pub(crate) fn new(kind: MarkupKind) -> Self {
        Self {
            kind,
            text: String::new(),
        }
    }

    /// Adds a paragraph.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.start_block();
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Adds a paragraph that says why values are the last good ones.
    pub(crate) fn staleness(&mut self, error: ErrorInText<'_>) {
        let ErrorInText { line, message } = error;
        // It may quote the code.
        let message = match self.kind {
            MarkupKind::Markdown => escape::markdown(message),
            MarkupKind::PlainText => escape::one_line(message).into_owned(),
        };
        self.paragraph(&format!(
            "These are the last good values: there is a syntax error on line {line} ({message})."
        ));
    }

    /// Adds a list below a line that says of what; nothing if it is empty. `left_out` says how many more there would be.
    pub(crate) fn list(&mut self, title: &str, items: &[String], left_out: usize, noun: &str) {
        if items.is_empty() {
            return;
        }
        self.paragraph(title);
        let bullet = match self.kind {
            MarkupKind::Markdown => {
                self.text.push('\n');
                "- "
            }
            MarkupKind::PlainText => "  ",
        };
        for item in items {
            let _ = writeln!(self.text, "{bullet}{item}");
        }
        if left_out > 0 {
            let plural = if left_out == 1 { "" } else { "s" };
            let _ = writeln!(self.text, "{bullet}and {left_out} more {noun}{plural}");
        }
    }

    /// Adds a table of values, with their thresholds and what came of those.
    pub(crate) fn values(&mut self, values: &[JudgedValue]) {
        self.start_block();
        let rows = values.iter().map(|value| Row {
            title: value.metric.info().title.to_owned(),
            value: value.text(),
            threshold: value.threshold_text(),
            verdict: value.verdict.map_or("", Verdict::as_str),
        });
        let rows: Vec<Row> = rows.collect();
        match self.kind {
            MarkupKind::Markdown => self.markdown_table(&rows),
            MarkupKind::PlainText => self.plain_table(&rows),
        }
    }

    fn markdown_table(&mut self, rows: &[Row]) {
        self.text
            .push_str("| Metric | Value | Threshold | Verdict |\n| :-- | --: | :-- | :-- |\n");
        for row in rows {
            let (title, value, threshold, verdict) = (&row.title, &row.value, &row.threshold, row.verdict);
            let _ = writeln!(self.text, "| {title} | {value} | {threshold} | {verdict} |");
        }
    }

    fn plain_table(&mut self, rows: &[Row]) {
        let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
        let titles = width(|row| row.title.len());
        let values = width(|row| row.value.len());
        let thresholds = width(|row| row.threshold.len());
        for row in rows {
            let (title, value, threshold, verdict) = (&row.title, &row.value, &row.threshold, row.verdict);
            let line = format!("{title:titles$}  {value:>values$}  {threshold:thresholds$}  {verdict}");
            let _ = writeln!(self.text, "{}", line.trim_end());
        }
    }

    fn start_block(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// Whether nothing is on it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The text, as the protocol wants it.
    pub(crate) fn into_content(self) -> MarkupContent {
        MarkupContent {
            kind: self.kind,
            value: self.text,
        }
    }
}

/// What a table says of one value.
struct Row {
    title: String,
    value: String,
    threshold: String,
    verdict: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use antipasta_metrics::MetricType;
    use antipasta_rules::config::{Comparison, Threshold};

    fn page(kind: MarkupKind) -> String {
        let threshold = Threshold {
            metric: MetricType::CyclomaticComplexity,
            comparison: Comparison::LessOrEqual,
            limit: 10.0,
            enabled: true,
        };
        let judged = JudgedValue {
            metric: MetricType::CyclomaticComplexity,
            value: 7.0,
            threshold: Some(threshold),
            verdict: Some(Verdict::Ok),
        };
        let not_judged = JudgedValue {
            metric: MetricType::HalsteadVolume,
            value: 1234.5,
            threshold: None,
            verdict: None,
        };
        let mut page = Page::new(kind);
        page.values(&[judged, not_judged]);
        page.list("Nothing:", &[], 0, "line");
        page.list("Two:", &["one".to_owned(), "two".to_owned()], 1, "line");
        page.paragraph("The end.");
        page.into_text()
    }

    #[test]
    fn markdown_has_a_table_and_bullets() {
        let expected = "\
| Metric | Value | Threshold | Verdict |
| :-- | --: | :-- | :-- |
| Cyclomatic Complexity | 7 | <= 10 | ok |
| Halstead Volume | 1234.50 |  |  |

Two:

- one
- two
- and 1 more line

The end.
";
        assert_eq!(page(MarkupKind::Markdown), expected);
    }

    #[test]
    fn what_a_syntax_error_quotes_is_no_markup() {
        let error = ErrorInText {
            line: 3,
            message: "got `[a](command:b)`\n<b>",
        };
        let page = |kind| {
            let mut page = Page::new(kind);
            page.staleness(error);
            page.into_text()
        };
        let markdown = page(MarkupKind::Markdown);
        assert!(
            markdown.contains("(got \\`\\[a\\]\\(command\\:b\\)\\`\\\\n\\<b\\>)."),
            "{markdown}"
        );
        let plain = page(MarkupKind::PlainText);
        assert!(plain.contains("(got `[a](command:b)`\\n<b>)."), "{plain}");
    }

    #[test]
    fn plain_text_has_columns() {
        let expected = "\
Cyclomatic Complexity        7  <= 10  ok
Halstead Volume        1234.50

Two:
  one
  two
  and 1 more line

The end.
";
        assert_eq!(page(MarkupKind::PlainText), expected);
    }
}

//! Links to the documentation of metrics.

use antipasta_metrics::MetricType;

/// The page that documents the metrics: `docs/metrics.md` of this repository.
const PAGE: &str = "https://github.com/antipasta-lsp/antipasta-lsp/blob/main/docs/metrics.md";

/// The `https` URL of the documentation of a metric. The page has a heading for each metric.
pub fn documentation_url(metric: MetricType) -> String {
    format!("{PAGE}#{metric}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use antipasta_metrics::{Scope, measure};
    use std::path::Path;

    fn page() -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../docs/metrics.md");
        std::fs::read_to_string(path).unwrap()
    }

    /// What is written below the heading of a metric.
    fn section(page: &str, metric: MetricType) -> &str {
        let heading = format!("\n## {metric}\n");
        let (_, section) = page
            .split_once(&heading)
            .unwrap_or_else(|| panic!("no heading for {metric}"));
        section.split("\n## ").next().unwrap()
    }

    #[test]
    fn every_metric_has_its_section() {
        let page = page();
        for metric in MetricType::ALL {
            let section = section(&page, metric);
            for row in ["| of |", "| formula |", "| range |", "| better |", "| threshold |"] {
                assert!(section.contains(row), "{metric}: {row}");
            }
            assert!(section.contains("**What to do.**"), "{metric}");
            let opening = section.trim_start().split("\n\n").next().unwrap().replace('\n', " ");
            assert_eq!(opening, metric.info().summary, "{metric}");
        }
        let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
        let mut others = headings.filter(|heading| heading.parse::<MetricType>().is_err());
        assert_eq!(others.next(), Some("Which Python"), "a heading of no metric");
        assert_eq!(others.next(), None, "a heading of no metric");
        assert_eq!(
            documentation_url(MetricType::BlankLines).split_once('#').unwrap().1,
            "blank_lines"
        );
    }

    #[test]
    fn the_thresholds_are_those_that_hold_by_default() {
        let page = page();
        let defaults = Config::from_yaml(Path::new(".antipasta.yaml"), "").unwrap();
        for metric in MetricType::ALL {
            let expected = match defaults.threshold(metric) {
                Some(threshold) => format!("| threshold | `{} {}`", threshold.comparison, threshold.limit),
                None => "| threshold | none".to_owned(),
            };
            assert!(section(&page, metric).contains(&expected), "{metric}: {expected}");
        }
    }

    /// What a metric comes to for a text: the most of any function or class, or else what the file has.
    fn value(metric: MetricType, text: &str) -> f64 {
        let metrics = measure(text).unwrap();
        let rows = metrics.rows();
        let is_of_file = metric.info().scope == Scope::File;
        let rows = rows
            .iter()
            .filter(|row| row.metric == metric && row.name.is_none() == is_of_file);
        rows.map(|row| row.value).max_by(f64::total_cmp).unwrap()
    }

    #[test]
    fn the_examples_have_the_values_that_are_said() {
        let page = page();
        for metric in MetricType::ALL {
            let parts: Vec<_> = section(&page, metric).split("```").collect();
            assert!(parts.len() >= 3, "{metric} has no example");
            for pair in parts.chunks_exact(2) {
                let (lead, code) = (pair[0].trim().lines().last().unwrap(), pair[1]);
                let mut words = lead.split([' ', ',', ':']);
                let said = words.find_map(|word| word.parse::<f64>().ok()).unwrap();
                let value = value(metric, code.strip_prefix("python\n").unwrap());
                assert!((value - said).abs() < 0.005, "{metric}: {value} in place of {lead}");
            }
        }
    }
}

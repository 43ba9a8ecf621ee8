//! Where people can read about the metrics.

use crate::metrics::MetricType;

/// The page that documents the metrics: `docs/metrics.md` of this repository.
const PAGE: &str = "https://github.com/antipasta-lsp/antipasta-lsp/blob/main/docs/metrics.md";

/// The address, an `https` URL, of what is written about a metric. The page has a heading for each, named as the metric.
pub fn documentation_url(metric: MetricType) -> String {
    format!("{PAGE}#{metric}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::path::Path;

    fn page() -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
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
        }
        let headings = page.lines().filter(|line| line.starts_with("## ")).count();
        assert_eq!(headings, MetricType::ALL.len(), "a heading of no metric");
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
}

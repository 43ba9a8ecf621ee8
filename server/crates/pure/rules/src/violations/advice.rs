//! What to do about a violation.

use antipasta_metrics::MetricType;

/// A sentence that says how to bring the value of a metric back to its threshold.
pub const fn advice(metric: MetricType) -> &'static str {
    match metric {
        MetricType::CyclomaticComplexity => {
            "move branches into functions of their own, or replace a chain of conditions by a table or by polymorphism"
        }
        MetricType::CognitiveComplexity => {
            "nest less: return early, name conditions, and move the bodies of loops into functions"
        }
        MetricType::MaintainabilityIndex => {
            "split the file: it holds too much code, with too many branches, to be kept in mind at once"
        }
        MetricType::HalsteadVolume => "split the file: it says more than one file should",
        MetricType::HalsteadDifficulty => {
            "repeat less: name a subexpression that occurs often, and split expressions with many different operators"
        }
        MetricType::HalsteadEffort => "split the file, and simplify the expressions in it",
        MetricType::HalsteadTime => "split the file: it takes too long to understand as a whole",
        MetricType::HalsteadBugs => "split the file: so much code in one place invites mistakes",
        MetricType::LinesOfCode | MetricType::LogicalLinesOfCode | MetricType::SourceLinesOfCode => {
            "move code that belongs together into a module of its own"
        }
        MetricType::CommentLines => "let names say what comments say, or write the comments that are missing",
        MetricType::BlankLines => "bring the number of blank lines in line with the threshold; a formatter does it",
        MetricType::WeightedMethodsPerClass => "split the class by its responsibilities, or simplify its methods",
    }
}

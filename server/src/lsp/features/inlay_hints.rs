//! `textDocument/inlayHint`: at the end of each line, what it adds to the cognitive complexity of its function.

use tower_lsp::lsp_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Position, Range};

use super::page::cost_lines::constructs;
use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::protocol::convert::{bytes_of_line, to_position};
use antipasta_metrics::{FunctionCosts, LineCosts, Measured as _, MetricType};
use antipasta_rules::escape::code;
use antipasta_syntax::text::PositionEncoding;

/// The hints whose places are in `range`, such as `+2 (nesting 1)`. There are none where the code does not parse. Costs what
/// the functions that meet the range are long.
pub(crate) fn inlay_hints(snapshot: &Snapshot, range: Range, encoding: PositionEncoding) -> Vec<InlayHint> {
    let document = &snapshot.document;
    let mut hints = Vec::new();
    if document.totals().is_refused_by_complexipy {
        return hints;
    }
    let mut next = range.start.line;
    while next <= range.end.line
        && let Some((lines, _)) = document.unit_at(next)
        && lines.end > next
    {
        let (lines_before, functions) = document.costs_at(next);
        for function in functions {
            for costs in function.by_line(MetricType::CognitiveComplexity) {
                let line = lines_before + costs.line - 1;
                let end = bytes_of_line(document.text(), line).end;
                let position = to_position(document.text(), end, encoding);
                if (range.start..=range.end).contains(&position) {
                    hints.push(hint(position, &costs, function));
                }
            }
        }
        next = lines.end;
    }
    hints
}

fn hint(position: Position, costs: &LineCosts, function: &FunctionCosts) -> InlayHint {
    let tooltip = format!(
        "Adds {} to the cognitive complexity of {}: {}",
        costs.amount,
        code(&function.name),
        constructs(costs)
    );
    InlayHint {
        position,
        label: InlayHintLabel::String(costs.increment()),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};
    use PositionEncoding::Utf16;

    const TEXT: &str = "\
def f(x):
    if x:  # 😀\r
        while x and x: pass

class C:
    def g(self, x):
        return [y for y in x]
";

    /// Each hint as `line:character label`.
    fn listed(snapshot: &Snapshot, start: (u32, u32), end: (u32, u32)) -> Vec<String> {
        let range = Range {
            start: Position::new(start.0, start.1),
            end: Position::new(end.0, end.1),
        };
        let hints = inlay_hints(snapshot, range, Utf16).into_iter();
        hints
            .map(|hint| {
                let InlayHintLabel::String(label) = hint.label else {
                    panic!("parts")
                };
                format!("{}:{} {label}", hint.position.line, hint.position.character)
            })
            .collect()
    }

    #[test]
    fn lines_that_add_have_a_hint_at_their_end() {
        let whole = ["1:15 +1", "2:27 +3 (nesting 1)", "6:29 +1"];
        assert_eq!(listed(&snapshot(TEXT), (0, 0), (7, 0)), whole);
        assert_eq!(listed(&snapshot(TEXT), (0, 0), (u32::MAX, 0)), whole);
    }

    #[test]
    fn only_hints_in_the_range_are_given() {
        let snapshot = snapshot(TEXT);
        assert_eq!(listed(&snapshot, (1, 15), (2, 26)), ["1:15 +1"]);
        assert_eq!(listed(&snapshot, (1, 16), (2, 27)), ["2:27 +3 (nesting 1)"]);
        assert_eq!(listed(&snapshot, (2, 0), (1, 0)), [""; 0]);
        assert_eq!(listed(&snapshot, (99, 0), (100, 0)), [""; 0]);
    }

    #[test]
    fn tooltips_name_the_constructs() {
        let range = Range::new(Position::new(2, 0), Position::new(3, 0));
        let hint = inlay_hints(&snapshot(TEXT), range, Utf16).remove(0);
        let Some(InlayHintTooltip::String(tooltip)) = hint.tooltip else {
            panic!("no tooltip")
        };
        let expected = "Adds 3 to the cognitive complexity of `f`: `while` 2, sequence of `and` 1";
        assert_eq!(tooltip, expected);
    }

    #[test]
    fn what_has_no_row_has_no_hints() {
        let ignored = TEXT.replace("def f(x):", "def f(x):  # noqa: complexipy");
        assert_eq!(listed(&snapshot(&ignored), (0, 0), (7, 0)), ["6:29 +1"]);
        let broken = edited_snapshot(TEXT, "if x:", "if (x:");
        assert_eq!(listed(&broken, (0, 0), (7, 0)), ["6:29 +1"]);
    }
}

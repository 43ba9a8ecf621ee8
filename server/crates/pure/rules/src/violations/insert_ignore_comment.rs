//! The comment by which metrics of a function or class are ignored, and where it is put.

use std::ops::Range;

use crate::violations::{IgnoredMetric, ignores_also, with_ignored};
use antipasta_metrics::{Definition, Document, HeaderComment, Placed, comment_places, contribution_of_unit};
use antipasta_syntax::units::UnitKind;

/// At how many places on a header a comment is tried: nearly always the first will do.
const MOST_PLACES: usize = 8;

/// The edit of a document by which some metrics of something defined in it are ignored, and which changes nothing else that
/// comments ask for: what takes the place of which bytes. `None` if there is no place for a comment, or the code does not
/// parse.
///
/// Call it on a thread with a stack of [`ANALYSIS_STACK_BYTES`](antipasta_syntax::ANALYSIS_STACK_BYTES).
pub fn ignore_comment(
    document: &Document,
    definition: &Definition<'_>,
    wanted: &[IgnoredMetric],
) -> Option<(Range<usize>, String)> {
    let (lines, unit) = document.unit_at(definition.line())?;
    let unit = UnitText {
        text: document.text_of_lines(&lines),
        kind: unit.kind(),
        classes: unit.classes(),
    };
    let line = definition.line() - lines.start;
    let before = Comments::from_definition(definition);
    let (place, comment) = candidates(&unit, line, wanted)?
        .into_iter()
        .take(MOST_PLACES)
        .find(|edit| {
            unit.comments_after(edit, line, |after| {
                ignores_also(before.to_us, after.to_us, wanted) && before.ask_complexipy == after.ask_complexipy
            })
        })?;
    let start = document.text().line_to_byte(lines.start as usize);
    Some((start + place.start..start + place.end, comment))
}

/// What may take the place of what on the header on `line`, the best first.
fn candidates(unit: &UnitText<'_>, line: u32, wanted: &[IgnoredMetric]) -> Option<Vec<(Range<usize>, String)>> {
    let places = comment_places(&unit.text, unit.kind, unit.classes, line).ok()?;
    let ranked = places.into_iter().filter_map(|place| {
        let old = unit.text[place.clone()].trim_end();
        let new = with_ignored(old, wanted)?;
        // Best a comment that names the metrics already, then one that names others, then the first place there is.
        Some(if old.is_empty() {
            (2, (place, format!("  {new}")))
        } else if new.starts_with(old) {
            (2, (place, new))
        } else if new.len() > old.len() {
            (1, (place, new))
        } else {
            (0, (place, new))
        })
    });
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    Some(ranked.into_iter().map(|(_, candidate)| candidate).collect())
}

/// The text of a unit, and what it takes to measure it.
struct UnitText<'a> {
    text: String,
    kind: UnitKind,
    classes: &'a [Box<str>],
}

impl UnitText<'_> {
    /// Whether, after an edit, the comments on the header on `line` are as wanted; not if the unit does not parse then.
    fn comments_after(
        &self,
        (place, comment): &(Range<usize>, String),
        line: u32,
        are_as_wanted: impl FnOnce(Comments<'_>) -> bool,
    ) -> bool {
        let edited = [&self.text[..place.start], comment, &self.text[place.end..]].concat();
        let Ok(measured) = contribution_of_unit(&edited, self.kind, self.classes) else {
            return false;
        };
        let functions = measured
            .functions
            .iter()
            .map(|item| Definition::Function(in_unit(item)));
        let classes = measured.classes.iter().map(|item| Definition::Class(in_unit(item)));
        let mut all = functions.chain(classes);
        let definition = all.find(|definition| definition.line() == line);
        definition.is_some_and(|definition| are_as_wanted(Comments::from_definition(&definition)))
    }
}

/// A function or class whose lines count from its unit's first.
fn in_unit<T>(item: &T) -> Placed<'_, T> {
    Placed { lines_before: 0, item }
}

/// What the comments on a header say.
struct Comments<'a> {
    /// Those that speak to us.
    to_us: &'a [HeaderComment],
    /// Whether one asks complexipy to ignore the function. It looks for that up to the first line with a colon, so that a
    /// comment of ours may hide one further down.
    ask_complexipy: bool,
}

impl<'a> Comments<'a> {
    fn from_definition(definition: &Definition<'a>) -> Self {
        match definition {
            Definition::Function(function) => Self {
                to_us: &function.item.header_comments,
                ask_complexipy: function.item.complexipy_ignore.is_some(),
            },
            Definition::Class(class) => Self {
                to_us: &class.item.header_comments,
                ask_complexipy: false,
            },
        }
    }
}

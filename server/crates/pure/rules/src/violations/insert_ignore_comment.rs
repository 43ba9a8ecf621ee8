//! The edit that adds an ignore comment to a function or class.

use std::ops::Range;

use crate::violations::{IgnoredMetric, ignores_also, with_ignored};
use antipasta_metrics::{Definition, Document, HeaderComment, Placed, comment_places, contribution_of_unit};
use antipasta_syntax::units::UnitKind;

/// How many places on a header are tried. The first one nearly always works.
const MOST_PLACES: usize = 8;

/// The edit of a document that makes a comment ignore some metrics of a definition, and that changes no other effect of a
/// comment: the bytes to replace, and their replacement. `None` if there is no place for a comment, or if the code does not
/// parse.
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

/// The possible edits of the header on `line`, the best first.
fn candidates(unit: &UnitText<'_>, line: u32, wanted: &[IgnoredMetric]) -> Option<Vec<(Range<usize>, String)>> {
    let places = comment_places(&unit.text, unit.kind, unit.classes, line).ok()?;
    let ranked = places.into_iter().filter_map(|place| {
        let old = unit.text[place.clone()].trim_end();
        let new = with_ignored(old, wanted)?;
        // Prefer a comment that names the metrics already, then one that names others, then the first free place.
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

/// The text of a unit and what is needed to measure it.
struct UnitText<'a> {
    text: String,
    kind: UnitKind,
    classes: &'a [Box<str>],
}

impl UnitText<'_> {
    /// Whether the comments on the header on `line` are as wanted after an edit, and the unit still parses.
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

/// A function or class whose lines are relative to its unit.
fn in_unit<T>(item: &T) -> Placed<'_, T> {
    Placed { lines_before: 0, item }
}

/// The comments on a header.
struct Comments<'a> {
    /// The comments with `antipasta:`.
    to_us: &'a [HeaderComment],
    /// Whether a comment makes complexipy ignore the function. Complexipy reads up to the first line with a colon, so a
    /// comment of ours can hide one further down.
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

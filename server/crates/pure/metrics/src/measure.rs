//! From text to metrics: of a whole file, and of one unit.

use ruff_python_ast::Stmt;
use ruff_text_size::{TextRange, TextSize};

use crate::contribution::Contribution;
use crate::file_metrics::FileMetrics;
use crate::files::lines::LineContribution;
use crate::walk::header::Comments;
use crate::walk::{Place, walk, walk_class_header};
use antipasta_syntax::text::IndexedText;
use antipasta_syntax::units::{Unit, UnitKind, first_indentation, outline_of_statements, unit_starts, units};
use antipasta_syntax::{Source, SyntaxError, parse};

/// The metrics of a whole text.
///
/// # Errors
///
/// The first [`SyntaxError`] in the text.
pub fn measure(text: &str) -> Result<FileMetrics, SyntaxError> {
    let source = parse(text)?;
    Ok(contribution_of_source(&source).file_metrics(text))
}

/// What the whole of a parsed text contributes: the merge of what its units contribute.
pub fn contribution_of_source(source: &Source<'_>) -> Contribution {
    let comments = Comments::of(source.tokens(), source.text());
    let place = Place {
        text: source.text(),
        lines: source.lines(),
        comments: &comments,
        lines_before: 0,
        classes: Vec::new(),
    };
    let whole = TextRange::up_to(TextSize::of(source.text()));
    contribution_of_region(source, place, whole, UnitKind::Statements, source.body().iter())
}

/// The units of a parsed text.
pub fn units_of_source<'s>(source: &'s Source<'_>) -> Vec<Unit<&'s Stmt>> {
    let text = IndexedText {
        text: source.text(),
        lines: source.lines(),
    };
    units(&text, &outline_of_statements(source.body()))
}

/// The units of a parsed text, each with what it contributes.
pub fn contributions_of_units<'s>(source: &'s Source<'_>) -> Vec<(Unit<&'s Stmt>, Contribution)> {
    let comments = Comments::of(source.tokens(), source.text());
    let units = units_of_source(source);
    let contribution = |unit: &Unit<&'s Stmt>| {
        let classes = unit.classes.iter().map(AsRef::as_ref).collect();
        let start = source.lines().start(unit.lines.start);
        let end = source.lines().start(unit.lines.end);
        let place = Place {
            text: source.text(),
            lines: source.lines(),
            comments: &comments,
            lines_before: unit.lines.start,
            classes,
        };
        let region = TextRange::new(start.into(), end.into());
        contribution_of_region(source, place, region, unit.kind, unit.nodes.iter().copied())
    };
    units
        .into_iter()
        .map(|unit| {
            let contribution = contribution(&unit);
            (unit, contribution)
        })
        .collect()
}

fn contribution_of_region<'a>(
    source: &'a Source<'_>,
    place: Place<'a>,
    region: TextRange,
    kind: UnitKind,
    mut statements: impl Iterator<Item = &'a Stmt>,
) -> Contribution {
    let lines = LineContribution::of(source, region);
    let walked = match kind {
        UnitKind::Statements => walk(place, statements),
        UnitKind::ClassHeader => match statements.next() {
            Some(Stmt::ClassDef(class)) => walk_class_header(place, class),
            _ => Contribution::default(),
        },
    };
    let ignored_parse_errors = source.ignored_parse_errors(region) as u32;
    Contribution {
        lines,
        complexipy_refusals: walked.complexipy_refusals + ignored_parse_errors,
        ..walked
    }
}

/// What one unit contributes, from its text alone: `text` are its whole lines, `classes` the names of the classes around
/// it. Equal to what [`contributions_of_units`] finds for the unit in its file, and costs what the unit costs. A run of
/// several units of one body may be given as one of [statements](UnitKind::Statements), too.
///
/// # Errors
///
/// The first [`SyntaxError`] in the unit, its line counted from the unit's first; also if it is not what `kind` says, or
/// does not end in the block that it starts in.
pub fn contribution_of_unit(text: &str, kind: UnitKind, classes: &[Box<str>]) -> Result<Contribution, SyntaxError> {
    in_frame(text, kind, classes, |source, place, region, statements| {
        contribution_of_region(source, place, region, kind, statements.iter())
    })
}

/// What a text contributes that should be one unit of [statements](UnitKind::Statements), and whether it is, by itself,
/// just that, from its first line on: not several, nor the header of a class.
///
/// # Errors
///
/// As those of [`contribution_of_unit`].
pub fn contribution_of_one_unit(text: &str, classes: &[Box<str>]) -> Result<(Contribution, bool), SyntaxError> {
    let kind = UnitKind::Statements;
    in_frame(text, kind, classes, |source, place, region, statements| {
        let indexed = IndexedText {
            text: source.text(),
            lines: source.lines(),
        };
        let first_line = place.lines_before;
        let starts = unit_starts(&indexed, &outline_of_statements(statements));
        let is_one = matches!(&*starts, [unit] if unit.kind == kind && unit.lines.start == first_line);
        let contribution = contribution_of_region(source, place, region, kind, statements.iter());
        (contribution, is_one)
    })
}

/// Parses the text of one unit by itself and calls `take` with its source, its place, where in the source the unit is,
/// and its statements.
pub(super) fn in_frame<R>(
    text: &str,
    kind: UnitKind,
    classes: &[Box<str>],
    take: impl for<'a> FnOnce(&'a Source<'_>, Place<'a>, TextRange, &'a [Stmt]) -> R,
) -> Result<R, SyntaxError> {
    let frame = Frame::around(text, kind);
    let framed = frame.text(text);
    let located = |mut error: SyntaxError| {
        error.line = error.line.saturating_sub(frame.lines_before()).max(1);
        error
    };
    let source = parse(&framed).map_err(located)?;
    let statements = frame.statements_of_unit(source.body(), kind)?;
    let comments = Comments::of(source.tokens(), source.text());
    let place = Place {
        text: source.text(),
        lines: source.lines(),
        comments: &comments,
        lines_before: frame.lines_before(),
        classes: classes.iter().map(AsRef::as_ref).collect(),
    };
    let region = TextRange::at(TextSize::of(frame.before), TextSize::of(text));
    Ok(take(&source, place, region, statements))
}

/// What must stand around the text of a unit so that it parses by itself.
struct Frame {
    /// A header of one line that makes an indented unit the body of a block; its strings and columns stay as they are.
    before: &'static str,
    /// A body for the header of a class.
    after: String,
}

impl Frame {
    fn around(text: &str, kind: UnitKind) -> Self {
        let indentation = indentation_of_first_statement(text);
        Self {
            before: if indentation.is_empty() { "" } else { "if 1:\n" },
            after: match kind {
                UnitKind::Statements => String::new(),
                UnitKind::ClassHeader => format!("{indentation} pass\n"),
            },
        }
    }

    /// The statements of the unit among those of the framed text.
    fn statements_of_unit<'s>(&self, body: &'s [Stmt], kind: UnitKind) -> Result<&'s [Stmt], SyntaxError> {
        let statements = match (self.lines_before(), body) {
            (0, body) => Some(body),
            (_, [Stmt::If(header)]) if header.elif_else_clauses.is_empty() => Some(&*header.body),
            _ => None,
        };
        let is_as_said = |statements: &&[Stmt]| match kind {
            UnitKind::Statements => true,
            UnitKind::ClassHeader => matches!(statements, [Stmt::ClassDef(_)]),
        };
        statements.filter(is_as_said).ok_or_else(|| SyntaxError {
            message: "unindent to an outer block".to_owned(),
            line: 1,
            column: 1,
        })
    }

    fn text(&self, unit: &str) -> String {
        [self.before, unit, &self.after].concat()
    }

    fn lines_before(&self) -> u32 {
        u32::from(!self.before.is_empty())
    }
}

/// The indentation of the first line that is neither blank nor a comment. A form feed starts it anew.
fn indentation_of_first_statement(text: &str) -> &str {
    let indentation = first_indentation(text).unwrap_or_default();
    indentation.rsplit('\x0c').next().unwrap_or_default()
}

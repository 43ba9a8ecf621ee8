//! One unit of a document, with its contribution, or with the last one before it got a syntax error.

use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_128;

use crate::{
    Contribution, FunctionCosts, FunctionSummary, Run, contribution_of_one_unit, contribution_of_unit, costs_of_unit,
};
use antipasta_syntax::SyntaxError;
use antipasta_syntax::text::Edit;
use antipasta_syntax::units::{Unit, UnitKind, first_indentation, first_indentation_width};

/// The state of a unit after its text has changed.
pub(super) enum Edited {
    /// It is certainly one unit: it parses, it is indented as before, and only comments of it could belong to a neighbor, where they
    /// would count the same.
    Good(MeasuredUnit),
    /// It does not parse. It keeps its last good numbers, and has an error.
    Broken(MeasuredUnit),
    /// It may be no unit, or several units.
    Unclear,
}

/// Whether the last line of a text continues on the next line.
fn is_continued(text: &str) -> bool {
    text.trim_end_matches(['\n', '\r', ' ', '\t', '\x0c']).ends_with('\\')
}

/// The hash that identifies the text of a unit.
pub(super) fn hash_of_text(text: &str) -> u128 {
    xxh3_128(text.as_bytes())
}

/// The text of a unit and its hash.
pub(super) struct UnitText {
    text: String,
    hash: u128,
}

impl UnitText {
    pub(super) fn new(text: String) -> Self {
        let hash = hash_of_text(&text);
        Self { text, hash }
    }

    pub(super) fn hash(&self) -> u128 {
        self.hash
    }

    /// Whether its first statement is indented by the same characters as that of another text.
    pub(super) fn is_indented_as(&self, other: &str) -> bool {
        first_indentation(&self.text) == first_indentation(other)
    }
}

/// A contribution, and the line where its code starts.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The line, from 0.
    pub line: u32,
    pub contribution: Arc<Contribution>,
}

impl Part {
    /// The same part with its line counted from `first_line`.
    pub(super) fn moved_up(&self, first_line: u32) -> Self {
        Self {
            line: self.line - first_line,
            contribution: Arc::clone(&self.contribution),
        }
    }
}

/// A unit with what it contributes.
#[derive(Clone, Debug)]
pub struct MeasuredUnit {
    kind: UnitKind,
    boundaries_are_certain: bool,
    indentation: u32,
    classes: Arc<[Box<str>]>,
    text_hash: u128,
    parts: Parts,
    summary: FunctionSummary,
    error: Option<Arc<SyntaxError>>,
    /// Computed at the first use.
    costs: OnceLock<Arc<[FunctionCosts]>>,
}

#[derive(Clone, Debug)]
enum Parts {
    /// The contribution of the unit itself, in nearly every unit.
    Own(Arc<Contribution>),
    /// The last good contributions of several units that became one.
    LastGood(Arc<[Part]>),
}

impl MeasuredUnit {
    /// A unit whose contribution is known.
    pub(super) fn good<N>(unit: Unit<N>, text_hash: u128, contribution: Contribution) -> Self {
        Self {
            kind: unit.kind,
            boundaries_are_certain: true,
            indentation: unit.indentation,
            classes: unit.classes.into(),
            text_hash,
            summary: contribution.summary,
            parts: Parts::Own(Arc::new(contribution)),
            error: None,
            costs: OnceLock::new(),
        }
    }

    /// Measures a unit. If it does not parse, `last_good` are its numbers; their lines count from its first.
    pub(super) fn measure(unit: Unit<()>, text: &UnitText, last_good: Vec<Part>, boundaries_are_certain: bool) -> Self {
        let mut measured = Self::good(unit, text.hash, Contribution::default());
        measured.boundaries_are_certain = boundaries_are_certain;
        match contribution_of_unit(&text.text, measured.kind, &measured.classes) {
            Ok(contribution) => measured.set_own(contribution),
            Err(error) => {
                measured.set_parts(last_good);
                measured.error = Some(Arc::new(error));
                // tree-sitter may find no error where ruff's parser does.
                measured.boundaries_are_certain = false;
            }
        }
        measured
    }

    /// The one unit of an empty text.
    pub(super) fn empty() -> Self {
        let unit: Option<Unit<()>> = Unit::without_statements(0..1);
        let unit = unit.expect("a line");
        Self::good(unit, hash_of_text(""), Contribution::default())
    }

    /// The one unit of a text that cannot be measured.
    pub(super) fn without_numbers(error: SyntaxError) -> Self {
        Self {
            error: Some(Arc::new(error)),
            ..Self::empty()
        }
    }

    /// Measures the unit again in the same place, because tree-sitter found errors there.
    pub(super) fn measure_again(&mut self, text: &UnitText) {
        self.boundaries_are_certain = false;
        if self.error.is_none() && self.text_hash == text.hash {
            return;
        }
        self.text_hash = text.hash;
        let measured = match first_indentation_width(&text.text) {
            Some(width) if width != self.indentation => Err(SyntaxError {
                message: "unexpected indentation".to_owned(),
                line: 1,
                column: 1,
            }),
            _ => contribution_of_unit(&text.text, self.kind, &self.classes),
        };
        match measured {
            Ok(contribution) => self.set_own(contribution),
            Err(error) => self.error = Some(Arc::new(error)),
        }
    }

    /// The state of the unit with another text in the same place, as far as this text alone tells.
    pub(super) fn edited(&self, text: &UnitText) -> Edited {
        let is_statements = self.kind == UnitKind::Statements;
        if !is_statements || first_indentation_width(&text.text) != Some(self.indentation) || is_continued(&text.text) {
            return Edited::Unclear;
        }
        match contribution_of_one_unit(&text.text, &self.classes) {
            Ok((contribution, true)) => {
                let mut edited = Self {
                    boundaries_are_certain: true,
                    text_hash: text.hash,
                    ..self.clone()
                };
                edited.set_own(contribution);
                Edited::Good(edited)
            }
            Ok((_, false)) => Edited::Unclear,
            Err(error) => Edited::Broken(Self {
                boundaries_are_certain: false,
                text_hash: text.hash,
                error: Some(Arc::new(error)),
                ..self.clone()
            }),
        }
    }

    /// Stores an error that the unit has in its place, though it parses by itself.
    pub(super) fn set_error(&mut self, error: SyntaxError) {
        self.boundaries_are_certain = false;
        self.error = Some(Arc::new(error));
    }

    /// The same unit with certain boundaries.
    pub(super) fn settled(&self) -> Self {
        Self {
            boundaries_are_certain: true,
            ..self.clone()
        }
    }

    /// Appends the units that follow, each with the line where it starts, counted from the first line of this unit.
    pub(super) fn append(&mut self, units: impl Iterator<Item = (u32, Self)>) {
        let mut parts: Vec<Part> = self.parts_from(0).collect();
        for (line, unit) in units {
            parts.extend(unit.parts_from(line));
        }
        self.kind = UnitKind::Statements;
        self.set_parts(parts);
        // The text of the joined unit was not measured.
        self.text_hash = 0;
        self.boundaries_are_certain = false;
    }

    /// Moves the parts that stand behind an edit. The unit starts at `first_line`. Parts in the replaced text stay within the replacement.
    pub(super) fn follow(&mut self, edit: &Edit, first_line: u32) {
        let Parts::LastGood(parts) = &self.parts else { return };
        let relative = |line: u32| line.saturating_sub(first_line);
        let (start, old_end) = (relative(edit.start.line), relative(edit.old_end.line));
        let new_end = relative(edit.new_end.line);
        let moved = parts.iter().map(|part| Part {
            line: match part.line {
                line if line > old_end => (line + new_end).saturating_sub(old_end),
                line => line.min(start.max(new_end)),
            },
            contribution: Arc::clone(&part.contribution),
        });
        self.parts = Parts::LastGood(moved.collect());
    }

    fn set_own(&mut self, contribution: Contribution) {
        self.summary = contribution.summary;
        self.parts = Parts::Own(Arc::new(contribution));
        self.error = None;
        self.costs = OnceLock::new();
    }

    fn set_parts(&mut self, parts: Vec<Part>) {
        self.summary = FunctionSummary::default();
        for part in &parts {
            self.summary.merge(&part.contribution.summary);
        }
        self.parts = Parts::LastGood(parts.into());
    }

    /// What the unit consists of.
    pub fn kind(&self) -> UnitKind {
        self.kind
    }

    /// The names of the classes around it, outermost first.
    pub fn classes(&self) -> &[Box<str>] {
        &self.classes
    }

    /// Why the unit does not parse, if it does not; then its numbers are the last good ones. Lines count from its first.
    pub fn error(&self) -> Option<&SyntaxError> {
        self.error.as_deref()
    }

    /// Whether its first and last lines are certain.
    pub fn boundaries_are_certain(&self) -> bool {
        self.boundaries_are_certain
    }

    /// The functions and classes in it, if it starts at `first_line`, from 0.
    pub fn runs(&self, first_line: u32) -> impl Iterator<Item = Run<'_>> {
        // The summary is kept here because most readers need only it, and reading the contribution costs memory accesses.
        let own_summary = matches!(self.parts, Parts::Own(_)).then_some(&self.summary);
        self.parts().map(move |(line, contribution)| Run {
            lines_before: first_line + line,
            functions: &contribution.functions,
            classes: &contribution.classes,
            summary: own_summary.unwrap_or(&contribution.summary),
        })
    }

    /// What the constructs in its functions cost; nothing if the unit does not parse. `text` is the unit's text.
    pub(super) fn costs(&self, text: impl FnOnce() -> String) -> &[FunctionCosts] {
        if self.error.is_some() || !matches!(self.parts, Parts::Own(_)) {
            return &[];
        }
        self.costs.get_or_init(|| {
            let costs = costs_of_unit(&text(), self.kind, &self.classes);
            costs.unwrap_or_default().into()
        })
    }

    pub(super) fn text_hash(&self) -> u128 {
        self.text_hash
    }

    /// Whether this and a unit that a parser has found are alike but for their texts.
    pub(super) fn is_like<N>(&self, unit: &Unit<N>) -> bool {
        self.kind == unit.kind && self.indentation == unit.indentation && *self.classes == *unit.classes
    }

    /// What contributes to it, each with the line, counted from the first of the unit, where it starts.
    fn parts(&self) -> impl Iterator<Item = (u32, &Arc<Contribution>)> {
        let (own, last_good) = match &self.parts {
            Parts::Own(contribution) => (Some((0, contribution)), &[][..]),
            Parts::LastGood(parts) => (None, &**parts),
        };
        let last_good = last_good.iter().map(|part| (part.line, &part.contribution));
        own.into_iter().chain(last_good)
    }

    /// Its parts, if it starts at `first_line`.
    pub(super) fn parts_from(&self, first_line: u32) -> impl Iterator<Item = Part> {
        self.parts().map(move |(line, contribution)| Part {
            line: first_line + line,
            contribution: Arc::clone(contribution),
        })
    }

    pub(super) fn contributions(&self) -> impl Iterator<Item = &Contribution> {
        self.parts().map(|(_, contribution)| &**contribution)
    }
}

//! The functions and classes of a document.

use crate::document::Document;
use crate::{ClassMetrics, FunctionMetrics, Measured, Placed};

/// A function or class that has rows.
#[derive(Clone, Copy, Debug)]
pub enum Definition<'a> {
    /// A function or method.
    Function(Placed<'a, FunctionMetrics>),
    /// A class.
    Class(Placed<'a, ClassMetrics>),
}

impl<'a> Definition<'a> {
    /// The bare name.
    pub fn name(&self) -> &'a str {
        match self {
            Self::Function(function) => &function.item.name,
            Self::Class(class) => &class.item.name,
        }
    }

    /// The names of the classes around it, outermost first.
    pub fn classes(&self) -> &'a [Box<str>] {
        match self {
            Self::Function(function) => &function.item.classes,
            Self::Class(class) => &class.item.classes,
        }
    }

    /// The line, from 0, of its `def` or `class`.
    pub fn line(&self) -> u32 {
        let line = match self {
            Self::Function(function) => function.def_line(),
            Self::Class(class) => class.class_line(),
        };
        line.saturating_sub(1)
    }
}

/// The functions and classes of a document, in the order of their lines.
pub fn definitions(document: &Document) -> Vec<Definition<'_>> {
    let mut definitions: Vec<Definition<'_>> = Vec::new();
    for run in document.runs() {
        definitions.extend(run.placed_functions().map(Definition::Function));
        definitions.extend(run.placed_classes().map(Definition::Class));
    }
    definitions.sort_by_key(Definition::line);
    definitions
}

/// The function or class whose `def` or `class` is on `line`, from 0.
pub fn definition_on_line(document: &Document, line: u32) -> Option<Definition<'_>> {
    let (lines, unit) = document.unit_at(line)?;
    unit.runs(lines.start).find_map(|run| {
        let functions = run.placed_functions().map(Definition::Function);
        let mut all = functions.chain(run.placed_classes().map(Definition::Class));
        all.find(|definition| definition.line() == line)
    })
}

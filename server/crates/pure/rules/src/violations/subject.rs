//! What a violation is about.

use antipasta_metrics::{FunctionMetrics, Placed};

/// What a violation is about. [`evaluate`](super::evaluate()) makes it once; reports, comparisons and quick fixes use it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The file as a whole.
    File,
    /// The classes of the module with one name: as in the reference, they share one value.
    Class(Named),
    /// A function or method.
    Function(Named),
}

/// The function or class that a violation is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Named {
    /// The qualified name, as Python's `__qualname__`: `Outer.Inner.method`.
    pub qualified_name: Box<str>,
    /// How many functions of the same qualified name are above it in the file; 0 for a class.
    pub namesakes_above: u32,
    /// The line of its `def` or `class`, from 1.
    pub line: u32,
    /// Its first line, from 1: the line of its first decorator. For a class, the line of its `class`.
    pub first_line: u32,
    /// Its last line, from 1. For a class, the line of its `class`.
    pub last_line: u32,
}

impl Subject {
    /// The subject of a function. `namesakes_above` is 0 until it is counted.
    pub(super) fn from_function(function: &Placed<'_, FunctionMetrics>) -> Self {
        Self::Function(Named {
            qualified_name: function.item.qualified_name().replace("::", ".").into(),
            namesakes_above: 0,
            line: function.def_line(),
            first_line: function.start_line(),
            last_line: function.end_line(),
        })
    }

    /// The subject of the classes with one name. `line` is that of the first `class`, from 1.
    pub(super) fn from_class(name: &str, line: u32) -> Self {
        Self::Class(Named {
            qualified_name: name.into(),
            namesakes_above: 0,
            line,
            first_line: line,
            last_line: line,
        })
    }

    /// The function or class; `None` for a file.
    pub const fn named(&self) -> Option<&Named> {
        match self {
            Self::File => None,
            Self::Class(named) | Self::Function(named) => Some(named),
        }
    }

    /// The line, from 1: that of the `def` or `class`; 1 for a file.
    pub fn line(&self) -> u32 {
        self.definition_line().unwrap_or(1)
    }

    /// The line of the `def` or `class`, from 1; `None` for a file.
    pub fn definition_line(&self) -> Option<u32> {
        self.named().map(|named| named.line)
    }

    /// The qualified name as the reference writes it: `Outer::Inner::method`; `None` for a file.
    pub fn display_name(&self) -> Option<String> {
        self.named().map(|named| named.qualified_name.replace('.', "::"))
    }
}

impl Named {
    /// The bare name.
    pub fn name(&self) -> &str {
        self.qualified_name.rsplit('.').next().unwrap_or_default()
    }

    /// Whether it is in a class.
    pub fn is_member(&self) -> bool {
        self.qualified_name.contains('.')
    }
}

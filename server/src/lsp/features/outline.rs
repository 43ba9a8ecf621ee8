//! The functions and classes of a document as people see them: where each starts and ends, what is inside what, and which
//! have only their last good values.

use std::ops::Range;

use ropey::Rope;
use tower_lsp::lsp_types;

use crate::lsp::protocol::convert::bytes_of_line;
use antipasta_metrics::{Definition, Document, MeasuredUnit};
use antipasta_syntax::SyntaxError;
use antipasta_syntax::text::{Lines as _, PositionEncoding};
use antipasta_syntax::units::UnitKind;

/// How deeply classes are shown inside each other. CPython takes no more levels of indentation than this; and clients, as
/// well as what serialises for them, recurse into what is shown.
const MAX_DEPTH: usize = 100;

/// Where a syntax error is in a document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorInText<'a> {
    /// The line in the text, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: &'a str,
}

impl<'a> ErrorInText<'a> {
    /// The error of a unit that starts at `first_line`, from 0.
    pub(crate) fn of_unit(unit: &'a MeasuredUnit, first_line: u32) -> Option<Self> {
        unit.error().map(|SyntaxError { line, message, .. }| Self {
            line: first_line + line,
            message,
        })
    }
}

/// A function or class, and what is inside it.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The function or class.
    pub definition: Definition<'a>,
    /// Its lines, from 0: those of a function from its first decorator on; those of a class from its `class` to the end of
    /// what is known to be in it. There is at least one.
    pub lines: Range<u32>,
    /// The first syntax error in it, because of which its values are the last good ones.
    pub error: Option<ErrorInText<'a>>,
    /// The methods and classes directly in a class.
    pub children: Vec<Entry<'a>>,
}

/// What a document shows of functions and classes, in the order of their lines. Costs what it has of them.
///
/// What has only its last good values is shown where there is still a `def` or a `class`, for the place of what is not
/// there any more means nothing.
pub(crate) fn outline(document: &Document) -> Vec<Entry<'_>> {
    let mut builder = Builder {
        text: document.text(),
        shown: Vec::new(),
        open: Vec::new(),
    };
    for (lines, unit) in document.units() {
        builder.add_unit(&lines, unit);
    }
    builder.close_until(|_| false);
    builder.shown
}

/// The function or class whose `def` or `class` is on `line`, from 0.
pub(crate) fn entry_on_line<'e, 'a>(outline: &'e [Entry<'a>], line: u32) -> Option<&'e Entry<'a>> {
    entries(outline).find(|entry| entry.definition.line() == line)
}

/// The innermost function or class that holds `line`, from 0.
pub(crate) fn entry_around_line<'e, 'a>(outline: &'e [Entry<'a>], line: u32) -> Option<&'e Entry<'a>> {
    let mut innermost = None;
    let mut entries = outline;
    while let Some(entry) = entries.iter().find(|entry| entry.lines.contains(&line)) {
        innermost = Some(entry);
        entries = &entry.children;
    }
    innermost
}

/// Every function and class of an outline, outer ones before those in them.
pub(crate) fn entries<'e, 'a>(outline: &'e [Entry<'a>]) -> impl Iterator<Item = &'e Entry<'a>> {
    let mut waiting: Vec<std::slice::Iter<'e, Entry<'a>>> = vec![outline.iter()];
    std::iter::from_fn(move || {
        while let Some(entries) = waiting.last_mut() {
            match entries.next() {
                Some(entry) => {
                    waiting.push(entry.children.iter());
                    return Some(entry);
                }
                None => drop(waiting.pop()),
            }
        }
        None
    })
}

struct Builder<'a> {
    text: &'a Rope,
    /// The outermost ones that are complete.
    shown: Vec<Entry<'a>>,
    /// Classes in which there may be more, each inside the one before.
    open: Vec<Entry<'a>>,
}

impl<'a> Builder<'a> {
    fn add_unit(&mut self, lines: &Range<u32>, unit: &'a MeasuredUnit) {
        self.close_until(|class| is_inside(unit.classes(), class.classes(), class.name()));
        let error = ErrorInText::of_unit(unit, lines.start);
        for class in &mut self.open {
            class.lines.end = lines.end;
            class.error = class.error.or(error);
        }
        let mut definitions: Vec<Definition<'a>> = Vec::new();
        for run in unit.runs(lines.start) {
            definitions.extend(run.placed_functions().map(Definition::Function));
            definitions.extend(run.placed_classes().map(Definition::Class));
        }
        definitions.sort_by_key(Definition::line);
        if error.is_some() {
            definitions.retain(|definition| has_keyword(self.text, definition.line()));
            definitions.dedup_by_key(|definition| definition.line());
        }
        for definition in definitions {
            self.close_until(|class| is_inside(definition.classes(), class.classes(), class.name()));
            self.add(definition, lines, unit.kind(), error);
        }
    }

    fn add(
        &mut self,
        definition: Definition<'a>,
        unit_lines: &Range<u32>,
        unit_kind: UnitKind,
        error: Option<ErrorInText<'a>>,
    ) {
        let last_line = self.text.len_lines() as u32;
        let line = definition.line();
        let lines = match &definition {
            Definition::Function(function) => function.start_line().saturating_sub(1).min(line)..function.end_line(),
            Definition::Class(_) if unit_kind == UnitKind::ClassHeader => line..unit_lines.end,
            // Only the methods say how far a class reaches that is part of another statement.
            Definition::Class(_) => line..line + 1,
        };
        let lines = lines.start..lines.end.min(last_line).max(line + 1);
        for class in &mut self.open {
            class.lines.end = class.lines.end.max(lines.end);
        }
        let entry = Entry {
            definition,
            lines,
            error,
            children: Vec::new(),
        };
        match definition {
            Definition::Class(_) if self.open.len() < MAX_DEPTH => self.open.push(entry),
            _ => self.complete(entry),
        }
    }

    /// Takes what is known of open classes for complete, from the innermost, until there is one that `stays`.
    fn close_until(&mut self, stays: impl Fn(&Definition<'a>) -> bool) {
        while let Some(mut class) = self.open.pop_if(|class| !stays(&class.definition)) {
            // A unit reaches up to where the next starts.
            while class.lines.end - 1 > class.definition.line() && is_blank(self.text, class.lines.end - 1) {
                class.lines.end -= 1;
            }
            self.complete(class);
        }
    }

    fn complete(&mut self, entry: Entry<'a>) {
        let siblings = self
            .open
            .last_mut()
            .map_or(&mut self.shown, |class| &mut class.children);
        siblings.push(entry);
    }
}

/// Whether what has the classes `around` it is in the class `name` that has the classes `outer` around it.
pub(crate) fn is_inside(around: &[Box<str>], outer: &[Box<str>], name: &str) -> bool {
    around.len() > outer.len() && around.starts_with(outer) && *around[outer.len()] == *name
}

fn has_keyword(text: &Rope, line: u32) -> bool {
    let line = text.byte_slice(bytes_of_line(text, line));
    let mut letters = line.chars().skip_while(|letter| letter.is_whitespace());
    let mut word = String::new();
    word.extend(
        letters
            .by_ref()
            .take_while(char::is_ascii_lowercase)
            .take("async".len()),
    );
    matches!(&*word, "async" | "def" | "class")
}

fn is_blank(text: &Rope, line: u32) -> bool {
    let line = text.byte_slice(bytes_of_line(text, line));
    line.chars().all(char::is_whitespace)
}

/// Where an entry is, from its indentation to the end of its last line.
pub(crate) fn range_of_entry(text: &Rope, entry: &Entry<'_>, encoding: PositionEncoding) -> lsp_types::Range {
    let position = |line: u32, before: &str| lsp_types::Position {
        line,
        character: encoding.length(before) as u32,
    };
    let first = text.line_text(entry.lines.start);
    let first = first.trim_end_matches(['\n', '\r']);
    let indentation = first.len() - first.trim_start().len();
    let last_line = entry.lines.end - 1;
    let last = text.line_text(last_line);
    lsp_types::Range {
        start: position(entry.lines.start, &first[..indentation]),
        end: position(last_line, last.trim_end_matches(['\n', '\r'])),
    }
}

/// The name of a function or class with those of the classes around it, such as `Outer.Inner.method`.
pub(crate) fn qualified_name(definition: &Definition<'_>) -> String {
    let mut name = String::new();
    for class in definition.classes() {
        name.push_str(class);
        name.push('.');
    }
    name + definition.name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::documents::snapshot::Snapshot;
    use crate::lsp::features::testing::{edited_snapshot, snapshot};

    /// Each entry as `indentation name first-last`, lines from 1.
    fn listed(snapshot: &Snapshot) -> Vec<String> {
        fn list(entries: &[Entry<'_>], depth: usize, lines: &mut Vec<String>) {
            for entry in entries {
                let (name, Range { start, end }) = (entry.definition.name(), &entry.lines);
                let stale = entry.error.map_or(String::new(), |error| format!(" !{}", error.line));
                lines.push(format!("{}{name} {}-{end}{stale}", ".".repeat(depth), start + 1));
                list(&entry.children, depth + 1, lines);
            }
        }
        let mut lines = Vec::new();
        list(&outline(&snapshot.document), 0, &mut lines);
        lines
    }

    #[test]
    fn classes_hold_what_is_in_them() {
        let text = "\
@decorated
def f():
    pass

# Above.
class C(
    B,
):
    x = 1

    class D:
        def g(self): pass

        y = 2

    @property
    def h(self):
        pass

    z = 3


def i(): pass
";
        let expected = ["f 1-3", "C 6-20", ".D 11-14", "..g 12-12", ".h 16-18", "i 23-23"];
        assert_eq!(listed(&snapshot(text)), expected);
    }

    #[test]
    fn classes_of_one_name_keep_apart() {
        let text = "class C:\n    def f(self): pass\nclass C:\n    class C:\n        def f(self): pass\n    def g(self): pass\n";
        let expected = ["C 1-2", ".f 2-2", "C 3-6", ".C 4-5", "..f 5-5", ".g 6-6"];
        assert_eq!(listed(&snapshot(text)), expected);
        let text = "if x:\n    class C:\n        def f(self): pass\n\n        x = 1\nelse:\n    class C:\n        \
                    def g(self): pass\n\n\nclass C: pass\n";
        let expected = ["C 2-3", ".f 3-3", "C 7-8", ".g 8-8", "C 11-11"];
        assert_eq!(listed(&snapshot(text)), expected);
    }

    #[test]
    fn lines_find_the_innermost() {
        let text = "class C:\n    x = 1\n\n    def f(self):\n        pass\n\ny = 1\n";
        let snapshot = snapshot(text);
        let outline = outline(&snapshot.document);
        let found = [0, 1, 2, 3, 4, 5, 6, 9].map(|line| {
            let entry = entry_around_line(&outline, line)?;
            Some(qualified_name(&entry.definition))
        });
        let (class, method) = (Some("C"), Some("C.f"));
        let expected = [class, class, class, method, method, None, None, None];
        assert_eq!(found.each_ref().map(Option::as_deref), expected);
        assert_eq!(entry_on_line(&outline, 3).unwrap().definition.name(), "f");
        assert!(entry_on_line(&outline, 4).is_none());
    }

    #[test]
    fn errors_make_what_is_around_them_stale() {
        let text = "class C:\n    def f(self):\n        pass\n\n    def g(self): pass\n\ndef h(): pass\n";
        let edited = edited_snapshot(text, "        pass", "        pass pass");
        assert_eq!(listed(&edited), ["C 1-5 !3", ".f 2-3 !3", ".g 5-5", "h 7-7"]);
    }

    #[test]
    fn what_is_not_there_any_more_is_not_shown() {
        let text = "def f():\n    pass\n\ndef g():\n    pass\n\ndef h():\n    pass\n\ndef i():\n    pass\n";
        let edited = edited_snapshot(
            text,
            "    pass\n\ndef g():\n    pass\n\ndef h():\n    pass\n\ndef i",
            "    ((",
        );
        let found = listed(&edited);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("f 1-"), "{found:?}");
    }

    #[test]
    fn depth_is_bounded() {
        let levels = MAX_DEPTH + 20;
        let mut text = String::new();
        for depth in 0..levels {
            text += &format!("{}class C{depth}:\n", " ".repeat(depth));
        }
        text += &format!("{}def f(self): pass\n", " ".repeat(levels));
        let snapshot = snapshot(&text);
        let outline = outline(&snapshot.document);
        assert_eq!(entries(&outline).count(), levels + 1);
        let mut depth = 0;
        let mut entries = &outline;
        while let Some(entry) = entries.first() {
            depth += 1;
            let is_bounded = depth <= MAX_DEPTH;
            assert_eq!(entry.lines.end as usize, if is_bounded { levels + 1 } else { depth });
            entries = &entry.children;
        }
        assert_eq!(depth, MAX_DEPTH + 1);
    }
}

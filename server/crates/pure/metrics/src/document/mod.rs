//! A text and its metrics, kept up to date at the cost of each edit.
//!
//! A document keeps the contribution of each of its [units](antipasta_syntax::units). After an edit, tree-sitter says which units
//! have changed. Only these are measured again, and the totals of the file are corrected by the difference. For the other units,
//! only their lines change.
//!
//! Most edits are within one unit, and the text of the unit alone tells that it is still one unit, or that it has an error. Then
//! tree-sitter is not called: its tree is updated when it is needed.
//!
//! While a user types, code has errors most of the time. Where tree-sitter's tree has no error around an edit, it gives the units
//! there. Where it has one, the units keep their places, and one of them contains the edit. This unit may parse by itself, because
//! tree-sitter only guesses the structure of code with errors. A unit that does not parse keeps its last good numbers.

pub(crate) mod definition;
mod measured_unit;

use std::borrow::Cow;
use std::ops::Range;

use ropey::Rope;
use rustc_hash::FxHashMap;

pub use self::measured_unit::MeasuredUnit;
use self::measured_unit::{Edited, Part, UnitText, hash_of_text};
use crate::{
    FileMetrics, FileTotals, FunctionCosts, Measured, Run, RunningTotals, contributions_of_units, units_of_source,
};
use antipasta_syntax::text::{Edit, Lines};
use antipasta_syntax::units::Unit;
use antipasta_syntax::work;
use antipasta_syntax::{MAX_BYTES, Source, SyntaxError, SyntaxTree, TreeParser, WindowUnits, WorkLimit, parse};

/// If more edits than this are pending, the tree is dropped and made anew when it is needed.
const MAX_BEHIND: usize = 10_000;

/// A text with its metrics. It is a value: readers may keep a clone while the original changes.
#[derive(Clone)]
pub struct Document {
    text: Rope,
    tree: Tree,
    /// The edits that are not in the tree yet.
    behind: Vec<Edit>,
    /// Whether a unit was found to have an error by its text alone. tree-sitter may divide it into other units.
    needs_reparse: bool,
    /// Whether the text is known to be valid, or not to be, as a whole; `None` if an edit may have changed that.
    is_valid: Option<bool>,
    units: Vec<MeasuredUnit>,
    /// The line, from 0, where each unit starts; and at the end how many lines there are. The last of them may be empty.
    first_lines: Vec<u32>,
    totals: RunningTotals,
    file_totals: FileTotals,
}

/// The syntax tree of a text by tree-sitter.
#[derive(Clone)]
enum Tree {
    /// There is none until the first edit needs one.
    Absent,
    /// The tree of the text, or of an earlier text, together with the edits since then.
    Present(SyntaxTree),
    /// tree-sitter would take too long, or too much memory. ruff's parser divides the whole text after each edit.
    TooSlow,
}

/// The most bytes of a text that tree-sitter parses. Its tree may take 600 times as much memory, and a document may take some
/// hundreds of megabytes. In a longer text, each edit waits for ruff's parser to parse the whole text.
const MOST_TREE_BYTES: usize = 1 << 20;

impl Document {
    /// Measures a text.
    pub fn new(text: Rope) -> Self {
        let mut document = Self::empty();
        document.text = text;
        if !document.is_measurable() {
            document.refuse(format!("too large: more than {MAX_BYTES} bytes"));
        } else if let Err(error) = document.measure_whole() {
            document.measure_by_tree();
            document.note_error(error);
        }
        document
    }

    /// A text without numbers, for the given reason.
    pub fn without_numbers(text: Rope, reason: String) -> Self {
        let mut document = Self::empty();
        document.text = text;
        document.refuse(reason);
        document
    }

    /// The text.
    pub fn text(&self) -> &Rope {
        &self.text
    }

    /// The units, each with its lines, from 0. They divide the text completely.
    pub fn units(&self) -> impl Iterator<Item = (Range<u32>, &MeasuredUnit)> {
        let lines = self.first_lines.windows(2).map(|bounds| bounds[0]..bounds[1]);
        lines.zip(&self.units)
    }

    /// The unit that holds `line`, from 0, and its lines.
    pub fn unit_at(&self, line: u32) -> Option<(Range<u32>, &MeasuredUnit)> {
        let index = self.index_of(line);
        let unit = self.units.get(index)?;
        Some((self.lines_of(index), unit))
    }

    /// The text of some lines, from 0.
    pub fn text_of_lines(&self, lines: &Range<u32>) -> String {
        text_of_lines(&self.text, lines)
    }

    /// The costs of the functions in the unit that holds `line`, from 0, and how many lines come before the unit: the lines of the
    /// costs count from there. There are no costs if the unit does not parse.
    ///
    /// They are computed at the first call for the unit, in time proportional to the unit's length.
    pub fn costs_at(&self, line: u32) -> (u32, &[FunctionCosts]) {
        let index = self.index_of(line);
        let lines = self.lines_of(index);
        let costs = self.units[index].costs(|| self.text_of_lines(&lines));
        (lines.start, costs)
    }

    /// The costs of the function whose `def` is on `line`, from 0, and how many lines come before the line that its lines count
    /// from; `None` if there is no such function, or its unit does not parse. Takes the time of [`Self::costs_at`].
    pub fn costs_of_function(&self, line: u32) -> Option<(u32, &FunctionCosts)> {
        let (lines_before, functions) = self.costs_at(line);
        let function = functions
            .iter()
            .find(|function| lines_before + function.def_line == line + 1)?;
        Some((lines_before, function))
    }

    /// Whether a unit has a syntax error, so that its numbers are the last good ones.
    pub fn is_stale(&self) -> bool {
        self.units.iter().any(|unit| unit.error().is_some())
    }

    /// The metrics in one piece. Takes time proportional to the length of the text.
    pub fn file_metrics(&self) -> FileMetrics {
        let mut whole = FileMetrics {
            totals: self.file_totals,
            ..FileMetrics::default()
        };
        self.runs().for_each(|run| whole.append(&run));
        whole
    }

    /// Makes the syntax tree if there is none, so that the next edit does not wait for it. Stops when `is_unwanted` returns true.
    pub fn prepare(&mut self, is_unwanted: &dyn Fn() -> bool) {
        if !matches!(self.tree, Tree::Absent) || !self.is_measurable() {
            return;
        }
        self.behind.clear();
        if self.text.len_bytes() > MOST_TREE_BYTES {
            self.tree = Tree::TooSlow;
            return;
        }
        let limit = WorkLimit::of_text(self.text.len_bytes(), is_unwanted);
        match TreeParser::default().parse(&self.text, &limit) {
            Some(tree) => self.tree = Tree::Present(tree),
            None if is_unwanted() => {}
            None => self.tree = Tree::TooSlow,
        }
    }

    /// Whether there is nothing to [prepare](Self::prepare).
    pub fn is_prepared(&self) -> bool {
        !matches!(self.tree, Tree::Absent)
    }

    /// Drops the syntax tree. The next edit that needs it takes longer.
    pub fn rest(&mut self) {
        self.tree = Tree::Absent;
        self.behind = Vec::new();
    }

    /// Applies edits, in the order in which they were made. `text` is the text after the last edit.
    pub fn update(&mut self, text: Rope, edits: &[Edit]) {
        if self.update_one_unit(&text, edits) {
            return;
        }
        self.prepare(&|| false);
        self.behind.extend(edits);
        let mut touched = vec![false; self.units.len()];
        for edit in edits {
            self.move_units(edit, &mut touched);
        }
        self.text = text;
        self.is_valid = None;
        if !self.is_measurable() || self.first_lines.last() != Some(&(self.text.len_lines() as u32)) {
            // The edits do not lead to this text, or the text has become too long.
            *self = Self::new(std::mem::take(&mut self.text));
            return;
        }
        self.follow_with_tree(touched);
    }

    /// Whether there are units whose first and last lines are not certain, because tree-sitter found errors around them.
    pub fn is_unsettled(&self) -> bool {
        self.units.iter().any(|unit| !unit.boundaries_are_certain())
    }

    /// Whether an edit may have made the whole text valid or invalid, so that [`settle`](Self::settle) has work to do.
    pub fn needs_settling(&self) -> bool {
        self.is_valid.is_none() && self.is_measurable()
    }

    /// Parses the whole text, if an edit may have made it valid or invalid. If ruff's parser finds no error, ruff's tree gives the
    /// units. Else tree-sitter's tree gives them, and one of them has an error. Takes time proportional to the length of the text:
    /// call it while the user does not type. Returns whether a value may have changed.
    pub fn settle(&mut self) -> bool {
        if !self.needs_settling() {
            return false;
        }
        let text = String::from(&self.text);
        match parse(&text) {
            Ok(source) => {
                self.is_valid = Some(true);
                let is_right = !self.is_unsettled() && self.is_divided_as(&source);
                if !is_right {
                    self.measure_source(&source);
                }
                !is_right
            }
            Err(error) => {
                if self.needs_reparse {
                    self.follow_with_tree(vec![false; self.units.len()]);
                }
                self.note_error(error);
                true
            }
        }
    }

    // --- from the whole text ---

    fn empty() -> Self {
        Self {
            text: Rope::new(),
            tree: Tree::Absent,
            behind: Vec::new(),
            needs_reparse: false,
            is_valid: None,
            units: Vec::new(),
            first_lines: vec![0],
            totals: RunningTotals::default(),
            file_totals: FileTotals::default(),
        }
    }

    fn is_measurable(&self) -> bool {
        self.text.len_bytes() <= MAX_BYTES
    }

    /// Has no numbers, for the given reason.
    fn refuse(&mut self, message: String) {
        let error = SyntaxError {
            message,
            line: 1,
            column: 1,
        };
        self.tree = Tree::Absent;
        self.is_valid = Some(false);
        self.set_units(vec![0], vec![MeasuredUnit::without_numbers(error)]);
    }

    /// Measures the whole text, if it is valid. If not, nothing changes.
    fn measure_whole(&mut self) -> Result<(), SyntaxError> {
        let text = String::from(&self.text);
        self.measure_source(&parse(&text)?);
        Ok(())
    }

    /// Whether the units are those of `source`, the parsed text.
    fn is_divided_as(&self, source: &Source<'_>) -> bool {
        let units = units_of_source(source);
        units.len().max(1) == self.units.len()
            && units
                .iter()
                .zip(self.units())
                .all(|(unit, (lines, known))| unit.lines.start == lines.start && known.is_like(unit))
    }

    /// Measures `source`, the parsed text.
    fn measure_source(&mut self, source: &Source<'_>) {
        let mut first_lines = Vec::new();
        let mut units = Vec::new();
        for (unit, contribution) in contributions_of_units(source) {
            first_lines.push(unit.lines.start);
            let text_hash = hash_of_text(source.text_of_lines(&unit.lines));
            units.push(MeasuredUnit::good(unit, text_hash, contribution));
        }
        if units.is_empty() {
            first_lines.push(0);
            units.push(MeasuredUnit::empty());
        }
        self.set_units(first_lines, units);
        self.needs_reparse = false;
        self.is_valid = Some(true);
    }

    /// Stores the error of the whole text. If no unit has an error by itself, it is stored at the unit that it is in: then the units
    /// do not fit together, as by their indentation.
    fn note_error(&mut self, error: SyntaxError) {
        self.is_valid = Some(false);
        if !self.is_stale() {
            let index = self.index_of(error.line.saturating_sub(1));
            let line = error.line.saturating_sub(self.first_lines[index]).max(1);
            self.units[index].set_error(SyntaxError { line, ..error });
        }
    }

    /// Measures each unit of a text that has an error.
    fn measure_by_tree(&mut self) {
        self.prepare(&|| false);
        let rows = self.text.len_lines() as u32;
        let found = match &self.tree {
            Tree::Present(tree) => tree.units_in(&self.text, &(0..rows)),
            _ => WindowUnits::all_in_one(rows),
        };
        let mut first_lines = Vec::new();
        let mut units = Vec::new();
        for unit in found.units {
            first_lines.push(unit.lines.start);
            let text = UnitText::new(self.text_of_lines(&unit.lines));
            units.push(MeasuredUnit::measure(unit, &text, Vec::new(), found.have_no_errors));
        }
        self.set_units(first_lines, units);
    }

    fn set_units(&mut self, mut first_lines: Vec<u32>, units: Vec<MeasuredUnit>) {
        first_lines.push(self.text.len_lines() as u32);
        self.first_lines = first_lines;
        self.units = units;
        self.totals = RunningTotals::default();
        for contribution in self.units.iter().flat_map(MeasuredUnit::contributions) {
            self.totals.add(contribution);
        }
        self.sum_up();
    }

    fn sum_up(&mut self) {
        let text = &self.text;
        self.file_totals = self.totals.file_totals(|| Cow::from(text.slice(..)));
    }

    // --- after edits ---

    /// The index of the unit that holds `line`; that of the last if there is no such line.
    fn index_of(&self, line: u32) -> usize {
        let after = self.first_lines.partition_point(|&first| first <= line);
        after.clamp(1, self.units.len().max(1)) - 1
    }

    fn lines_of(&self, index: usize) -> Range<u32> {
        self.first_lines[index]..self.first_lines[index + 1]
    }

    /// Updates the syntax tree by the pending edits, and measures the units that have changed.
    fn follow_with_tree(&mut self, mut touched: Vec<bool>) {
        self.prepare(&|| false);
        if std::mem::take(&mut self.needs_reparse) {
            let unsettled = self.units.iter().map(|unit| !unit.boundaries_are_certain());
            touched
                .iter_mut()
                .zip(unsettled)
                .for_each(|(is_touched, is_unsettled)| *is_touched |= is_unsettled);
        }
        let behind = std::mem::take(&mut self.behind);
        let Tree::Present(old_tree) = std::mem::replace(&mut self.tree, Tree::TooSlow) else {
            return self.follow_without_tree(&touched);
        };
        if self.text.len_bytes() > MOST_TREE_BYTES {
            return self.follow_without_tree(&touched);
        }
        let limit = WorkLimit::of_text(self.text.len_bytes(), &|| false);
        let Some(tree) = TreeParser::default().reparse(&old_tree, &behind, &self.text, &limit) else {
            return self.follow_without_tree(&touched);
        };
        self.update_touched(&tree, &touched);
        self.tree = Tree::Present(tree);
        self.sum_up();
    }

    /// Measures the whole text or, if it has an error, the units that the edits touched, in their present places.
    fn follow_without_tree(&mut self, touched: &[bool]) {
        if self.measure_whole().is_ok() {
            return;
        }
        for index in (0..touched.len()).filter(|&index| touched[index]) {
            self.measure_again(index);
        }
        self.sum_up();
    }

    /// Applies edits that are all within one unit, if its text alone tells its new state, and the places of the other units are
    /// certain. Returns whether it did; if not, nothing has changed.
    ///
    /// Takes time proportional to the length of the unit, and a little for each other unit.
    fn update_one_unit(&mut self, text: &Rope, edits: &[Edit]) -> bool {
        let Some(first_edit) = edits.first() else {
            return false;
        };
        let index = self.index_of(first_edit.start.line);
        let mut lines = self.lines_of(index);
        let count = lines.end;
        for edit in edits {
            if edit.start.line < lines.start || edit.old_end.line >= lines.end {
                return false;
            }
            lines.end = (lines.end + edit.new_end.line).saturating_sub(edit.old_end.line);
        }
        let moved = |line: u32| (line + lines.end).saturating_sub(count);
        let lines_before = lines.start.checked_sub(1);
        let is_continuation = lines_before.is_some_and(|line| text.line_text(line).trim_end().ends_with('\\'));
        let is_certain = |(other, unit): (usize, &MeasuredUnit)| {
            other == index || (unit.boundaries_are_certain() && unit.error().is_none())
        };
        if self.first_lines.last().map(|&line| moved(line)) != Some(text.len_lines() as u32)
            || text.len_bytes() > MAX_BYTES
            || is_continuation
            || !self.units.iter().enumerate().all(is_certain)
        {
            return false;
        }
        let new_text = UnitText::new(text_of_lines(text, &lines));
        let edited = match self.units[index].edited(&new_text) {
            Edited::Good(unit) => {
                let old_text = self.text_of_lines(&self.lines_of(index));
                self.is_valid = self
                    .is_valid
                    .filter(|&is_valid| is_valid && new_text.is_indented_as(&old_text));
                unit
            }
            Edited::Broken(mut unit) => {
                edits.iter().for_each(|edit| unit.follow(edit, lines.start));
                self.needs_reparse = true;
                self.is_valid = None;
                unit
            }
            Edited::Unclear => return false,
        };
        self.put_unit(index, edited);
        for line in &mut self.first_lines[index + 1..] {
            *line = moved(*line);
        }
        self.text = text.clone();
        self.needs_reparse &= self.is_unsettled();
        match self.tree {
            Tree::Present(_) if self.behind.len() + edits.len() <= MAX_BEHIND => self.behind.extend(edits),
            Tree::TooSlow => {}
            _ => self.rest(),
        }
        self.sum_up();
        true
    }

    /// Moves the units behind an edit. Units that the edit overlaps become one unit.
    fn move_units(&mut self, edit: &Edit, touched: &mut Vec<bool>) {
        let (start, old_end, new_end) = (edit.start.line, edit.old_end.line, edit.new_end.line);
        let (first, last) = (self.index_of(start), self.index_of(old_end));
        work::note(self.units.len());
        if first < last {
            let joined = self.units.splice(first + 1..=last, []).collect::<Vec<_>>();
            let first_line = self.first_lines[first];
            let lines = self.first_lines.splice(first + 1..=last, []);
            let offsets = lines.map(|line| line - first_line).collect::<Vec<_>>();
            self.units[first].append(offsets.into_iter().zip(joined));
            touched.drain(first + 1..=last);
        }
        self.units[first].follow(edit, self.first_lines[first]);
        for line in &mut self.first_lines[first + 1..] {
            *line = (*line + new_end).saturating_sub(old_end);
        }
        // Comments above a statement belong to it, and a backslash continues a line.
        self.touch(start.saturating_sub(1), new_end + 1, touched);
    }

    /// Marks the units that hold the lines from `first` to `last` as touched.
    fn touch(&self, first: u32, last: u32, touched: &mut [bool]) {
        touched[self.index_of(first)..=self.index_of(last)].fill(true);
    }

    /// Finds and measures the units that edits have touched.
    fn update_touched(&mut self, tree: &SyntaxTree, touched: &[bool]) {
        // From the last to the first, so that those before keep their places.
        let mut end = touched.len();
        while let Some(last) = touched[..end].iter().rposition(|&is_touched| is_touched) {
            let untouched = touched[..last].iter().rposition(|&is_touched| !is_touched);
            let start = untouched.map_or(0, |before| before + 1);
            match self.units_of(tree, start..last + 1) {
                Some((window, units)) => {
                    end = window.start.min(start);
                    self.replace_units(window, units);
                }
                None => {
                    end = start;
                    (start..=last).for_each(|index| self.measure_again(index));
                }
            }
        }
    }

    /// The units of the tree in a window of the present units, if the tree has no error there; and the window. The window is wide
    /// enough that units start and end at its ends both in the tree and in the document.
    fn units_of(&self, tree: &SyntaxTree, mut window: Range<usize>) -> Option<(Range<usize>, Vec<Unit<()>>)> {
        let count = self.units.len();
        let mut step = 1;
        if tree.is_error() {
            return None;
        }
        loop {
            let lines = self.first_lines[window.start]..self.first_lines[window.end];
            let found = tree.units_in(&self.text, &lines);
            if !found.have_no_errors {
                return None;
            }
            let first = found.units.first();
            let starts_here = first.is_some_and(|unit| unit.lines.start == lines.start);
            let ends_here = match (found.next, self.units.get(window.end)) {
                (Some(next), Some(unit)) => next.lines.start == lines.end && unit.is_like(&next),
                (next, unit) => next.is_none() && unit.is_none(),
            };
            if starts_here && ends_here {
                return Some((window, found.units));
            }
            let wider = Range {
                start: window.start.saturating_sub(if starts_here { 0 } else { step }),
                end: (window.end + if ends_here { 0 } else { step }).min(count),
            };
            if wider == window {
                return None;
            }
            window = wider;
            step *= 2;
        }
    }

    /// Replaces the units of a window, and measures the new ones, unless a unit with the same text was measured before.
    fn replace_units(&mut self, window: Range<usize>, found: Vec<Unit<()>>) {
        work::note(self.units.len());
        let old_first_lines = self.first_lines[window.clone()].to_vec();
        let first_lines: Vec<u32> = found.iter().map(|unit| unit.lines.start).collect();
        let old: Vec<MeasuredUnit> = self.units.drain(window.clone()).collect();
        let mut known = FxHashMap::default();
        for (index, unit) in old.iter().enumerate() {
            unit.contributions().for_each(|part| self.totals.subtract(part));
            if unit.error().is_none() {
                known.insert(unit.text_hash(), index);
            }
        }
        let mut is_reused = vec![false; old.len()];
        let mut new: Vec<(Unit<()>, UnitText, Option<usize>)> = Vec::with_capacity(found.len());
        for unit in found {
            let text = UnitText::new(self.text_of_lines(&unit.lines));
            let same = known
                .get(&text.hash())
                .copied()
                .filter(|&index| old[index].is_like(&unit));
            if let Some(index) = same {
                is_reused[index] = true;
            }
            new.push((unit, text, same));
        }
        // The old units. A new unit in their place that does not parse takes over their numbers.
        let left_over = old.iter().zip(old_first_lines).zip(&is_reused);
        let left_over: Vec<Part> = left_over
            .filter(|(_, is_reused)| !**is_reused)
            .flat_map(|((unit, first_line), _)| unit.parts_from(first_line))
            .collect();
        let units = new.into_iter().map(|(unit, text, same)| match same {
            Some(index) => old[index].settled(),
            None => {
                let first = left_over.partition_point(|part| part.line < unit.lines.start);
                let within = left_over[first..].iter().take_while(|part| part.line < unit.lines.end);
                let within = within.inspect(|_| work::note(1));
                let last_good = within.map(|part| part.moved_up(unit.lines.start)).collect();
                MeasuredUnit::measure(unit, &text, last_good, true)
            }
        });
        let units: Vec<MeasuredUnit> = units.collect();
        units
            .iter()
            .flat_map(MeasuredUnit::contributions)
            .for_each(|part| self.totals.add(part));
        self.first_lines.splice(window.clone(), first_lines);
        self.units.splice(window.start..window.start, units);
    }

    /// Measures a unit again in its present place.
    fn measure_again(&mut self, index: usize) {
        let text = UnitText::new(self.text_of_lines(&self.lines_of(index)));
        let mut unit = self.units[index].clone();
        unit.measure_again(&text);
        self.put_unit(index, unit);
    }

    /// Replaces a unit.
    fn put_unit(&mut self, index: usize, unit: MeasuredUnit) {
        let old = std::mem::replace(&mut self.units[index], unit);
        old.contributions().for_each(|part| self.totals.subtract(part));
        self.units[index].contributions().for_each(|part| self.totals.add(part));
    }
}

fn text_of_lines(text: &Rope, lines: &Range<u32>) -> String {
    let start = text.line_start(lines.start) as usize;
    let end = text.line_start(lines.end) as usize;
    work::note(end.saturating_sub(start));
    String::from(text.byte_slice(start..end.max(start)))
}

impl Measured for Document {
    fn totals(&self) -> FileTotals {
        self.file_totals
    }

    fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        let units = self.units.iter().zip(&self.first_lines);
        units.flat_map(|(unit, &first_line)| unit.runs(first_line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use antipasta_syntax::text::{Position, PositionEncoding, replace};

    /// Replaces the first occurrence of `old` in a document's text.
    fn edit(document: &mut Document, old: &str, new: &str) {
        let mut text = document.text().clone();
        let start = String::from(&text).find(old).expect("the text has what is replaced");
        let position = |byte| Position::of_byte(&text, byte, PositionEncoding::Utf8);
        let range = position(start)..position(start + old.len());
        let edit = replace(&mut text, Some(range), new, PositionEncoding::Utf8);
        document.update(text, &[edit]);
    }

    #[test]
    fn a_class_s_new_name_reaches_its_methods_at_once() {
        for decorator in ["", "@decorated\n"] {
            let text = format!(
                "x = 1\n\n\n{decorator}class C:\n    def f(self): pass\n\n    def g(self): pass\n\n\ndef h(): pass\n"
            );
            let mut document = Document::new(Rope::from_str(&text));
            edit(&mut document, "class C", "class D(B)");
            assert!(!document.is_unsettled(), "{decorator:?}");
            let expected = measure(&String::from(document.text())).unwrap();
            assert_eq!(document.file_metrics(), expected);
            assert_eq!(&*expected.functions[1].classes[0], "D");
        }
    }

    #[test]
    fn a_long_text_has_no_tree_and_the_same_numbers() {
        let few = "def f():\n    if x: pass\n\n\ndef g(): pass\n";
        let many = format!("{few}{}", "y = 1\n".repeat(MOST_TREE_BYTES / 6));
        for (text, has_tree) in [(few, true), (&*many, false)] {
            let mut document = Document::new(Rope::from_str(text));
            document.prepare(&|| false);
            edit(
                &mut document,
                "def g(): pass",
                "def g():\n    if y: pass\n\n\ndef h(): pass",
            );
            assert_eq!(matches!(document.tree, Tree::Present(_)), has_tree);
            document.settle();
            let expected = measure(&String::from(document.text())).unwrap();
            assert_eq!(document.file_metrics(), expected);
            // What does not parse keeps its last numbers, and has them anew when it does.
            edit(&mut document, "if x:", "if x");
            document.settle();
            assert!(document.is_stale());
            edit(&mut document, "if x", "if x:");
            document.settle();
            assert!(!document.is_stale());
            assert_eq!(document.file_metrics(), expected);
        }
        // A text that grows loses its tree.
        let mut document = Document::new(Rope::from_str(few));
        document.prepare(&|| false);
        edit(
            &mut document,
            "def g(): pass",
            &format!("{}def g(): pass", "y = 1\n".repeat(MOST_TREE_BYTES / 6)),
        );
        assert!(matches!(document.tree, Tree::TooSlow));
        assert_eq!(
            document.file_metrics(),
            measure(&String::from(document.text())).unwrap()
        );
    }

    #[test]
    fn a_lone_backslash_belongs_to_what_is_below_it() {
        let text = "class C:\n    def f(self): pass\n\\\ndef g():\n    if x: pass\n";
        let document = Document::new(Rope::from_str(text));
        let expected = measure(text).unwrap();
        assert_eq!(document.file_metrics(), expected);
        assert_eq!(expected.functions[1].classes.len(), 0);
        let starts: Vec<u32> = document.units().map(|(lines, _)| lines.start).collect();
        assert_eq!(starts, [0, 1, 2]);
    }

    #[test]
    fn code_that_tree_sitter_takes_for_a_comment_is_found_once_it_settles() {
        let mut document = Document::new(Rope::from_str("# A comment\nclass A:\n    x = 1\n"));
        edit(&mut document, "comment\n", "comment\ry = 1;\n");
        assert!(document.is_unsettled() && document.settle());
        assert!(!document.is_stale());
        let expected = measure(&String::from(document.text())).unwrap();
        assert_eq!(document.file_metrics(), expected);
    }

    #[test]
    fn a_broken_class_header_keeps_the_methods_numbers() {
        let mut document = Document::new(Rope::from_str("class C:\n    def f(self):\n        if x: pass\n"));
        edit(&mut document, "class C:", "class C(:");
        assert!(document.is_unsettled());
        assert_eq!(document.file_metrics().functions[0].cyclomatic, Some(2));
        edit(&mut document, "class C(:", "class C():");
        assert!(!document.is_unsettled() && !document.is_stale());
    }
}

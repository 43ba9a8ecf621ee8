//! Snapshots for tests.

mod hostile;

use std::path::Path;
use std::sync::Arc;

use ropey::Rope;
use tower_lsp::lsp_types::{self, Range, Url};

use crate::lsp::documents::snapshot::{Diagnostics, Snapshot};
use crate::lsp::protocol::client_capabilities::ClientSupport;
use crate::lsp::protocol::convert::to_range;
use crate::lsp::settings::Settings;
use antipasta_lsp_tests::fixture::marked;
use antipasta_metrics::Document;
use antipasta_rules::config::Config;
use antipasta_rules::violations::{Evaluation, evaluate};
use antipasta_syntax::text::{Position, PositionEncoding, replace};

/// Judges cyclomatic and cognitive complexity over 2, weighted methods over 5, and a Halstead volume over 5.
const CONFIGURATION: &str = "languages: [{name: python, metrics: [{type: cyclomatic_complexity, threshold: 2}, \
                             {type: cognitive_complexity, threshold: 2}, {type: halstead_volume, threshold: 5}, \
                             {type: weighted_methods_per_class, threshold: 5}]}]";

/// A snapshot of a document, judged.
pub(super) fn snapshot_of(document: Document) -> Snapshot {
    let config = Config::from_yaml(Path::new("c.yaml"), CONFIGURATION).unwrap();
    snapshot_by(document, config, PositionEncoding::Utf16)
}

/// A snapshot of a document, judged by a configuration.
pub(super) fn snapshot_by(document: Document, config: Config, encoding: PositionEncoding) -> Snapshot {
    let uri = Url::parse("file:///shop.py").unwrap();
    let evaluation = evaluate(&document, &config);
    let client = ClientSupport {
        encoding,
        ..ClientSupport::default()
    };
    Snapshot {
        diagnostics: Diagnostics::of(&uri, &document, &evaluation, None, &Settings::default(), &client),
        uri,
        version: 7,
        revision: 1,
        is_judged: true,
        evaluation,
        document,
        config: Arc::new(config),
    }
}

/// A snapshot of a text, judged.
pub(super) fn snapshot(text: &str) -> Snapshot {
    snapshot_of(Document::new(Rope::from_str(text)))
}

/// A snapshot of a text without its markers `$0`, evaluated, and the positions of the markers in UTF-16.
pub(super) fn marked_snapshot(text: &str) -> (Snapshot, Vec<lsp_types::Position>) {
    let (text, offsets) = marked(text);
    let snapshot = snapshot(&text);
    let rope = snapshot.document.text();
    let position = |offset| to_range(rope, &(offset..offset), PositionEncoding::Utf16).start;
    let positions = offsets.into_iter().map(position).collect();
    (snapshot, positions)
}

/// A snapshot of a text that the configuration leaves out.
pub(super) fn unjudged_snapshot(text: &str) -> Snapshot {
    Snapshot {
        is_judged: false,
        evaluation: Evaluation::default(),
        ..snapshot(text)
    }
}

/// A snapshot of a text in which, after it was measured, the one occurrence of `old` was replaced.
pub(super) fn edited_snapshot(text: &str, old: &str, new: &str) -> Snapshot {
    let mut document = Document::new(Rope::from_str(text));
    assert_eq!(text.matches(old).count(), 1, "{old}");
    let start = text.find(old).unwrap();
    edit(&mut document, start, start + old.len(), new);
    snapshot_of(document)
}

/// Replaces what is between two bytes, or between the characters before them.
pub(super) fn edit(document: &mut Document, start: usize, end: usize, new: &str) {
    let mut text = document.text().clone();
    let position = |byte| Position::of_byte(&text, byte, PositionEncoding::Utf8);
    let range = position(start)..position(end);
    let edit = replace(&mut text, Some(range), new, PositionEncoding::Utf8);
    document.update(text, &[edit]);
}

/// What stands in a range.
pub(super) fn text_at(snapshot: &Snapshot, range: Range, encoding: PositionEncoding) -> String {
    let text = snapshot.document.text();
    let [start, end] = [range.start, range.end].map(|position| {
        let position = crate::lsp::protocol::convert::from_position(position);
        position.byte(text, encoding)
    });
    String::from(text.byte_slice(start..end))
}

//! The configurations of open documents as something to edit.

use std::path::Path;

use tower_lsp::lsp_types::Url;

use crate::lsp::documents::snapshot::Snapshot;
use crate::lsp::features::code_actions::ConfigurationText;
use crate::lsp::session::Session;
use antipasta_workspace::discovery::{FILE_NAME, is_repository, read_text};

/// The text of a configuration: what the editor has of it if it is open there, else what is in the file; `None` if there is
/// no text.
pub(crate) fn text(session: &Session, path: &Path) -> Option<ConfigurationText> {
    let uri = Url::from_file_path(path).ok()?;
    let (version, text) = match session.document(&uri) {
        Some(open) => {
            let (text, version) = open.text();
            (Some(version), String::from(text))
        }
        None => (None, read_text(path).ok()?),
    };
    Some(ConfigurationText { uri, version, text })
}

/// The folder for a new configuration that would hold for a document which has none; `None` if there is no such folder.
pub(crate) fn new_root(session: &Session, snapshot: &Snapshot) -> Option<Url> {
    let path = snapshot.uri.to_file_path().ok()?;
    let workspace = session.workspace();
    let root = &workspace.folder_of(&path)?.path;
    // What holds for a document is looked for up to the root of its repository only.
    let below_root = path.ancestors().skip(1).take_while(|directory| directory != root);
    let is_outside = below_root.into_iter().any(is_repository);
    (!is_outside && !root.join(FILE_NAME).exists())
        .then(|| Url::from_directory_path(root).ok())
        .flatten()
}

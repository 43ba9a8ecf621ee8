//! What the client said that it can do.

use tower_lsp::lsp_types::{ClientCapabilities, InitializeParams, MarkupKind, PositionEncodingKind};

use crate::lsp::features::edits::EditSupport;
use antipasta_syntax::text::PositionEncoding;

/// What the server makes use of if the client can.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ClientSupport {
    /// What positions are counted in.
    pub encoding: PositionEncoding,
    /// It asks for diagnostics when it wants them.
    pub pulls_diagnostics: bool,
    /// It can be told to ask for diagnostics again.
    pub refreshes_diagnostics: bool,
    /// It can be told to ask for code lenses again.
    pub refreshes_code_lenses: bool,
    /// It can be told to ask for inlay hints again.
    pub refreshes_inlay_hints: bool,
    /// Diagnostics may have related information.
    pub related_information: bool,
    /// It can be asked to watch files.
    pub watches_files: bool,
    /// It can be asked for settings.
    pub has_configuration: bool,
    /// It can be asked to say when settings change.
    pub announces_configuration: bool,
    /// It shows a message with buttons beside what one works on. Where an action of a message keeps its properties, it is such
    /// a button; other clients ask a question, and wait until it is answered.
    pub shows_buttons: bool,
    /// It can be asked to open a document.
    pub shows_documents: bool,
    /// It shows progress.
    pub shows_progress: bool,
    /// Symbols may be nested.
    pub nested_symbols: bool,
    /// What it can do with edits.
    pub edits: EditSupport,
    /// Hovers are best Markdown, and not plain text.
    pub prefers_markdown: bool,
}

impl ClientSupport {
    /// The kind of text that hovers have.
    pub(crate) fn markup_kind(&self) -> MarkupKind {
        match self.prefers_markdown {
            true => MarkupKind::Markdown,
            false => MarkupKind::PlainText,
        }
    }

    /// What `initialize` says.
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let ClientCapabilities {
            workspace,
            text_document,
            window,
            general,
            ..
        } = params.capabilities.clone();
        let (workspace, text_document) = (workspace.unwrap_or_default(), text_document.unwrap_or_default());
        let window = window.unwrap_or_default();
        let is_neovim = params
            .client_info
            .as_ref()
            .is_some_and(|client| client.name == "Neovim");
        let actions = window.show_message.and_then(|message| message.message_action_item);
        let markups = text_document.hover.and_then(|hover| hover.content_format);
        Self {
            encoding: encoding(general.and_then(|general| general.position_encodings).as_deref()),
            pulls_diagnostics: text_document.diagnostic.is_some(),
            refreshes_diagnostics: workspace
                .diagnostic
                .is_some_and(|diagnostic| diagnostic.refresh_support == Some(true)),
            refreshes_code_lenses: workspace
                .code_lens
                .is_some_and(|lens| lens.refresh_support == Some(true)),
            refreshes_inlay_hints: workspace
                .inlay_hint
                .is_some_and(|hint| hint.refresh_support == Some(true)),
            related_information: text_document
                .publish_diagnostics
                .is_some_and(|diagnostics| diagnostics.related_information == Some(true)),
            watches_files: workspace
                .did_change_watched_files
                .is_some_and(|watching| watching.dynamic_registration == Some(true)),
            has_configuration: workspace.configuration == Some(true),
            announces_configuration: workspace
                .did_change_configuration
                .is_some_and(|configuration| configuration.dynamic_registration == Some(true)),
            // Neovim asks for a choice with a dialog, which would wait for an answer while a file is opened.
            shows_buttons: !is_neovim
                && actions.is_some_and(|actions| actions.additional_properties_support == Some(true)),
            shows_documents: window.show_document.is_some_and(|document| document.support),
            shows_progress: window.work_done_progress == Some(true),
            nested_symbols: text_document
                .document_symbol
                .is_some_and(|symbols| symbols.hierarchical_document_symbol_support == Some(true)),
            edits: EditSupport::of(&params.capabilities),
            prefers_markdown: matches!(markups.as_deref(), Some([MarkupKind::Markdown, ..])),
        }
    }
}

/// UTF-8, in which ropes count, if the client knows it; else what it prefers; UTF-16, which every client knows.
fn encoding(offered: Option<&[PositionEncodingKind]>) -> PositionEncoding {
    let offered = offered.unwrap_or_default();
    let known = |kind: &PositionEncodingKind| match kind.as_str() {
        "utf-8" => Some(PositionEncoding::Utf8),
        "utf-16" => Some(PositionEncoding::Utf16),
        "utf-32" => Some(PositionEncoding::Utf32),
        _ => None,
    };
    if offered.contains(&PositionEncodingKind::UTF8) {
        return PositionEncoding::Utf8;
    }
    offered.iter().find_map(known).unwrap_or_default()
}

/// The protocol's name of an encoding.
pub(crate) fn encoding_kind(encoding: PositionEncoding) -> PositionEncodingKind {
    match encoding {
        PositionEncoding::Utf8 => PositionEncodingKind::UTF8,
        PositionEncoding::Utf16 => PositionEncodingKind::UTF16,
        PositionEncoding::Utf32 => PositionEncodingKind::UTF32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_is_taken_if_it_is_offered() {
        let kinds = |names: &[&'static str]| {
            names
                .iter()
                .map(|name| PositionEncodingKind::new(name))
                .collect::<Vec<_>>()
        };
        assert_eq!(encoding(None), PositionEncoding::Utf16);
        assert_eq!(encoding(Some(&kinds(&["utf-16", "utf-8"]))), PositionEncoding::Utf8);
        assert_eq!(
            encoding(Some(&kinds(&["utf-7", "utf-32", "utf-16"]))),
            PositionEncoding::Utf32
        );
        assert_eq!(encoding(Some(&kinds(&["utf-7"]))), PositionEncoding::Utf16);
    }
}

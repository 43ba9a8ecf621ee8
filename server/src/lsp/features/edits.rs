//! Edits that a client is asked to make.

use std::collections::HashMap;

use tower_lsp::lsp_types::{
    ClientCapabilities, CreateFile, DocumentChangeOperation, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, ResourceOp, ResourceOperationKind, TextDocumentEdit, TextEdit, Url,
    WorkspaceEdit,
};

/// What a client can do with an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct EditSupport {
    /// It knows `documentChanges`, which name the version of the text that they are made for.
    pub document_changes: bool,
    /// It can create files.
    pub create_files: bool,
}

impl EditSupport {
    /// What the capabilities of a client say (LSP 3.17, `WorkspaceEditClientCapabilities`).
    pub(crate) fn of(capabilities: &ClientCapabilities) -> Self {
        let workspace = capabilities.workspace.as_ref();
        let Some(edit) = workspace.and_then(|workspace| workspace.workspace_edit.as_ref()) else {
            return Self::default();
        };
        let operations = edit.resource_operations.as_deref().unwrap_or_default();
        let document_changes = edit.document_changes == Some(true);
        Self {
            document_changes,
            create_files: document_changes && operations.contains(&ResourceOperationKind::Create),
        }
    }

    /// One edit of one text. `version` is that of an open document, and `None` for a file that is not open.
    pub(crate) fn edit_of_text(self, uri: &Url, version: Option<i32>, edit: TextEdit) -> WorkspaceEdit {
        if self.document_changes {
            return WorkspaceEdit {
                document_changes: Some(DocumentChanges::Edits(vec![versioned(uri, version, edit)])),
                ..WorkspaceEdit::default()
            };
        }
        WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), vec![edit])])),
            ..WorkspaceEdit::default()
        }
    }

    /// A new file with this text; it is an error for the client if there is one. `None` if the client cannot create files.
    pub(crate) fn new_file(self, uri: &Url, text: String) -> Option<WorkspaceEdit> {
        let create = CreateFile {
            uri: uri.clone(),
            options: None,
            annotation_id: None,
        };
        let fill = TextEdit::new(Range::default(), text);
        let operations = vec![
            DocumentChangeOperation::Op(ResourceOp::Create(create)),
            DocumentChangeOperation::Edit(versioned(uri, None, fill)),
        ];
        self.create_files.then(|| WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations)),
            ..WorkspaceEdit::default()
        })
    }
}

fn versioned(uri: &Url, version: Option<i32>, edit: TextEdit) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri: uri.clone(),
            version,
        },
        edits: vec![OneOf::Left(edit)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn support(workspace_edit: &str) -> EditSupport {
        let capabilities = format!("{{\"workspace\": {{\"workspaceEdit\": {workspace_edit}}}}}");
        EditSupport::of(&serde_json::from_str(&capabilities).unwrap())
    }

    #[test]
    fn what_a_client_does_not_claim_it_cannot_do() {
        let all = support(r#"{"documentChanges": true, "resourceOperations": ["rename", "create"]}"#);
        assert!(all.document_changes && all.create_files);
        let rename = support(r#"{"documentChanges": true, "resourceOperations": ["rename"]}"#);
        assert!(rename.document_changes && !rename.create_files);
        assert_eq!(support(r#"{"resourceOperations": ["create"]}"#), EditSupport::default());
        assert_eq!(EditSupport::of(&ClientCapabilities::default()), EditSupport::default());
        let uri = Url::parse("file:///a").unwrap();
        assert_eq!(rename.new_file(&uri, String::new()), None);
    }

    #[test]
    fn edits_are_written_as_the_protocol_has_them() {
        let uri = Url::parse("file:///a").unwrap();
        let edit = TextEdit::new(Range::default(), "x".to_owned());
        let written = |support: EditSupport| {
            let edit = support.edit_of_text(&uri, Some(3), edit.clone());
            serde_json::to_value(edit).unwrap()
        };
        let plain = written(EditSupport::default());
        assert_eq!(plain["changes"]["file:///a"][0]["newText"], "x");
        assert!(plain.get("documentChanges").is_none());
        let all = EditSupport {
            document_changes: true,
            create_files: true,
        };
        let versioned = written(all);
        assert_eq!(versioned["documentChanges"][0]["textDocument"]["version"], 3);
        assert!(versioned.get("changes").is_none());
        let new = serde_json::to_value(all.new_file(&uri, "y".to_owned())).unwrap();
        assert_eq!(new["documentChanges"][0]["kind"], "create");
        assert_eq!(new["documentChanges"][1]["edits"][0]["newText"], "y");
        assert!(new["documentChanges"][1]["textDocument"]["version"].is_null());
    }
}

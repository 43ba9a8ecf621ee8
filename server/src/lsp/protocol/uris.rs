//! The URIs of documents as the client spells them.
//!
//! One URI has several spellings: `file:///é.py` is `file:///%C3%A9.py`. The server compares normalized URIs; clients may
//! compare strings. So every message to the client names a document as the client named it when it opened it.

use std::collections::HashMap;
use std::sync::RwLock;

use serde_json::Value;

use antipasta_pool::locks;

/// The spellings of the client that are not the normalized ones: usually none.
#[derive(Default)]
pub(crate) struct Spellings(RwLock<HashMap<String, String>>);

impl Spellings {
    /// Takes note of how the client spells a URI that is normalized here.
    pub(crate) fn note(&self, normalized: &str, spelling: &str) {
        if normalized != spelling {
            locks::write(&self.0).insert(normalized.to_owned(), spelling.to_owned());
        } else if !self.are_none() {
            locks::write(&self.0).remove(normalized);
        }
    }

    /// Puts the client's spellings into a message that is JSON.
    pub(crate) fn apply(&self, content: Vec<u8>) -> Vec<u8> {
        if self.are_none() {
            return content;
        }
        let Ok(mut value) = serde_json::from_slice(&content) else {
            return content;
        };
        respell(&mut value, &locks::read(&self.0));
        serde_json::to_vec(&value).unwrap_or(content)
    }

    fn are_none(&self) -> bool {
        locks::read(&self.0).is_empty()
    }
}

/// Respells values, and keys: a `WorkspaceEdit` has URIs as keys.
fn respell(value: &mut Value, spellings: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(spelling) = spellings.get(text) {
                spelling.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| respell(item, spellings)),
        Value::Object(members) => {
            if members.keys().any(|key| spellings.contains_key(key)) {
                let spelled = |key: String| spellings.get(&key).cloned().unwrap_or(key);
                let old = std::mem::take(members).into_iter();
                *members = old.map(|(key, value)| (spelled(key), value)).collect();
            }
            members.values_mut().for_each(|member| respell(member, spellings));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn applied(spellings: &Spellings, value: &Value) -> Value {
        serde_json::from_slice(&spellings.apply(value.to_string().into_bytes())).unwrap()
    }

    #[test]
    fn a_message_names_documents_as_the_client_does() {
        let (normalized, spelling) = ("file:///%C3%A9.py", "file:///é.py");
        let spellings = Spellings::default();
        let message = |uri: &str| json!({"uri": uri, "changes": {uri: ["file:///%C3%A9.py#1", 1, [uri]]}});
        assert_eq!(applied(&spellings, &message(normalized)), message(normalized));
        spellings.note(normalized, spelling);
        assert_eq!(applied(&spellings, &message(normalized)), message(spelling));
        spellings.note(normalized, normalized);
        assert_eq!(applied(&spellings, &message(normalized)), message(normalized));
    }
}

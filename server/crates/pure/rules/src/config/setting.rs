//! A validated value: of the right type and in range. It has no position.

use std::borrow::Cow;

/// The value of one setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(Cow<'static, str>),
    /// A list.
    List(Vec<Setting>),
    /// Settings by their names, in the order of the schema.
    Block(Vec<(&'static str, Setting)>),
}

impl Setting {
    /// A text from a constant.
    pub(super) const fn word(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// The setting named `key` of a block.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Block(settings) => settings.iter().find(|(name, _)| *name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sets the setting named `key` of a block.
    pub(super) fn set(&mut self, key: &str, value: Self) {
        if let Some(setting) = self.get_mut(key) {
            *setting = value;
        }
    }

    /// The setting named `key` of a block, mutable.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Block(settings) => settings
                .iter_mut()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The settings of a list, mutable; `None` for anything else.
    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The settings of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a number, whole or not.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The setting as JSON. A number that JSON does not have (infinity, NaN) becomes a text, which the reference can read.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Boolean(value) => Value::from(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Number(value) if value.is_finite() => Value::from(*value),
            Self::Number(value) => Value::from(antipasta_syntax::text::python_float(*value)),
            Self::Text(text) => Value::from(text.as_ref()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Block(settings) => {
                let members = settings.iter();
                Value::Object(
                    members
                        .map(|(key, value)| ((*key).to_owned(), value.to_json()))
                        .collect(),
                )
            }
        }
    }
}

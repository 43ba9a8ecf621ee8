//! The JSON Schema of configurations, for editors.

use serde_json::{Map, Value, json};

use super::{CONFIG, Key, Kind, LARGEST_FOUND_SIZE, Presence, Range};

/// The JSON Schema (draft 2020-12) of `.antipasta.yaml` and of the `[tool.antipasta]` table of `pyproject.toml`.
pub fn json_schema() -> Value {
    let mut schema = block(&CONFIG);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "antipasta",
        "description": "Thresholds for code metrics, and which files they hold for.",
    });
    if let (Value::Object(schema), Value::Object(mut head)) = (&mut schema, head) {
        head.append(schema);
        *schema = head;
    }
    schema
}

fn block(keys: &[Key]) -> Value {
    let properties: Map<_, _> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required = keys.iter().filter(|key| matches!(key.presence, Presence::Required));
    let required: Vec<_> = required.map(|key| key.name).collect();
    let mut schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = value(key.kind);
    schema["description"] = json!(key.about);
    match &key.presence {
        Presence::Default(default) => schema["default"] = default.to_json(),
        Presence::Optional => {
            let present = schema.take();
            let about = present["description"].clone();
            schema = json!({"anyOf": [present, {"type": "null"}], "description": about});
        }
        Presence::Required | Presence::DefaultBlock => {}
    }
    schema
}

fn value(kind: Kind) -> Value {
    match kind {
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Integer(range) => number("integer", range),
        Kind::Number(range) => number("number", range),
        // Editors mostly validate files that are found, not named: this is the limit for those.
        Kind::Size => json!({"anyOf": [
            {"type": "integer", "minimum": 1, "maximum": LARGEST_FOUND_SIZE},
            {"type": "string", "pattern": "^ *[0-9][0-9_.]* *([kKmMgG]([iI]?[bB])?|[bB]|[bB]ytes?)? *$"},
        ]}),
        Kind::Text | Kind::Pattern => json!({"type": "string"}),
        Kind::Extension => json!({"type": "string", "pattern": "^\\."}),
        Kind::Choice(words) => json!({"type": "string", "enum": words()}),
        Kind::List(item) => json!({"type": "array", "items": value(*item)}),
        Kind::Block(keys) => block(keys()),
    }
}

fn number(name: &str, range: Range) -> Value {
    let bound = |bound: f64| match name {
        "integer" => json!(bound as i64),
        _ => json!(bound),
    };
    let mut schema = json!({"type": name, "minimum": bound(range.least)});
    if range.most.is_finite() {
        schema["maximum"] = bound(range.most);
    }
    schema
}

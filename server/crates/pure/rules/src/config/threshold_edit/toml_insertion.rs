//! Additions to the `[tool.antipasta]` table of a TOML document.

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

use super::{Gap, ThresholdEdit, newline, number};

/// The edit that writes a limit where it is missing. `None` if the place is written over several lines in brackets, or if
/// `toml_edit` would change anything else, as the order of dotted keys.
pub(super) fn insert(text: &str, gap: &Gap, limit: f64) -> Option<ThresholdEdit> {
    // `toml_edit` ends lines by `\n`, the last line too.
    let newline = newline(text);
    let written = |document: &DocumentMut| document.to_string().replace('\n', newline);
    let mut document: DocumentMut = text.parse().ok()?;
    if written(&document).trim_end_matches(newline) != text.trim_end_matches(newline) {
        return None;
    }
    let table = document.get_mut("tool")?.get_mut("antipasta")?;
    let limit: Value = number(limit).parse().ok()?;
    match gap {
        Gap::Default { key } => add_default(table, key, limit)?,
        Gap::Entry {
            language,
            metric,
            comparison,
        } => {
            let members = [
                ("type", metric.as_str().into()),
                ("threshold", limit),
                ("comparison", comparison.as_str().into()),
            ];
            add_entry(metrics_of(table, *language)?, members.into_iter().collect())?;
        }
        // In TOML nothing is merged, so that every entry has its own threshold.
        Gap::Threshold { .. } => return None,
    }
    Some(ThresholdEdit::between(text, &written(&document)))
}

fn add_default(table: &mut Item, key: &str, limit: Value) -> Option<()> {
    if let Some(defaults) = table.as_table_like_mut()?.get_mut("defaults") {
        return add_member(defaults, key, Item::Value(limit));
    }
    let mut defaults = Table::new();
    defaults.insert(key, Item::Value(limit));
    defaults.set_dotted(table.as_table().is_some_and(Table::is_dotted));
    add_member(table, "defaults", Item::Table(defaults))
}

fn add_member(table: &mut Item, key: &str, member: Item) -> Option<()> {
    match table {
        Item::Table(table) => {
            table.insert(key, member);
        }
        Item::Value(Value::InlineTable(table)) if is_on_one_line(table) => {
            table.insert(key, member.into_value().ok()?);
            table.fmt();
        }
        _ => return None,
    }
    Some(())
}

/// The list of metrics of the language at an index of `languages`.
fn metrics_of(table: &mut Item, language: usize) -> Option<&mut Item> {
    table
        .get_mut("languages")?
        .as_array_of_tables_mut()?
        .get_mut(language)?
        .get_mut("metrics")
}

fn add_entry(list: &mut Item, entry: InlineTable) -> Option<()> {
    match list {
        Item::ArrayOfTables(tables) => tables.push(entry.into_table()),
        Item::Value(Value::Array(array)) if is_on_one_line(array) => array.push(entry),
        _ => return None,
    }
    Some(())
}

/// Whether no comment and no indentation can be near, to which an addition would have to keep.
fn is_on_one_line(value: &impl ToString) -> bool {
    !value.to_string().contains('\n')
}

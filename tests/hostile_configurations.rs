//! Configurations that nobody writes, made to take as much time and memory as their size allows.

/// The largest configuration that is read, in bytes.
pub const LARGEST: usize = 1 << 20;

/// A file that somebody made to do harm.
pub struct Hostile {
    /// What is many or large in it.
    pub name: &'static str,
    /// The file's name.
    pub file: &'static str,
    /// What it holds.
    pub text: String,
}

const YAML: &str = ".antipasta.yaml";
const TOML: &str = "pyproject.toml";
const GITIGNORE: &str = ".gitignore";

/// One file of each kind, of about `bytes` bytes.
pub fn of_size(bytes: usize) -> Vec<Hostile> {
    let mut all = yaml(bytes);
    all.extend(toml(bytes));
    all.extend(gitignore(bytes));
    all
}

/// A text between two others, repeated to fill a number of bytes.
fn filled(start: &str, unit: &str, end: &str, bytes: usize) -> String {
    let count = bytes.saturating_sub(start.len() + end.len()) / unit.len();
    format!("{start}{}{end}", unit.repeat(count))
}

/// As [`filled`], but each unit has a number in the place of `#`, so that no two are the same.
fn counted(start: &str, unit: &str, end: &str, bytes: usize) -> String {
    let mut text = start.to_owned();
    for number in 0.. {
        let next = unit.replace('#', &number.to_string());
        if text.len() + next.len() + end.len() > bytes {
            break;
        }
        text += &next;
    }
    text + end
}

fn yaml(bytes: usize) -> Vec<Hostile> {
    let long = "x".repeat(bytes / 4);
    let deep = |open: &str, close: &str| format!("a: {}{}", open.repeat(60), close.repeat(60));
    let texts = [
        ("aliases of a short text", filled("a: [&x y", ", *x", "]", bytes)),
        (
            "aliases of a long text",
            filled(&format!("a: [&x {long}"), ", *x", "]", bytes),
        ),
        ("aliases of aliases", {
            let levels =
                (1..9).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10)));
            format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", levels.collect::<String>())
        }),
        ("anchors", counted("a: [", "&x# b, ", "]", bytes)),
        (
            "anchors around everything",
            filled(&format!("a: {}", "&a [".repeat(60)), "b, ", &"]".repeat(60), bytes),
        ),
        (
            "merges",
            filled(
                &counted("a: &a {", "k#: 1, ", "}\nb: {<<: [", bytes / 2),
                "*a, ",
                "]}",
                bytes,
            ),
        ),
        ("nested flow", filled("", "[", "", bytes)),
        ("nested flow mappings", filled("", "{a: ", "", bytes)),
        ("nested flow up to the limit", deep("[", "]")),
        ("nested lists", filled("", "- ", "", bytes)),
        ("nested keys", filled("", "? ", "", bytes)),
        ("dashes", filled("", "-", "", bytes)),
        ("list items", filled("", "- a\n", "", bytes)),
        ("a long key", filled("", "k", ": 1", bytes)),
        ("a long quoted key", filled("\"", "k", "\": 1", bytes)),
        ("unknown keys", counted("", "key#: 1\n", "", bytes)),
        ("one key again and again", filled("", "profile: standard\n", "", bytes)),
        ("patterns", counted("ignore_patterns:\n", "- 'pat#*.py'\n", "", bytes)),
        (
            "patterns without wildcards",
            counted("ignore_patterns:\n", "- p#\n", "", bytes),
        ),
        (
            "patterns that alternate",
            counted("ignore_patterns:\n", "- '**/a*#'\n- '!**/b*#'\n", "", bytes),
        ),
        ("a long pattern", filled("ignore_patterns: ['", "*a", "']", bytes)),
        (
            "long patterns",
            filled("ignore_patterns: [", &format!("'{}', ", "*a".repeat(2000)), "]", bytes),
        ),
        ("wrong patterns", filled("ignore_patterns: [", "1, ", "]", bytes)),
        ("wrong metrics", filled("languages: [", "{nmae: 1}, ", "]", bytes)),
        ("a long text", filled("profile: ", "x", "", bytes)),
        ("a text of many words", filled("profile: ", "x ", "", bytes)),
        ("a text of many lines", filled("profile: ", "x\n  ", "", bytes)),
        ("a literal text", filled("profile: |\n", "  x\n", "", bytes)),
        ("a folded text", filled("profile: >\n", "  x\n\n", "", bytes)),
        ("escapes", filled("profile: \"", "\\x41", "\"", bytes)),
        ("a long number", filled("profile: ", "1", "", bytes)),
        ("a sexagesimal number", filled("profile: 1", ":1", "", bytes)),
        ("documents", filled("", "---\n", "", bytes)),
        ("directives", filled("", "%YAML 1.1\n", "", bytes)),
        ("a long tag", filled("a: !", "t", " b", bytes)),
        ("tags", filled("a: [", "!!str x, ", "]", bytes)),
        ("a long text with a tag", filled("a: !!int ", "x", "", bytes)),
        ("a long anchor", filled("a: &", "x", " b", bytes)),
        ("commas", filled("[", ",", "]", bytes)),
        ("items", filled("[", "a,", "]", bytes)),
        ("colons", filled("", "a:", "", bytes)),
        ("brackets", filled("", "{}", "", bytes)),
        ("quotes", filled("", "\"", "", bytes)),
        ("comments", filled("", "#\n", "", bytes)),
        ("a long comment", filled("#", "#", "", bytes)),
        ("spaces", filled("", " ", "", bytes)),
        ("tabs", filled("", "\t", "", bytes)),
        ("lines", filled("", "\n", "", bytes)),
        ("lone returns", filled("", "a: 1\r", "", bytes)),
        ("null characters", filled("", "\0", "", bytes)),
        ("byte order marks", filled("", "\u{feff}", "", bytes)),
        ("keys that are not ASCII", counted("", "é#: 1\n", "", bytes)),
    ];
    texts.map(|(name, text)| Hostile { name, file: YAML, text }).into()
}

fn toml(bytes: usize) -> Vec<Hostile> {
    let table = "[tool.antipasta]\n";
    let texts = [
        (
            "patterns",
            counted(&format!("{table}ignore_patterns = [\n"), "\"pat#\",\n", "]", bytes),
        ),
        (
            "patterns on one line",
            counted(&format!("{table}ignore_patterns = ["), "\"é#\",", "]", bytes),
        ),
        ("tables of others", counted("", "[tool.x#]\na=1\n", "", bytes)),
        ("tables", counted("", "[tool.antipasta.x#]\na=1\n", "", bytes)),
        (
            "tables in a list",
            filled("", "[[tool.antipasta.languages]]\nname='python'\n", "", bytes),
        ),
        ("dots", filled("", ".", "", bytes)),
        ("a dotted key", filled("a", ".a", "=1", bytes)),
        ("a dotted key of ours", filled(&format!("{table}a"), ".a", "=1", bytes)),
        (
            "dotted keys",
            counted("", &format!("a{}.k#=1\n", ".a".repeat(60)), "", bytes),
        ),
        ("a dotted header", filled("[a", ".a", "]", bytes)),
        ("nested lists", filled("a=", "[", "", bytes)),
        ("nested tables", filled("a=", "{a=", "", bytes)),
        ("small tables", filled(&format!("{table}a=["), "{a=1},", "]", bytes)),
        ("a long key", filled(table, "k", "=1", bytes)),
        ("keys of others", counted("", "k#=1\n", "", bytes)),
        ("unknown keys", counted(table, "k#=1\n", "", bytes)),
        ("a long text", filled("a='''", "x\n", "'''", bytes)),
        ("a long number", filled(&format!("{table}profile="), "1", "", bytes)),
        ("large numbers", filled(&format!("{table}a=["), "1e400,", "]", bytes)),
        ("errors", filled("", "a = = 1\n", "", bytes)),
        ("one key again and again", filled("", "a=1\n", "", bytes)),
        ("equals signs", filled("", "=", "", bytes)),
        ("quotes", filled("", "\"", "", bytes)),
        ("comments", filled("", "#\n", "", bytes)),
    ];
    texts.map(|(name, text)| Hostile { name, file: TOML, text }).into()
}

fn gitignore(bytes: usize) -> Vec<Hostile> {
    let texts = [
        ("names", counted("", "name#\n", "", bytes)),
        ("extensions", counted("", "*.e#\n", "", bytes)),
        ("ends", counted("", "*abc#\n", "", bytes)),
        ("wildcards", counted("", "a?b*c#[xy]*\n", "", bytes)),
        ("stars", counted("", "*a*b*c*d*#\n", "", bytes)),
        ("levels", counted("", "a#/**/b/**/c*\n", "", bytes)),
        ("a long pattern", filled("", "*a", "", bytes)),
        (
            "long patterns",
            filled("", &format!("{}\n", "*a".repeat(2000)), "", bytes),
        ),
        (
            "open classes",
            filled("", &format!("{}\n", "[".repeat(4000)), "", bytes),
        ),
        ("comments", filled("", "#\n", "", bytes)),
        ("lines", filled("", "\n", "", bytes)),
    ];
    texts
        .map(|(name, text)| Hostile {
            name,
            file: GITIGNORE,
            text,
        })
        .into()
}

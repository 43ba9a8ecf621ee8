//! Command lines that are not valid: those of antipasta that mean the same, and hints for the others.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Cli;
use antipasta_rules::escape;

/// How similar a word must be to a command to be taken for a misspelling, from 0 to 1.
const LIKENESS: f64 = 0.75;

/// The words of a command line, with words of antipasta replaced by ours: `metrics` is `--check`.
pub(super) fn ours(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut words: Vec<_> = words.into_iter().collect();
    if words.get(1).is_some_and(|word| word == "metrics") {
        words[1] = "--check".into();
    }
    words
}

/// An error about a command line, with a hint if it looks like a command line of another program or version. Words of the command
/// line in it are escaped.
pub(super) fn explained(error: clap::Error, words: &[OsString]) -> clap::Error {
    let shown = |word: &OsString| escape::one_line(&word.to_string_lossy()).into_owned();
    let words: Vec<String> = words.iter().map(shown).collect();
    let given = words.get(1..).unwrap_or_default();
    if let Some(hint) = hint(error.kind(), given) {
        return Cli::command().error(ErrorKind::InvalidSubcommand, hint);
    }
    match <Cli as clap::Parser>::try_parse_from(&words) {
        Err(escaped) if escaped.kind() == error.kind() => escaped,
        _ => {
            let text = error.to_string();
            let text = escape::one_line(text.trim_start_matches("error: "));
            Cli::command().error(error.kind(), text)
        }
    }
}

/// A hint for the words of a command line that is not valid, without the program's name.
fn hint(kind: ErrorKind, words: &[String]) -> Option<String> {
    if kind == ErrorKind::UnknownArgument && words.iter().any(|word| word == "--verbose" || word == "-v") {
        return Some("there is no `--verbose`; `--statistics` says what a check costs".to_owned());
    }
    // Without `--check`, a word that is not an option can only be a command.
    let is_check = words.iter().any(|word| word == "--check");
    let (command, rest) = words.split_first().filter(|_| !is_check)?;
    if command.starts_with('-') {
        return None;
    }
    let check = format!("antipasta-lsp --check {}", quoted(rest));
    let check = check.trim_end();
    let known = Cli::command();
    let known = known.get_subcommands().map(|command| command.get_name().to_owned());
    let known = known.chain(["check", "help", "version"].map(str::to_owned));
    let likeness = |name: &String| strsim::jaro_winkler(name, command);
    let nearest = known.max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    Some(match command.as_str() {
        "check" | "lint" | "run" | "analyze" | "scan" => {
            format!("there is no command `{command}`; this checks files: `{check}`")
        }
        "version" => "there is no command `version`; this prints it: `antipasta-lsp --version`".to_owned(),
        "stats" | "report" | "vcs" | "test-health" => {
            format!("there is no command `{command}`: antipasta has it, and can be used beside this program")
        }
        _ if nearest == *command => return None,
        _ if is_path(command) => {
            let check = format!("antipasta-lsp --check {}", quoted(words));
            format!("to check files, write `--check` before them: `{check}`")
        }
        _ if likeness(&nearest) < LIKENESS => {
            format!("there is no command `{command}`; `antipasta-lsp --help` lists them")
        }
        _ if nearest == "check" => format!("there is no command `{command}`; this checks files: `{check}`"),
        _ if nearest == "version" => {
            format!("there is no command `{command}`; this prints the version: `antipasta-lsp --version`")
        }
        _ => format!("there is no command `{command}`; did you mean `antipasta-lsp {nearest}`?"),
    })
}

fn is_path(word: &str) -> bool {
    word.contains(['/', '\\', '.']) || OsStr::new(word) == "-" || std::path::Path::new(word).exists()
}

/// Words, quoted for a shell.
fn quoted(words: &[String]) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./=,:@%+~\\".contains(letter);
    let quoted = words
        .iter()
        .map(|word| match !word.is_empty() && word.chars().all(is_plain) {
            true => word.clone(),
            false => format!("'{}'", word.replace('\'', "'\\''")),
        });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> String {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        hint(ErrorKind::MissingRequiredArgument, &words).unwrap_or_default()
    }

    #[test]
    fn the_nearest_command_is_named() {
        for (words, expected) in [
            (&["check", "src", "--quiet"][..], "`antipasta-lsp --check src --quiet`"),
            (&["chekc", "my code"], "`antipasta-lsp --check 'my code'`"),
            (&["confg"], "`antipasta-lsp config`"),
            (&["hooks", "install"], "`antipasta-lsp hook`"),
            (&["version"], "`antipasta-lsp --version`"),
            (&["src/a.py", "b.py"], "`antipasta-lsp --check src/a.py b.py`"),
            (&["stats"], "antipasta has it"),
            (&["xyzzy"], "`antipasta-lsp --help`"),
        ] {
            let said = said(words);
            assert!(said.contains(expected), "{words:?}: {said}");
        }
        assert_eq!(said(&["config", "none"]), "");
        assert_eq!(said(&["--quiet"]), "");
    }
}

//! A client that types without waiting for anything.
//!
//! Every character of the texts is in some name, value or place of a diagnostic, so that no difference between the client's
//! text and the server's can hide.

use antipasta_lsp_tests::Project;
use serde_json::{Value, json};

use crate::client::Client;
use crate::document::{Document, Encoding};
use crate::findings::{checked, published, shown, wait_for_findings};
use crate::{client, count_from_environment, pushed, strict_project};

/// Notifications in a burst, unless `ANTIPASTA_TEST_CHANGES` says how many.
const CHANGES: usize = 1000;

/// What names are made of: characters of one to four bytes of UTF-8, and one or two code units of UTF-16.
const LETTERS: [&str; 6] = ["a", "b_", "é", "変", "𠀀", "𐐀x"];

/// What lines end with.
type Terminators = &'static [&'static str];

/// A program that changes at random, and now and then is none.
struct Program {
    terminators: Terminators,
    functions: Vec<Function>,
    /// A line that is no Python, and the function that it comes before.
    broken: Option<(usize, &'static str)>,
}

#[derive(Clone)]
struct Function {
    name: String,
    comment: String,
    branches: usize,
    terminator: &'static str,
}

fn pick<T: Copy>(random: &mut fastrand::Rng, from: &[T]) -> T {
    from[random.usize(..from.len())]
}

impl Function {
    fn new(random: &mut fastrand::Rng, terminators: Terminators) -> Self {
        let mut function = Self {
            name: "f".to_owned(),
            comment: String::new(),
            branches: random.usize(1..4),
            terminator: pick(random, terminators),
        };
        function.rename(random);
        function
    }

    /// Puts something in the place of a part of the name, which may be empty.
    fn rename(&mut self, random: &mut fastrand::Rng) {
        let count = self.name.chars().count();
        let kept = random.usize(1..=count);
        let dropped = random.usize(0..=(count - kept).min(3));
        let characters: Vec<char> = self.name.chars().collect();
        let mut name: String = characters[..kept].iter().collect();
        for _ in 0..random.usize(0..3) {
            name.push_str(pick(random, &LETTERS));
        }
        name.extend(&characters[kept + dropped..]);
        self.name = name.chars().take(40).collect();
    }

    /// The place of the name is that of the comment above it, which is before it on its line.
    fn text(&self) -> String {
        let Self {
            name,
            comment,
            branches,
            terminator,
        } = self;
        let body = format!("    if x: pass{terminator}").repeat(*branches);
        format!("# {comment}{terminator}def {name}(x):{terminator}{body}")
    }
}

impl Program {
    fn new(random: &mut fastrand::Rng, terminators: Terminators) -> Self {
        let functions = (0..8).map(|_| Function::new(random, terminators)).collect();
        Self {
            terminators,
            functions,
            broken: None,
        }
    }

    fn change(&mut self, random: &mut fastrand::Rng) {
        let index = random.usize(..self.functions.len());
        let function = &mut self.functions[index];
        match random.u8(..16) {
            0..7 => function.rename(random),
            7..9 => function.branches += 1,
            9 => function.branches = random.usize(1..3),
            10 => function.terminator = pick(random, self.terminators),
            11 => function.comment = "😀é変x".chars().take(random.usize(..4)).collect(),
            12 => self.functions.insert(index, Function::new(random, self.terminators)),
            13 => self.functions.push(Function::new(random, self.terminators)),
            14 if self.functions.len() > 4 => drop(self.functions.remove(index)),
            _ => {
                let line = pick(random, &[")", "'''", "def (", "class C:", "   ]", "if x:"]);
                self.broken = if self.broken.is_none() {
                    Some((index, line))
                } else {
                    None
                };
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (index, function) in self.functions.iter().enumerate() {
            if let Some((at, line)) = self.broken
                && at == index
            {
                text.push_str(line);
                text.push_str(function.terminator);
            }
            text.push_str(&function.text());
        }
        text
    }
}

/// The change that makes the document's text another, as small as it can be, or wider at random. What it says of places at
/// the end of a line or of the text may be far past it.
fn change_to(document: &mut Document, text: &str, random: &mut fastrand::Rng) -> Value {
    if random.u8(..50) == 0 {
        text.clone_into(&mut document.text);
        return json!({"text": text});
    }
    let old: Vec<char> = document.text.chars().collect();
    let new: Vec<char> = text.chars().collect();
    let shorter = old.len().min(new.len());
    let same_start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let mut start = same_start.saturating_sub(random.usize(..3));
    let most = shorter - start;
    let same_end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let mut end = same_end
        .min(shorter - same_start)
        .min(most)
        .saturating_sub(random.usize(..3));
    // The protocol has no place between CR and LF.
    if start > 0 && old[start - 1] == '\r' {
        start -= 1;
    }
    if end > 0 && old[old.len() - end] == '\n' {
        end -= 1;
    }
    let bytes = |characters: &[char]| characters.iter().map(|character| character.len_utf8()).sum::<usize>();
    let replaced = bytes(&old[..start])..bytes(&old[..old.len() - end]);
    let mut range = document.range(replaced.clone());
    for (place, byte) in [("start", replaced.start), ("end", replaced.end)] {
        if byte == document.text.len() && random.bool() {
            range[place] = pick(
                random,
                &[
                    json!({"line": 1_000_000, "character": 0}),
                    json!({"line": i32::MAX, "character": i32::MAX}),
                ]
                .each_ref(),
            )
            .clone();
        } else if document.text[byte..].starts_with(['\r', '\n']) && random.bool() {
            range[place]["character"] = json!(i32::MAX);
        }
    }
    let replacement: String = new[start..new.len() - end].iter().collect();
    document.text.replace_range(replaced, &replacement);
    assert_eq!(document.text, text);
    json!({"range": range, "text": replacement})
}

fn type_in_bursts(project: &Project, encoding: Encoding, terminators: Terminators, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut client = Client::start(project);
    let offered = json!({"general": {"positionEncodings": [encoding.as_str()]}});
    client.initialize(project, &client::merged(&pushed(), &offered));
    let mut open: Vec<(Document, Program)> = ["a.py", "b.py", "c.py"]
        .map(|name| {
            let program = Program::new(&mut random, terminators);
            let mut document = Document::open(&mut client, &project.path(name), &program.text());
            document.encoding = encoding;
            (document, program)
        })
        .into();
    for _ in 0..count_from_environment("ANTIPASTA_TEST_CHANGES", CHANGES) {
        let (document, program) = &mut open[random.usize(..3)];
        let mut changes = Vec::new();
        for _ in 0..pick(&mut random, &[1, 1, 1, 2, 4]) {
            program.change(&mut random);
            changes.push(change_to(document, &program.text(), &mut random));
        }
        document.tell_changes(&mut client, changes);
    }
    for (document, program) in &mut open {
        // A last change that is sure to be seen.
        program.broken = None;
        program.functions[0].branches += 100;
        let change = change_to(document, &program.text(), &mut random);
        document.tell_changes(&mut client, vec![change]);
    }
    for (document, program) in &open {
        let expected = checked(project, "a.py", &program.text());
        wait_for_findings(&mut client, 0, document, &expected);
    }
    // Nothing comes after it, even once everything has been answered.
    for (document, _) in &open {
        client.catch_up(&document.uri);
    }
    for (document, program) in &open {
        let all = published(&client.received, &document.uri);
        let versions: Vec<i64> = all
            .iter()
            .map(|params| params["version"].as_i64().expect("a version"))
            .collect();
        assert!(versions.is_sorted(), "older versions after newer ones: {versions:?}");
        let of_last = versions
            .iter()
            .filter(|&&version| version == i64::from(document.version))
            .count();
        // tree-sitter takes what follows a lone CR for a part of the comment before it, which is found out when nobody types.
        assert!(
            of_last == 1 || terminators.contains(&"\r"),
            "not one final set: {versions:?}"
        );
        let last = &all.last().expect("something")["diagnostics"];
        assert_eq!(shown(document, last), checked(project, "a.py", &program.text()));
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_burst_of_changes_ends_with_the_text_that_the_client_meant() {
    let project = strict_project();
    type_in_bursts(&project, Encoding::Utf16, &["\n"], 1);
    type_in_bursts(&project, Encoding::Utf8, &["\n", "\r\n"], 2);
    type_in_bursts(&project, Encoding::Utf32, &["\n", "\r\n", "\r"], 3);
}

#[test]
fn changes_right_after_opening_and_before_closing_are_kept_apart() {
    let project = strict_project();
    let mut client = Client::start(&project);
    client.initialize(&project, &pushed());
    // The same file again and again, each time with another text, and the last one stays.
    let mut last = None;
    for round in 1..=100 {
        let mut document = Document::open(&mut client, &project.path("a.py"), &crate::function("f", round));
        document.replace(&mut client, "def f", &format!("def f{round}"));
        document.replace(&mut client, "    pass\n", "    if x: pass\n");
        if round < 100 {
            document.close(&mut client);
        }
        last = Some(document);
    }
    let document = last.expect("a document");
    let expected = checked(&project, "a.py", &document.text);
    wait_for_findings(&mut client, 0, &document, &expected);
    client.catch_up(&document.uri);
    let all = published(&client.received, &document.uri);
    assert_eq!(
        shown(&document, &all.last().expect("something")["diagnostics"]),
        expected
    );
}

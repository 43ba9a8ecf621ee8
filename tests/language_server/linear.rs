//! The processor time that the server takes for texts of every form of the grammar, and for texts of twice their length.
//!
//! `ANTIPASTA_TEST_BYTES` says how long the shorter ones are. `ANTIPASTA_TEST_FORMS` names some of the forms, and
//! `ANTIPASTA_TEST_EVERY=20` takes every twentieth. The default is a sample of short ones, for which only what takes very long
//! is an error.

#[path = "../../server/tests/it/forms.rs"]
#[allow(dead_code, reason = "the tests of the library look at all forms")]
mod forms;

use std::time::Duration;

use antipasta_lsp_tests::Project;
use serde_json::json;

use self::forms::{Form, forms};
use crate::client::Client;
use crate::document::Document;
use crate::{count_from_environment, pushed, strict_project};

/// How many times the processor time may be taken for a text of twice the length. What tree-sitter alone is slow for is
/// given up after a time that is in proportion to the length.
const MOST: f64 = 3.0;

/// What is not measured exactly, or does not depend on the length.
const CONSTANT: Duration = Duration::from_millis(400);

/// The processor time for opening a text and editing it at its start, in its middle and at its end.
fn processor_time(project: &Project, form: &Form, bytes: usize) -> Option<Duration> {
    let mut client = Client::start(project);
    client.initialize(project, &pushed());
    let mut document = Document::open(&mut client, &project.path("a.py"), &form.text(bytes));
    client.catch_up(&document.uri);
    let middle = (0..=document.text.len() / 2)
        .rev()
        .find(|&byte| document.text.is_char_boundary(byte) && !document.text[..byte].ends_with('\r'))
        .unwrap_or(0);
    for at in [0, middle, document.text.len()] {
        for (removed, inserted) in [(0, "("), (1, "")] {
            let change = document.splice(at..at + removed, inserted);
            document.tell_changes(&mut client, vec![change]);
            client.expect("antipasta/metrics", json!({"textDocument": document.identifier()}));
        }
    }
    client.catch_up(&document.uri);
    client.processor_time()
}

#[test]
fn every_form_of_the_grammar_takes_time_in_proportion_to_its_length() {
    let bytes = count_from_environment("ANTIPASTA_TEST_BYTES", 0);
    let wanted = std::env::var("ANTIPASTA_TEST_FORMS").unwrap_or_default();
    let project = strict_project();
    let (bytes, every) = if bytes == 0 { (8_000, 97) } else { (bytes, 1) };
    let every = count_from_environment("ANTIPASTA_TEST_EVERY", every);
    let mut slow = Vec::new();
    for form in forms().iter().filter(|form| form.name.contains(&wanted)).step_by(every) {
        let times = [bytes, 2 * bytes].map(|bytes| processor_time(&project, form, bytes));
        let [Some(one), Some(two)] = times else { return };
        println!(
            "{:8.0} {:8.0} ms  {:?}",
            one.as_secs_f64() * 1e3,
            two.as_secs_f64() * 1e3,
            form.name
        );
        if two > one.mul_f64(MOST) + CONSTANT {
            slow.push(format!("{:?}: {one:?}, and {two:?}", form.name));
        }
    }
    assert!(
        slow.is_empty(),
        "{} forms are not linear:\n{}",
        slow.len(),
        slow.join("\n")
    );
}

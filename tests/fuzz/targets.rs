//! What the fuzzers run: functions of bytes that panic if something does not hold.
//!
//! `server/tests/it/fuzz.rs` runs them on `seeds` and on bytes that proptest makes, in the test command. The
//! targets of cargo-fuzz in `fuzz_targets` run them for as long as one likes.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each target uses a part")]

mod edits;
#[path = "../../server/src/lsp/protocol/transport.rs"]
mod transport;
#[path = "../../server/src/lsp/protocol/uris.rs"]
mod uris;

use std::path::Path;

use antipasta_metrics::MetricType::CyclomaticComplexity;
use antipasta_metrics::payload::{Finding, Payload, decode, encode};
use antipasta_rules::config::{Config, Format, ThresholdChange, change_to_pass, to_yaml};
use antipasta_rules::violations::evaluate;
use xxhash_rust::xxh3::xxh3_64_with_seed;

pub use edits::{Choices, EditedDocument, Undo, edits};

/// What a target runs on some bytes.
pub type Target = fn(&[u8]);

/// The name and the function of each target. Its seeds are in the folder of `seeds` with this name.
pub const TARGETS: [(&str, Target); 4] = [
    ("edits", edits),
    ("payload", payload),
    ("transport", transport),
    ("yaml", yaml),
];

/// A configuration that can be read can be written out and read again, and its thresholds can be raised.
pub fn yaml(data: &[u8]) {
    let path = Path::new("c.yaml");
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(config) = Config::from_yaml(path, text) else {
        return;
    };
    let written = to_yaml(&config.settings);
    let again = Config::from_yaml(path, &written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(again.settings, config.settings, "{written}");
    if let Some((limit, ThresholdChange::Edit(edit))) = change_to_pass(Format::Yaml, text, CyclomaticComplexity, 30.0) {
        let edited = edit.apply(text);
        let after = Config::from_yaml(path, &edited).unwrap_or_else(|error| panic!("{error}\n{edited}"));
        let threshold = after.threshold(CyclomaticComplexity).expect("a threshold");
        assert!(threshold.comparison.holds(30.0, limit), "{edited}");
        assert_eq!(threshold.limit, limit, "{edited}");
    }
}

/// A payload of a cache with a right checksum is nothing, or something that can be used and written again.
pub fn payload(data: &[u8]) {
    const SEED: u64 = 7;
    assert_eq!(
        decode(SEED.wrapping_add(1), &sealed(data, SEED)),
        None,
        "of another content"
    );
    let Some(payload) = decode(SEED, &sealed(data, SEED)) else {
        return;
    };
    if let Payload::Metrics(metrics) = &payload {
        let _ = evaluate(metrics, &Config::built_in());
    }
    let Some(written) = encode(SEED, finding_of(&payload)) else {
        return;
    };
    let again = decode(SEED, &written).expect("what was just written");
    // Bytes, as numbers may be NaN.
    assert_eq!(encode(SEED, finding_of(&again)).as_ref(), Some(&written));
    let mut damaged = written;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    assert_eq!(decode(SEED, &damaged), None, "damaged");
}

fn sealed(content: &[u8], seed: u64) -> Vec<u8> {
    [content, &xxh3_64_with_seed(content, seed).to_le_bytes()].concat()
}

fn finding_of(payload: &Payload) -> Finding<'_> {
    match payload {
        Payload::Metrics(metrics) => Finding::Metrics(metrics),
        Payload::Syntax(error) => Finding::Syntax(error),
        Payload::Decoding(words) => Finding::Decoding(words),
    }
}

/// Bytes of a client are read to their end, and a message that is read can be written and read again.
pub fn transport(mut data: &[u8]) {
    use transport::{Incoming, Outgoing, read, write};
    loop {
        let before = data.len();
        let Some(message) = read(&mut data).expect("a slice can be read") else {
            break;
        };
        assert!(data.len() < before, "a message of no bytes");
        let answer = match message.clone() {
            Incoming::Request(request) => Outgoing::Request(request),
            Incoming::Response(response) | Incoming::Malformed(response, _) => Outgoing::Response(response),
        };
        let mut written = Vec::new();
        write(&mut written, answer, &uris::Spellings::default()).expect("a vector can be written");
        let again = read(&mut written.as_slice()).expect("a slice can be read");
        match message {
            Incoming::Malformed(..) => assert!(matches!(again, Some(Incoming::Response(_))), "{again:?}"),
            message => assert_eq!(again, Some(message)),
        }
    }
}

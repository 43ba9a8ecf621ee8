//! Places in a text, in every unit that the protocol counts characters in.

use serde_json::{Value, json};

use crate::client::{Client, merged};
use crate::document::{Document, Encoding};
use crate::findings::{checked, wait_for_version};
use crate::{pushed, strict_project};

fn offering(encodings: &[&str]) -> Value {
    merged(&pushed(), &json!({"general": {"positionEncodings": encodings}}))
}

/// What the server answers for the position encoding, which is UTF-16 if it says nothing.
fn negotiated(capabilities: &Value) -> String {
    let project = strict_project();
    let mut client = Client::start(&project);
    let result = client.initialize(&project, capabilities);
    result["capabilities"]["positionEncoding"]
        .as_str()
        .unwrap_or("utf-16")
        .to_owned()
}

#[test]
fn an_encoding_is_chosen_that_the_client_offers() {
    assert_eq!(negotiated(&pushed()), "utf-16", "what every client understands");
    for encoding in Encoding::ALL.map(Encoding::as_str) {
        assert_eq!(negotiated(&offering(&[encoding])), encoding);
    }
    assert_eq!(
        negotiated(&offering(&["utf-16", "utf-8"])),
        "utf-8",
        "which costs least"
    );
    assert_eq!(
        negotiated(&offering(&["utf-7", "utf-32"])),
        "utf-32",
        "one that nobody knows is none"
    );
    assert_eq!(negotiated(&offering(&[])), "utf-16");
}

#[test]
fn the_same_edits_give_the_same_diagnostics_in_every_encoding() {
    let project = strict_project();
    let text = "class 変:\r\n    x = '😀'; y = 1\r\n    def é𠀀(self):  # 😀 c\r\n        if self: pass\r\n";
    for encoding in Encoding::ALL {
        let mut client = Client::start(&project);
        client.initialize(&project, &offering(&[encoding.as_str()]));
        let mut document = Document::open(&mut client, &project.path("a.py"), text);
        document.encoding = encoding;
        assert_eq!(
            wait_for_version(&mut client, &document),
            checked(&project, "a.py", text)
        );
        for (old, new) in [
            ("'😀'; y = 1", "'😀' and y"),
            ("' and y", "'; y = 2; z = '𠀀𠀀'"),
            ("𠀀(self)", "𠀀𠀀b(self, z)"),
            ("é𠀀𠀀b", "g"),
            (":  # 😀 c\r\n", ":  # 😀 d\r\n        if 0: pass # 😀\r\n"),
            ("0: pass # 😀", "self and '😀' and 1: pass"),
        ] {
            document.replace(&mut client, old, new);
            client.catch_up(&document.uri);
        }
        let expected = checked(&project, "a.py", &document.text);
        let class = expected
            .iter()
            .find(|finding| finding.metric == "weighted_methods_per_class");
        assert_eq!(class.expect("a violation").name.as_deref(), Some("変"));
        crate::findings::wait_for_findings(&mut client, 0, &document, &expected);
        assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn a_place_inside_a_character_is_before_it() {
    let project = strict_project();
    for (encoding, inside) in [
        (Encoding::Utf16, 6),
        (Encoding::Utf8, 6),
        (Encoding::Utf8, 7),
        (Encoding::Utf8, 8),
    ] {
        let mut client = Client::start(&project);
        client.initialize(&project, &offering(&[encoding.as_str()]));
        let mut document = Document::open(&mut client, &project.path("a.py"), "def f𠀀g(x):\n    if x: pass\n");
        document.encoding = encoding;
        wait_for_version(&mut client, &document);
        // Between the surrogates or bytes of the second letter of the name.
        let place = json!({"line": 0, "character": inside});
        let change = json!({"range": {"start": place, "end": place}, "text": "変b"});
        document.text = document.text.replace('𠀀', "変b𠀀");
        document.tell_changes(&mut client, vec![change]);
        assert_eq!(
            wait_for_version(&mut client, &document),
            checked(&project, "a.py", "def f変b𠀀g(x):\n    if x: pass\n"),
            "{encoding:?}, {inside}"
        );
    }
}

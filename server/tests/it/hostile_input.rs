//! Input that no one writes: a clear error or a result, and never a crash or a hang.

use antipasta_metrics::{FileMetrics, measure};
use antipasta_syntax::decode;

fn measured(text: &str) -> FileMetrics {
    measure(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn ten_thousand_levels_are_refused_with_a_place() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("-", ""),
        ("not ", ""),
        ("lambda: ", ""),
        ("0 if 1 else ", ""),
        ("2 ** ", ""),
        ("[x for x in ", "]"),
    ] {
        let text = format!("\nx = {}1{}\n", open.repeat(10_000), close.repeat(10_000));
        let error = measure(&text).expect_err(open);
        assert_eq!(error.line, 2, "{open}");
        assert!(error.message.starts_with("nested too deeply"), "{open}: {error}");
    }
    let blocks: String = (0..6_000).map(|level| " ".repeat(level) + "if 1:\n").collect();
    assert!(measure(&blocks).unwrap_err().message.starts_with("nested too deeply"));
}

#[test]
fn three_thousand_levels_are_measured() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("not ", ""),
        ("lambda: ", ""),
        ("0 if 1 else ", ""),
    ] {
        measured(&format!("x = {}1{}\n", open.repeat(3_000), close.repeat(3_000)));
    }
    let functions: String = (0..1_000).map(|level| " ".repeat(level) + "def f():\n").collect();
    measured(&(functions + &" ".repeat(1_000) + "pass\n"));
}

#[test]
fn nearly_five_thousand_levels_of_anything_are_measured_on_a_small_stack() {
    let text: String = [
        ["(", "1", ")"],
        ["[", "1", "]"],
        ["{1: ", "1", "}"],
        ["f(", "1", ")"],
        ["f(a=", "1", ")"],
        ["a[", "1", "]"],
        ["a[1:", "1", "]"],
        ["-", "1", ""],
        ["not ", "1", ""],
        ["2 ** ", "1", ""],
        ["lambda: ", "1", ""],
        ["lambda a=", "1", ": 1"],
        ["0 if 1 else ", "1", ""],
        ["[x for x in ", "1", "]"],
        ["f'{", "1", "}'"],
        ["f\"{", "1", ":{1}}\""],
        ["(yield ", "1", ")"],
        ["(a := ", "1", ")"],
    ]
    .map(|[open, middle, close]| format!("x = {}{middle}{}\n", open.repeat(4_900), close.repeat(4_900)))
    .concat();
    let pattern = format!("match x:\n case {}1{}: pass\n", "A(a=".repeat(4_900), ")".repeat(4_900));
    let target = format!("{}a{} = 1\n", "(".repeat(4_900), ",)".repeat(4_900));
    for text in [text, pattern, target] {
        let measure = move || drop(measured(&text));
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(measure);
        thread.unwrap().join().unwrap();
    }
}

#[test]
fn an_expression_of_a_hundred_thousand_terms_is_measured() {
    let terms = 100_000;
    let text = format!("x = {}0\n", "a + ".repeat(terms));
    let metrics = measured(&text);
    assert_eq!(metrics.totals.halstead.operators as usize, terms);
    for link in ["a.", "a().", "a[0].", "a and ", "a < ", "a, "] {
        measured(&format!("x = {}a\n", link.repeat(terms)));
    }
    let branches = "elif a:\n    pass\n".repeat(terms);
    assert_eq!(
        measured(&format!("if a:\n    pass\n{branches}"))
            .totals
            .module_complexity as usize,
        terms + 2
    );
}

#[test]
fn twenty_megabytes_are_measured() {
    let function = "def function(argument):\n    if argument and argument.value:\n        return argument + 1\n\n\n";
    let count = 20_000_000 / function.len() + 1;
    let metrics = measured(&function.repeat(count));
    assert_eq!(metrics.functions.len(), count);
    measured(&format!("x = [{}]\n", "0, ".repeat(7_000_000)));
    measured(&format!("x = '{}'\n", "x".repeat(20_000_000)));
    measured(&"\n".repeat(20_000_000));
    assert!(measure(&"(".repeat(20_000_000)).is_err());
    assert!(measure(&")".repeat(2_000_000)).is_err());
    // A form feed has the lines counted in another way, which must not be slower than in proportion.
    measured(&format!("\x0cx = [\n{}]\n", "0,\n".repeat(1_000_000)));
    measured(&format!("\x0cx = \"\"\"\n{}\"\"\"\n", "line\n".repeat(1_000_000)));
}

#[test]
fn bytes_that_are_no_source_are_errors() {
    assert!(decode(b"\x7fELF\x02\x01\x01\x00\xff\xfe").is_err());
    let error = measure("x = 1\0\n").unwrap_err();
    assert_eq!((error.line, error.column), (1, 6));
    for text in [
        "x = (",
        "def",
        "'",
        "\"\"\"",
        "\\",
        "f'{",
        "f'{x!}'",
        "class A:\n",
        "\t x\n  y",
        "\u{0}",
    ] {
        assert!(measure(text).is_err(), "{text:?}");
    }
}

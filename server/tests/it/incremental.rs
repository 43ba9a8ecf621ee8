//! After any edits, a document has the metrics that its text has from scratch.
//!
//! The edits are hostile: inside strings, brackets and indentation, quotes and decorators, halves of files. Most are taken
//! back, so that texts are often valid, and edits mend what edits broke. `ANTIPASTA_TEST_CORPUS` adds files, and
//! `ANTIPASTA_TEST_EDITS` says how many edits each file gets.

use std::path::Path;

use crate::fuzz::targets::{Choices, EditedDocument, Undo};
use crate::support::sources;
use antipasta_rules::config::Config;
use antipasta_syntax::text::Edit;

#[test]
fn edits_lead_where_measuring_from_scratch_leads() {
    let edits = std::env::var("ANTIPASTA_TEST_EDITS").map_or(150, |count| count.parse().expect("a number"));
    let config = "defaults: {max_cyclomatic_complexity: 3, max_cognitive_complexity: 2}";
    let config = Config::from_yaml(Path::new("c.yaml"), config).expect("a sound configuration");
    let (mut checks, mut valid) = (0, 0);
    for (number, (path, text)) in sources().into_iter().enumerate() {
        // Enough choices for every edit, the same every time.
        let mut bytes = vec![0; edits * 256];
        fastrand::Rng::with_seed(number as u64).fill(&mut bytes);
        let mut choices = Choices(&bytes);
        let mut edited = EditedDocument::new(&text);
        let mut check = |edited: &mut EditedDocument, what: &str| {
            checks += 1;
            valid += usize::from(edited.check(&config, &format!("{}: {what}", path.display())));
        };
        for edit in 0..edits {
            let made: Vec<(Edit, Undo)> = (0..=choices.below(2))
                .map(|_| edited.random_edit(&mut choices))
                .collect();
            let (splices, undo): (Vec<Edit>, Vec<Undo>) = made.into_iter().unzip();
            edited.document.update(edited.rope.clone(), &splices);
            check(&mut edited, &format!("edit {edit}"));
            if choices.below(8) > 0 {
                let back = undo
                    .iter()
                    .rev()
                    .map(|(start, end, text)| edited.replace(*start, *end, text).0);
                let splices: Vec<Edit> = back.collect();
                edited.document.update(edited.rope.clone(), &splices);
                check(&mut edited, &format!("edit {edit} taken back"));
            }
            if edit % 10 == 9 {
                let (splice, _) = edited.replace(0, edited.client.len(), &text);
                edited.document.update(edited.rope.clone(), &[splice]);
                check(&mut edited, &format!("the whole replaced after edit {edit}"));
            }
        }
    }
    println!("{checks} checks, {valid} of them of valid texts");
    assert!(valid * 3 > checks, "only {valid} of {checks} texts were valid");
}

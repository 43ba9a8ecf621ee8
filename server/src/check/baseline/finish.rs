//! Applying, pruning or writing a baseline when all violations are known.

use std::collections::BTreeSet;

use super::{Baseline, BaselineAction, BaselineError, BaselineOptions};
use crate::check::checked_file::CheckedFile;
use crate::console::{self, counted};
use crate::report::StaleEntry;
use antipasta_workspace::git::Limits;

/// Applies, prunes or writes the baseline, now that all violations are known. Returns the entries that are stale afterwards.
///
/// If the check is about a commit, `limits` is `None`: then no file counts as gone, because the disk does not matter. Else git has
/// to answer within `limits` which files a sparse checkout leaves out.
pub(in crate::check) fn finish(
    baseline: &mut Baseline,
    options: &BaselineOptions,
    files: &mut [CheckedFile],
    limits: Option<Limits>,
    quiet: bool,
) -> Result<Vec<StaleEntry>, BaselineError> {
    let path = options.file.display();
    let in_baseline = || files.iter().filter_map(|file| file.in_baseline.as_ref());
    let gone = limits.map_or_else(|| Ok(BTreeSet::new()), |limits| baseline.gone(in_baseline(), limits));
    let gone = gone.unwrap_or_else(|error| {
        console::warning(format_args!(
            "{path}: entries of files that are not on disk stay: it is not known if this is a sparse checkout: {error}"
        ));
        BTreeSet::new()
    });
    let stale_entries = baseline.stale_entries(in_baseline(), &gone);
    let done = match options.action {
        BaselineAction::Apply => {
            if !stale_entries.is_empty() && !quiet {
                console::warning(format_args!(
                    "{path}: {} stale; `--prune-baseline` removes what is no longer needed",
                    counted(stale_entries.len(), "entry is", "entries are")
                ));
            }
            return Ok(stale_entries);
        }
        BaselineAction::Prune => {
            let (removed, lowered) = baseline.prune(&stale_entries)?;
            format!(
                "Pruned {path}: removed {}, lowered {}",
                counted(removed, "value", "values"),
                counted(lowered, "value", "values")
            )
        }
        BaselineAction::Write => {
            let values = baseline.rewrite(in_baseline(), &gone)?;
            files.iter_mut().for_each(allow_all);
            format!(
                "Wrote {path}: {} allowed",
                counted(values, "violation is", "violations are")
            )
        }
    };
    if !quiet {
        console::say(done);
    }
    Ok(Vec::new())
}

/// Moves all violations of a file to those that the baseline allows.
fn allow_all(file: &mut CheckedFile) {
    let was_analyzed = file
        .in_baseline
        .as_ref()
        .is_some_and(|in_baseline| in_baseline.matched.is_some());
    if was_analyzed {
        file.report.allowed.append(&mut file.report.evaluation.violations);
    }
}

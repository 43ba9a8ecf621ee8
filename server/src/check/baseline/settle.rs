//! What is done with a baseline when all violations are known.

use std::collections::BTreeSet;

use super::{Baseline, BaselineError, BaselineOptions, BaselineTask};
use crate::check::notices::counted;
use crate::check::report::Report;
use crate::console;
use antipasta_workspace::git::Limits;

/// Does what is to be done with the baseline now that all violations are known, and has the report say what it tolerates
/// needlessly.
///
/// With `limits`, which git has to answer within, a file that is not on disk may be gone; without, nothing on disk matters.
pub(in crate::check) fn settle(
    baseline: &mut Baseline,
    options: &BaselineOptions,
    report: &mut Report,
    limits: Option<Limits>,
    quiet: bool,
) -> Result<(), BaselineError> {
    let path = options.file.display();
    let say = |message: String| {
        if !quiet {
            console::say(message);
        }
    };
    let in_baseline = || report.files.iter().filter_map(|file| file.in_baseline.as_ref());
    let gone = limits.map_or_else(|| Ok(BTreeSet::new()), |limits| baseline.gone(in_baseline(), limits));
    let gone = gone.unwrap_or_else(|error| {
        console::warning(format_args!(
            "{path}: entries of files that are not on disk stay: it is not known if this is a sparse checkout: {error}"
        ));
        BTreeSet::new()
    });
    let unneeded = baseline.unneeded(in_baseline(), &gone);
    match options.task {
        BaselineTask::Apply => {
            if !unneeded.is_empty() && !quiet {
                console::warning(format_args!(
                    "{path}: {} stale; `--prune-baseline` removes what is no longer needed",
                    counted(unneeded.len(), "entry is", "entries are")
                ));
            }
            report.unneeded = Some(unneeded);
            return Ok(());
        }
        BaselineTask::Prune => {
            let (removed, lowered) = baseline.prune(&unneeded)?;
            say(format!(
                "Pruned {path}: removed {}, lowered {}",
                counted(removed, "value", "values"),
                counted(lowered, "value", "values")
            ));
        }
        BaselineTask::Write => {
            let in_baseline = report.files.iter_mut().filter_map(|file| {
                let in_baseline = file.in_baseline.as_mut()?;
                if let Some(held) = &mut in_baseline.held {
                    held.tolerated += file.outcome.evaluation.violations.len();
                    file.outcome.evaluation.violations.clear();
                }
                Some(&*in_baseline)
            });
            let values = baseline.rewrite(in_baseline, &gone)?;
            say(format!(
                "Wrote {path}: {} allowed",
                counted(values, "violation is", "violations are")
            ));
        }
    }
    report.unneeded = Some(Vec::new());
    Ok(())
}

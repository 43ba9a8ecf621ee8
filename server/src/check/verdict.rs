//! How a check ends.

use std::process::ExitCode;

use crate::report::Report;

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckVerdict {
    /// Every file was checked, and no violation counts: exit code 0.
    Clean,
    /// There are violations: exit code 2.
    Violations,
    /// There are no violations, but not every file could be checked: exit code 1.
    Failed,
}

impl CheckVerdict {
    /// The verdict on a report.
    pub(super) fn new(report: &Report) -> Self {
        if report.violations() > 0 {
            Self::Violations
        } else if report.failures().next().is_some() || report.unchecked().next().is_some() {
            Self::Failed
        } else {
            Self::Clean
        }
    }
}

impl From<CheckVerdict> for ExitCode {
    fn from(verdict: CheckVerdict) -> Self {
        match verdict {
            CheckVerdict::Clean => Self::SUCCESS,
            CheckVerdict::Failed => Self::from(1),
            CheckVerdict::Violations => Self::from(2),
        }
    }
}

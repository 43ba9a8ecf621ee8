//! The commands that the server executes for a client.

use std::fmt;

/// A command for `workspace/executeCommand`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Says why a value is what it is. The arguments are the document's URI and a
    /// [`DiagnosticData`](crate::lsp::documents::diagnostics::DiagnosticData).
    Explain,
    /// Shows every value of a function, a class or a file. The arguments are the document's URI and, but for a file, the
    /// line, from 0, of the `def` or `class`.
    ShowReport,
    /// Opens a configuration where a threshold is to be set. The arguments are its URI and a position.
    OpenConfiguration,
    /// Analyzes every file of the workspace again.
    AnalyzeWorkspace,
    /// Forgets what was analyzed before.
    ClearCache,
    /// Starts afresh: reads settings and configurations again, and analyzes everything again.
    Restart,
}

impl Command {
    /// Every command.
    pub(crate) const ALL: [Self; 6] = [
        Self::Explain,
        Self::ShowReport,
        Self::OpenConfiguration,
        Self::AnalyzeWorkspace,
        Self::ClearCache,
        Self::Restart,
    ];

    /// The name that clients call it by.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Explain => "antipasta.explain",
            Self::ShowReport => "antipasta.showReport",
            Self::OpenConfiguration => "antipasta.openConfiguration",
            Self::AnalyzeWorkspace => "antipasta.analyseWorkspace",
            Self::ClearCache => "antipasta.clearCache",
            Self::Restart => "antipasta.restart",
        }
    }

    /// The command of a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.as_str() == name)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

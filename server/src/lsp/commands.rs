//! The commands of [`Command`], executed.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::MessageType;

use super::command::Command;
use super::session::Session;

/// Executes a command; returns what its answer is.
///
/// # Errors
///
/// The arguments are not those of the command.
pub async fn execute(session: &Arc<Session>, command: Command, _arguments: Vec<Value>) -> Result<Value> {
    match command {
        Command::Explain | Command::ShowReport => Ok(Value::Null),
        Command::AnalyseWorkspace => {
            let summary = session.scan.run(session).await;
            let message = format!(
                "antipasta: {} files, {} of them with violations, {} violations",
                summary.files, summary.files_with_violations, summary.violations
            );
            session.client.show_message(MessageType::INFO, message).await;
            Ok(serde_json::to_value(summary).unwrap_or_default())
        }
        Command::ClearCache => {
            session.scan.forget();
            session
                .client
                .show_message(MessageType::INFO, "antipasta: what was analysed before is forgotten")
                .await;
            Ok(Value::Null)
        }
        Command::Restart => {
            session.scan.forget();
            session.reload().await;
            for document in session.open_documents() {
                document.measure_again();
            }
            session.refresh().await;
            session.scan_in_background();
            Ok(Value::Null)
        }
    }
}

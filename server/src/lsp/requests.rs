//! The requests that the server answers: one table of methods, handlers and what the client is told of them.
//!
//! tower-lsp finds a handler for each of the protocol's methods itself, in a trait with a method for each. To keep the table in
//! one place, the [dispatcher](super::protocol::dispatch) gives a request of the table a name that tower-lsp does not know,
//! and [`register`] adds a handler for that name. tower-lsp still reads the parameters, cancels, and refuses what comes before
//! `initialize` or after `shutdown`.

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CodeActionResponse, CodeLens, CodeLensOptions, CodeLensParams, DiagnosticOptions, DiagnosticServerCapabilities,
    DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandOptions, ExecuteCommandParams, Hover, HoverParams,
    HoverProviderCapability, InlayHint, InlayHintParams, OneOf, ServerCapabilities, Url, WorkDoneProgressOptions,
};

use super::commands::command::Command;
use super::commands::execute;
use super::documents::pull_diagnostics;
use super::documents::snapshot::Snapshot;
use super::features::code_actions::{ActionContext, code_actions};
use super::features::code_lens::code_lenses;
use super::features::document_symbols::{document_symbols, flat_document_symbols};
use super::features::hover::hover;
use super::features::inlay_hints::inlay_hints;
use super::features::line_costs::{LineCostsParams, LineCostsReport, line_costs};
use super::features::metrics_request::{MetricsParams, MetricsReport, metrics_report};
use super::protocol::client_capabilities::ClientSupport;
use super::server::LanguageServer;
use super::session::Session;
use super::settings::SECTION;
use super::workspace::{configurations, survey};
use antipasta_rules::escape::code;

/// Makes the functions of this module from the table.
macro_rules! requests {
    ($($method:literal => $handler:path, $announce:expr;)*) => {
        /// The methods of the table.
        #[cfg(test)]
        const METHODS: &[&str] = &[$($method),*];

        /// Adds the handlers to tower-lsp's service.
        pub(super) fn register(service: LspServiceBuilder<LanguageServer>) -> LspServiceBuilder<LanguageServer> {
            service$(.custom_method(concat!("$/", $method), |server: &LanguageServer, params| {
                $handler(Arc::clone(server.session()), params)
            }))*
        }

        /// The name by which tower-lsp knows the handler of a method. Clients cannot use it: what they send under such names is
        /// refused.
        pub(super) fn registered_name(method: &str) -> Option<&'static str> {
            match method {
                $($method => Some(concat!("$/", $method)),)*
                _ => None,
            }
        }

        /// Tells a client of all requests.
        pub(super) fn announce(capabilities: &mut ServerCapabilities, client: &ClientSupport) {
            let rows: &[fn(&mut ServerCapabilities, &ClientSupport)] = &[$($announce),*];
            for row in rows {
                row(capabilities, client);
            }
        }
    };
}

requests! {
    "textDocument/hover" => answer_hover, |capabilities, _| {
        capabilities.hover_provider = Some(HoverProviderCapability::Simple(true));
    };
    "textDocument/codeLens" => answer_code_lens, |capabilities, _| {
        capabilities.code_lens_provider = Some(CodeLensOptions { resolve_provider: Some(false) });
    };
    "textDocument/inlayHint" => answer_inlay_hint, |capabilities, _| {
        capabilities.inlay_hint_provider = Some(OneOf::Left(true));
    };
    "textDocument/documentSymbol" => answer_document_symbol, |capabilities, _| {
        capabilities.document_symbol_provider = Some(OneOf::Left(true));
    };
    "textDocument/codeAction" => answer_code_action, |capabilities, _| {
        capabilities.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            resolve_provider: Some(false),
            ..CodeActionOptions::default()
        }));
    };
    "textDocument/diagnostic" => pull_diagnostics::of_document, |capabilities, client| {
        capabilities.diagnostic_provider = client.pulls_diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(SECTION.to_owned()),
                inter_file_dependencies: false,
                workspace_diagnostics: true,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        });
    };
    "workspace/diagnostic" => pull_diagnostics::of_workspace, |_, _| {};
    "workspace/executeCommand" => execute_command, |capabilities, _| {
        capabilities.execute_command_provider = Some(ExecuteCommandOptions {
            commands: Command::ALL.map(|command| command.to_string()).to_vec(),
            ..ExecuteCommandOptions::default()
        });
    };
    "antipasta/metrics" => answer_metrics, |_, _| {};
    "antipasta/lineCosts" => answer_line_costs, |_, _| {};
    "antipasta/workspaceMetrics" => survey::workspace_report, |_, _| {};
}

/// What `feature` makes of an open document for this client; nothing if it is not open.
async fn ask<R: Send + 'static>(
    session: Arc<Session>,
    uri: &Url,
    feature: impl FnOnce(&Snapshot, &ClientSupport) -> R + Send + 'static,
) -> Result<Option<R>> {
    let asked = Arc::clone(&session);
    asked
        .ask(uri, move |snapshot| feature(snapshot, session.support()))
        .await
}

async fn answer_hover(session: Arc<Session>, params: HoverParams) -> Result<Option<Hover>> {
    let place = params.text_document_position_params;
    let hover = ask(session, &place.text_document.uri, move |snapshot, client| {
        hover(snapshot, place.position, client.encoding, client.markup_kind())
    });
    Ok(hover.await?.flatten())
}

async fn answer_code_lens(session: Arc<Session>, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    if !session.settings().code_lens.is_on() {
        return Ok(Some(Vec::new()));
    }
    ask(session, &params.text_document.uri, |snapshot, client| {
        code_lenses(snapshot, client.encoding)
    })
    .await
}

async fn answer_inlay_hint(session: Arc<Session>, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    if !session.settings().inlay_hints.is_on() {
        // Some clients take `null` for no answer, and go on showing the hints that they had.
        return Ok(Some(Vec::new()));
    }
    ask(session, &params.text_document.uri, move |snapshot, client| {
        inlay_hints(snapshot, params.range, client.encoding)
    })
    .await
}

async fn answer_document_symbol(
    session: Arc<Session>,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    ask(session, &params.text_document.uri, |snapshot, client| {
        match client.nested_symbols {
            true => DocumentSymbolResponse::Nested(document_symbols(snapshot, client.encoding)),
            false => DocumentSymbolResponse::Flat(flat_document_symbols(snapshot, client.encoding)),
        }
    })
    .await
}

async fn answer_code_action(session: Arc<Session>, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let asked = Arc::clone(&session);
    let uri = params.text_document.uri.clone();
    let actions = asked.ask(&uri, move |snapshot| {
        let root = configurations::new_root(&session, snapshot);
        let context = ActionContext {
            encoding: session.support().encoding,
            edits: session.support().edits,
            root: root.as_ref(),
            opens_documents: session.support().shows_documents,
            configuration: &|path| configurations::text(&session, path),
        };
        let actions = code_actions(snapshot, &params, &context);
        actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
    });
    actions.await
}

async fn answer_metrics(session: Arc<Session>, params: MetricsParams) -> Result<Option<MetricsReport>> {
    ask(session, &params.text_document.uri, move |snapshot, client| {
        metrics_report(snapshot, params.position, client.encoding)
    })
    .await
}

async fn answer_line_costs(session: Arc<Session>, params: LineCostsParams) -> Result<Option<LineCostsReport>> {
    let costs = ask(session, &params.text_document.uri, move |snapshot, client| {
        line_costs(snapshot, params.position, client.encoding)
    });
    Ok(costs.await?.flatten())
}

async fn execute_command(session: Arc<Session>, params: ExecuteCommandParams) -> Result<Option<Value>> {
    match Command::of_name(&params.command) {
        Some(command) => execute::execute(&session, command, params.arguments).await.map(Some),
        None => {
            let known = Command::ALL.map(Command::as_str).join(", ");
            let message = format!("unknown command {}; there are {known}", code(&params.command));
            Err(Error::invalid_params(message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_described() {
        let page = include_str!("../../../docs/language-server.md");
        for method in METHODS {
            assert!(page.contains(&format!("`{method}`")), "{method}");
            assert_eq!(registered_name(method), Some(&*format!("$/{method}")));
        }
    }
}

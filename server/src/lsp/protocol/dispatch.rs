//! Where messages come in: what changes a document is done at once, and in the order in which it was sent.
//!
//! tower-lsp runs the handlers of notifications concurrently, so that of two changes the second may be made first. The
//! notifications by which a client changes documents are therefore handled here, before tower-lsp sees them.

use std::process::ExitCode;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, poll_fn, ready};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tower_lsp::LspService;
use tower_lsp::jsonrpc::{Error, ErrorCode, Request, Response};
use tower_lsp::lsp_types::{
    DidOpenTextDocumentParams, SetTraceParams, TextDocumentContentChangeEvent, Url, WorkDoneProgressCancelParams,
    notification, notification::Notification, request, request::Request as _,
};
use tower_service::Service;

use crate::lsp::requests;
use crate::lsp::server::LanguageServer;
use crate::lsp::session::Session;
use crate::lsp::workspace::pending_work::PendingWorkGuard;

/// What comes of a request or notification.
pub(crate) enum Outcome {
    /// It has been done.
    Done,
    /// This, in time; notifications have no response. Until then it is under way.
    Response(BoxFuture<'static, Option<Response>>, OwnedSemaphorePermit),
    /// The server is to end with this exit code.
    Exit(ExitCode),
}

/// The parameters of `textDocument/didChange`. Older clients leave out the version, or say null (LSP 3.15).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeParams {
    /// Which document has changed.
    pub text_document: ChangedDocument,
    /// How, in the order in which the changes were made.
    pub content_changes: Vec<TextDocumentContentChangeEvent>,
}

/// A document that has changed.
#[derive(Deserialize)]
pub(crate) struct ChangedDocument {
    /// What the client calls it.
    pub uri: Url,
    /// The version that the client gives its text.
    pub version: Option<i32>,
}

/// What is done upon a notification, and that it is under way.
type Handler = (
    BoxFuture<'static, Option<Response>>,
    PendingWorkGuard,
    OwnedSemaphorePermit,
);

/// Where requests and notifications come in.
pub(crate) struct Dispatcher {
    service: LspService<LanguageServer>,
    session: Arc<Session>,
    /// What is done one after the other.
    of_workspace: mpsc::UnboundedSender<Handler>,
    was_shut_down: bool,
}

impl Dispatcher {
    /// An dispatcher that hands on to tower-lsp's service what is not for it. Call it in the runtime of the service.
    pub(crate) fn new(service: LspService<LanguageServer>) -> Self {
        let (of_workspace, mut handlers) = mpsc::unbounded_channel::<Handler>();
        tokio::spawn(async move {
            while let Some((handler, underway, permit)) = handlers.recv().await {
                handler.await;
                drop((underway, permit));
            }
        });
        Self {
            session: Arc::clone(service.inner().session()),
            of_workspace,
            service,
            was_shut_down: false,
        }
    }

    /// The exit code of a server whose client says `exit` or is gone: 0 if it has said `shutdown`, and 1 if not.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.was_shut_down))
    }

    /// Takes in a request or notification, which is under way for as long as the `permit` lives. Changes of documents are done
    /// when it returns.
    pub(crate) fn take(&mut self, request: Request, permit: OwnedSemaphorePermit) -> Outcome {
        let method = request.method().to_owned();
        let is_notification = request.id().is_none();
        if method == notification::Exit::METHOD {
            return Outcome::Exit(self.exit_code());
        }
        if is_notification && let Some(handling) = handling_of(&method) {
            match handling {
                Handling::AtOnce(handler) => self.handle(&method, *handler, request),
                Handling::InTurn => {
                    let (handler, underway) = (self.pass_on(request), self.session.pending_work.begin());
                    // It ends with this only if the process does.
                    let _ = self.of_workspace.send((handler, underway, permit));
                }
            }
            return Outcome::Done;
        }
        if let Some(id) = request.id().filter(|_| method.starts_with("$/")) {
            // tower-lsp leaves these without an answer.
            let refusal = Response::from_error(id.clone(), Error::method_not_found());
            return Outcome::Response(ready(Some(refusal)).boxed(), permit);
        }
        self.was_shut_down |= method == request::Shutdown::METHOD && self.session.introduced().is_some();
        let is_list = matches!(request.params(), Some(Value::Array(_)));
        let response = self.pass_on(request);
        let response = match is_list {
            true => response.map(|response| response.map(explain_list)).boxed(),
            false => response,
        };
        Outcome::Response(response, permit)
    }

    fn handle(&self, method: &str, handler: fn(&Arc<Session>, Value) -> serde_json::Result<()>, request: Request) {
        if self.session.introduced().is_none() || self.was_shut_down {
            tracing::warn!("`{method}` comes before `initialize` or after `shutdown`");
            return;
        }
        let (_, _, params) = request.into_parts();
        if let Err(error) = handler(&self.session, params.unwrap_or(Value::Null)) {
            tracing::warn!("`{method}` cannot be understood: {error}");
        }
    }

    fn pass_on(&mut self, request: Request) -> BoxFuture<'static, Option<Response>> {
        let is_ready = poll_fn(|context| self.service.poll_ready(context)).now_or_never();
        if !matches!(is_ready, Some(Ok(()))) {
            tracing::warn!("`{}` comes at a time when it cannot be handled", request.method());
        }
        let response = self.service.call(routed(request));
        async move { response.await.ok().flatten() }.boxed()
    }
}

/// How a notification is handled that changes what later messages are about.
enum Handling {
    /// Before the next message is read.
    AtOnce(fn(&Arc<Session>, Value) -> serde_json::Result<()>),
    /// By tower-lsp, one after the other: of two, the second must have the last word.
    InTurn,
}

/// The notifications that are not left to tower-lsp alone.
const NOTIFICATIONS: [(&str, Handling); 9] = [
    (notification::DidOpenTextDocument::METHOD, Handling::AtOnce(open)),
    (notification::DidChangeTextDocument::METHOD, Handling::AtOnce(change)),
    (notification::DidCloseTextDocument::METHOD, Handling::AtOnce(close)),
    (
        notification::WorkDoneProgressCancel::METHOD,
        Handling::AtOnce(cancel_progress),
    ),
    (notification::SetTrace::METHOD, Handling::AtOnce(set_trace)),
    (notification::Initialized::METHOD, Handling::InTurn),
    (notification::DidChangeConfiguration::METHOD, Handling::InTurn),
    (notification::DidChangeWatchedFiles::METHOD, Handling::InTurn),
    (notification::DidChangeWorkspaceFolders::METHOD, Handling::InTurn),
];

fn handling_of(method: &str) -> Option<&'static Handling> {
    let row = NOTIFICATIONS.iter().find(|(of, _)| *of == method);
    row.map(|(_, handling)| handling)
}

fn open(session: &Arc<Session>, params: Value) -> serde_json::Result<()> {
    let spelling = params
        .pointer("/textDocument/uri")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let params: DidOpenTextDocumentParams = serde_json::from_value(params)?;
    let uri = params.text_document.uri.as_str();
    session.outbox.spellings.note(uri, spelling.as_deref().unwrap_or(uri));
    session.open(params);
    Ok(())
}

fn change(session: &Arc<Session>, params: Value) -> serde_json::Result<()> {
    session.change(serde_json::from_value(params)?);
    Ok(())
}

fn close(session: &Arc<Session>, params: Value) -> serde_json::Result<()> {
    session.close(&serde_json::from_value(params)?);
    Ok(())
}

fn cancel_progress(session: &Arc<Session>, params: Value) -> serde_json::Result<()> {
    let params: WorkDoneProgressCancelParams = serde_json::from_value(params)?;
    session.scan.cancel_progress(&params.token);
    Ok(())
}

fn set_trace(session: &Arc<Session>, params: Value) -> serde_json::Result<()> {
    let params: SetTraceParams = serde_json::from_value(params)?;
    session.trace.set(params.value);
    Ok(())
}

/// A request of the table of [`requests`], by the name under which tower-lsp has its handler.
fn routed(request: Request) -> Request {
    let Some(name) = requests::registered_name(request.method()) else {
        return request;
    };
    let (_, id, params) = request.into_parts();
    let mut routed = Request::build(name);
    if let Some(id) = id {
        routed = routed.id(id);
    }
    if let Some(params) = params {
        routed = routed.params(params);
    }
    routed.finish()
}

/// The response to a request whose parameters are a list. JSON-RPC allows it and the protocol does not; a client library may
/// make one of its own accord, so that the refusal says more than which type it is that could not be read.
fn explain_list(response: Response) -> Response {
    let (id, result) = response.into_parts();
    let result = result.map_err(|error| match error.code {
        ErrorCode::InvalidParams => Error::invalid_params("the parameters must be one object, not a list"),
        _ => error,
    });
    Response::from_parts(id, result)
}

//! The progress of what takes long (`$/progress`), for clients that show it.

use std::sync::atomic::{AtomicU64, Ordering};

use tower_lsp::Client;
use tower_lsp::lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport, notification, request,
};

use crate::lsp::protocol::request_timeout;
use crate::lsp::session::Session;

/// A progress that the client shows, or not if it does not.
pub(crate) struct Progress {
    client: Client,
    token: Option<ProgressToken>,
}

impl Progress {
    /// A progress that has not begun, if the client consents to one.
    pub(crate) async fn create(session: &Session) -> Self {
        static TOKENS: AtomicU64 = AtomicU64::new(1);
        let client = session.client.clone();
        let mut progress = Self { client, token: None };
        if !session.support().shows_progress {
            return progress;
        }
        let number = TOKENS.fetch_add(1, Ordering::Relaxed);
        let token = NumberOrString::String(format!("antipasta-{number}"));
        let params = WorkDoneProgressCreateParams { token: token.clone() };
        let client = progress.client.clone();
        let created = async move { client.send_request::<request::WorkDoneProgressCreate>(params).await };
        if request_timeout::answer(created).await.is_ok() {
            progress.token = Some(token);
        }
        progress
    }

    /// Begins something that takes long, and that the user may cancel.
    pub(crate) async fn begin(&self, title: &str) {
        let begin = WorkDoneProgressBegin {
            title: title.to_owned(),
            cancellable: Some(true),
            message: None,
            percentage: Some(0),
        };
        self.send(WorkDoneProgress::Begin(begin)).await;
    }

    /// The name by which the client may cancel it.
    pub(crate) fn token(&self) -> Option<ProgressToken> {
        self.token.clone()
    }

    /// Says how much is done.
    pub(crate) async fn report(&self, done: usize, count: usize) {
        let percentage = (done * 100).checked_div(count).unwrap_or(0);
        let report = WorkDoneProgressReport {
            cancellable: Some(true),
            message: Some(format!("{done}/{count} files")),
            percentage: u32::try_from(percentage).ok(),
        };
        self.send(WorkDoneProgress::Report(report)).await;
    }

    /// Ends it.
    pub(crate) async fn end(self, message: String) {
        let end = WorkDoneProgressEnd { message: Some(message) };
        self.send(WorkDoneProgress::End(end)).await;
    }

    async fn send(&self, value: WorkDoneProgress) {
        if let Some(token) = &self.token {
            let params = ProgressParams {
                token: token.clone(),
                value: ProgressParamsValue::WorkDone(value),
            };
            self.client.send_notification::<notification::Progress>(params).await;
        }
    }
}

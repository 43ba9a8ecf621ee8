//! How much the client wants to be told of what happens (`$/setTrace`).

use std::sync::atomic::{AtomicU8, Ordering};

use tower_lsp::Client;
use tower_lsp::lsp_types::{LogTraceParams, TraceValue, notification};

/// The level of the trace.
#[derive(Debug, Default)]
pub(crate) struct Trace(AtomicU8);

const MESSAGES: u8 = 1;
const VERBOSE: u8 = 2;

impl Trace {
    /// Sets the level.
    pub(crate) fn set(&self, value: TraceValue) {
        let level = match value {
            TraceValue::Off => 0,
            TraceValue::Messages => MESSAGES,
            TraceValue::Verbose => VERBOSE,
        };
        self.0.store(level, Ordering::Relaxed);
    }

    /// Tells the client what happened, and more of it if it wants to hear that.
    pub(crate) async fn tell(&self, client: &Client, message: impl FnOnce() -> String, more: impl FnOnce() -> String) {
        let level = self.0.load(Ordering::Relaxed);
        if level >= MESSAGES {
            let params = LogTraceParams {
                message: message(),
                verbose: (level >= VERBOSE).then(more),
            };
            client.send_notification::<notification::LogTrace>(params).await;
        }
    }
}

//! The language server protocol: bytes to messages and back, and what the client can do.
//!
//! [`serve`] owns the streams. [`transport`] reads and writes messages; [`dispatch`] applies those that change documents at once and in
//! order, and hands the others to tower-lsp. [`outbox`] is the way to the client.

pub(super) mod client_capabilities;
pub(super) mod convert;
pub(super) mod dispatch;
pub(super) mod logging;
pub(super) mod open_document;
pub(super) mod outbox;
pub(super) mod parent_process;
pub(super) mod progress;
pub(super) mod request_timeout;
pub(super) mod serve;
pub(super) mod trace;
pub(super) mod transport;
pub(super) mod uris;

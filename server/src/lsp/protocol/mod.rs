//! The language server protocol: bytes to messages and back, and what the client can do.
//!
//! [`serve`] owns the streams. [`transport`] reads and writes messages; [`dispatch`] applies those that change documents at once and in
//! order, and hands the others to tower-lsp. [`outbox`] is the way to the client.

pub mod client_capabilities;
pub mod convert;
pub mod dispatch;
pub mod logging;
pub mod outbox;
pub mod parent_process;
pub mod progress;
pub mod request_timeout;
pub mod serve;
pub mod trace;
pub mod transport;
pub mod uris;

//! Requests to the client, which may never answer.

use std::time::Duration;

use tokio::time::timeout;
use tower_lsp::jsonrpc::{Error, Result};

/// How long the client has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The client's answer to a request, unless it takes too long: what depends on it then goes on without.
///
/// # Errors
///
/// The client refuses, or does not answer in time.
pub async fn answer<T>(request: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, request).await.unwrap_or_else(|_| {
        Err(Error {
            message: "no answer came in time".into(),
            ..Error::internal_error()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_answer_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            assert_eq!(answer(async { Ok(1) }).await, Ok(1));
            let never = std::future::pending::<Result<()>>();
            assert!(answer(never).await.unwrap_err().message.contains("in time"));
        });
    }
}

//! Requests to the client, which may never answer.

use std::time::Duration;

use tokio::time::timeout;
use tower_lsp::jsonrpc::{Error, Result};

/// How long the client has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The client's answer to a request, unless it takes too long: what depends on it then goes on without.
///
/// The request goes on as a task of its own, even if the caller is dropped: tower-lsp panics when an answer comes that
/// nobody waits for.
///
/// # Errors
///
/// The client refuses, or does not answer in time.
pub(crate) async fn answer<T: Send + 'static>(request: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    let failure = |message: &'static str| Error {
        message: message.into(),
        ..Error::internal_error()
    };
    match timeout(PATIENCE, tokio::spawn(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(failure("the request was given up")),
        Err(_) => Err(failure("no answer came in time")),
    }
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
            let (late, answered) = tokio::sync::oneshot::channel::<()>();
            let request = async { answered.await.map_err(|_| Error::internal_error()) };
            assert!(answer(request).await.unwrap_err().message.contains("in time"));
            assert!(late.send(()).is_ok(), "somebody waits for a late answer");
        });
    }
}

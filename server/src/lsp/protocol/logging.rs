//! The log: to the standard error and to the client (`window/logMessage`).

use std::fmt::Write as _;
use std::io;

use tokio::sync::mpsc;
use tower_lsp::Client;
use tower_lsp::lsp_types::MessageType;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use antipasta_rules::escape::shortened;

/// The environment variable that says what is logged, such as `debug` or `antipasta_lsp=debug,warn`.
pub(crate) const VARIABLE: &str = "ANTIPASTA_LOG";

const DEFAULT_FILTER: &str = "antipasta_lsp=info,error";

/// Messages for the client. More than these are lost rather than waited for.
const CAPACITY: usize = 1000;

/// How many characters of what is logged the client is sent.
const LONGEST_LINE: usize = 10_000;

type Line = (MessageType, String);

/// What was logged and is still to be sent to the client.
pub(crate) struct Lines(mpsc::Receiver<Line>);

/// Begins to log. Lines for the client are kept until [`Lines::send_to`].
pub(crate) fn init() -> Lines {
    let (sender, receiver) = mpsc::channel(CAPACITY);
    let wanted = std::env::var(VARIABLE).unwrap_or_default();
    let parsed = wanted.parse::<Targets>().ok().filter(|_| !wanted.is_empty());
    let filter = parsed.unwrap_or_else(|| DEFAULT_FILTER.parse().unwrap_or_default());
    let to_stderr = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(false)
        // Should nobody listen, there is nothing to be done about it.
        .log_internal_errors(false);
    // Not what is said of sending: that would never end.
    let to_client = ToClient(sender).with_filter(Targets::new().with_target("antipasta_lsp", Level::INFO));
    // A second time only in tests, where the first one goes on.
    let _ = tracing_subscriber::registry()
        .with(to_stderr.with_filter(filter))
        .with(to_client)
        .try_init();
    Lines(receiver)
}

impl Lines {
    /// Sends the client what is logged, for as long as there is a log.
    pub(crate) async fn send_to(mut self, client: Client) {
        while let Some((kind, line)) = self.0.recv().await {
            client.log_message(kind, line).await;
        }
    }
}

struct ToClient(mpsc::Sender<Line>);

impl<S: Subscriber> Layer<S> for ToClient {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let kind = match *event.metadata().level() {
            Level::ERROR => MessageType::ERROR,
            Level::WARN => MessageType::WARNING,
            Level::INFO => MessageType::INFO,
            _ => MessageType::LOG,
        };
        let mut line = Text(String::new());
        event.record(&mut line);
        // Names of files and what else a repository brings may be in it.
        let _ = self.0.try_send((kind, shortened(&line.0, LONGEST_LINE).into_owned()));
    }
}

/// The message of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

//! The server as a process: streams in, streams out, and an exit code.

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use futures::future::{BoxFuture, ready};
use futures::{FutureExt, SinkExt, Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tower_lsp::jsonrpc::{Request, Response};

use super::logging;
use crate::console;
use crate::lsp::protocol::dispatch::{Dispatcher, Outcome};
use crate::lsp::protocol::outbox::Outbox;
use crate::lsp::protocol::transport::{self, Incoming, Outgoing};
use crate::lsp::protocol::uris::Spellings;
use crate::lsp::server;
use crate::lsp::workspace::scan::Scan;
use antipasta_analysis::cache::Location;
use antipasta_pool::{Pool, PoolError, Priority};

/// How a client is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// By the standard input and output.
    Stdio,
    /// By a socket of this machine, on which the client listens: its port.
    Socket(u16),
}

/// Why the server cannot serve.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("nobody listens on port {0} of this machine: {1}")]
    Connect(u16, io::Error),
    #[error("the connection to the client: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Pool(#[from] PoolError),
}

/// How many messages may wait to be written. A task that sends another one waits.
const OUTGOING_CAPACITY: usize = 256;

/// How many requests and notifications may be in flight, including answers that are not written yet. No more messages are
/// read until one ends, so that a client cannot use unlimited memory.
const MAX_IN_FLIGHT: usize = 10_000;

/// The server ends if a client sends messages but reads none for this long.
const UNREAD: Duration = Duration::from_secs(30);

/// How long the server waits at the end for the last messages to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves a client until it sends `exit` or disconnects. `cache` is the location of the cache. The exit code is 0 if the client
/// has sent `shutdown`, else 1.
pub(crate) fn serve(connection: Connection, cache: Location) -> ExitCode {
    match try_to_serve(connection, cache) {
        Ok(code) => code,
        Err(error) => {
            console::error(error);
            ExitCode::from(1)
        }
    }
}

fn try_to_serve(connection: Connection, cache: Location) -> Result<ExitCode, ServeError> {
    match connection {
        Connection::Stdio => run(io::stdin().lock(), io::stdout(), cache),
        Connection::Socket(port) => {
            let connect = || {
                let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
                stream.set_nodelay(true)?;
                Ok((BufReader::new(stream.try_clone()?), stream))
            };
            let (input, output) = connect().map_err(|error| ServeError::Connect(port, error))?;
            run(input, output, cache)
        }
    }
}

/// Reads messages on this thread until the input ends. Another thread writes: tasks that send messages wait only if the client
/// does not read.
fn run(mut input: impl BufRead, output: impl Write + Send + 'static, cache: Location) -> Result<ExitCode, ServeError> {
    let lines = logging::init();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    // At least one thread is left for short work.
    let pool = Pool::new("document", processors.max(2), Priority::Interactive);
    pool.start(u64::MAX)?;
    let scan = Scan::new(processors, cache)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("session")
        .enable_all()
        .build()?;
    let _context = runtime.enter();
    let spellings = Arc::<Spellings>::default();
    let (outgoing, writer) = start_writer(output, Arc::clone(&spellings))?;
    let (service, socket) = server::service(Outbox::new(outgoing.clone(), spellings), pool, scan);
    let (requests, mut client_responses) = socket.split();
    let log_lines = runtime.spawn(lines.send_to(service.inner().session().client.clone()));
    runtime.spawn(forward(requests, outgoing.clone()));

    let mut dispatcher = Dispatcher::new(service);
    let underway = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
    let code = loop {
        let Some(message) = transport::read(&mut input)? else {
            // Do not write to a client that has disconnected: its socket may already belong to another process.
            log_lines.abort();
            tracing::warn!("the client is gone without `exit`");
            break dispatcher.exit_code();
        };
        if outgoing.is_closed() {
            break dispatcher.exit_code();
        }
        let Some(permit) = runtime.block_on(permit(&underway, &outgoing, &writer)) else {
            tracing::warn!("the client does not read what it is sent");
            break dispatcher.exit_code();
        };
        match message {
            Incoming::Request(request) => match dispatcher.take(request, permit) {
                Outcome::Done => {}
                Outcome::Response(response, permit) => {
                    runtime.spawn(answer(response, outgoing.clone(), permit));
                }
                Outcome::Exit(code) => break code,
            },
            Incoming::Response(response) => {
                // It fails only after `exit`.
                let _ = runtime.block_on(client_responses.send(response));
            }
            Incoming::Malformed(answer, problem) => {
                tracing::warn!("a malformed message: {problem}");
                runtime.spawn(self::answer(ready(Some(answer)).boxed(), outgoing.clone(), permit));
            }
        }
    };
    // If the client does not read, the last messages are lost.
    let _ = runtime.block_on(timeout(LAST_WORDS, outgoing.send(None)));
    let _ = writer.end.recv_timeout(LAST_WORDS);
    runtime.shutdown_background();
    Ok(code)
}

/// Waits until another message may be in flight; `None` if the client has read no message for too long.
async fn permit(underway: &Arc<Semaphore>, outgoing: &OutgoingSender, writer: &Writer) -> Option<OwnedSemaphorePermit> {
    loop {
        let written = writer.written.load(Ordering::Relaxed);
        if let Ok(permit) = timeout(UNREAD, Arc::clone(underway).acquire_owned()).await {
            return permit.ok();
        }
        if outgoing.capacity() == 0 && writer.written.load(Ordering::Relaxed) == written {
            return None;
        }
    }
}

/// Messages to be written; `None` is the end.
type OutgoingSender = tokio::sync::mpsc::Sender<Option<Outgoing>>;

/// The thread that writes.
struct Writer {
    /// How many messages it has written.
    written: Arc<AtomicU64>,
    /// Receives a value when the thread ends.
    end: mpsc::Receiver<()>,
}

/// Starts the thread that writes.
fn start_writer(
    output: impl Write + Send + 'static,
    spellings: Arc<Spellings>,
) -> io::Result<(OutgoingSender, Writer)> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(OUTGOING_CAPACITY);
    let (at_end, end) = mpsc::channel();
    let written = Arc::<AtomicU64>::default();
    let count = Arc::clone(&written);
    thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let mut output = BufWriter::new(output);
        while let Some(Some(message)) = receiver.blocking_recv() {
            if let Err(error) = transport::write(&mut output, message, &spellings) {
                tracing::error!("the client cannot be written to: {error}");
                break;
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
        let _ = at_end.send(());
    })?;
    Ok((sender, Writer { written, end }))
}

async fn forward(mut requests: impl Stream<Item = Request> + Unpin, outgoing: OutgoingSender) {
    while let Some(request) = requests.next().await {
        if outgoing.send(Some(Outgoing::Request(request))).await.is_err() {
            return;
        }
    }
}

/// Computes and sends a response, once there is room for it. While a client does not read, small requests wait in memory and
/// not large answers.
async fn answer(
    response: BoxFuture<'static, Option<Response>>,
    outgoing: OutgoingSender,
    _underway: OwnedSemaphorePermit,
) {
    let has_room = outgoing.reserve().await.is_ok();
    if has_room && let Some(response) = response.await {
        let _ = outgoing.send(Some(Outgoing::Response(response))).await;
    }
}

//! A language client of as little as it takes: a running server, and the conversation with it.
//!
//! Bytes are written and read by threads of their own, so that neither side ever waits for the other to read. Requests of
//! the server are answered when the test waits for something, which every test does.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use antipasta_lsp_tests::Project;
use serde_json::{Map, Value, json};
use url::Url;

/// After this long, what was waited for will not come.
pub(crate) static PATIENCE: LazyLock<Duration> = LazyLock::new(antipasta_lsp_tests::patience);

/// A running server and the conversation with it. It is killed when this is dropped.
pub(crate) struct Client {
    server: Child,
    /// What the server wrote to its standard error.
    log: Arc<Mutex<Vec<u8>>>,
    /// Bytes on their way to the server; `None` once its input is closed.
    outgoing: Option<Sender<Vec<u8>>>,
    incoming: Receiver<Value>,
    next_id: i64,
    answers: HashMap<i64, Value>,
    /// Every notification and request of the server so far, and answers to nothing in particular, in their order.
    pub received: Vec<Value>,
    /// What `workspace/configuration` is answered with, by section.
    pub settings: Value,
    /// Which button of a message is pressed, by its title; null if none is.
    pub button: Value,
    /// Whether requests of the server are left without an answer for now.
    pub holds_answers: bool,
    /// The ids of requests of the server that are left without an answer, with what the answer will be.
    held: Vec<(Value, Value)>,
}

/// An answer that says why a request failed.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The error's code, as JSON-RPC and the protocol define them.
    pub code: i64,
    /// The error's message.
    pub message: String,
}

impl Client {
    /// A server that is talked to over pipes.
    pub(crate) fn start(project: &Project) -> Self {
        Self::run(project.command(["--stdio"]))
    }

    /// A server that is talked to over pipes, started as the command says.
    pub(crate) fn run(mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut server = command.spawn().expect("the binary runs");
        let input = server.stdin.take().expect("a pipe");
        let output = server.stdout.take().expect("a pipe");
        Self::of(server, input, output)
    }

    /// A server that connects to a port on which the client listens.
    pub(crate) fn over_socket(project: &Project) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mut command = project.command(["--socket", &port.to_string()]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut server = command.spawn().expect("the binary runs");
        // Accepting cannot be given a time; a connection of our own ends it if the server does not come.
        listener.set_nonblocking(true).expect("a socket");
        let begin = Instant::now();
        let stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && begin.elapsed() < *PATIENCE => {
                    assert_eq!(server.try_wait().expect("a child"), None, "the server ended");
                    thread::sleep(Duration::from_millis(5));
                }
                Err(error) => {
                    let _ = server.kill();
                    panic!("the server does not connect: {error}");
                }
            }
        };
        stream.set_nonblocking(false).expect("a socket");
        let input = stream.try_clone().expect("a socket");
        Self::of(server, ClosesWhenDropped(input), stream)
    }

    fn of(mut server: Child, input: impl Write + Send + 'static, output: impl Read + Send + 'static) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let errors = server.stderr.take().expect("a pipe");
        let (outgoing, to_write) = mpsc::channel();
        let (read, incoming) = mpsc::channel();
        let copy = Arc::clone(&log);
        thread::spawn(move || collect(errors, &copy));
        thread::spawn(move || write_all(&to_write, input));
        thread::spawn(move || read_messages(BufReader::new(output), &read));
        Self {
            server,
            log,
            outgoing: Some(outgoing),
            incoming,
            next_id: 1,
            answers: HashMap::new(),
            received: Vec::new(),
            settings: Value::Null,
            button: Value::Null,
            holds_answers: false,
            held: Vec::new(),
        }
    }

    // --- beginning and end ---

    /// The handshake of a client that opens the project's folder and can do what `capabilities` say; the server's
    /// answer.
    pub(crate) fn initialize(&mut self, project: &Project, capabilities: &Value) -> Value {
        self.initialize_with(json!({
            "capabilities": capabilities,
            "workspaceFolders": [folder(&project.path(""))],
        }))
    }

    /// The handshake with the given parameters; the server's answer.
    pub(crate) fn initialize_with(&mut self, params: Value) -> Value {
        let result = self.expect("initialize", params);
        self.notify("initialized", json!({}));
        result
    }

    /// Ends the session as the protocol wants it; the exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        assert_eq!(self.expect("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.exit_code()
    }

    /// The server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// Closes the server's input.
    pub(crate) fn close_input(&mut self) {
        self.outgoing = None;
    }

    /// Waits until the server ends by itself; its exit code, which a signal leaves it without.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.server.try_wait().expect("a child") {
                return status.code();
            }
            if begin.elapsed() > *PATIENCE {
                self.fail("end of the server");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    // --- what the client says ---

    /// Tells the server something.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&message(None, method, params));
    }

    /// Asks the server something; the number under which the [answer](Self::answer) will come.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&message(Some(id), method, params));
        id
    }

    /// Asks the server something and waits for the answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Asks the server something and waits for its answer, which must be a result.
    #[track_caller]
    pub(crate) fn expect(&mut self, method: &str, params: Value) -> Value {
        match self.request(method, params) {
            Ok(result) => result,
            Err(refusal) => self.fail(&format!("result of {method}: {refusal:?}")),
        }
    }

    /// Asks something that must be refused; the error's code.
    #[track_caller]
    pub(crate) fn refused(&mut self, method: &str, params: Value) -> i64 {
        match self.request(method, params) {
            Ok(result) => self.fail(&format!("refusal of {method}, but {result}")),
            Err(refusal) => {
                assert!(!refusal.message.is_empty(), "{method}");
                refusal.code
            }
        }
    }

    /// Writes a message.
    pub(crate) fn send(&mut self, message: &Value) {
        self.send_body(message.to_string().as_bytes());
    }

    /// Writes something as the body of a message.
    pub(crate) fn send_body(&mut self, body: &[u8]) {
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        self.send_bytes(&[header.as_bytes(), body].concat());
    }

    /// Writes bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let outgoing = self.outgoing.as_ref().expect("the input is open");
        // If nobody takes the bytes any more, the next thing that is waited for will not come.
        let _ = outgoing.send(bytes.to_vec());
    }

    /// Gives the answers that were [held](Self::holds_answers), and holds no more.
    pub(crate) fn give_answers(&mut self) {
        self.holds_answers = false;
        for (id, result) in std::mem::take(&mut self.held) {
            self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
        }
    }

    // --- what the server says ---

    /// Waits for the answer to a request.
    #[track_caller]
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, Refusal> {
        let begin = Instant::now();
        let answer = loop {
            if let Some(answer) = self.answers.remove(&id) {
                break answer;
            }
            if !self.receive(begin + *PATIENCE) {
                self.fail(&format!("answer to request {id}"));
            }
        };
        match (answer.get("result"), answer.get("error")) {
            (Some(result), None) => Ok(result.clone()),
            (None, Some(error)) => Err(Refusal {
                code: error["code"].as_i64().expect("an error has a code"),
                message: error["message"].as_str().expect("an error has a message").to_owned(),
            }),
            _ => panic!("an answer has either a result or an error: {answer}"),
        }
    }

    /// Whether the answer to a request has come, among all that was received so far.
    pub(crate) fn has_answer(&self, id: i64) -> bool {
        self.answers.contains_key(&id)
    }

    /// Waits until something is found in what was received. It is looked for after every message.
    #[track_caller]
    pub(crate) fn wait_for<T>(&mut self, what: &str, find: impl FnMut(&[Value]) -> Option<T>) -> T {
        match self.wait_at_most(*PATIENCE, find) {
            Some(found) => found,
            None => self.fail(what),
        }
    }

    /// As [`wait_for`](Self::wait_for), but for so long only. For what may have to be tried several times.
    pub(crate) fn wait_at_most<T>(
        &mut self,
        patience: Duration,
        mut find: impl FnMut(&[Value]) -> Option<T>,
    ) -> Option<T> {
        let begin = Instant::now();
        loop {
            if let Some(found) = find(&self.received) {
                return Some(found);
            }
            if !self.receive(begin + patience) {
                return None;
            }
        }
    }

    /// Waits for a notification or request of the server that has come since `mark`, a length of
    /// [`received`](Self::received), or that comes; its parameters.
    #[track_caller]
    pub(crate) fn wait_for_method(&mut self, mark: usize, method: &str) -> Value {
        self.wait_for(method, |received| {
            let found = received[mark..].iter().find(|message| message["method"] == method);
            found.map(|message| message["params"].clone())
        })
    }

    /// The parameters of all notifications and requests of a method so far.
    pub(crate) fn of_method<'a>(&'a self, method: &'a str) -> impl DoubleEndedIterator<Item = &'a Value> {
        let of_method = self.received.iter().filter(move |message| message["method"] == method);
        of_method.map(|message| &message["params"])
    }

    /// Comes back once the server has read and answered all that was said before.
    ///
    /// It answers a request about a document by what the document is after all changes that came before.
    #[track_caller]
    pub(crate) fn catch_up(&mut self, uri: &str) {
        self.expect("textDocument/documentSymbol", json!({"textDocument": {"uri": uri}}));
    }

    /// What the server has written to its standard error.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&lock(&self.log)).into_owned()
    }

    /// The memory that the server has in use, in KiB; `None` where the system does not say so.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    }

    /// The processor time that the server has taken; `None` where the system does not say so.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id())).ok()?;
        // The name of the program, in parentheses, may have spaces.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        // A hundredth of a second each, on every Linux there is.
        Some(Duration::from_millis(10 * (ticks()? + ticks()?)))
    }

    /// Takes the next message; false if there is none until `deadline`.
    fn receive(&mut self, deadline: Instant) -> bool {
        let patience = deadline.saturating_duration_since(Instant::now());
        let message = match self.incoming.recv_timeout(patience) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => self.fail("more, but it has closed its output"),
        };
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        if message.get("method").is_none() {
            match message["id"].as_i64() {
                Some(id) => {
                    let earlier = self.answers.insert(id, message);
                    assert!(earlier.is_none(), "two answers to request {id}");
                }
                None => self.received.push(message),
            }
            return true;
        }
        if let Some(id) = message.get("id").cloned() {
            self.held.push((id, self.result_of(&message)));
            if !self.holds_answers {
                self.give_answers();
            }
        }
        self.received.push(message);
        true
    }

    /// What the client answers to a request of the server.
    fn result_of(&self, request: &Value) -> Value {
        match request["method"].as_str() {
            Some("workspace/configuration") => {
                let items = request["params"]["items"].as_array().expect("an array").iter();
                items
                    .map(|item| match item["section"].as_str() {
                        Some(section) => self.settings[section].clone(),
                        None => self.settings.clone(),
                    })
                    .collect()
            }
            Some("window/showMessageRequest") if self.button.is_string() => json!({"title": self.button}),
            Some("workspace/applyEdit") => json!({"applied": true}),
            Some("window/showDocument") => json!({"success": true}),
            _ => Value::Null,
        }
    }

    /// Fails the test, and says what is known.
    #[track_caller]
    pub(crate) fn fail(&self, what: &str) -> ! {
        let mut last = String::new();
        for message in self.received.iter().rev().take(8).rev() {
            let text = message.to_string();
            let _ = writeln!(last, "  {}", text.chars().take(2000).collect::<String>());
        }
        panic!("no {what}\nreceived last:\n{last}standard error:\n{}", self.log());
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A folder as the protocol has it.
pub(crate) fn folder(path: &Path) -> Value {
    json!({"uri": uri(path), "name": path.file_name().unwrap_or_default().to_string_lossy()})
}

/// The URI of a file.
pub(crate) fn uri(path: &Path) -> String {
    Url::from_file_path(path).expect("an absolute path").to_string()
}

/// `base` with what `other` has put over it, objects key by key.
pub(crate) fn merged(base: &Value, other: &Value) -> Value {
    let (Value::Object(base), Value::Object(other)) = (base, other) else {
        return other.clone();
    };
    let mut result = base.clone();
    for (key, value) in other {
        let value = base
            .get(key)
            .map_or_else(|| value.clone(), |below| merged(below, value));
        result.insert(key.clone(), value);
    }
    Value::Object(result)
}

/// A request, or without an id a notification. Parameters that are null are left out.
fn message(id: Option<i64>, method: &str, params: Value) -> Value {
    let mut message = Map::new();
    message.insert("jsonrpc".to_owned(), json!("2.0"));
    if let Some(id) = id {
        message.insert("id".to_owned(), json!(id));
    }
    message.insert("method".to_owned(), json!(method));
    if !params.is_null() {
        message.insert("params".to_owned(), params);
    }
    Value::Object(message)
}

/// The sending half of a connection. Other than a pipe it does not end by being dropped, for there is the receiving half.
struct ClosesWhenDropped(std::net::TcpStream);

impl Write for ClosesWhenDropped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Drop for ClosesWhenDropped {
    fn drop(&mut self) {
        let _ = self.0.shutdown(std::net::Shutdown::Write);
    }
}

fn write_all(chunks: &Receiver<Vec<u8>>, mut input: impl Write) {
    while let Ok(chunk) = chunks.recv() {
        if input.write_all(&chunk).and_then(|()| input.flush()).is_err() {
            return;
        }
    }
}

fn read_messages(mut output: impl BufRead, messages: &Sender<Value>) {
    while let Some(body) = read_message(&mut output) {
        let message = serde_json::from_slice(&body).expect("the server writes JSON");
        if messages.send(message).is_err() {
            return;
        }
    }
}

/// The body of the next message; `None` at the end.
fn read_message(output: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.strip_suffix("\r\n").expect("the lines of a header end with CR LF");
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").expect("a header has a name and a value");
        if name == "Content-Length" {
            length = Some(value.parse::<usize>().expect("a length"));
        }
    }
    let mut body = vec![0; length.expect("a message has a length")];
    output.read_exact(&mut body).ok()?;
    Some(body)
}

fn collect(mut errors: impl Read, log: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = errors.read(&mut buffer) {
        lock(log).extend_from_slice(&buffer[..length]);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

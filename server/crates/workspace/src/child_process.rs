//! Runs other programs with time and size limits.
//!
//! A child that writes nothing for too long, writes too much or exceeds its deadline is terminated together with its own
//! children: on Unix it leads a process group. Threads read its pipes, so that nothing waits for a descendant that holds a
//! pipe open.

use std::fmt;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// The time limits of a child.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest time without output.
    pub silence: Duration,
    /// The deadline, regardless of output.
    pub deadline: Option<Instant>,
}

/// A child that keeps writing may take this many times [`Limits::silence`].
const TIMES_SILENCE: u32 = 10;

/// The limit of the output that is kept in memory, in bytes.
const MAX_OUTPUT: usize = 256 << 20;

/// The limit of the standard error that is kept, in bytes.
const MAX_ERROR: usize = 64 << 10;

/// How often a waiting thread polls whether the child has exited.
const POLL: Duration = Duration::from_millis(20);

/// How long to read the pipes of a child that has exited: a descendant may hold them open.
const PIPES: Duration = Duration::from_secs(1);

/// How long a child may take to exit after each signal.
const ENDING: Duration = Duration::from_millis(500);

/// Why a child was terminated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It wrote nothing for this long.
    Silent(Duration),
    /// It wrote, but did not finish within this time.
    Slow(Duration),
    /// The deadline was reached.
    OutOfTime,
    /// It wrote more than this number of bytes.
    TooMuch(usize),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(time) => write!(f, "it wrote nothing for {} s", time.as_secs_f64()),
            Self::Slow(time) => write!(f, "it was not done after {} s", time.as_secs_f64()),
            Self::OutOfTime => f.write_str("the time limit was reached"),
            Self::TooMuch(bytes) => write!(f, "it wrote more than {} MB", bytes >> 20),
        }
    }
}

/// Why running a child failed.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It cannot be started, or waiting for it failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It was terminated.
    #[error("it was stopped: {0}")]
    Stopped(Stopped),
}

/// The result of a child.
#[derive(Debug)]
pub struct Output {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// The first 64 KB of its standard error.
    pub stderr: Vec<u8>,
}

/// Runs a command to its end, with `input` on its standard input.
///
/// # Errors
///
/// It cannot be started, or was terminated.
pub fn output(command: &mut Command, input: Vec<u8>, limits: Limits) -> Result<Output, ChildError> {
    let mut child = RunningChild::start(command, limits)?;
    let stdin = child.take_input();
    // The child may write before it has read all input, and may never read.
    if !input.is_empty() {
        thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    }
    let mut stdout = Vec::new();
    while let Some(bytes) = child.read()? {
        if stdout.len() + bytes.len() > MAX_OUTPUT {
            return Err(child.stop(Stopped::TooMuch(MAX_OUTPUT)));
        }
        stdout.extend_from_slice(&bytes);
    }
    let status = child.wait()?;
    let stderr = std::mem::take(&mut child.stderr);
    Ok(Output { status, stdout, stderr })
}

/// A part of a child's output.
enum Piece {
    Output(Vec<u8>),
    Error(Vec<u8>),
}

/// A running child. Dropping it terminates it.
pub struct RunningChild {
    child: Child,
    stdin: Option<ChildStdin>,
    pieces: Receiver<Piece>,
    /// The first 64 KB of its standard error.
    pub stderr: Vec<u8>,
    limits: Limits,
    clock: Clock,
}

/// The times that the limits are compared with.
struct Clock {
    /// When the child was started, or was last sent a request.
    begun: Instant,
    /// When it last wrote.
    heard: Instant,
    /// When its exit was first noticed.
    ended: Option<Instant>,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            heard: now,
            ended: None,
        }
    }
}

impl RunningChild {
    /// Starts a command, with pipes for all of its streams.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start(command: &mut Command, limits: Limits) -> io::Result<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        // The channel is bounded: a child that writes without end waits for the reader.
        let (sender, pieces) = sync_channel(8);
        forward(child.stdout.take(), sender.clone(), Piece::Output);
        forward(child.stderr.take(), sender, Piece::Error);
        Ok(Self {
            stdin: child.stdin.take(),
            child,
            pieces,
            stderr: Vec::new(),
            limits,
            clock: Clock::start(),
        })
    }

    /// Takes its standard input. When it is dropped, the child reads the end of the file.
    fn take_input(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Writes a request to its standard input and restarts the time limits. Do not write more than a pipe holds (4 KB)
    /// before you have read the answer.
    ///
    /// # Errors
    ///
    /// It has closed its standard input.
    pub fn ask(&mut self, question: &[u8]) -> io::Result<()> {
        self.clock = Clock::start();
        let Some(stdin) = &mut self.stdin else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        stdin.write_all(question)?;
        stdin.flush()
    }

    /// The next part of its standard output; empty at the end.
    ///
    /// # Errors
    ///
    /// A limit was reached and the child terminated.
    pub fn read(&mut self) -> Result<Option<Vec<u8>>, ChildError> {
        loop {
            let now = Instant::now();
            let (end, why) = self.limit();
            if now >= end {
                return Err(self.stop(why));
            }
            match self.pieces.recv_timeout(POLL.min(end - now)) {
                Ok(piece) => {
                    self.clock.heard = Instant::now();
                    match piece {
                        Piece::Output(bytes) => return Ok(Some(bytes)),
                        Piece::Error(bytes) => {
                            let room = MAX_ERROR.saturating_sub(self.stderr.len());
                            self.stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
                        }
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    if self.child.try_wait()?.is_some() {
                        let ended = *self.clock.ended.get_or_insert(now);
                        if now >= ended.max(self.clock.heard) + PIPES {
                            return Ok(None);
                        }
                    }
                }
            }
        }
    }

    /// Its exit status, after all of its output was read.
    ///
    /// # Errors
    ///
    /// A limit was reached and the child terminated.
    pub fn wait(&mut self) -> Result<ExitStatus, ChildError> {
        let (end, why) = self.limit();
        match self.ends_by(end)? {
            Some(status) => Ok(status),
            None => Err(self.stop(why)),
        }
    }

    /// The next limit and when it is reached.
    fn limit(&self) -> (Instant, Stopped) {
        let Limits { silence, deadline } = self.limits;
        let longest = silence * TIMES_SILENCE;
        let mut limit = (self.clock.heard + silence, Stopped::Silent(silence));
        for (end, why) in [
            (Some(self.clock.begun + longest), Stopped::Slow(longest)),
            (deadline, Stopped::OutOfTime),
        ] {
            match end {
                Some(end) if end < limit.0 => limit = (end, why),
                _ => {}
            }
        }
        limit
    }

    /// Terminates it, and returns why.
    pub fn stop(&mut self, why: Stopped) -> ChildError {
        self.end();
        ChildError::Stopped(why)
    }

    /// Terminates it and its children. A process that the system cannot terminate is left behind.
    fn end(&mut self) {
        drop(self.stdin.take());
        // Git removes its temporary files on SIGTERM.
        self.terminate();
        let _ = self.ends_by(Instant::now() + ENDING);
        self.kill();
        let _ = self.ends_by(Instant::now() + ENDING);
    }

    /// Its exit status, if it exits within a time.
    fn ends_by(&mut self, end: Instant) -> io::Result<Option<ExitStatus>> {
        let mut pause = Duration::from_micros(100);
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(POLL);
        }
    }

    #[cfg(unix)]
    fn terminate(&self) {
        self.signal(nix::sys::signal::Signal::SIGTERM);
    }

    #[cfg(unix)]
    fn kill(&self) {
        self.signal(nix::sys::signal::Signal::SIGKILL);
    }

    /// Sends a signal to it and to the children that stayed in its process group.
    #[cfg(unix)]
    fn signal(&self, signal: nix::sys::signal::Signal) {
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), signal);
        }
    }

    /// Windows has no termination request for programs without a window: the process and its children are killed.
    #[cfg(windows)]
    fn terminate(&self) {
        let system = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
        let mut taskkill = Command::new(std::path::Path::new(&system).join(r"System32\taskkill.exe"));
        taskkill.args(["/T", "/F", "/PID", &self.child.id().to_string()]);
        let quiet = taskkill
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let _ = quiet.spawn();
    }

    #[cfg(windows)]
    fn kill(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        // It exits when it reads the end of its input.
        drop(self.stdin.take());
        if !matches!(self.ends_by(Instant::now() + ENDING), Ok(Some(_))) {
            self.end();
        }
    }
}

/// Sends the parts of a stream until its end, or until the receiver is dropped.
fn forward<R: Read + Send + 'static>(stream: Option<R>, sender: SyncSender<Piece>, piece: fn(Vec<u8>) -> Piece) {
    thread::spawn(move || {
        let mut stream = stream?;
        let mut block = vec![0; 1 << 16];
        loop {
            match stream.read(&mut block) {
                Ok(length @ 1..) => sender.send(piece(block[..length].to_vec())).ok()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => return Some(()),
            }
        }
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn limits(silence: u64) -> Limits {
        Limits {
            silence: Duration::from_millis(silence),
            deadline: None,
        }
    }

    /// What a script comes to that is ended.
    fn stopped(script: &str, limits: Limits) -> Stopped {
        match output(&mut shell(script), Vec::new(), limits) {
            Err(ChildError::Stopped(why)) => why,
            other => panic!("{script}: {other:?}"),
        }
    }

    #[test]
    fn a_child_that_ends_gives_what_it_wrote() {
        let input = vec![b'x'; 1 << 20];
        let done = output(&mut shell("cat; echo no >&2; exit 3"), input.clone(), limits(60_000)).unwrap();
        assert_eq!(done.status.code(), Some(3));
        assert_eq!((done.stdout, &*done.stderr), (input, &b"no\n"[..]));
        let done = output(&mut shell("exec <&-; sleep 0.1"), vec![0; 1 << 20], limits(60_000));
        assert!(done.unwrap().status.success(), "it need not read");
    }

    #[test]
    fn a_child_that_does_not_end_is_ended() {
        let silent = |milliseconds| Stopped::Silent(Duration::from_millis(milliseconds));
        assert_eq!(stopped("sleep 1000", limits(50)), silent(50));
        assert_eq!(stopped("trap '' TERM; sleep 1000; sleep 1000", limits(50)), silent(50));
        assert_eq!(
            stopped("exec >&- 2>&-; sleep 1000", limits(50)),
            silent(50),
            "its pipes are closed"
        );
        assert_eq!(stopped("cat; sleep 1000", limits(50)), silent(50));
        let drips = "while :; do echo; sleep 0.01; done";
        let slow = Stopped::Slow(Duration::from_secs(2));
        assert_eq!(stopped(drips, limits(200)), slow);
        assert_eq!(stopped("yes", limits(60_000)), Stopped::TooMuch(MAX_OUTPUT));
        let in_time = Limits {
            deadline: Some(Instant::now() + Duration::from_millis(50)),
            ..limits(60_000)
        };
        assert_eq!(stopped("sleep 1000", in_time), Stopped::OutOfTime);
    }

    #[test]
    fn children_of_a_child_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        // The pipe is at its end when nobody holds it open for writing.
        let script = format!("exec 3>'{}'; (trap '' TERM; sleep 1000) & wait", pipe.display());
        let reader = thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe)
        });
        stopped(&script, limits(200));
        assert!(reader.join().unwrap().is_ok());
    }

    #[test]
    fn a_pipe_that_a_descendant_holds_open_is_not_waited_for() {
        let begun = Instant::now();
        let done = output(&mut shell("echo yes; sleep 100 & exit 0"), Vec::new(), limits(60_000)).unwrap();
        assert_eq!((done.status.code(), &*done.stdout), (Some(0), &b"yes\n"[..]));
        assert!(begun.elapsed() < Duration::from_mins(1));
    }
}

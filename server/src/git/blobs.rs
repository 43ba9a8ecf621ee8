//! The contents of files that are not in the working tree.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;

use super::command::{Git, GitError};
use crate::locks::lock;

/// The name of an object in git's store: a hash, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// Reads the digits.
    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        let is_hash = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        let digits = String::from_utf8(digits.to_vec()).ok().filter(|_| is_hash);
        digits.map(Self)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A `git cat-file` that says what is in the blobs that it is asked for, for as long as it is needed. Threads share it.
pub struct Blobs {
    process: Mutex<Process>,
}

struct Process {
    child: Child,
    /// Taken away to end the process.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Blobs {
    pub(super) fn start(git: &Git) -> Result<Self, GitError> {
        let mut child = git
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            // Nobody reads it while the process runs, and a pipe that is full would stop it.
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        };
        let process = Process {
            child,
            requests: Some(requests),
            answers: BufReader::new(answers),
        };
        Ok(Self {
            process: Mutex::new(process),
        })
    }

    /// Reads a blob. Returns its size; if that is more than `limit`, nothing of it is in the buffer.
    ///
    /// # Errors
    ///
    /// There is no such object, or git ended.
    pub fn read(&self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> io::Result<u64> {
        buffer.clear();
        lock(&self.process).read(id, limit, buffer)
    }
}

impl Process {
    fn read(&mut self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> io::Result<u64> {
        if let Some(requests) = &mut self.requests {
            requests.write_all(format!("{}\n", id.as_str()).as_bytes())?;
            requests.flush()?;
        }
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        // `ID TYPE SIZE`, or `ID missing`.
        let size = header
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size else {
            let (kind, answer) = match header.trim_end() {
                "" => (io::ErrorKind::UnexpectedEof, "git has ended"),
                answer => (io::ErrorKind::NotFound, answer),
            };
            return Err(io::Error::new(
                kind,
                format!("the repository has no such object: {answer}"),
            ));
        };
        let mut content = Read::by_ref(&mut self.answers).take(size);
        if size > limit {
            io::copy(&mut content, &mut io::sink())?;
        } else {
            content.read_to_end(buffer)?;
        }
        let mut end_of_answer = [0];
        self.answers.read_exact(&mut end_of_answer)?;
        Ok(size)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

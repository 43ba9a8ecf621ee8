//! The contents of files that are not in the working tree.

use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::command::{Git, GitError, refusal};
use crate::child_process::RunningChild;
use antipasta_pool::locks::lock;

/// The name of a git object: a hash in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    /// Parses the digits.
    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        let is_hash = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        let digits = String::from_utf8(digits.to_vec()).ok().filter(|_| is_hash);
        digits.map(Self)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is all zeros: git has no object, as for a file in the working tree.
    pub(super) fn is_zero(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}

/// What git fetched for a partial clone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The number of objects.
    pub objects: usize,
    /// How long that took.
    pub time: Duration,
}

/// Reads blobs by one long-running `git cat-file`, which threads share.
pub struct Blobs {
    state: Mutex<State>,
}

struct State {
    /// Reads local objects.
    local: Process,
    /// Reads objects that have to be fetched. Started when it is first needed, if fetching is allowed.
    fetching: Option<Process>,
    git: Git,
    fetched: Fetched,
}

/// A `git cat-file`, or why it failed: it is not started again.
enum Process {
    Runs(Answers),
    Failed(String),
}

/// Its output.
struct Answers {
    child: RunningChild,
    /// The block that was read last; `block[taken..]` is not consumed yet.
    block: Vec<u8>,
    taken: usize,
}

impl Blobs {
    pub(super) fn start(git: &Git) -> Result<Self, GitError> {
        Ok(Self {
            state: Mutex::new(State {
                local: Process::start(&git.without_fetching())?,
                fetching: None,
                git: git.clone(),
                fetched: Fetched::default(),
            }),
        })
    }

    /// Reads a blob into `buffer`. Returns its size; if it exceeds `limit`, the buffer stays empty.
    ///
    /// # Errors
    ///
    /// The object does not exist, or git fails.
    pub fn read(&self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> io::Result<u64> {
        buffer.clear();
        let mut state = lock(&self.state);
        if let Some(size) = state.local.read(id, limit, buffer)? {
            return Ok(size);
        }
        state.fetch(id, limit, buffer)
    }

    /// What was fetched so far.
    pub fn fetched(&self) -> Fetched {
        lock(&self.state).fetched
    }
}

impl State {
    /// Reads a blob that has to be fetched.
    fn fetch(&mut self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> io::Result<u64> {
        let missing = || {
            io::Error::new(
                io::ErrorKind::NotFound,
                format!("git has no object {} here", id.as_str()),
            )
        };
        if !self.git.fetches {
            return Err(missing());
        }
        let begun = Instant::now();
        let process = match &mut self.fetching {
            Some(process) => process,
            None => self
                .fetching
                .insert(Process::start(&self.git).map_err(io::Error::other)?),
        };
        let read = process.read(id, limit, buffer);
        self.fetched.time += begun.elapsed();
        let size = read?.ok_or_else(missing)?;
        self.fetched.objects += 1;
        Ok(size)
    }
}

impl Process {
    fn start(git: &Git) -> Result<Self, GitError> {
        Ok(Self::Runs(Answers {
            child: git.start(&["cat-file", "--batch"])?,
            block: Vec::new(),
            taken: 0,
        }))
    }

    /// Reads a blob; `None` if it does not exist.
    fn read(&mut self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> io::Result<Option<u64>> {
        let why = match self {
            Self::Failed(why) => why.clone(),
            Self::Runs(answers) => match answers.read(id, limit, buffer) {
                Ok(size) => return Ok(size),
                Err(error) => error.to_string(),
            },
        };
        buffer.clear();
        *self = Self::Failed(why.clone());
        Err(io::Error::other(why))
    }
}

impl Answers {
    fn read(&mut self, id: &ObjectId, limit: u64, buffer: &mut Vec<u8>) -> Result<Option<u64>, GitError> {
        // If it has closed its input, its message says why.
        let _ = self.child.ask(format!("{}\n", id.as_str()).as_bytes());
        // `ID blob SIZE`, or `ID missing`.
        let header = self.line()?;
        let header = header.strip_prefix(id.as_str().as_bytes()).unwrap_or_default();
        if header == b" missing" {
            return Ok(None);
        }
        let nonsense = || GitError::Answer("cat-file");
        let size = header.strip_prefix(b" blob ").ok_or_else(nonsense)?;
        let size = std::str::from_utf8(size).ok().and_then(|size| size.parse::<u64>().ok());
        let size = size.ok_or_else(nonsense)?;
        let mut left = size;
        while left > 0 {
            let bytes = self.some(left)?;
            left -= bytes.len() as u64;
            if size <= limit {
                buffer.extend_from_slice(bytes);
            }
        }
        match self.some(1)? {
            b"\n" => Ok(Some(size)),
            _ => Err(nonsense()),
        }
    }

    /// A line without its terminator.
    fn line(&mut self) -> Result<Vec<u8>, GitError> {
        /// The header of an answer is shorter.
        const LONGEST: usize = 1 << 10;
        let mut line = Vec::new();
        loop {
            let byte = self.some(1)?[0];
            if byte == b'\n' {
                return Ok(line);
            }
            if line.len() == LONGEST {
                return Err(GitError::Answer("cat-file"));
            }
            line.push(byte);
        }
    }

    /// At least one and at most `most` of the next bytes.
    fn some(&mut self, most: u64) -> Result<&[u8], GitError> {
        while self.taken == self.block.len() {
            self.taken = 0;
            self.block = match self.child.read() {
                Ok(Some(block)) => block,
                Ok(None) => {
                    let status = self.child.wait().ok();
                    return Err(refusal("cat-file", &self.child.stderr, status));
                }
                Err(error) => return Err(GitError::from_child("cat-file", error)),
            };
        }
        let rest = &self.block[self.taken..];
        let count = usize::try_from(most).unwrap_or(usize::MAX).min(rest.len());
        let from = self.taken;
        self.taken += count;
        Ok(&self.block[from..from + count])
    }
}

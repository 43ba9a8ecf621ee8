//! The destinations of reports: files or the standard output, each with a format.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anstream::adapter::StripBytes;
use anstream::{AutoStream, ColorChoice};
use anyhow::{anyhow, bail};
use clap::ValueEnum;

use super::format::Format;
use super::formats::OutputFormat;
use super::model::Report;
use antipasta_pool::Pool;
use antipasta_workspace::discovery::is_named_source;
use antipasta_workspace::replace_file::{Trees, prepare_file, replace_file_by};

/// The destination of a report.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// The format of the report.
    pub format: OutputFormat,
    /// The file to write to; `None` is the standard output.
    pub file: Option<PathBuf>,
}

impl FromStr for Destination {
    type Err = anyhow::Error;

    /// Parses `KIND` or `KIND:FILE`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (kind, file) = match text.split_once(':') {
            Some((_, "")) => bail!("a file is missing after the `:`"),
            Some((kind, file)) => (kind, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = OutputFormat::from_str(kind, true).map_err(|_| unknown(kind))?;
        Ok(Self { format, file })
    }
}

fn unknown(kind: &str) -> anyhow::Error {
    let kinds = OutputFormat::value_variants().iter();
    let kinds = kinds.map(|kind| format!("`{}`", kind.name));
    anyhow!(
        "`{kind}` is no kind of report (allowed: {})",
        kinds.collect::<Vec<_>>().join(", ")
    )
}

/// The destinations for a list of them, and for the file of `--output`, to which the one without a file goes.
///
/// # Errors
///
/// Two reports would go to one place, or none to the file of `--output`.
pub(crate) fn destinations(mut list: Vec<Destination>, output: Option<PathBuf>) -> anyhow::Result<Vec<Destination>> {
    let mut without_file = list.iter_mut().filter(|destination| destination.file.is_none());
    let first = without_file.next();
    if without_file.next().is_some() {
        bail!("only one report can go to the standard output; the others need a file, as in `sarif:FILE`");
    }
    match (first, output) {
        (Some(first), output) => first.file = output,
        (None, Some(_)) => bail!("--output has no use: every --output-format names its file"),
        (None, None) => {}
    }
    for (index, destination) in list.iter().enumerate() {
        if let Some(file) = &destination.file
            && list[..index].iter().any(|other| other.file.as_ref() == Some(file))
        {
            bail!("two reports cannot go to one file, {}", file.display());
        }
    }
    Ok(list)
}

/// Makes the folders of a report, and finds out whether it can be written. A report never replaces Python source: that would be a
/// mistake, such as naming the file that is to be checked.
///
/// # Errors
///
/// The report cannot be written, or the file is Python source.
pub(crate) fn prepare_report(path: &Path, trees: &Trees) -> io::Result<()> {
    let real = path.canonicalize();
    if real.is_ok_and(|real| is_named_source(&real) && real.is_file()) {
        return Err(io::Error::other("it is a Python file, which a report does not replace"));
    }
    prepare_file(path, trees)
}

impl Destination {
    /// Whether people read the report on the standard output.
    pub(crate) fn is_for_people(&self) -> bool {
        self.format.format.is_styled() && self.file.is_none()
    }

    /// Makes the folders of the file, and finds out whether it can be written.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn prepare(&self, trees: &Trees) -> io::Result<()> {
        let file = self.file.as_deref();
        file.map_or(Ok(()), |file| prepare_report(file, trees))
    }

    /// Writes the report. The threads of `pool` format its files.
    pub(crate) fn write(&self, report: &Report, pool: &Pool, trees: &Trees) -> io::Result<()> {
        let format = self.format.format;
        let is_colored = || AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        match &self.file {
            Some(path) => replace_file_by(path, trees, |file| write_plain(format, report, pool, file)),
            None if format.is_styled() && is_colored() => {
                write_buffered(format, report, pool, AutoStream::auto(io::stdout()))
            }
            None => write_plain(format, report, pool, io::stdout()),
        }
    }
}

/// Writes a report without ANSI escape codes.
fn write_plain(format: &dyn Format, report: &Report, pool: &Pool, output: impl Write) -> io::Result<()> {
    match format.is_styled() {
        true => write_buffered(format, report, pool, Plain::new(output)),
        false => write_buffered(format, report, pool, output),
    }
}

fn write_buffered(format: &dyn Format, report: &Report, pool: &Pool, output: impl Write) -> io::Result<()> {
    let mut buffered = BufWriter::new(output);
    format.render(report, pool, &mut buffered)?;
    buffered.flush()
}

/// Removes ANSI escape codes from what is written.
struct Plain<W> {
    output: W,
    state: StripBytes,
    /// The text without escape codes, collected to be written at once.
    text: Vec<u8>,
}

impl<W: Write> Plain<W> {
    fn new(output: W) -> Self {
        Self {
            output,
            state: StripBytes::new(),
            text: Vec::new(),
        }
    }
}

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.clear();
        for printable in self.state.strip_next(bytes) {
            self.text.extend_from_slice(printable);
        }
        self.output.write_all(&self.text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

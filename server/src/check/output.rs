//! Writing the output of a check: reports, and what comes before them.

use std::io::{self, Write};

use super::context::CheckContext;
use super::error::{CheckError, print_all_but_last};
use super::notices;
use crate::console;
use crate::report::{Destination, Report};
use antipasta_rules::escape::whole_line;

/// Makes the folders of the files that will be written, and finds out whether they can be written, before the analysis.
pub(super) fn prepare(context: &CheckContext<'_>) -> Result<(), CheckError> {
    let (options, trees) = (context.options, &context.trees);
    let reports = options.destinations.iter();
    let reports = reports.filter_map(|to| Some((to.file.as_ref()?, to.prepare(trees).err()?)));
    let baseline = options.baseline.iter();
    let baseline = baseline.filter_map(|baseline| Some((&baseline.file, baseline.prepare(trees).err()?)));
    let unwritable = reports.chain(baseline);
    print_all_but_last(unwritable.map(|(path, error)| CheckError::Unwritable(path.clone(), error)))
}

/// Says which configurations are used and how many files are analyzed, as the reference does. If the standard output has a
/// report for programs, this goes to the standard error.
pub(super) fn announce(context: &CheckContext<'_>, files: usize) -> Result<(), CheckError> {
    let options = context.options;
    if options.quiet || files == 0 {
        return Ok(());
    }
    let mut lines = notices::used_configs(&context.configs);
    lines.push(format!("Analyzing {files} files..."));
    if options.destinations.iter().any(Destination::is_for_people) {
        let lines: String = lines.iter().map(|line| format!("{}\n", whole_line(line))).collect();
        unless_reader_left(io::stdout().write_all(lines.as_bytes())).map_err(CheckError::Stdout)
    } else {
        lines.iter().for_each(console::say);
        Ok(())
    }
}

/// Writes the reports, those to files first, because the reader of the standard output may leave. If one cannot be written, the
/// others are.
pub(super) fn write(context: &CheckContext<'_>, report: &Report) -> Result<(), CheckError> {
    let destinations = context.options.destinations.iter();
    let (to_files, others): (Vec<_>, Vec<_>) = destinations.partition(|to| to.file.is_some());
    let write = |to: &Destination| {
        let written = to.write(report, &context.pool, &context.trees);
        match &to.file {
            Some(path) => written.map_err(|error| CheckError::Output(path.clone(), error)),
            None => unless_reader_left(written).map_err(CheckError::Stdout),
        }
    };
    print_all_but_last(to_files.into_iter().chain(others).filter_map(|to| write(to).err()))
}

/// Takes a closed pipe for success: the reader of the standard output may have seen enough (`| head`).
fn unless_reader_left(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

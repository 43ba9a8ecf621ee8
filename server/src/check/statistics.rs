//! `--statistics`: the cost of a check.

use std::io::{self, Write};
use std::time::Duration;

use super::checked_file::CheckedFile;
use antipasta_analysis::{Origin, Phases};

/// The sums over all files.
#[derive(Default)]
pub(super) struct Totals {
    files: usize,
    functions: usize,
    bytes: u64,
    suppressed: usize,
    known_files: usize,
    known_contents: usize,
    analyzed: usize,
    phases: Phases,
}

impl Totals {
    pub(super) fn new(files: &[CheckedFile]) -> Self {
        let mut totals = Self::default();
        for CheckedFile { report, cost, .. } in files {
            totals.files += 1;
            totals.functions += report.metrics.functions.len();
            totals.bytes += cost.bytes;
            totals.suppressed += report.evaluation.suppressed;
            totals.phases += cost.phases;
            *match cost.origin {
                Origin::KnownFile => &mut totals.known_files,
                Origin::KnownContent => &mut totals.known_contents,
                Origin::Analysis => &mut totals.analyzed,
            } += 1;
        }
        totals
    }
}

/// The cost of a check, by phase.
pub(super) struct CheckStatistics {
    pub totals: Totals,
    /// The time to find the files.
    pub discovery: Duration,
    /// The time to look up the files in the cache.
    pub recall: Duration,
    /// The time from the first file to the last.
    pub analysis: Duration,
    /// The time to write the reports.
    pub report: Duration,
    pub threads: usize,
}

impl CheckStatistics {
    /// Writes the statistics as a table.
    pub(super) fn write(&self, output: &mut dyn Write) -> io::Result<()> {
        let Totals { bytes, phases, .. } = self.totals;
        let megabytes = bytes as f64 / 1e6;
        writeln!(output, "\nStatistics:")?;
        let mut line = |name: &str, value: String| writeln!(output, "  {name:<24}{value}");
        line("files", self.totals.files.to_string())?;
        line("functions", self.totals.functions.to_string())?;
        line("source", format!("{megabytes:.2} MB"))?;
        line("suppressed violations", self.totals.suppressed.to_string())?;
        line("files known unread", self.totals.known_files.to_string())?;
        line("contents known", self.totals.known_contents.to_string())?;
        line("files analyzed", self.totals.analyzed.to_string())?;
        line("threads", self.threads.to_string())?;
        line("finding files", milliseconds(self.discovery))?;
        line("asking the cache", milliseconds(self.recall))?;
        line("analysis", milliseconds(self.analysis))?;
        line("  reading (all threads)", milliseconds(phases.read))?;
        line("  decoding", milliseconds(phases.decode))?;
        line("  parsing", milliseconds(phases.parse))?;
        line("  measuring", milliseconds(phases.measure))?;
        line("reporting", milliseconds(self.report))?;
        line(
            "throughput",
            format!("{:.1} MB/s", megabytes / self.analysis.as_secs_f64().max(1e-9)),
        )?;
        let peak = peak_memory().map_or_else(|| "not known".to_owned(), |peak| format!("{:.1} MB", peak as f64 / 1e6));
        line("peak memory", peak)
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// The most memory that this process has had resident, in bytes.
#[cfg(unix)]
fn peak_memory() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    // Linux and the BSDs count in kibibytes, macOS in bytes.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    let peak = getrusage(UsageWho::RUSAGE_SELF).ok()?.max_rss();
    Some(u64::try_from(peak).ok()? * unit)
}

/// The peak is not known on this platform.
#[cfg(not(unix))]
fn peak_memory() -> Option<u64> {
    None
}

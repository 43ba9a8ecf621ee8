//! What a run cost.

use std::io::{self, Write};
use std::time::Duration;

use super::report::Report;
use antipasta_analysis::{Origin, Phases};

/// What a run cost, phase by phase.
pub(super) struct Statistics {
    pub discovery: Duration,
    /// Opening the cache, and reading from it what is known of the files.
    pub recall: Duration,
    /// From the first file to the last.
    pub analysis: Duration,
    pub report: Duration,
    pub threads: usize,
}

impl Statistics {
    /// Writes a table of them.
    pub(super) fn write(&self, report: &Report, output: &mut dyn Write) -> io::Result<()> {
        let bytes: u64 = report.files.iter().map(|file| file.bytes).sum();
        let functions: usize = report
            .files
            .iter()
            .map(|file| file.outcome.metrics.functions.len())
            .sum();
        let suppressed: usize = report.files.iter().map(|file| file.outcome.evaluation.suppressed).sum();
        let mut phases = Phases::default();
        for file in &report.files {
            phases += file.phases;
        }
        let of_origin = |origin: Origin| report.files.iter().filter(|file| file.origin == origin).count();
        let megabytes = bytes as f64 / 1e6;
        writeln!(output, "\nStatistics:")?;
        let mut line = |name: &str, value: String| writeln!(output, "  {name:<24}{value}");
        line("files", report.files.len().to_string())?;
        line("functions", functions.to_string())?;
        line("source", format!("{megabytes:.2} MB"))?;
        line("suppressed violations", suppressed.to_string())?;
        line("files known unread", of_origin(Origin::KnownFile).to_string())?;
        line("contents known", of_origin(Origin::KnownContent).to_string())?;
        line("files analysed", of_origin(Origin::Analysis).to_string())?;
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

/// Not known on this platform.
#[cfg(not(unix))]
fn peak_memory() -> Option<u64> {
    None
}

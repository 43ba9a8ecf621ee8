//! Formatting many files at once.

use std::borrow::Borrow;
use std::iter;

use super::model::FileReport;
use antipasta_analysis::AnalysisError;
use antipasta_pool::Pool;

/// How many files are formatted at once: enough to keep threads busy, few enough that their texts take little memory.
const BATCH: usize = 256;

/// Formats each file, and gives the texts in the order of the files. The threads of the pool format a batch when its first text is
/// needed.
pub(super) fn file_texts<'a, F, T>(
    files: &'a [F],
    pool: &'a Pool,
    format: impl Fn(&FileReport) -> T + Sync + 'a,
) -> impl Iterator<Item = T> + 'a
where
    F: Borrow<FileReport> + Sync,
    T: Send + 'a,
{
    let size = |file: &F| file.borrow().metrics.functions.len() as u64;
    let mut batches = files.chunks(BATCH);
    let batches = iter::from_fn(move || {
        let work = |file: &F, (): &mut ()| format(file.borrow());
        let rescue = |file: &F, panic| {
            let path = file.borrow().path.clone();
            format(&FileReport::failed(path, AnalysisError::Panicked(panic)))
        };
        let files = batches.next()?;
        let texts = pool.map(files, size, || (), work, rescue);
        // If threads cannot be started, this one formats the files.
        let texts = texts.unwrap_or_else(|_| files.iter().map(|file| work(file, &mut ())).collect());
        Some(texts)
    });
    batches.flatten()
}

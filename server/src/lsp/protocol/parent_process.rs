//! The process that started the server, which may end without a word.

use std::process;

use tower_lsp::lsp_types::InitializeParams;

/// How often it is looked for.
#[cfg(unix)]
const INTERVAL: std::time::Duration = std::time::Duration::from_secs(3);

/// Ends the server when the process that the client named in `initialize` is gone, as the protocol wants it. A process that
/// is not there from the beginning is none of this machine, or container, and is not watched. `exit_code` says what the
/// server ends with.
pub(crate) fn watch(params: &InitializeParams, exit_code: impl Fn() -> u8 + Send + 'static) {
    let Some(id) = params.process_id.filter(|&id| is_alive(id)) else {
        return;
    };
    watch_process(id, move || {
        tracing::warn!("the client's process {id} is gone without `exit`");
        process::exit(exit_code().into());
    });
}

#[cfg(unix)]
fn watch_process(id: u32, at_end: impl FnOnce() + Send + 'static) {
    tokio::spawn(async move {
        while is_alive(id) {
            tokio::time::sleep(INTERVAL).await;
        }
        at_end();
    });
}

#[cfg(not(unix))]
fn watch_process(_: u32, _: impl FnOnce() + Send + 'static) {}

/// Whether a process is there, perhaps another user's.
#[cfg(unix)]
fn is_alive(id: u32) -> bool {
    use nix::errno::Errno;
    use nix::sys::signal::kill;
    use nix::unistd::Pid;

    let Ok(id) = i32::try_from(id) else { return false };
    // 0 and negative numbers are groups of processes.
    id > 0 && kill(Pid::from_raw(id), None) != Err(Errno::ESRCH)
}

#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    false
}

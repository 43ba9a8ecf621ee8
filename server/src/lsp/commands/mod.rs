//! The commands that the server executes for a client (`workspace/executeCommand`).

pub(super) mod command;
pub(super) mod execute;

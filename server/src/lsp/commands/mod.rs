//! The commands that the server executes for a client (`workspace/executeCommand`).

pub mod command;
pub mod execute;

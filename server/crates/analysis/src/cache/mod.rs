//! What was measured before, in one SQLite file that all processes share.
//!
//! The cache knows the metrics of contents, by hash ([`ContentKey`]), and of files, by what the system says of them
//! ([`FileStamp`](antipasta_workspace::discovery::FileStamp)), so that a file that did not change need not even be read. It knows nothing of
//! thresholds.
//!
//! It owns what it made and nothing else: a file that another program made, or that git tracks, is left as it is
//! ([`ownership`]).
//!
//! Losing it costs time and nothing else. So nothing that is read from it is trusted: every row has a checksum over all
//! that it stands for, and what does not add up was never there. And nothing that goes wrong with it is an error of the run:
//! it is noted once ([`Cache::take_trouble`]), and the run goes on without.

mod administration;
mod bounded;
mod breaker;
mod database;
mod health;
mod key;
mod known;
mod location;
mod maintenance;
mod ownership;
mod schema;
mod store;
mod writer;

pub use administration::{Imported, Statistics, VERSIONS, Verification};
pub use database::{Database, DatabaseError, FILE_NAME};
pub use key::ContentKey;
pub use known::Known;
pub use location::{DIRECTORY_VARIABLE, Location, NO_CACHE_VARIABLE};
pub use maintenance::Limits;
pub use store::{Cache, Counts, NoCache};

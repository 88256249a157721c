//! The service that the program calls: a terminal, on the page.

use sabir::Bytes;
use serde::{Deserialize, Serialize};

/// The person's side of the program.
#[sabir::service]
pub trait Terminal {
    /// Prints a line.
    #[sabir(one_way)]
    fn print(&self, line: String);
    /// Asks the person for a line, and waits for it.
    async fn ask(&self, prompt: String) -> String;
    /// Waits for the person to pick a file, and reads it.
    async fn pick_file(&self) -> Result<PickedFile, FileError>;
    /// Shows how much of the work is done (0 to 1).
    fn progress(&self, done: f64);
    /// Returns what it is given.
    fn echo(&self, value: i32) -> i32;
    /// Shows how long calls took: one count for each power of two of microseconds, from below 1 us on.
    #[sabir(one_way)]
    fn latencies(&self, counts: Vec<u32>);
}

/// A file, as picked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// All of it.
    pub bytes: Bytes,
}

/// Why there is no file.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{name} cannot be read: {what}")]
pub struct FileError {
    /// Its name.
    pub name: String,
    /// The browser's words.
    pub what: String,
}

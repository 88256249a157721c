//! Why a worker did not start.

use sabir_core::{CloseReason, LinkError};
use sabir_fallback::PassedOver;
use std::time::Duration;

/// Why a worker did not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is nothing by which a worker could wait for the page.
    #[error(
        "no transport blocks here ({}); serve the page with the headers `Cross-Origin-Opener-Policy: same-origin` and \
         `Cross-Origin-Embedder-Policy: require-corp`; or write the text \
         `sabir::SERVICE_WORKER` to a file of the site and name it: `service_worker(\"/sw.js\")`",
        listed(passed_over)
    )]
    NoTransport {
        /// Why, for each transport.
        passed_over: Vec<PassedOver>,
    },
    /// The link cannot be made.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The worker's script could not be loaded or run.
    #[error(
        "the worker's script {url} could not be loaded: {what}; check the URL, and the page's CSP `worker-src`"
    )]
    Load {
        /// The script.
        url: String,
        /// The browser's words.
        what: String,
    },
    /// A bundler has merged the package's script with another, or renamed its exports.
    #[error(
        "a bundler has changed the package's script {url} ({what}); make the file that wasm-bindgen wrote an entry that \
         keeps its exports (Vite, Rollup: `preserveEntrySignatures: 'allow-extension'`), or serve its folder as it is"
    )]
    Bundled {
        /// The script.
        url: String,
        /// The fault of the changed script in a worker.
        what: String,
    },
    /// The package's wasm could not be compiled or instantiated, or panicked while it started.
    #[error("the package of {url} could not be started: {what}")]
    Init {
        /// The package's JS.
        url: String,
        /// The browser's words.
        what: String,
    },
    /// The package has no such program.
    #[error("the package has no worker program `{entry}`; mark the function with `#[sabir::worker]`")]
    UnknownProgram {
        /// The name asked for.
        entry: String,
    },
    /// The program ended, badly, as soon as it began.
    #[error("the program `{entry}` failed as it started: {reason}")]
    Program {
        /// The program.
        entry: String,
        /// How it failed.
        reason: CloseReason,
    },
    /// The worker gave no sign of life in time; it was terminated.
    #[error(
        "the program `{entry}` did not start within {} ms; raise `start_timeout` if it is that large",
        limit.as_millis() as u64
    )]
    TimedOut {
        /// The program.
        entry: String,
        /// The limit.
        limit: Duration,
    },
}

fn listed(passed_over: &[PassedOver]) -> String {
    passed_over.iter().map(PassedOver::to_string).collect::<Vec<_>>().join("; ")
}

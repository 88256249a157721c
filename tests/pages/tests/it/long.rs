//! The suite `long`: `cargo xtask test long`.
//!
//! It has bursts of 10,000 over the slow transports, faults many times in a row, and the pairs of browser and transport that
//! `pages` leaves out.
//! It looks at coincident's own outcomes in Firefox and WebKit, as `pages` does in Chromium.

use crate::{behaviours, npm, order, python, transports};
use sabir_pages::Engine;
use std::time::Duration;

/// How long a page of bursts may take.
pub const LIMIT: Duration = Duration::from_secs(1800);

const COUNT: u32 = 10_000;
const TRANSPORTS: [&str; 2] = ["mailbox", "service-worker"];

#[tokio::test]
#[ignore = "long"]
async fn javascript_in_chromium() {
    for transport in TRANSPORTS {
        order::check(Engine::Chromium, Some(transport), Some(COUNT)).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn javascript_in_firefox() {
    for transport in TRANSPORTS {
        order::check(Engine::Firefox, Some(transport), Some(COUNT)).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn python_in_chromium() {
    for transport in TRANSPORTS {
        python::check_bursts(Engine::Chromium, transport, COUNT).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn python_in_firefox() {
    for transport in TRANSPORTS {
        python::check_bursts(Engine::Firefox, transport, COUNT).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn rust_in_chromium() {
    for transport in TRANSPORTS {
        behaviours::check_burst(Engine::Chromium, transport, COUNT).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn rust_in_firefox() {
    for transport in TRANSPORTS {
        behaviours::check_burst(Engine::Firefox, transport, COUNT).await;
    }
}

#[tokio::test]
#[ignore = "long"]
async fn python_runs_over_the_other_transports() {
    python::check(Engine::Chromium, Some("mailbox")).await;
    python::check(Engine::Firefox, Some("mailbox")).await;
    python::check(Engine::Firefox, Some("service-worker")).await;
}

#[tokio::test]
#[ignore = "long"]
async fn all_holds_over_the_other_transports() {
    transports::check(Engine::Chromium, "mailbox").await;
    transports::check(Engine::Firefox, "service-worker").await;
    transports::check(Engine::WebKitUnshared, "service-worker").await;
}

#[tokio::test]
#[ignore = "long"]
async fn coincident_differs_alike_in_the_other_browsers() {
    npm::check_peer(Engine::Firefox).await;
    npm::check_peer(Engine::WebKit).await;
}

#[tokio::test]
#[ignore = "long"]
async fn faults_are_survived_in_chromium() {
    npm::survive_faults(Engine::Chromium, 50).await;
}

#[tokio::test]
#[ignore = "long"]
async fn faults_are_survived_in_firefox() {
    npm::survive_faults(Engine::Firefox, 50).await;
}

#[tokio::test]
#[ignore = "long"]
async fn faults_are_survived_in_webkit() {
    npm::survive_faults(Engine::WebKit, 10).await;
}

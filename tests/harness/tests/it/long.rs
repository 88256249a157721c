//! Bursts of 10,000 over the transports where each takes minutes: `cargo xtask test long`.

use crate::{behaviours, order, python};
use sabir_harness::Engine;
use std::time::Duration;

/// How long a page of bursts may take.
pub const LIMIT: Duration = Duration::from_secs(1800);

const COUNT: u32 = 10_000;
const TRANSPORTS: [&str; 2] = ["mailbox", "service-worker"];

#[tokio::test]
async fn javascript_in_chromium() {
    for transport in TRANSPORTS {
        order::check(Engine::Chromium, Some(transport), Some(COUNT)).await;
    }
}

#[tokio::test]
async fn javascript_in_firefox() {
    for transport in TRANSPORTS {
        order::check(Engine::Firefox, Some(transport), Some(COUNT)).await;
    }
}

#[tokio::test]
async fn python_in_chromium() {
    for transport in TRANSPORTS {
        python::check_bursts(Engine::Chromium, transport, COUNT).await;
    }
}

#[tokio::test]
async fn python_in_firefox() {
    for transport in TRANSPORTS {
        python::check_bursts(Engine::Firefox, transport, COUNT).await;
    }
}

#[tokio::test]
async fn rust_in_chromium() {
    for transport in TRANSPORTS {
        behaviours::check_burst(Engine::Chromium, transport, COUNT).await;
    }
}

#[tokio::test]
async fn rust_in_firefox() {
    for transport in TRANSPORTS {
        behaviours::check_burst(Engine::Firefox, transport, COUNT).await;
    }
}

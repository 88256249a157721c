//! The suite `long`: `cargo xtask test long`.
//!
//! It has bursts of 10,000 over the slow transports, faults many times in a row, and the pairs of browser and transport that
//! `pages` leaves out.
//! It looks at coincident's own outcomes in Firefox and WebKit, as `pages` does in Chromium.

use crate::each::each;
use crate::{behaviours, npm, order, transports, types};
use sabir_pages::Engine;
use std::time::Duration;

/// How long a page of bursts may take.
pub const LIMIT: Duration = Duration::from_secs(1800);

const COUNT: u32 = 10_000;
const TRANSPORTS: [&str; 2] = ["mailbox", "service-worker"];

async fn bursts_of_javascript(engine: Engine) {
    for transport in TRANSPORTS {
        order::check(engine, Some(transport), Some(COUNT)).await;
    }
}

async fn bursts_of_rust(engine: Engine) {
    for transport in TRANSPORTS {
        behaviours::check_burst(engine, transport, COUNT).await;
    }
}

each! {
    #[ignore = "long"]
    javascript_in_chromium: bursts_of_javascript(Engine::Chromium);
    #[ignore = "long"]
    javascript_in_firefox: bursts_of_javascript(Engine::Firefox);
    #[ignore = "long"]
    rust_in_chromium: bursts_of_rust(Engine::Chromium);
    #[ignore = "long"]
    rust_in_firefox: bursts_of_rust(Engine::Firefox);
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
async fn types_of_coincident_arrive_as_documented() {
    types::check_peer().await;
}

/// Objects of the page, met in one turn of a worker's event loop.
async fn meet_objects(engine: Engine) {
    let path = "/features/index.html?only=scope:&objects=1000000";
    let outcomes = npm::outcomes_within(LIMIT, engine, true, path).await;
    assert_eq!(npm::failures(&outcomes), [""; 0], "{engine:?}");
}

each! {
    #[ignore = "long"]
    a_million_objects_in_chromium: meet_objects(Engine::Chromium);
    #[ignore = "long"]
    a_million_objects_in_firefox: meet_objects(Engine::Firefox);
}

each! {
    #[ignore = "long"]
    faults_are_survived_in_chromium: npm::survive_faults(Engine::Chromium, 50);
    #[ignore = "long"]
    faults_are_survived_in_firefox: npm::survive_faults(Engine::Firefox, 50);
    #[ignore = "long"]
    faults_are_survived_in_webkit: npm::survive_faults(Engine::WebKit, 10);
}

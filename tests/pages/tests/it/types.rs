//! The table of types in docs/javascript.md: what arrives for each type of the platform, with coincident beside it.
//!
//! `SABIR_WRITE=1 cargo xtask test pages -- types::` writes it. With `long` instead of `pages`, coincident's outcomes are written.

use crate::npm::{SUITE_LIMIT, launch};
use sabir_pages::Engine;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

const OPENS: &str = "<!-- The table of types, by `SABIR_WRITE=1 cargo xtask test pages -- types::` -->\n";
const CLOSES: &str = "\n<!-- The end of the table -->";
/// coincident hangs where it cannot encode a result, a hundred times.
const PEER_LIMIT: Duration = Duration::from_secs(1200);

fn in_the_checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Compares a text with the checked-in one, or writes it.
fn check(path: &str, expected: &str, found: &str) {
    let whole = fs::read_to_string(in_the_checkout(path)).unwrap();
    if env::var_os("SABIR_WRITE").is_some() {
        fs::write(in_the_checkout(path), whole.replace(expected, found)).unwrap();
        return;
    }
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{path} is out of date; `types.rs` says how to write it");
    }
    assert_eq!(expected.lines().count(), found.lines().count(), "{path} is out of date");
}

/// The outcomes of a library, and the table.
async fn outcomes(engine: Engine, library: &str, limit: Duration) -> (Map<String, Value>, String) {
    let (server, browser) = launch(engine, true).await;
    browser.goto(&server.url(&format!("/types/index.html?library={library}"))).await.unwrap();
    browser.wait_for("document.title === 'done'", limit).await.unwrap();
    // As a text: a driver looks at objects with the page's own classes, and coincident's page has lost one.
    let outcomes = browser.run("return JSON.stringify(outcomes)").await.unwrap();
    let table = browser.run("return documented").await.unwrap();
    browser.close().await.unwrap();
    (serde_json::from_str(outcomes.as_str().unwrap()).unwrap(), table.as_str().unwrap().to_owned())
}

/// The outcomes of all types in all roles, by group, type, column and role.
fn each_outcome(outcomes: &Map<String, Value>) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (group, types) in outcomes {
        for (name, columns) in types.as_object().unwrap() {
            for (column, roles) in columns.as_array().unwrap().iter().enumerate() {
                for (role, outcome) in roles.as_object().unwrap() {
                    let place = format!("{group}, {name}, column {column}, {role}");
                    found.push((place, outcome.as_str().unwrap()));
                }
            }
        }
    }
    found
}

/// No value is changed in silence, and nothing hangs.
fn check_honest(engine: Engine, outcomes: &Map<String, Value>) {
    const HONEST: [&str; 8] = ["same", "copy", "reference", "error", "thrown", "json", "awaited", "-"];
    for (place, outcome) in each_outcome(outcomes) {
        assert!(HONEST.contains(&outcome), "{engine:?}: {place}: {outcome}");
    }
}

#[tokio::test]
async fn every_type_arrives_as_documented_in_chromium() {
    let (outcomes, table) = outcomes(Engine::Chromium, "sabir", SUITE_LIMIT).await;
    check_honest(Engine::Chromium, &outcomes);
    let docs = fs::read_to_string(in_the_checkout("docs/javascript.md")).unwrap();
    let (_, after) = docs.split_once(OPENS).expect("docs/javascript.md has the table of types");
    let (documented, _) = after.split_once(CLOSES).expect("the table ends");
    check("docs/javascript.md", documented, &table);
}

/// Another browser may lack a type, and may refuse what Chromium can clone.
#[tokio::test]
async fn no_type_is_changed_in_silence_in_firefox() {
    let (outcomes, _) = outcomes(Engine::Firefox, "sabir", SUITE_LIMIT).await;
    assert!(each_outcome(&outcomes).len() > 1500, "the page has {} types", outcomes.len());
    check_honest(Engine::Firefox, &outcomes);
}

/// coincident's outcomes are what the table says.
pub async fn check_peer() {
    let (outcomes, _) = outcomes(Engine::Chromium, "coincident", PEER_LIMIT).await;
    let known = fs::read_to_string(in_the_checkout(PEERS)).unwrap();
    check(PEERS, &known, &(serde_json::to_string_pretty(&outcomes).unwrap() + "\n"));
}

const PEERS: &str = "tests/npm/types/coincident.json";

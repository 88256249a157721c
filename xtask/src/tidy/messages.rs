//! The messages between page and worker: JavaScript and Rust have the same names, and no others.

use super::{code_of, files_below, from_root};
use crate::exec::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const SCRIPT: &str = "crates/sabir-realm/js/messages.d.ts";
const RUST: &str = "crates/sabir-realm/src/messages.rs";

/// Other texts of the same form: keys of the page's storage, and messages of service workers, which import nothing.
const OTHERS: &[&str] = &["sabir:activate", "sabir:isolating", "sabir:reloaded", "sabir:serve", "sabir:who"];

/// The types of messages that JavaScript declares.
fn declared(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("  type: '")?.strip_suffix("';"));
    types.map(str::to_owned).collect()
}

/// The constants of Rust, by their names.
fn constants(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = "));
    let entry = |(name, value): (&str, &str)| {
        (name.to_owned(), value.trim_end_matches(';').trim_matches('"').to_owned())
    };
    lines.map(entry).collect()
}

/// The texts of a line that look like a message's type.
fn types_in(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split(['\'', '"']).skip(1).step_by(2);
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase());
    quoted.filter(move |text| text.strip_prefix("sabir:").is_some_and(is_name))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn rust_and_javascript_name_messages_alike() {
    let (script, rust) = (declared(&read(SCRIPT)), constants(&read(RUST)));
    assert!(script.len() > 15 && rust.len() > 5, "{script:?} {rust:?}");
    for (name, value) in &rust {
        assert_eq!(*value, format!("sabir:{}", name.to_lowercase()), "{RUST}");
        assert!(script.contains(value), "{name} of {RUST} is not in {SCRIPT}");
    }
}

#[test]
fn every_message_is_in_the_list() {
    let listed = declared(&read(SCRIPT));
    let mut seen = 0;
    for file in files_below(&root().join("crates"), &["js", "rs"]) {
        let text = fs::read_to_string(&file).unwrap();
        for name in text.lines().map(code_of).flat_map(types_in) {
            let known = OTHERS.contains(&name) || listed.contains(name);
            assert!(known, "{}: `{name}` is not in {SCRIPT}", from_root(&file));
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} messages were found");
}

#[test]
fn messages_are_found() {
    let script = "/** A bell. */\nexport interface Ring {\n  type: 'sabir:ring';\n}\n";
    assert_eq!(declared(script), ["sabir:ring".to_owned()].into());
    let rust = "/// A bell.\npub const RING: &str = \"sabir:ring\";\nconst NONE: u8 = 1;\n";
    assert_eq!(constants(rust), [("RING".to_owned(), "sabir:ring".to_owned())].into());
    let line = "post({ type: 'sabir:ring' }, \"sabir:new\", 'sabir:', 'sabir-py:line', 'sabir: no')";
    assert_eq!(types_in(line).collect::<Vec<_>>(), ["sabir:ring", "sabir:new"]);
}

//! The messages between page and worker: JavaScript and Rust have the same names, and no others.

use super::{code_of, files_below, from_root};
use crate::exec::root;
use std::collections::BTreeMap;
use std::fs;

const SCRIPT: &str = "crates/sabir-realm/js/messages.js";
const RUST: &str = "crates/sabir-realm/src/messages.rs";

/// Other texts of the same form: keys of the page's storage, and messages of service workers, which import nothing.
const OTHERS: &[&str] = &["sabir:activate", "sabir:isolating", "sabir:reloaded", "sabir:serve", "sabir:who"];

/// The constants of a file, by their names. `start` and `middle` stand before a name and a text, `quote` around the text.
fn constants(text: &str, start: &str, middle: &str, quote: char) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(start)?.split_once(middle));
    let entry = |(name, value): (&str, &str)| {
        (name.to_owned(), value.trim_end_matches(';').trim_matches(quote).to_owned())
    };
    lines.map(entry).collect()
}

fn of_script(text: &str) -> BTreeMap<String, String> {
    constants(text, "export const ", " = ", '\'')
}

fn of_rust(text: &str) -> BTreeMap<String, String> {
    constants(text, "pub const ", ": &str = ", '"')
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
    let (script, rust) = (of_script(&read(SCRIPT)), of_rust(&read(RUST)));
    assert!(script.len() > 15 && rust.len() > 5, "{script:?} {rust:?}");
    for (name, value) in &script {
        assert_eq!(*value, format!("sabir:{}", name.to_lowercase()), "{SCRIPT}");
    }
    for (name, value) in &rust {
        assert_eq!(script.get(name), Some(value), "{name} of {RUST} is not in {SCRIPT}");
    }
}

#[test]
fn every_message_is_in_the_list() {
    let listed = of_script(&read(SCRIPT));
    let mut seen = 0;
    for file in files_below(&root().join("crates"), &["js", "rs"]) {
        let text = fs::read_to_string(&file).unwrap();
        for name in text.lines().map(code_of).flat_map(types_in) {
            let known = OTHERS.contains(&name) || listed.values().any(|one| one == name);
            assert!(known, "{}: `{name}` is not in {SCRIPT}", from_root(&file));
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} messages were found");
}

#[test]
fn constants_and_types_are_found() {
    let one = [("RING".to_owned(), "sabir:ring".to_owned())].into();
    assert_eq!(of_script("/** A bell. */\nexport const RING = 'sabir:ring';\nconst NONE = 1;\n"), one);
    assert_eq!(of_rust("/// A bell.\npub const RING: &str = \"sabir:ring\";\nconst NONE: u8 = 1;\n"), one);
    let line = "post({ type: 'sabir:ring' }, \"sabir:new\", 'sabir:', 'sabir-py:line', 'sabir: no')";
    assert_eq!(types_in(line).collect::<Vec<_>>(), ["sabir:ring", "sabir:new"]);
}

//! Comments: module documentation, nothing left for later, and the tags and versions that documents explain.

use super::{files_below, sources};
use crate::exec::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Each tag of an ordering, with the comments that have it.
type Tags<'text> = BTreeMap<&'text str, BTreeSet<&'text str>>;

fn has_documentation(text: &str) -> bool {
    text.starts_with("//! ")
}

/// A mark of work that was put off.
fn left_for_later(text: &str) -> Option<&'static str> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("db", "g!(")];
    marks.into_iter().find(|mark| text.contains(*mark))
}

fn collect_tags<'text>(text: &'text str, tags: &mut Tags<'text>) {
    for line in text.lines().map(str::trim).filter(|line| line.starts_with("//")) {
        for tag in line.split('[').skip(1).filter_map(|rest| rest.split(']').next()) {
            if matches!(tag.as_bytes(), [b'A'..=b'Z', b'0'..=b'9']) {
                tags.entry(tag).or_default().insert(line);
            }
        }
    }
}

/// A tag that stands at one end only, or that the protocol does not explain.
fn lonely_tag(tags: &Tags<'_>, protocol: &str) -> Option<String> {
    tags.iter().find_map(|(tag, lines)| {
        if lines.len() < 2 {
            return Some(format!("[{tag}] has one end only: {lines:?}"));
        }
        let explained = protocol.contains(&format!("| {tag} "));
        (!explained).then(|| format!("docs/protocol.md does not explain {tag}"))
    })
}

/// True if the changelog has an entry for the manifest's version.
fn has_entry(changelog: &str, manifest: &str) -> bool {
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"');
    changelog.contains(&format!("## [{version}]"))
}

#[test]
fn every_module_says_what_it_is_for() {
    for file in sources().iter().flat_map(|folder| files_below(folder, &["rs"])) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(has_documentation(&text), "{} has no module documentation", file.display());
    }
}

#[test]
fn a_module_that_says_nothing_is_found() {
    let texts = ["//! A ring.\n", "", "// A ring.\n", "use std::fs;\n//! A ring.\n"];
    assert_eq!(texts.map(has_documentation), [true, false, false, false]);
}

#[test]
fn nothing_is_left_for_later() {
    let folders = ["crates", "tests", "xtask"];
    for file in folders.iter().flat_map(|folder| files_below(&root().join(folder), &["rs"])) {
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(left_for_later(&text), None, "in {}", file.display());
    }
}

#[test]
fn a_mark_is_found() {
    assert_eq!(left_for_later("// It is done.\n"), None);
    for mark in [concat!("// TO", "DO: more"), concat!("    to", "do!()"), concat!("db", "g!(1);")] {
        assert!(left_for_later(mark).is_some(), "{mark}");
    }
}

#[test]
fn every_ordering_names_its_partner() {
    let files = files_below(&root().join("crates/sabir-core/src"), &["rs"]);
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let mut tags = Tags::new();
    for text in &texts {
        collect_tags(text, &mut tags);
    }
    let protocol = fs::read_to_string(root().join("docs/protocol.md")).unwrap();
    assert!(tags.len() >= 5, "the tags were not found: {tags:?}");
    assert_eq!(lonely_tag(&tags, &protocol), None);
}

#[test]
fn an_ordering_without_a_partner_is_found() {
    let found = |text: &str, protocol: &str| {
        let mut tags = Tags::new();
        collect_tags(text, &mut tags);
        lonely_tag(&tags, protocol)
    };
    let pair = "// Pairs with [A1] `pop`.\n    // Pairs with [A1] `push`.\nlet A2 = x[A2];\n";
    assert_eq!(found(pair, "| A1 | push | pop |"), None);
    assert!(found(pair, "| A2 | push | pop |").is_some());
    assert!(found("// Pairs with [A1] `pop`.\n", "| A1 | push | pop |").is_some());
}

#[test]
fn the_changelog_has_the_version() {
    let [manifest, changelog] =
        ["Cargo.toml", "CHANGELOG.md"].map(|file| fs::read_to_string(root().join(file)).unwrap());
    assert!(has_entry(&changelog, &manifest), "CHANGELOG.md has no entry for the version of Cargo.toml");
}

#[test]
fn a_version_without_an_entry_is_found() {
    let changelog = "## [Unreleased]\n\n## [0.1.0] - 2026-11-20\n";
    assert!(has_entry(changelog, "[package]\nversion = \"0.1.0\"\n"));
    assert!(!has_entry(changelog, "[package]\nversion = \"0.2.0\"\n"));
}

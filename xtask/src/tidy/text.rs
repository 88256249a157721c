//! Comments: module documentation, nothing left for later, and the tags and versions that documents explain.

use super::{files_below, sources};
use crate::exec::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[test]
fn every_module_says_what_it_is_for() {
    for file in sources().iter().flat_map(|folder| files_below(folder, &["rs"])) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no module documentation", file.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    let folders = ["crates", "tests", "xtask"];
    let left = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("db", "g!(")];
    for file in folders.iter().flat_map(|folder| files_below(&root().join(folder), &["rs"])) {
        let text = fs::read_to_string(&file).unwrap();
        let mark = left.iter().find(|mark| text.contains(**mark));
        assert_eq!(mark, None, "in {}", file.display());
    }
}

#[test]
fn every_ordering_names_its_partner() {
    let files = files_below(&root().join("crates/sabir-core/src"), &["rs"]);
    let mut ends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in &files {
        for line in
            fs::read_to_string(file).unwrap().lines().filter(|line| line.trim_start().starts_with("//"))
        {
            for tag in line.split('[').skip(1).filter_map(|rest| rest.split(']').next()) {
                if matches!(tag.as_bytes(), [b'A'..=b'Z', b'0'..=b'9']) {
                    ends.entry(tag.to_owned()).or_default().insert(line.trim().to_owned());
                }
            }
        }
    }
    let protocol = fs::read_to_string(root().join("docs/protocol.md")).unwrap();
    assert!(ends.len() >= 5, "the tags were not found: {ends:?}");
    for (tag, lines) in ends {
        assert!(lines.len() >= 2, "[{tag}] has one end only: {lines:?}");
        assert!(protocol.contains(&format!("| {tag} ")), "docs/protocol.md does not explain {tag}");
    }
}

#[test]
fn the_changelog_has_the_version() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"');
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(&format!("## [{version}]")), "CHANGELOG.md has no entry for {version}");
}

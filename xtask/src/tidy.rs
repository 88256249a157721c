//! What holds for the whole tree, as tests.

use crate::exec::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each one may use. A new edge is a change of the architecture: docs/architecture.md has the picture.
const MAY_USE: &[(&str, &[&str])] = &[
    ("sabir-core", &[]),
    ("sabir-realm", &["sabir-core"]),
    ("sabir-fallback", &["sabir-core", "sabir-realm"]),
    ("sabir-worker", &["sabir-core", "sabir-fallback", "sabir-realm"]),
    ("sabir-main", &["sabir-core", "sabir-fallback", "sabir-realm"]),
    ("sabir-macros", &[]),
    ("sabir", &["sabir-core", "sabir-macros", "sabir-main", "sabir-worker"]),
    ("sabir-demo", &["sabir"]),
    ("sabir-js", &["sabir-core", "sabir-fallback", "sabir-realm"]),
    ("sabir-py", &[]),
];

fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn crates_use_what_the_architecture_allows() {
    for folder in crates() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        let ours = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
        let allowed = MAY_USE.iter().find(|(krate, _)| *krate == name);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{name} is not in the table of this test"));
        for used in ours.filter(|used| used.starts_with("sabir")) {
            assert!(allowed.contains(&used), "{name} may not use {used}");
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut files = Vec::new();
    for folder in crates() {
        rust_files(&folder.join("src"), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no module documentation", file.display());
    }
}

#[test]
fn nothing_is_left_for_later() {
    let mut files = Vec::new();
    for folder in ["crates", "tests", "xtask"] {
        rust_files(&root().join(folder), &mut files);
    }
    let left = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("db", "g!(")];
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mark = left.iter().find(|mark| text.contains(**mark));
        assert_eq!(mark, None, "in {}", file.display());
    }
}

#[test]
fn every_ordering_names_its_partner() {
    let mut files = Vec::new();
    rust_files(&root().join("crates/sabir-core/src"), &mut files);
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

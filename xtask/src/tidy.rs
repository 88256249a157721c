//! Rules of the whole tree, as tests.

mod crates;
mod graph;
mod host;
mod messages;
mod modules;
mod rooms;
mod scripts;
mod text;

use crate::exec::root;
use std::fs;
use std::path::{Path, PathBuf};

/// The files below a folder that end in one of `extensions`.
fn files_below(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path, extensions));
        } else if path.extension().is_some_and(|own| extensions.iter().any(|one| own == *one)) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The `src` folder of each crate; `sabir-pyscript` has no Rust.
fn sources() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path().join("src"));
    folders.filter(|folder| folder.is_dir()).collect()
}

/// A path as the tables of these tests write it: from the root of the tree, with slashes.
fn from_root(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

/// A line without its comment.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

//! Imports of the scripts: each resolves in the checkout, follows the arrows between folders, and closes no circle.
//!
//! The npm package pours several folders into one. `tsconfig.json` says which, for editors, TypeScript and this test.

use super::graph::{Graph, circle};
use super::{files_below, from_root};
use crate::exec::root;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

const JS: &str = "crates/sabir-js/js";
const OPENING: &str = "crates/sabir-js/js/opening";
const WINDOW: &str = "crates/sabir-js/js/window";
const REMOTE: &str = "crates/sabir-remote/js";
const VALUES: &str = "crates/sabir-remote/js/values";
const END: &str = "crates/sabir-remote/js/end";
const PIPELINE: &str = "crates/sabir-remote/js/pipeline";
const PROGRAM: &str = "crates/sabir-remote/js/program";
const GLOBALS: &str = "crates/sabir-remote/js/globals";
const TYPES: &str = "crates/sabir-js/types";
const WINDOW_TYPES: &str = "crates/sabir-js/types/window";
const PYSCRIPT: &str = "crates/sabir-pyscript/js/shared";
const OTHERS: &str = "crates/sabir-pyscript/others";
const FALLBACK: &str = "crates/sabir-fallback/js";
const REALM: &str = "crates/sabir-realm/js";

/// The folders that each folder of scripts may import from. Tests and bench may import from any.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("crates/sabir-core/js", &[]),
    (REALM, &[]),
    (FALLBACK, &[]),
    (REMOTE, &[FALLBACK]),
    (VALUES, &[REMOTE]),
    (END, &[REALM, REMOTE, VALUES]),
    (GLOBALS, &[VALUES, END]),
    (PROGRAM, &[REMOTE, VALUES, END, PIPELINE, GLOBALS]),
    (PIPELINE, &[REMOTE, VALUES, END]),
    (OPENING, &[REALM, FALLBACK, REMOTE, VALUES, END]),
    (JS, &[FALLBACK, REMOTE, END, OPENING]),
    (WINDOW, &[JS, FALLBACK, REMOTE, END, PIPELINE, GLOBALS]),
    (TYPES, &[]),
    ("crates/sabir-pyscript", &[]),
    ("crates/sabir-pyscript/package/repl", &[]),
    ("crates/sabir-pyscript/js", &["crates/sabir-pyscript/js/page", OTHERS]),
    (PYSCRIPT, &[OTHERS]),
    ("crates/sabir-pyscript/js/page", &[PYSCRIPT, OTHERS, WINDOW_TYPES]),
    ("crates/sabir-pyscript/js/worker", &[PYSCRIPT, OTHERS, "crates/sabir-pyscript/js/end"]),
    ("crates/sabir-pyscript/js/end", &[REMOTE, END, PIPELINE, OPENING, OTHERS, WINDOW_TYPES]),
    (OTHERS, &[]),
    (WINDOW_TYPES, &[TYPES]),
    ("crates/sabir-main/js", &[REALM]),
    ("crates/sabir-demo/page", &["crates/sabir-demo/page/pkg"]),
    ("crates/sabir-demo/page/pkg", &[]),
];

/// A user's program: it imports the package by its name, and TypeScript resolves that.
const USER: &str = "tests/npm/user";

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "compilerOptions")]
    options: Options,
}

#[derive(Deserialize)]
struct Options {
    #[serde(rename = "rootDirs")]
    poured: Vec<String>,
    /// The files of absolute imports.
    paths: BTreeMap<String, Vec<String>>,
}

/// An import, and whether it is in a comment: then it is of a type, and loads nothing.
#[derive(Debug, PartialEq)]
struct Import<'text> {
    specifier: &'text str,
    of_type: bool,
}

fn options() -> Options {
    let config = fs::read_to_string(root().join("tsconfig.json")).unwrap();
    serde_json::from_str::<Config>(&config).unwrap().options
}

/// The scripts and declarations of the tree but for a user's, with their text.
fn scripts() -> BTreeMap<String, String> {
    let folders = ["bench", "crates", "tests"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| files_below(folder, &["js", "mjs", "ts"]));
    let files = files.map(|file| (from_root(&file), file)).filter(|(name, _)| !name.starts_with(USER));
    files.map(|(name, file)| (name, fs::read_to_string(file).unwrap())).collect()
}

/// The imports of a script, without those of packages, of built files, and those that it composes.
fn imports(text: &str) -> Vec<Import<'_>> {
    const FORMS: [&str; 5] = ["from '", "import('", "import '", "importScripts('", "new URL('"];
    let mut found = Vec::new();
    for line in text.lines() {
        for form in FORMS {
            for (at, _) in line.match_indices(form) {
                let (before, rest) = (&line[..at], &line[at + form.len()..]);
                let (specifier, after) = rest.split_once('\'').unwrap_or((rest, ""));
                let in_a_name = before.ends_with(|c: char| c.is_alphanumeric());
                let of_place = form != "new URL('" || after.starts_with(", import.meta.url");
                if in_a_name || !of_place {
                    continue;
                }
                let comment = before.trim_start();
                let of_type =
                    comment.starts_with('*') || before.contains("/**") || before.contains("import type");
                found.push(Import { specifier, of_type });
            }
        }
    }
    let elsewhere = ["node:", "node_modules/", "/target/", "${", "/python/", ".css"];
    found.retain(|import| !elsewhere.iter().any(|part| import.specifier.contains(part)));
    found
}

/// `path` from a folder, without dots.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<_> = folder.split('/').collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Options {
    /// The places where an import may be, as TypeScript looks for it.
    fn candidates(&self, file: &str, specifier: &str) -> Vec<String> {
        let patterns = self.paths.iter().filter_map(|(pattern, targets)| match pattern.strip_suffix('*') {
            Some(start) => Some((specifier.strip_prefix(start)?, targets)),
            None => (specifier == pattern).then_some(("", targets)),
        });
        if let Some((rest, targets)) = patterns.min_by_key(|(rest, _)| rest.len()) {
            return targets.iter().map(|target| target.trim_start_matches("./").replace('*', rest)).collect();
        }
        let place = joined(folder_of(file), specifier);
        let inside =
            |folder: &&String| place.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let poured = self.poured.iter().filter(inside).max_by_key(|folder| folder.len());
        let others = poured.map(|folder| &place[folder.len()..]).into_iter();
        let others = others.flat_map(|rest| self.poured.iter().map(move |folder| format!("{folder}{rest}")));
        let others: Vec<_> = others.collect();
        [place].into_iter().chain(others).collect()
    }

    /// The file that an import leads to: a script, or the declaration of one that is built.
    fn resolve(&self, scripts: &BTreeMap<String, String>, file: &str, specifier: &str) -> Option<String> {
        self.candidates(file, specifier).into_iter().find_map(|place| {
            let declared = format!("{}.d.ts", place.strip_suffix(".js").unwrap_or(&place));
            [place, declared].into_iter().find(|file| scripts.contains_key(file))
        })
    }
}

/// An import against the arrows, if there is one.
fn forbidden_import(from: &str, to: &str) -> Option<String> {
    let (from_folder, to_folder) = (folder_of(from), folder_of(to));
    if from_folder == to_folder || from.starts_with("tests/") || from.starts_with("bench/") {
        return None;
    }
    let Some((_, allowed)) = MAY_IMPORT.iter().find(|(folder, _)| *folder == from_folder) else {
        return Some(format!("{from_folder} is not in the table of this test"));
    };
    (!allowed.contains(&to_folder)).then(|| format!("{from} may not import {to}"))
}

#[test]
fn imports_resolve_and_follow_the_arrows() {
    let (options, scripts) = (options(), scripts());
    let ambient = &scripts["tests/npm/ambient.d.ts"];
    let mut seen = 0;
    for (file, text) in &scripts {
        for Import { specifier, .. } in imports(text) {
            // A library's, which only tests use.
            if file.starts_with("tests/") && ambient.contains(&format!("declare module '{specifier}'")) {
                continue;
            }
            let Some(target) = options.resolve(&scripts, file, specifier) else {
                panic!("{file}: `{specifier}` does not resolve");
            };
            assert_eq!(forbidden_import(file, &target), None);
            seen += 1;
        }
    }
    assert!(seen > 200, "only {seen} imports were found");
}

#[test]
fn scripts_import_each_other_in_no_circle() {
    let (options, scripts) = (options(), scripts());
    let mut graph = Graph::new();
    for (file, text) in &scripts {
        let loaded = imports(text).into_iter().filter(|import| !import.of_type);
        let files = loaded.filter_map(|import| options.resolve(&scripts, file, import.specifier));
        graph.insert(file.clone(), files.collect());
    }
    assert_eq!(circle(&graph).map(|circle| circle.join(" -> ")), None);
}

#[test]
fn the_arrows_between_folders_close_no_circle() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let graph: Graph = MAY_IMPORT.iter().map(|(from, to)| ((*from).to_owned(), names(to))).collect();
    assert_eq!(circle(&graph), None);
}

#[test]
fn every_form_of_import_is_found() {
    let text = "import a, { b } from './a.js';\n/** @type {import('./b.js').B} */\nconst c = await import('./c.js');\n\
        import './d.js';\n * @param {import('./e.js').E} e\nimport type { F } from './f.d.ts';\n\
        new URL('./g.js', import.meta.url);\nnew URL('nothing', base);\nimport { n } from 'node:fs';\n\
        `import '${script}'`;\npyimport('micropip');\n";
    let found: Vec<_> = imports(text).into_iter().map(|import| (import.specifier, import.of_type)).collect();
    let scripts = [("./a.js", false), ("./b.js", true), ("./c.js", false), ("./d.js", false)];
    assert_eq!(found, [&scripts[..], &[("./e.js", true), ("./f.d.ts", true), ("./g.js", false)]].concat());
}

#[test]
fn an_import_that_leads_nowhere_is_found() {
    let files = ["crates/a/js/a.js", "crates/b/js/core.d.ts", "crates/b/js/b.js", "types/window/main.d.ts"];
    let scripts = files.map(|file| (file.to_owned(), String::new())).into();
    let options = Options {
        poured: vec!["crates/a/js".into(), "crates/b/js".into(), "crates/py".into()],
        paths: [("/sabir/*".to_owned(), vec!["./types/*".to_owned()])].into(),
    };
    let resolve = |file, specifier| options.resolve(&scripts, file, specifier).unwrap_or_default();
    assert_eq!(resolve("crates/a/js/a.js", "./b.js"), "crates/b/js/b.js");
    assert_eq!(resolve("crates/a/js/window/a.js", "../core.js"), "crates/b/js/core.d.ts");
    assert_eq!(resolve("crates/py/js/a.js", "../b.js"), "crates/b/js/b.js");
    assert_eq!(resolve("tests/a.mjs", "/sabir/window/main.js"), "types/window/main.d.ts");
    assert_eq!(resolve("crates/a/js/a.js", "./c.js"), "");
    assert_eq!(resolve("tests/a.mjs", "./b.js"), "");
    assert_eq!(resolve("tests/a.mjs", "/sabir/main.js"), "");
}

#[test]
fn an_import_against_the_arrows_is_found() {
    assert_eq!(forbidden_import("crates/sabir-js/js/main.js", "crates/sabir-fallback/js/sleep.js"), None);
    assert_eq!(forbidden_import("tests/npm/order/page.mjs", "crates/sabir-js/js/main.js"), None);
    for target in ["crates/sabir-js/js/main.js", "tests/npm/suite.mjs"] {
        assert!(forbidden_import("crates/sabir-fallback/js/sleep.js", target).is_some(), "{target}");
    }
    assert!(forbidden_import("crates/sabir-new/js/a.js", "crates/sabir-js/js/main.js").is_some());
}

//! Circles of imports between the files of a crate.

use super::crates::all_sources;
use super::graph::{Graph, circle};
use super::{code_of, files_below, from_root};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files of a crate by module; a folder belongs to the module of its name.
fn modules(sources: &Path) -> BTreeMap<String, String> {
    let mut modules = BTreeMap::<String, String>::new();
    for file in files_below(sources, &["rs"]) {
        let path = file.strip_prefix(sources).unwrap().with_extension("");
        let module = path.iter().next().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        // The tests at a file's end may use what they like.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: String = code.lines().flat_map(|line| [code_of(line), "\n"]).collect();
        modules.entry(module).or_default().push_str(&code);
    }
    modules
}

/// The first name of each path after `prefix`, also within braces.
fn names_after<'text>(text: &'text str, prefix: &str) -> Vec<&'text str> {
    fn word(text: &str) -> &str {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        &text[..end]
    }
    let mut names = Vec::new();
    for rest in text.split(prefix).skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let list = list.split(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0
        });
        names.extend(list.take(1).flat_map(|list| list.split(',')).map(|name| word(name.trim())));
    }
    names
}

/// The modules that each module imports. A name that the crate's root passes on is its module's.
fn graph(modules: &BTreeMap<String, String>) -> Graph {
    let mut passed_on = BTreeMap::new();
    let crate_root = modules.get("lib").map_or("", String::as_str);
    for item in crate_root.split("use ").skip(1).filter_map(|item| item.split(';').next()) {
        if let Some((module, _)) = item.split_once("::").filter(|(module, _)| modules.contains_key(*module)) {
            passed_on.extend(names_after(item, "::").into_iter().map(|name| (name, module)));
        }
    }
    let mut graph = Graph::new();
    for (module, text) in modules {
        let used = names_after(text, "crate::").into_iter();
        let used = used
            .filter_map(|name| passed_on.get(name).copied().or(modules.contains_key(name).then_some(name)));
        let others: BTreeSet<_> = used.filter(|used| used != module).map(str::to_owned).collect();
        graph.insert(module.clone(), others);
    }
    graph
}

#[test]
fn files_of_a_crate_import_each_other_in_no_circle() {
    for folder in all_sources() {
        let circle = circle(&graph(&modules(&folder)));
        assert_eq!(circle.map(|circle| circle.join(" -> ")), None, "in {}", from_root(&folder));
    }
}

#[test]
fn a_circle_of_files_is_found() {
    let with = |of_link: &str| {
        let text = [
            ("lib", "mod link;\nmod ring;\npub use ring::{Consumer, Ring as R};\n"),
            ("link", of_link),
            ("ring", "use crate::{layout::Layout, link::Link};\n"),
            ("layout", ""),
        ];
        graph(&text.map(|(module, text)| (module.to_owned(), text.to_owned())).into())
    };
    assert_eq!(with("use crate::layout::Layout;")["ring"], ["layout", "link"].map(str::to_owned).into());
    assert_eq!(circle(&with("use crate::layout::Layout;")), None);
    assert_eq!(circle(&with("use crate::ring::R;")).unwrap(), ["link", "ring", "link"]);
    assert_eq!(circle(&with("fn f(_: crate::Consumer) {}")).unwrap(), ["link", "ring", "link"]);
}

//! The functions of JavaScript that the wasm calls: wasm-bindgen declares none of them.

use crate::exec::root;
use std::collections::BTreeSet;
use std::fs;

/// The names of the functions in a block of bindings, as JavaScript has them.
fn bound(rust: &str) -> BTreeSet<&str> {
    let mut renamed = None;
    let mut names = BTreeSet::new();
    for line in rust.lines() {
        if let Some((_, name)) = line.split_once("js_name = ") {
            renamed = name.split([')', ',']).next();
        }
        if let Some(function) = line.trim_start().strip_prefix("pub fn ") {
            names.extend(renamed.take().or(function.split('(').next()));
        }
    }
    names
}

/// The names of the functions in an interface.
fn declared<'text>(typescript: &'text str, interface: &str) -> BTreeSet<&'text str> {
    let body = typescript.split(&format!("export interface {interface} {{")).nth(1).unwrap_or_default();
    let body = body.split("\n}").next().unwrap_or_default();
    let functions = body.lines().filter(|line| !line.trim_start().starts_with(['/', '*']));
    let names =
        functions.filter_map(|line| line.split(['(', '?']).next().filter(|name| name.len() < line.len()));
    names.map(str::trim).collect()
}

#[test]
fn the_functions_that_the_wasm_calls_are_declared() {
    for (rust, typescript, interface, count) in [
        ("sabir-remote/src/host.rs", "sabir-remote/js/core.d.ts", "Host", 8),
        ("sabir-fallback/src/carrier.rs", "sabir-fallback/js/carrier.d.ts", "Carrier", 3),
    ] {
        let read = |file| fs::read_to_string(root().join("crates").join(file)).unwrap();
        let (rust, typescript) = (read(rust), read(typescript));
        assert_eq!(bound(&rust), declared(&typescript, interface), "of {interface}");
        assert_eq!(bound(&rust).len(), count, "of {interface}");
    }
}

#[test]
fn a_function_that_is_not_declared_is_found() {
    let rust = "#[wasm_bindgen(method, js_name = takeAll)]\npub fn take_all(this: &Host);\npub fn serve(this: &Host);";
    let typescript =
        "export interface Host {\n  /** Serves (a call). */\n  serve(address: number): void;\n}\n";
    assert_eq!(bound(rust), ["serve", "takeAll"].into());
    assert_eq!(declared(typescript, "Host"), ["serve"].into());
}

//! Dependencies between our crates, and their promise to have no unsafe code.

use crate::exec::{cargo, root};
use crate::test::PUBLISHED;
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;

/// The crates of ours that each one may depend on. A new entry changes the architecture: see docs/architecture.md.
const MAY_USE: &[(&str, &[&str])] = &[
    ("sabir-core", &[]),
    ("sabir-realm", &["sabir-core"]),
    ("sabir-fallback", &["sabir-core", "sabir-realm"]),
    ("sabir-worker", &["sabir-core", "sabir-fallback", "sabir-realm", "sabir-remote"]),
    ("sabir-main", &["sabir-core", "sabir-fallback", "sabir-realm", "sabir-remote"]),
    ("sabir-macros", &[]),
    ("sabir", &["sabir-core", "sabir-macros", "sabir-main", "sabir-remote", "sabir-worker"]),
    ("sabir-demo", &["sabir"]),
    ("sabir-remote", &["sabir-core", "sabir-fallback", "sabir-realm"]),
    ("sabir-js", &["sabir-remote"]),
    ("sabir-behaviours", &["sabir", "sabir-core"]),
    ("sabir-pages", &[]),
    ("sabir-bench", &["sabir-pages"]),
    ("sabir-bench-page", &["sabir", "sabir-core"]),
    ("xtask", &[]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` or `build`; none for those that the crate is built from.
    kind: Option<String>,
    /// Only our crates have one.
    path: Option<PathBuf>,
    /// The versions that the manifest allows.
    req: String,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The crates of the workspace.
fn packages() -> Vec<Package> {
    let mut metadata = cargo();
    metadata.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let output = metadata.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).unwrap().packages
}

/// The `src` folder of each crate, those of tests and benchmarks too.
pub fn all_sources() -> Vec<PathBuf> {
    packages().into_iter().map(|package| package.manifest_path.with_file_name("src")).collect()
}

/// The first dependency that the table does not allow.
fn forbidden_use(package: &Package) -> Option<String> {
    let Package { name, dependencies, .. } = package;
    let Some((_, allowed)) = MAY_USE.iter().find(|(krate, _)| krate == name) else {
        return Some(format!("{name} is not in the table of this test"));
    };
    let mut ours = dependencies.iter().filter(|used| used.kind.is_none() && used.path.is_some());
    let forbidden = ours.find(|used| !allowed.contains(&used.name.as_str()));
    forbidden.map(|used| format!("{name} may not use {}", used.name))
}

/// A dependency whose lowest allowed version is not the locked one, with which everything is built and tested.
fn untested_minimum<'a>(dependencies: &'a [Dependency], lock: &str) -> Option<&'a str> {
    let of_others = |used: &&Dependency| used.path.is_none() && used.kind.as_deref() != Some("dev");
    let mut of_others = dependencies.iter().filter(of_others);
    let is_locked = |Dependency { name, req, .. }: &Dependency| {
        let minimum = req.trim_start_matches('^');
        lock.contains(&format!("\nname = \"{name}\"\nversion = \"{minimum}\"\n"))
    };
    of_others.find(|used| !is_locked(used)).map(|used| used.name.as_str())
}

/// No crate of ours needs unsafe code.
fn forbids_unsafe(crate_root: &str) -> bool {
    crate_root.lines().any(|line| line == "#![forbid(unsafe_code)]")
}

#[test]
fn crates_use_what_the_architecture_allows() {
    for package in packages() {
        assert_eq!(forbidden_use(&package), None);
    }
}

#[test]
fn a_forbidden_use_is_found() {
    let package = |name: &str, used: &str, kind: Option<&str>| Package {
        name: name.into(),
        manifest_path: PathBuf::new(),
        dependencies: vec![Dependency {
            name: used.into(),
            kind: kind.map(Into::into),
            path: Some("crates".into()),
            req: String::new(),
        }],
        targets: Vec::new(),
    };
    assert_eq!(forbidden_use(&package("sabir-realm", "sabir-core", None)), None);
    assert_eq!(forbidden_use(&package("sabir-core", "sabir", Some("dev"))), None);
    assert!(forbidden_use(&package("sabir-core", "sabir-realm", None)).is_some());
    assert!(forbidden_use(&package("sabir-new", "sabir", None)).is_some());
}

/// The ordinary build is the one with minimal versions: a lower version that a manifest named would be a guess.
#[test]
fn published_crates_name_the_locked_versions() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let packages = packages();
    for name in PUBLISHED {
        let package = packages.iter().find(|package| package.name == name).unwrap();
        assert_eq!(untested_minimum(&package.dependencies, &lock), None, "of {name}");
    }
}

#[test]
fn an_untested_minimum_is_found() {
    let used = |req: &str, kind: Option<&str>| Dependency {
        name: "bytes".into(),
        kind: kind.map(Into::into),
        path: None,
        req: req.into(),
    };
    let lock = "[[package]]\nname = \"bytes\"\nversion = \"1.12.1\"\n";
    assert_eq!(untested_minimum(&[used("^1.12.1", None), used("^1", Some("dev"))], lock), None);
    assert_eq!(untested_minimum(&[used("^1.12", None)], lock), Some("bytes"));
    assert_eq!(untested_minimum(&[used("^1.9.0", Some("build"))], lock), Some("bytes"));
}

#[test]
fn every_crate_forbids_unsafe_code() {
    for target in packages().iter().flat_map(|package| &package.targets) {
        if !target.kind.iter().any(|kind| kind == "test") {
            let crate_root = fs::read_to_string(&target.src_path).unwrap();
            assert!(forbids_unsafe(&crate_root), "{} allows unsafe code", target.src_path.display());
        }
    }
}

#[test]
fn a_crate_that_allows_unsafe_code_is_found() {
    let forms = ["//! A crate.\n#![forbid(unsafe_code)]\n", "//! A crate.\n", "// #![forbid(unsafe_code)]\n"];
    assert_eq!(forms.map(forbids_unsafe), [true, false, false]);
}

//! Arrows between files or folders, and the search for a circle of them.

use std::collections::{BTreeMap, BTreeSet};

/// For each node, the nodes that it imports.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// A circle, from a node back to itself.
pub fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| visit(graph, start, &mut Vec::new(), &mut done))
}

/// Searches depth first from `node`; `path` leads to it.
fn visit<'graph>(
    graph: &'graph Graph,
    node: &'graph str,
    path: &mut Vec<&'graph str>,
    done: &mut BTreeSet<&'graph str>,
) -> Option<Vec<String>> {
    if let Some(start) = path.iter().position(|earlier| *earlier == node) {
        return Some(path[start..].iter().chain([&node]).map(|&node| node.to_owned()).collect());
    }
    if !done.insert(node) {
        return None;
    }
    path.push(node);
    let found = graph.get(node).into_iter().flatten().find_map(|next| visit(graph, next, path, done));
    path.pop();
    found
}

#[test]
fn a_circle_is_found() {
    let graph = |arrows: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in arrows {
            graph.entry((*from).into()).or_default().insert((*to).into());
        }
        circle(&graph).unwrap_or_default().join(" -> ")
    };
    assert_eq!(graph(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]), "");
    assert_eq!(graph(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]), "b -> c -> d -> b");
}

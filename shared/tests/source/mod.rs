//! Reads the sources of the repository.

use std::path::PathBuf;

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a source without its test module.
pub(crate) fn product(source: &str) -> &str {
    const TESTS: &str = "\n#[cfg(test)]\nmod ";
    let is_inside = |(at, _): &(usize, &str)| {
        source.get(at + TESTS.len()..).and_then(|rest| rest.lines().next()).is_some_and(|line| line.contains('{'))
    };
    let end = source.match_indices(TESTS).find(is_inside).map_or(source.len(), |(at, _)| at);
    source.split_at(end).0
}

/// Returns the string literals of a source, except those in its comments and in its test module.
pub(crate) fn literals(source: &str) -> Vec<&str> {
    let mut rest = product(source);
    let mut found = Vec::new();
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (_, from) = rest.split_at(at);
        rest = if let Some(comment) = from.strip_prefix("//") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(after) = from.strip_prefix("'\"'") {
            after
        } else if let Some(text) = from.strip_prefix('"') {
            let mut is_escaped = false;
            let end = text.find(|c| {
                let ends = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                ends
            });
            let (literal, after) = text.split_at(end.unwrap_or(text.len()));
            found.push(literal);
            after.strip_prefix('"').unwrap_or_default()
        } else {
            from.split_at(1).1
        };
    }
    found
}

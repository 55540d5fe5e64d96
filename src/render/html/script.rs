//! The page's script: files of `templates/script/` in a fixed order, as one.

/// In the order in which they are read; they share one scope.
const FILES: [&str; 8] = [
    include_str!("../../../templates/script/numbers.js"),
    include_str!("../../../templates/script/capacity.js"),
    include_str!("../../../templates/script/element.js"),
    include_str!("../../../templates/script/chart.js"),
    include_str!("../../../templates/script/path.js"),
    include_str!("../../../templates/script/table.js"),
    include_str!("../../../templates/script/calculator.js"),
    include_str!("../../../templates/script/page.js"),
];

/// The script without its comments and indents, in a scope of its own.
pub fn script() -> String {
    let mut out = String::from("\n(() => {\n\"use strict\";\n");
    for line in FILES.iter().flat_map(|file| file.lines()).map(str::trim) {
        // The files keep comments on lines of their own, and texts within one line.
        if !line.is_empty() && !line.starts_with("//") && !line.starts_with("/**") && !line.starts_with('*') {
            out.push_str(&without_casts(line));
            out.push('\n');
        }
    }
    out.push_str("})();\n");
    out
}

/// A line without the type casts within it: `/** @type {Element} */ (node)` is `(node)` to a browser.
fn without_casts(line: &str) -> String {
    const CAST: &str = "/** @type ";
    let mut parts = line.split(CAST);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once("*/ ").map_or(part, |(_, code)| code));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_ends_its_element_or_is_a_comment() {
        let script = script();
        for end in ["</script", "<!--", "/*", "*/"] {
            assert!(!script.contains(end), "{end}");
        }
        assert!(script.lines().all(|line| !line.starts_with("//")));
    }
}

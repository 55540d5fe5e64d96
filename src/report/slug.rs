//! Ids of headings, as GitHub makes them.

use std::collections::BTreeSet;

/// Gives every heading of a report an id of its own.
#[derive(Debug, Default)]
pub struct Slugs {
    taken: BTreeSet<String>,
}

impl Slugs {
    /// Slugs that leave these ids alone.
    pub fn reserving<'i>(ids: impl IntoIterator<Item = &'i str>) -> Self {
        Self { taken: ids.into_iter().map(str::to_owned).collect() }
    }

    /// The slug of a heading, with `-1`, `-2`, … where it is taken.
    pub fn unique(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let mut id = base.clone();
        let mut number = 0;
        while !self.taken.insert(id.clone()) {
            number += 1;
            id = format!("{base}-{number}");
        }
        id
    }
}

/// Lower case; spaces become hyphens; other punctuation goes. Never empty.
pub fn slug(heading: &str) -> String {
    let mut out = String::new();
    for c in heading.trim().chars() {
        match c {
            ' ' => out.push('-'),
            '-' | '_' => out.push(c),
            _ if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ => {}
        }
    }
    if out.is_empty() { "section".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_get_the_ids_github_gives_them() {
        let mut slugs = Slugs::reserving(["method"]);
        assert_eq!(slugs.unique("General Chatbot (32K context)"), "general-chatbot-32k-context");
        assert_eq!(slugs.unique("Method"), "method-1");
        assert_eq!(slugs.unique("Method"), "method-2");
        assert_eq!(slugs.unique("???"), "section");
    }
}

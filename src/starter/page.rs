//! A configuration file as it is written: what is set, what is left open, and a word on each.

use crate::markup::clean;
use unicode_segmentation::UnicodeSegmentation;

/// Longest line of a comment.
const WIDTH: usize = 100;

/// Column at which the word on a key begins, where the key leaves room.
const ABOUT: usize = 42;

/// The lines of a file.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A comment, on as many lines as it takes; further ones are indented as `indent` says.
    pub fn comment(&mut self, text: &str, indent: &str) {
        let width = |text: &str| text.graphemes(true).count();
        let mut line = "#".to_owned();
        for word in clean(text).split(' ') {
            if line.len() > 1 && width(&line) + 1 + width(word) > WIDTH {
                self.line(&line);
                line = format!("#{indent}");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// An item of a list within a comment.
    pub fn item(&mut self, text: &str) {
        self.comment(&format!("- {text}"), "  ");
    }

    /// A comment without words.
    pub fn gap(&mut self) {
        self.line("#");
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.line("");
    }

    /// The head of a table, below an empty line.
    pub fn table(&mut self, name: &str) {
        self.blank();
        self.line(&format!("[{name}]"));
    }

    /// A key with its value.
    pub fn set(&mut self, key: &str, value: &toml::Value, about: &str) {
        self.key("", key, &value.to_string(), about);
    }

    /// A key that is left open, with an example as it stands in a file.
    pub fn open(&mut self, key: &str, example: &str, about: &str) {
        self.key("# ", key, example, about);
    }

    /// Lines of a configuration that sets nothing until their signs are taken away.
    pub fn off(&mut self, toml: &str) {
        for line in toml.lines() {
            self.line(format!("# {line}").trim_end());
        }
    }

    /// The file.
    pub fn finish(self) -> String {
        self.text
    }

    fn key(&mut self, sign: &str, key: &str, value: &str, about: &str) {
        let set = format!("{sign}{key} = {value}");
        let room = ABOUT.saturating_sub(set.graphemes(true).count()).max(1);
        let about = if about.is_empty() { String::new() } else { format!("{}# {}", " ".repeat(room), clean(about)) };
        self.line(&format!("{set}{about}"));
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_file_leaves_its_comment_or_its_value() {
        let mut page = Page::default();
        page.item("a\n[brand]\nname = \"x\"\r[[file]]\u{2028}\u{85}b");
        page.set("name", &"a\"\n[brand]\nname = \"x".into(), "as\n[brand]");
        page.open("gpu", "\"H200\"", "");
        let text = page.finish();
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(table.len(), 1);
        assert_eq!(table["name"].as_str(), Some("a\"\n[brand]\nname = \"x"));
    }

    #[test]
    fn long_comments_are_wrapped() {
        let mut page = Page::default();
        page.item(&"word ".repeat(40));
        assert!(page.finish().lines().all(|line| line.starts_with("# ") && line.len() <= WIDTH));
    }
}

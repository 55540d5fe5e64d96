//! The anchors that GitHub gives to headings.

use std::collections::BTreeMap;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Hands out anchors in the order of the headings.
///
/// GitHub lowers the text, keeps letters, marks, digits, connectors and hyphens of any script, makes hyphens of spaces,
/// and numbers repetitions: `limits`, `limits-1`, `limits-2`.
#[derive(Debug, Default)]
pub struct Slugs {
    taken: BTreeMap<String, usize>,
}

impl Slugs {
    /// The anchor of the next heading.
    pub fn next(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let mut found = base.clone();
        while self.taken.contains_key(&found) {
            let repetition = self.taken.entry(base.clone()).or_default();
            *repetition += 1;
            found = format!("{base}-{repetition}");
        }
        self.taken.insert(found.clone(), 0);
        found
    }
}

fn slug(heading: &str) -> String {
    let kept = |c: &char| {
        matches!(c, ' ' | '-')
            || c.is_alphabetic()
            || c.general_category_group() == GeneralCategoryGroup::Mark
            || matches!(c.general_category(), GeneralCategory::DecimalNumber | GeneralCategory::ConnectorPunctuation)
    };
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let mut slugs = Slugs::default();
        assert_eq!(slugs.next("General Chatbot (32K context)"), "general-chatbot-32k-context");
        assert_eq!(slugs.next("Power & cost"), "power--cost");
        assert_eq!(slugs.next("tok_s – 6.3×"), "tok_s--63");
        assert_eq!(slugs.next("Übersicht 日本語 हिन्दी"), "übersicht-日本語-हिन्दी");
    }

    #[test]
    fn repetitions_are_numbered_past_what_is_taken() {
        let mut slugs = Slugs::default();
        let anchors = ["Limit", "Limit", "Limit-1", "Limit"].map(|heading| slugs.next(heading));
        assert_eq!(anchors, ["limit", "limit-1", "limit-1-1", "limit-2"]);
    }
}

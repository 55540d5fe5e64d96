//! Whom to ask.

use super::{Composition, Draft, LeftOut};
use crate::config::Config;
use crate::report::markdown::is_safe;
use serde::Serialize;

#[derive(Serialize)]
struct View {
    name: Option<String>,
    website: Option<String>,
    website_is_link: bool,
    contact: Option<String>,
    contact_link: Option<String>,
    report_url: Option<String>,
}

pub(in crate::report) fn draft(input: &Composition, _: &mut LeftOut) -> Option<Draft> {
    of(input.config)
}

/// The contact of a brand; none where nothing is known of it.
pub(in crate::report) fn of(config: &Config) -> Option<Draft> {
    let brand = &config.brand;
    if brand.name.is_none() && brand.website.is_none() && brand.contact.is_none() {
        return None;
    }
    let view = View {
        name: brand.name.clone(),
        website_is_link: brand.website.as_deref().is_some_and(is_safe),
        website: brand.website.clone(),
        contact_link: brand.contact.as_deref().and_then(link),
        contact: brand.contact.clone(),
        report_url: brand.report_url.clone().filter(|url| is_safe(url)),
    };
    Some(Draft::new(&view))
}

/// Where a contact leads: an address of a page, or of a mailbox.
pub(super) fn link(contact: &str) -> Option<String> {
    let contact = contact.trim();
    if is_safe(contact) {
        return Some(contact.to_owned());
    }
    let (name, host) = contact.split_once('@')?;
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c));
    (plain(name) && plain(host) && host.contains('.')).then(|| format!("mailto:{contact}"))
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn a_mailbox_and_a_page_become_links_and_words_do_not() {
        assert_eq!(link("team@example.org").as_deref(), Some("mailto:team@example.org"));
        assert_eq!(link("https://example.org").as_deref(), Some("https://example.org"));
        assert_eq!(link("ask at the desk"), None);
        assert_eq!(link("javascript:x@example.org"), None);
    }
}

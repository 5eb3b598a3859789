//! Addresses of pages and places in them: always relative and explicit, so that the folder works
//! from a USB stick. Anchors and file names are the same in every language.

use handbook_lookup::EntryCode;
use handbook_model::Handbook;

/// Path of a page as a Markdown file, from which addresses are counted.
#[derive(Clone, Copy, Debug)]
pub struct From<'p>(pub &'p str);

impl From<'_> {
    /// The way from this page to the language's top folder, such as `../`.
    pub fn root(self) -> String {
        "../".repeat(self.0.matches('/').count())
    }

    /// Address of a page given as a Markdown path, with an anchor if one is given.
    pub fn page(self, path: &str, anchor: Option<&str>) -> String {
        let fragment = anchor.map(|a| format!("#{a}")).unwrap_or_default();
        if path == self.0 && anchor.is_some() {
            return fragment;
        }
        let path = path.strip_suffix(".md").unwrap_or(path);
        // Within one folder the short form; anything else by way of the top.
        match (self.0.rsplit_once('/'), path.rsplit_once('/')) {
            (Some((here, _)), Some((there, name))) if here == there => {
                format!("{name}.html{fragment}")
            }
            _ => format!("{}{path}.html{fragment}", self.root()),
        }
    }

    /// Address of a control-list entry or provision.
    pub fn entry(self, code: &EntryCode) -> String {
        self.page(&format!("list/{}.md", code.group()), Some(code.as_str()))
    }

    /// Address of a section or a rule in it.
    pub fn rule(self, country: &str, section: &str, rule: Option<&str>) -> String {
        self.page(&format!("{country}/{section}.md"), rule)
    }

    /// Address of a regional term.
    pub fn term(self, id: &str) -> String {
        self.page("glossary.md", Some(id))
    }

    /// Address of a source's row in its register; `None` when there is no such source.
    pub fn source(self, handbook: &Handbook, id: &str) -> Option<String> {
        let (country, _) = handbook.source(id)?;
        Some(match country {
            Some(country) => self.page(&format!("{}/sources.md", country.id), Some(id)),
            None => self.page("sources.md", Some(id)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_explicit() {
        let code = EntryCode::parse("3A001.b.2").unwrap();
        let md = From("md/licensing.md");
        assert_eq!(md.entry(&code), "../list/3A.html#3A001.b.2");
        assert_eq!(md.rule("md", "customs", None), "customs.html");
        assert_eq!(md.rule("md", "licensing", Some("transit")), "#transit");
        assert_eq!(md.rule("ua", "licensing", None), "../ua/licensing.html");
        assert_eq!(From("index.md").term("entry"), "glossary.html#entry");
        assert_eq!(From("list/3A.md").entry(&code), "#3A001.b.2");
        assert_eq!(md.page("index.md", None), "../index.html");
    }
}

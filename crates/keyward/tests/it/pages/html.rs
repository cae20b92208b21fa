//! Reads a page like a browser and a screen reader do, and complains.

use std::collections::BTreeSet;

use keyward::testing::{Client, Response};
use scraper::{ElementRef, Html, Selector};

/// A page that keeps the house rules.
pub(crate) struct Page(Html);

fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

/// What `autocomplete` may say, by the field's type and name (WCAG 1.3.5).
const AUTOCOMPLETE: &[&str] = &[
    "username",
    "email",
    "username webauthn",
    "name",
    "current-password",
    "new-password",
    "one-time-code",
    "tel",
    "off",
];

impl Page {
    /// Parses a reply, and checks what holds for every page of ours.
    pub(crate) fn of(reply: &Response) -> Self {
        let page = Self(Html::parse_document(reply.text()));
        let policy = reply.headers()["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.headers()["cache-control"], "no-store");
        assert_eq!(reply.headers()["content-type"], "text/html; charset=utf-8");
        page.check_structure();
        page.check_fields();
        page.check_nothing_inline();
        page
    }

    /// Every element that matches.
    pub(crate) fn all(&self, css: &str) -> Vec<ElementRef<'_>> {
        self.0.select(&select(css)).collect()
    }

    /// The text of the first element that matches; empty if none does.
    pub(crate) fn text(&self, css: &str) -> String {
        let found = self.all(css).first().map(|e| e.text().collect::<String>());
        found.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// An attribute of the first element that matches.
    pub(crate) fn attr(&self, css: &str, name: &str) -> String {
        let found = self.all(css).first().and_then(|e| e.attr(name).map(str::to_owned));
        found.unwrap_or_default()
    }

    fn check_structure(&self) {
        assert_eq!(self.all("h1").len(), 1, "one h1");
        assert_eq!(self.all("main#main").len(), 1, "one main");
        assert!(!self.attr("html", "lang").is_empty(), "a language");
        assert!(!self.text("title").is_empty(), "a title");
        assert_eq!(self.attr("body > a:first-child", "href"), "#main", "a skip link");
        let ids: Vec<_> = self.all("[id]").iter().filter_map(|e| e.attr("id")).collect();
        let unique: BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "ids are unique: {ids:?}");
    }

    fn check_fields(&self) {
        let fields = "input:not([type=hidden]):not([hidden]), select, textarea";
        for field in self.all(fields) {
            let html = field.html();
            let id = field.attr("id").unwrap_or_default();
            let labelled =
                field.ancestors().filter_map(ElementRef::wrap).any(|e| e.value().name() == "label")
                    || !self.all(&format!("label[for='{id}']")).is_empty();
            assert!(labelled, "a field without a label: {html}");
            let kind = field.attr("type").unwrap_or("text");
            assert_ne!(kind, "number", "codes are no numbers: {html}");
            if field.value().name() == "input" && !matches!(kind, "checkbox" | "search") {
                let complete = field.attr("autocomplete").unwrap_or_default();
                assert!(AUTOCOMPLETE.contains(&complete), "autocomplete: {html}");
            }
            if let Some(described) = field.attr("aria-describedby") {
                assert_eq!(self.all(&format!("#{described}")).len(), 1, "{html}");
            }
        }
        for label in self.all("label[for]") {
            let id = label.attr("for").unwrap_or_default();
            assert_eq!(self.all(&format!("#{id}")).len(), 1, "a label for nothing: {id}");
        }
        for form in self.all("form") {
            assert!(form.attr("action").is_some_and(|a| a.starts_with('/')), "{}", form.html());
        }
    }

    fn check_nothing_inline(&self) {
        for element in self.all("*") {
            let name = element.value().name();
            assert_ne!(name, "style", "no inline style");
            assert!(name != "script" || element.attr("src").is_some(), "no inline script");
            for (attribute, value) in element.value().attrs() {
                assert_ne!(attribute, "style", "{}", element.html());
                assert!(!attribute.starts_with("on"), "{}", element.html());
                // What is typed into a field is no address, nor is what is shown beside.
                let is_address = !["value", "content", "title"].contains(&attribute);
                let is_script = value.trim_start().to_ascii_lowercase().starts_with("javascript:");
                assert!(!(is_address && is_script), "{}", element.html());
            }
        }
    }
}

/// Sends a form of this page, with the version of what the page shows.
pub(crate) async fn send_seen(
    client: &Client,
    page: &str,
    act: &str,
    fields: &[(&str, &str)],
) -> Response {
    let version = Page::of(&client.page(page).await).attr("[name=version]", "value");
    let fields: Vec<_> = fields.iter().copied().chain([("version", &*version)]).collect();
    client.form(&format!("{page}/{act}"), &fields).await
}

/// Where a redirect leads.
pub(crate) fn location(reply: &Response) -> String {
    assert_eq!(reply.status(), 303, "{}", reply.text());
    reply.headers()["location"].to_str().unwrap().to_owned()
}

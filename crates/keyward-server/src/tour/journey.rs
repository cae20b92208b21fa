//! What the tour carries from step to step.

use std::sync::Arc;

use keyward::port::Random as _;
use keyward::{OsRandom, Secret};
use serde_json::{Value, json};

use super::browser::{Browser, Heard};
use super::client::Client;
use super::mail::{Letter, Mail};
use super::trouble::Trouble;

/// Whoever lends the tour a hand.
pub(super) struct Admin {
    pub(super) email: String,
    pub(super) password: Secret,
}

/// The traveller and everything they hold.
pub(super) struct Journey {
    pub(super) url: String,
    pub(super) mail: Mail,
    /// Given, or the one of every development server.
    pub(super) lender: Option<Admin>,
    /// The traveller's address; nobody had it before.
    pub(super) email: String,
    /// Their password of the moment.
    pub(super) password: String,
    /// Their browser.
    pub(super) browser: Browser,
    /// The administrator's browser.
    pub(super) admin: Browser,
    /// A role that exists for this tour only.
    pub(super) role: String,
    /// `usr_…`, once they signed up.
    pub(super) user: Option<String>,
    /// The flow of the verification.
    pub(super) flow: Option<String>,
    /// The mail that is to be answered.
    letter: Option<Letter>,
}

impl Journey {
    /// A traveller that nobody knows yet.
    pub(super) fn new(url: &str, client: Arc<Client>, mail: Mail, lender: Option<Admin>) -> Self {
        let tag = fresh(6);
        let browser = Browser::new(client);
        Self {
            url: url.to_owned(),
            mail,
            lender,
            email: format!("tour+{tag}@example.com"),
            password: fresh_password(),
            admin: browser.stranger(),
            browser,
            role: format!("tour-{tag}"),
            user: None,
            flow: None,
            letter: None,
        }
    }

    /// A title with the traveller's names in it.
    pub(super) fn fill(&self, title: &str) -> String {
        let texts = [("{url}", &self.url), ("{email}", &self.email), ("{role}", &self.role)];
        texts.iter().fold(title.to_owned(), |title, (name, text)| title.replace(name, text))
    }

    /// Signs `browser` in as the traveller, and returns what it was told.
    pub(super) async fn sign_in(
        &self,
        browser: &mut Browser,
        password: &str,
    ) -> Result<Heard, Trouble> {
        sign_in(browser, &self.email, password).await
    }

    /// Waits for the mail whose link leads to `place`, and keeps it.
    pub(super) async fn read_mail(&mut self, place: &str) -> Result<Letter, Trouble> {
        let letter = self.mail.letter(&self.browser, &self.email, place).await?;
        self.letter = Some(letter.clone());
        Ok(letter)
    }

    /// The mail that was read last.
    pub(super) fn letter(&self) -> Result<Letter, Trouble> {
        self.letter.clone().ok_or_else(|| missing("a mail"))
    }

    /// The traveller's id.
    pub(super) fn user(&self) -> Result<String, Trouble> {
        self.user.clone().ok_or_else(|| missing("an account"))
    }

    /// The flow of the verification.
    pub(super) fn flow(&self) -> Result<String, Trouble> {
        self.flow.clone().ok_or_else(|| missing("a flow"))
    }
}

fn missing(what: &str) -> Trouble {
    Trouble::failed(format!("an earlier step should have brought {what}"))
}

/// Signs in with a cookie.
pub(super) async fn sign_in(
    browser: &mut Browser,
    name: &str,
    password: &str,
) -> Result<Heard, Trouble> {
    let body: Value = json!({ "identifier": name, "password": password });
    browser.post("/api/v1/sign-in", body).await
}

/// A password that nobody has.
pub(super) fn fresh_password() -> String {
    format!("tour {} {}", fresh(12), fresh(12))
}

/// Random lower-case letters and digits.
fn fresh(count: usize) -> String {
    let mut bytes = vec![0; count];
    OsRandom.fill(&mut bytes);
    bytes.iter().map(|byte| char::from_digit(u32::from(byte % 36), 36).unwrap_or('0')).collect()
}

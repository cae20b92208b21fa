//! Writing messages: subject, text and HTML in the reader's language.
//!
//! A letter is a line in [`LETTERS`] and its texts in `pages/texts/`:
//! `mail.NAME.subject`, `.lead`, `.foot` and, with a link, `.link`; `sms.NAME` where
//! the link goes by text message too. All share
//! the templates `mail.html`, `mail.txt` and `sms.txt`; a file `mail_NAME.html`
//! in the folder of templates is for that letter alone.
//!
//! The name of the reader is not in any of them: whoever signs up with
//! somebody else's address would write to them in our name.

use keyward_core::Error;
use keyward_core::flow::challenge::Letter;
use keyward_core::record::{Channel, Message};
use serde_json::{Map, Value, json};

use super::Outgoing;
use crate::engine::Keyward;
use crate::pages::Pages;

/// One letter that we write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// As in the outbox, and in the keys of its texts.
    pub(crate) name: &'static str,
    /// Where its link leads: a path of ours that the secret stands behind.
    path: Option<&'static str>,
    /// Whether it brings a code.
    code: bool,
}

/// The roster. The last one stands for every name that is not here: a notice
/// of a change that has no words of its own.
pub(crate) const LETTERS: &[Kind] = &[
    Kind { name: "verify", path: Some("/verify/"), code: true },
    Kind { name: "recover", path: Some("/recover/"), code: true },
    Kind { name: "sign_in_link", path: Some("/login/link/"), code: true },
    Kind { name: "sign_in_code", path: None, code: true },
    Kind { name: "change_address", path: Some("/account/address/"), code: true },
    Kind { name: "address_changed", path: Some("/undo/"), code: false },
    Kind { name: "account_deleted", path: Some("/restore/"), code: false },
    Kind { name: "invitation", path: Some("/invite/"), code: false },
    Kind { name: "recovery_begun", path: Some("/recover/stop/"), code: false },
    Kind { name: "address_taken", path: None, code: false },
    Kind { name: "app_code", path: None, code: true },
    Kind { name: "already_registered", path: None, code: false },
    Kind { name: "password_changed", path: None, code: false },
    Kind { name: "passkey_added", path: None, code: false },
    Kind { name: "passkey_removed", path: None, code: false },
    Kind { name: "api_key_added", path: None, code: false },
    Kind { name: "api_key_leaked", path: None, code: false },
    Kind { name: "tokens_reused", path: None, code: false },
    #[cfg(feature = "authnzerver")]
    Kind { name: "frontend_sign_up", path: Some("/"), code: true },
    #[cfg(feature = "authnzerver")]
    Kind { name: "frontend_recover", path: Some("/"), code: true },
    NOTICE,
];

/// Those whose link goes by text message as well; others tell a phone what happened.
const TEXTED: &[&str] = &["recovery_begun"];

impl Kind {
    /// Whether its link goes by this channel.
    fn goes_by(self, channel: Channel) -> bool {
        channel == Channel::Mail || TEXTED.contains(&self.name)
    }

    /// The address of its link with this secret, if it has one.
    fn link(self, auth: &Keyward, secret: &str) -> Option<String> {
        match self.name {
            "sign_in_link" => Some(auth.sign_in_link(secret)),
            // A page of a frontend, which asks for the code itself.
            "frontend_sign_up" | "frontend_recover" => Some(secret.to_owned()),
            _ => self.path.map(|path| auth.link(path, secret)),
        }
    }

    /// The keys of its texts.
    #[cfg(test)]
    pub(crate) fn keys(self) -> impl Iterator<Item = String> {
        let parts = ["subject", "lead", "foot", "link"];
        let known = if self.path.is_some() { 4 } else { 3 };
        let texted = self.goes_by(Channel::Sms).then(|| format!("sms.{}", self.name));
        let mailed = parts.into_iter().take(known);
        mailed.map(move |part| format!("mail.{}.{part}", self.name)).chain(texted)
    }
}

const NOTICE: Kind = Kind { name: "account_changed", path: None, code: false };

/// The letter whose texts stand for this name of the outbox.
pub(crate) fn known(name: &str) -> &'static str {
    find(name).name
}

fn find(name: &str) -> Kind {
    LETTERS.iter().find(|kind| kind.name == name).copied().unwrap_or(NOTICE)
}

/// Writes the message that `letter` asks for.
///
/// # Errors
/// A template that the operator replaced cannot be rendered.
pub(super) fn write(auth: &Keyward, message: &Message, letter: &Letter) -> Result<Outgoing, Error> {
    let kind = find(&message.template);
    let link = letter.link.as_deref().and_then(|secret| kind.link(auth, secret));
    let brand = &auth.0.settings.brand;
    let host = host(auth.public_url());
    let filled = Filled { kind, brand, host, code: letter.code.as_deref(), link: link.as_deref() };
    let written = filled.write(&auth.0.pages, message.channel, &letter.language)?;
    Ok(Outgoing {
        id: message.id.to_string(),
        channel: message.channel,
        to: letter.to.clone(),
        code: letter.code.clone(),
        link,
        ..written
    })
}

/// What stands in one letter.
struct Filled<'a> {
    kind: Kind,
    brand: &'a str,
    /// The host that a code may be filled in at, for text messages.
    host: Option<&'a str>,
    code: Option<&'a str>,
    link: Option<&'a str>,
}

impl<'a> Filled<'a> {
    /// With a code and a link that open nothing.
    fn example(kind: Kind, brand: &'a str, url: &'a str, link: &'a Option<String>) -> Self {
        let (code, link) = (kind.code.then_some("123456"), link.as_deref());
        Self { kind, brand, host: host(url), code, link }
    }

    fn write(&self, pages: &Pages, channel: Channel, language: &str) -> Result<Outgoing, Error> {
        let language = crate::pages::spoken(language);
        let brand = self.brand;
        let link = self.link.filter(|_| self.kind.goes_by(channel));
        let subject = pages.text(language, &format!("mail.{}.subject", self.kind.name));
        let subject = subject.replace("{brand}", brand);
        let values = json!({
            "lang": language, "letter": self.kind.name, "subject": subject, "brand": brand,
            "host": self.host, "code": self.code, "link": link,
        });
        let Value::Object(values) = values else { return Err(Error::new("fill in a letter")) };
        let render =
            |format: &str, values: Map<String, Value>| pages.letter(format, self.kind.name, values);
        let (subject, text, html) = match channel {
            Channel::Sms => (String::new(), render("sms.txt", values)?, String::new()),
            Channel::Mail => {
                let text = render("mail.txt", values.clone())? + "\n";
                (subject, text, render("mail.html", values)?)
            }
        };
        let (id, to) = (String::new(), String::new());
        Ok(Outgoing { id, channel, to, subject, text, html, code: None, link: None })
    }
}

/// The host of our pages, for the last line of a text message, by which a
/// telephone fills a code in at this host and at no other.
fn host(public_url: &str) -> Option<&str> {
    public_url.strip_prefix("https://").map(|rest| rest.split(':').next().unwrap_or(rest))
}

impl Keyward {
    /// The names of all letters, for [`Keyward::letter_preview`].
    pub fn letter_names() -> impl Iterator<Item = &'static str> {
        LETTERS.iter().map(|kind| kind.name)
    }

    /// The languages that letters are written in.
    pub fn letter_languages() -> impl Iterator<Item = &'static str> {
        crate::pages::languages()
    }

    /// A letter as people get it, with a code and a link that open nothing;
    /// `None` for a letter that there is not.
    ///
    /// # Errors
    /// A template that was replaced cannot be rendered.
    pub fn letter_preview(
        &self,
        name: &str,
        channel: Channel,
        language: &str,
    ) -> Result<Option<Outgoing>, Error> {
        let Some(kind) = LETTERS.iter().find(|kind| kind.name == name).copied() else {
            return Ok(None);
        };
        let link = kind.link(self, "an-example");
        let filled = Filled::example(kind, &self.0.settings.brand, self.public_url(), &link);
        let written = filled.write(&self.0.pages, channel, language)?;
        let (id, to) = ("msg_preview".into(), "ada@example.com".into());
        Ok(Some(Outgoing { id, to, code: filled.code.map(str::to_owned), link, ..written }))
    }
}

/// Writes every letter once, so that a template that cannot be rendered is found
/// at the start and not when somebody waits for a code.
pub(crate) fn check(pages: &Pages) -> Result<(), Error> {
    let url = "https://auth.example.com";
    for kind in LETTERS {
        let link = kind.path.map(|path| format!("{url}{path}an-example"));
        let filled = Filled::example(*kind, "Acme", url, &link);
        for language in crate::pages::languages() {
            for channel in [Channel::Mail, Channel::Sms] {
                filled.write(pages, channel, language)?;
            }
        }
    }
    Ok(())
}

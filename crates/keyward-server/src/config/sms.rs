//! `[sms]`: how text messages leave.

use keyward::{Channel, Secret, Sender, Twilio, TwilioOptions};

use super::carrier::{Asked, need, words};
use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "sms.via",
        takes: Takes::Choice(&["nothing", "twilio", "http"]),
        default: "nothing",
        what: "How text messages leave: not at all, through Twilio, or through a gateway that is asked as sms.url, sms.headers and sms.body say.",
    },
    Key {
        name: "sms.from",
        takes: Takes::Text,
        default: "",
        what: "Who text messages come from: a number such as +15005550006, a name, or a messaging service of Twilio, MG….",
    },
    Key {
        name: "sms.account",
        takes: Takes::Text,
        default: "",
        what: "The account at Twilio, AC….",
    },
    Key {
        name: "sms.key",
        takes: Takes::Text,
        default: "",
        what: "A key of that account, SK…, whose secret sms.secret is. Without one, sms.secret is the token of the account.",
    },
    Key {
        name: "sms.secret",
        takes: Takes::Secret,
        default: "",
        what: "What the service knows us by: the token or the secret of the key at Twilio; what {secret} stands for in a template.",
    },
    Key {
        name: "sms.url",
        takes: Takes::Url,
        default: "",
        what: "Where the gateway is asked; {to}, {text}, {from}, {id}, {secret} are filled in, in the path {secret} and {id} alone. For Twilio, another address than its own.",
    },
    Key {
        name: "sms.method",
        takes: Takes::Choice(&["POST", "PUT", "PATCH", "GET"]),
        default: "POST",
        what: "How the gateway is asked.",
    },
    Key {
        name: "sms.headers",
        takes: Takes::List,
        default: "",
        what: "Headers of each request, \"Authorization: Bearer {secret}\"; {basic} is the secret in base64.",
    },
    Key {
        name: "sms.body",
        takes: Takes::Text,
        default: "",
        what: "What the gateway is sent: to={to}&text={text} for a form, {\"to\":\"{to}\",\"text\":\"{text}\"} for JSON. Values get the escapes of where they stand.",
    },
    Key {
        name: "sms.allow",
        takes: Takes::List,
        default: "",
        what: "Networks where the gateway may be although they are not public, such as 10.1.0.0/16. A loopback address may be asked without TLS.",
    },
    Key {
        name: "sms.ssl_root",
        takes: Takes::Path,
        default: "",
        what: "Certificate authorities (PEM) to trust for the gateway beside the public ones.",
    },
];

/// How text messages leave.
#[derive(Clone, Debug)]
pub(crate) struct Sms {
    asked: Asked,
    from: String,
    secret: Option<Secret>,
    /// The account and the key at Twilio; `None` for a gateway.
    twilio: Option<(String, Option<String>)>,
}

impl Sms {
    /// `None` when they do not leave.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let ways = [("nothing", None), ("twilio", Some(true)), ("http", Some(false))];
        let asked = Asked::read(r, "sms", "sms.via is http");
        let (from, secret) = (r.text("sms.from"), r.secret("sms.secret"));
        let (account, key) = (r.text("sms.account"), r.text("sms.key"));
        let by_twilio = match r.choice("sms.via", &ways).flatten() {
            Some(by_twilio) => by_twilio,
            None => {
                if secret.is_some() {
                    r.refuse("sms.secret", "counts only when sms.via says how");
                }
                return None;
            }
        };
        let sms = if by_twilio {
            let why = "sms.via is twilio";
            let account = need(r, account, "sms.account", why);
            let from = need(r, from, "sms.from", why);
            let secret = need(r, secret, "sms.secret", why);
            Self { asked, from: from?, secret: Some(secret?), twilio: Some((account?, key)) }
        } else {
            need(r, asked.url.clone(), "sms.url", "sms.via is http")?;
            Self { asked, from: from.unwrap_or_default(), secret, twilio: None }
        };
        if let Err(why) = sms.carrier() {
            r.refuse("sms.via", format!("cannot be used: {}", words(&why)));
        }
        Some(sms)
    }

    /// Who carries them.
    pub(crate) fn carrier(&self) -> keyward::Result<Box<dyn Sender>> {
        let Some((account, key)) = &self.twilio else {
            return self.asked.gateway(Channel::Sms, &self.from, self.secret.as_ref());
        };
        let options = TwilioOptions {
            account: account.clone(),
            key: key.clone(),
            token: self.secret.clone().unwrap_or_else(|| Secret::new("")),
            from: self.from.clone(),
            url: self.asked.url.clone(),
        };
        Ok(Box::new(Twilio::new(options, self.asked.client()?)?))
    }
}

//! `[mail]`: how mails leave.

use keyward::{Channel, MailApi, MailApiOptions, MailService, Secret, Sender, Smtp, SmtpOptions};

use super::carrier::{Asked, need, words};
use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "mail.via",
        takes: Takes::Choice(WAYS),
        default: "smtp",
        what: "How mails leave: by SMTP, through the API of a mail service, or through a gateway that is asked as mail.url, mail.headers and mail.body say.",
    },
    Key {
        name: "mail.from",
        takes: Takes::Text,
        default: "",
        what: "Who mails come from, such as \"Acme <no-reply@example.com>\".",
    },
    Key {
        name: "mail.smtp",
        takes: Takes::Url,
        default: "",
        what: "smtps://USER@HOST:465 (TLS) or smtp://USER@HOST:587 (STARTTLS). Without one, messages are put into a folder.",
    },
    Key {
        name: "mail.password",
        takes: Takes::Secret,
        default: "",
        what: "Password of the user that mail.smtp names; for a mail service its token or key, for SES the secret of the access key; what {secret} stands for in a template.",
    },
    Key {
        name: "mail.ssl_root",
        takes: Takes::Path,
        default: "",
        what: "Certificate authorities (PEM) to trust for the mail server or service beside the public ones.",
    },
    Key {
        name: "mail.plaintext",
        takes: Takes::Flag,
        default: "false",
        what: "Hand mails to a server beyond this machine without TLS. Not by default: the links in them open accounts.",
    },
    Key {
        name: "mail.account",
        takes: Takes::Text,
        default: "",
        what: "For SES the id of the access key, for Mailgun the domain that mails are sent by.",
    },
    Key {
        name: "mail.region",
        takes: Takes::Text,
        default: "",
        what: "The region of SES, such as eu-central-1.",
    },
    Key {
        name: "mail.url",
        takes: Takes::Url,
        default: "",
        what: "Where the gateway is asked; {to}, {subject}, {text}, {html}, {from}, {id}, {secret} are filled in, in the path {secret} and {id} alone. For a mail service, another address than its own, such as https://api.eu.mailgun.net.",
    },
    Key {
        name: "mail.method",
        takes: Takes::Choice(&["POST", "PUT", "PATCH", "GET"]),
        default: "POST",
        what: "How the gateway is asked.",
    },
    Key {
        name: "mail.headers",
        takes: Takes::List,
        default: "",
        what: "Headers of each request, \"Authorization: Bearer {secret}\"; {basic} is the secret in base64.",
    },
    Key {
        name: "mail.body",
        takes: Takes::Text,
        default: "",
        what: "What the gateway is sent: a form such as to={to}&subject={subject}&text={text}, or JSON. Values get the escapes of where they stand.",
    },
    Key {
        name: "mail.allow",
        takes: Takes::List,
        default: "",
        what: "Networks where the service may be although they are not public, such as 10.1.0.0/16. A loopback address may be asked without TLS.",
    },
];

const WAYS: &[&str] = &["smtp", "ses", "postmark", "sendgrid", "mailgun", "http"];

/// How mails leave.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    from: String,
    password: Option<Secret>,
    asked: Asked,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Smtp { options: SmtpOptions },
    Service(MailService),
    Gateway,
}

impl Mail {
    /// `None` when nothing says how.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let via = r.choice("mail.via", &WAYS.iter().map(|w| (*w, *w)).collect::<Vec<_>>())?;
        let asked = Asked::read(r, "mail", "mail.via is http");
        let (from, password) = (r.text("mail.from"), r.secret("mail.password"));
        if via == "smtp" {
            return smtp(r, from, password, asked);
        }
        let why = format!("mail.via is {via}");
        for key in ["mail.smtp", "mail.plaintext"] {
            if r.is_given(key) {
                r.refuse(key, "counts only when mail.via is smtp");
            }
        }
        let from = need(r, from, "mail.from", &why);
        let way = if via == "http" {
            need(r, asked.url.clone(), "mail.url", &why).map(|_| Way::Gateway)
        } else {
            let service = service(r, via, &why);
            need(r, password.clone(), "mail.password", &why).and(service).map(Way::Service)
        };
        let mail = Self { from: from?, password, asked, way: way? };
        if let Err(why) = mail.carrier() {
            r.refuse("mail.via", format!("cannot be used: {}", words(&why)));
        }
        Some(mail)
    }

    /// Who carries them.
    pub(crate) fn carrier(&self) -> keyward::Result<Box<dyn Sender>> {
        match &self.way {
            Way::Smtp { options } => Ok(Box::new(Smtp::new(options)?)),
            Way::Gateway => self.asked.gateway(Channel::Mail, &self.from, self.password.as_ref()),
            Way::Service(service) => {
                let options = MailApiOptions {
                    service: service.clone(),
                    secret: self.password.clone().unwrap_or_else(|| Secret::new("")),
                    from: self.from.clone(),
                    url: self.asked.url.clone(),
                };
                Ok(Box::new(MailApi::new(options, self.asked.client()?)?))
            }
        }
    }
}

/// By SMTP; `None` when no server is named.
fn smtp(
    r: &mut Reader<'_>,
    from: Option<String>,
    password: Option<Secret>,
    asked: Asked,
) -> Option<Mail> {
    let (url, plaintext) = (r.text("mail.smtp"), r.flag("mail.plaintext"));
    match (from, url) {
        (Some(from), Some(url)) => {
            let options = SmtpOptions {
                url,
                password: password.clone(),
                from: from.clone(),
                root_certificates: r.path("mail.ssl_root"),
                plaintext,
            };
            Some(Mail { from, password, asked, way: Way::Smtp { options } })
        }
        (None, None) => {
            if r.is_given("mail.password") {
                r.refuse("mail.password", "needs mail.smtp as well");
            }
            None
        }
        (None, Some(_)) => {
            r.refuse("mail.smtp", "needs mail.from as well");
            None
        }
        (Some(_), None) => None,
    }
}

fn service(r: &mut Reader<'_>, via: &str, why: &str) -> Option<MailService> {
    let (account, region) = (r.text("mail.account"), r.text("mail.region"));
    Some(match via {
        "postmark" => MailService::Postmark,
        "sendgrid" => MailService::SendGrid,
        "mailgun" => MailService::Mailgun { domain: need(r, account, "mail.account", why)? },
        _ => {
            let access_key = need(r, account, "mail.account", why);
            let region = need(r, region, "mail.region", why);
            MailService::Ses { region: region?, access_key: access_key? }
        }
    })
}

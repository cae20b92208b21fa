//! Mails through the APIs of mail services. None of them may count who opens a
//! mail, nor lead its links over a server of theirs: the links open accounts.

use std::sync::Arc;

use ::http::{Request, header};
use bytes::Bytes;
use keyward_core::port::{Clock, Fut};
use keyward_core::record::Channel;
use keyward_core::{Error, Secret};
use serde_json::{Value, json};

use super::super::{Outgoing, SendError, Sender};
use super::sign::{Signer, signed};
use super::{FORM, JSON, base, basic, form, hand_over, post, sensitive, unwritten};
use crate::engine::os::SystemClock;
use crate::outbound::HttpClient;

/// A service that sends mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum MailService {
    /// Amazon SES, API version 2.
    Ses {
        /// Such as `eu-central-1`.
        region: String,
        /// The id of the access key whose secret is the secret.
        access_key: String,
    },
    /// Postmark; the secret is the token of a server.
    Postmark,
    /// SendGrid, API version 3; the secret is an API key.
    SendGrid,
    /// Mailgun, API version 3; the secret is an API key.
    Mailgun {
        /// The domain that mails are sent by.
        domain: String,
    },
}

/// How to reach a mail service.
#[derive(Clone, Debug)]
pub struct MailApiOptions {
    /// Which.
    pub service: MailService,
    /// What it knows us by.
    pub secret: Secret,
    /// Who mails come from: `Acme <no-reply@example.com>`.
    pub from: String,
    /// Another address than the service's own, such as `https://api.eu.mailgun.net`.
    pub url: Option<String>,
}

/// Hands mails to a mail service.
pub struct MailApi {
    client: Arc<dyn HttpClient>,
    service: MailService,
    secret: Secret,
    from: Mailbox,
    url: String,
}

impl std::fmt::Debug for MailApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailApi").field("service", &self.service).finish_non_exhaustive()
    }
}

impl MailApi {
    /// Understands the options; connects when the first mail is due.
    ///
    /// # Errors
    /// The sender's address, the URL, the region or the domain cannot be read.
    pub fn new(options: MailApiOptions, client: Arc<dyn HttpClient>) -> Result<Self, Error> {
        let MailApiOptions { service, secret, from, url } = options;
        let own = service.url()?;
        let base = base(url.as_deref().unwrap_or(&own))?;
        let url = format!("{base}{}", service.path());
        let from = Mailbox::parse(&from)?;
        Ok(Self { client, service, secret, from, url })
    }

    async fn hand(&self, message: &Outgoing) -> Result<(), SendError> {
        if message.channel != Channel::Mail {
            return Err(SendError::Never("no way to send text messages is configured".into()));
        }
        let request = match &self.service {
            MailService::Ses { region, access_key } => self.ses(message, region, access_key)?,
            MailService::Postmark => self.postmark(message)?,
            MailService::SendGrid => self.sendgrid(message)?,
            MailService::Mailgun { .. } => self.mailgun(message)?,
        };
        hand_over(&*self.client, self.service.name(), request).await
    }

    fn ses(
        &self,
        message: &Outgoing,
        region: &str,
        access_key: &str,
    ) -> Result<Request<Bytes>, SendError> {
        let part = |data: &str| json!({ "Data": data, "Charset": "UTF-8" });
        let body = json!({
            "FromEmailAddress": self.from.encoded(),
            "Destination": { "ToAddresses": [message.to] },
            "Content": { "Simple": {
                "Subject": part(&message.subject),
                "Body": { "Text": part(&message.text), "Html": part(&message.html) },
                "Headers": [{ "Name": AUTOMATIC.0, "Value": AUTOMATIC.1 }],
            } },
        });
        let signer = Signer { access_key, secret: &self.secret, region, service: "ses" };
        let request = post(&self.url, JSON).body(body.to_string().into()).map_err(unwritten)?;
        signed(request, &signer, SystemClock.now()).ok_or_else(|| unwritten(()))
    }

    fn postmark(&self, message: &Outgoing) -> Result<Request<Bytes>, SendError> {
        let body = json!({
            "From": self.from.written(),
            "To": message.to,
            "Subject": message.subject,
            "TextBody": message.text,
            "HtmlBody": message.html,
            "Headers": [{ "Name": AUTOMATIC.0, "Value": AUTOMATIC.1 }],
            "Metadata": { "message_id": message.id },
            "TrackOpens": false,
            "TrackLinks": "None",
        });
        post(&self.url, JSON)
            .header(header::ACCEPT, JSON)
            .header("x-postmark-server-token", sensitive(self.secret.reveal())?)
            .body(body.to_string().into())
            .map_err(unwritten)
    }

    fn sendgrid(&self, message: &Outgoing) -> Result<Request<Bytes>, SendError> {
        let off = json!({ "enable": false });
        let body = json!({
            "personalizations": [{ "to": [{ "email": message.to }] }],
            "from": self.from.parts(),
            "subject": message.subject,
            // In the order of RFC 2046 section 5.1.4: the plainest first.
            "content": [
                { "type": "text/plain", "value": message.text },
                { "type": "text/html", "value": message.html },
            ],
            "headers": { AUTOMATIC.0: AUTOMATIC.1 },
            "custom_args": { "message_id": message.id },
            "tracking_settings": {
                "click_tracking": { "enable": false, "enable_text": false },
                "open_tracking": off,
                "subscription_tracking": off,
            },
        });
        let token = format!("Bearer {}", self.secret.reveal());
        post(&self.url, JSON)
            .header(header::AUTHORIZATION, sensitive(&token)?)
            .body(body.to_string().into())
            .map_err(unwritten)
    }

    fn mailgun(&self, message: &Outgoing) -> Result<Request<Bytes>, SendError> {
        let from = self.from.written();
        let automatic = format!("h:{}", AUTOMATIC.0);
        let fields = [
            ("from", from.as_str()),
            ("to", &message.to),
            ("subject", &message.subject),
            ("text", &message.text),
            ("html", &message.html),
            ("o:tracking", "no"),
            ("o:tracking-clicks", "no"),
            ("o:tracking-opens", "no"),
            (&automatic, AUTOMATIC.1),
            ("v:message-id", &message.id),
        ];
        post(&self.url, FORM)
            .header(header::AUTHORIZATION, sensitive(&basic("api", &self.secret))?)
            .body(form(&fields).into())
            .map_err(unwritten)
    }
}

/// Answering machines do not answer these mails (RFC 3834 section 5).
const AUTOMATIC: (&str, &str) = ("Auto-Submitted", "auto-generated");

impl MailService {
    fn name(&self) -> &'static str {
        match self {
            Self::Ses { .. } => "SES",
            Self::Postmark => "Postmark",
            Self::SendGrid => "SendGrid",
            Self::Mailgun { .. } => "Mailgun",
        }
    }

    /// Its own address.
    fn url(&self) -> Result<String, Error> {
        let is_host = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
        };
        match self {
            Self::Ses { region, access_key } if is_host(region) && is_host(access_key) => {
                Ok(format!("https://email.{region}.amazonaws.com"))
            }
            Self::Ses { .. } => Err(Error::new("read the region and the access key of SES")),
            Self::Postmark => Ok("https://api.postmarkapp.com".into()),
            Self::SendGrid => Ok("https://api.sendgrid.com".into()),
            Self::Mailgun { domain } if is_host(domain) => Ok("https://api.mailgun.net".into()),
            Self::Mailgun { .. } => Err(Error::new("read the domain at Mailgun")),
        }
    }

    fn path(&self) -> String {
        match self {
            Self::Ses { .. } => "/v2/email/outbound-emails".into(),
            Self::Postmark => "/email".into(),
            Self::SendGrid => "/v3/mail/send".into(),
            Self::Mailgun { domain } => format!("/v3/{domain}/messages"),
        }
    }
}

impl Sender for MailApi {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(self.hand(message))
    }
}

/// Who mails come from.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Mailbox {
    name: String,
    address: String,
}

impl Mailbox {
    /// `Acme <no-reply@example.com>`, or the address alone.
    fn parse(text: &str) -> Result<Self, Error> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|t| t.split_once('<')) {
            Some((name, address)) => {
                let name = name.trim();
                let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
                (bare.unwrap_or(name), address)
            }
            None => ("", text.trim()),
        };
        let is_odd = |c: char| c.is_control() || "<>,;\"\\".contains(c);
        let parts = address.split_once('@').filter(|(user, host)| {
            !user.is_empty() && host.contains(|c: char| c != '.') && !host.contains('@')
        });
        if parts.is_none() || address.contains(|c| is_odd(c) || c == ' ') || name.contains(is_odd) {
            let why = "write it as `Acme <no-reply@example.com>`";
            return Err(Error::because("read who mails come from", why));
        }
        Ok(Self { name: name.to_owned(), address: address.to_owned() })
    }

    /// As a header has it, but for letters beyond ASCII.
    fn written(&self) -> String {
        match self.name.as_str() {
            "" => self.address.clone(),
            name => format!("\"{name}\" <{}>", self.address),
        }
    }

    /// As a header has it (RFC 2047).
    fn encoded(&self) -> String {
        if self.name.is_ascii() {
            return self.written();
        }
        format!("=?UTF-8?B?{}?= <{}>", super::encode(&self.name), self.address)
    }

    fn parts(&self) -> Value {
        match self.name.as_str() {
            "" => json!({ "email": self.address }),
            name => json!({ "email": self.address, "name": name }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_mails_come_from_is_read_strictly() {
        let check = |text: &str, wanted: Option<(&str, &str, &str)>| {
            let found = Mailbox::parse(text).ok();
            let found = found.map(|f| (f.name.clone(), f.address.clone(), f.encoded()));
            let wanted = wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
            assert_eq!(found, wanted, "{text}");
        };
        check("a@example.com", Some(("", "a@example.com", "a@example.com")));
        let quoted = "\"Acme, Inc\" <a@example.com>";
        check(quoted, None);
        let plain = Some(("Acme", "a@example.com", "\"Acme\" <a@example.com>"));
        check("Acme <a@example.com>", plain);
        check("\"Acme\" <a@example.com>", plain);
        let encoded = "=?UTF-8?B?TcO8bGxlcg==?= <a@example.com>";
        check("Müller <a@example.com>", Some(("Müller", "a@example.com", encoded)));
        for bad in ["", "Acme", "<a@>", "a@b@c", "a b@c", "A <a@example.com", "a@x\r\nBcc: b@y"] {
            check(bad, None);
        }
    }
}

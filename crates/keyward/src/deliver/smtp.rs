//! Mail by SMTP: TLS from the first byte, or STARTTLS; in the clear only where
//! nobody else listens, or where it was asked for.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use keyward_core::port::Fut;
use keyward_core::record::Channel;
use keyward_core::{Error, Secret};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;

use super::{Outgoing, SendError, Sender};

/// Time for one mail; well below the time for which a sender keeps it.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to reach a mail server.
#[derive(Clone, Debug)]
pub struct SmtpOptions {
    /// `smtps://USER@HOST:465` for TLS, `smtp://USER@HOST:587` for STARTTLS.
    pub url: String,
    /// Password of the user in the URL.
    pub password: Option<Secret>,
    /// Who mails come from: `Acme <no-reply@example.com>`.
    pub from: String,
    /// Certificate authorities (PEM) to trust beside the public ones.
    pub root_certificates: Option<PathBuf>,
    /// Go on without TLS, beyond this machine as well, if the server has none.
    pub plaintext: bool,
}

/// Hands mails to an SMTP server.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Understands the options; connects when the first mail is due.
    ///
    /// # Errors
    /// The URL, the sender's address or the certificates cannot be read.
    pub fn new(options: &SmtpOptions) -> Result<Self, Error> {
        let from = options
            .from
            .parse()
            .map_err(|cause| Error::because("read who mails come from", format!("{cause}")))?;
        let server = Server::parse(&options.url)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(PATIENCE))
            .tls(tls(&server, options)?);
        if let Some(user) = server.user {
            let password = options.password.clone().or(server.password);
            let password = password.ok_or_else(|| {
                Error::new("sign in to the mail server: it has a user but no password")
            })?;
            builder = builder.credentials(Credentials::new(user, password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    fn write(&self, outgoing: &Outgoing) -> Result<Message, SendError> {
        let never = |what: &str| SendError::Never(what.to_owned());
        let to: Address = outgoing.to.parse().map_err(|_| never("not a mail address"))?;
        let id = format!("<{}@{}>", outgoing.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(outgoing.subject.clone())
            .message_id(Some(id))
            .raw_header(automatic())
            .multipart(MultiPart::alternative_plain_html(
                outgoing.text.clone(),
                outgoing.html.clone(),
            ))
            .map_err(|_| never("cannot be written as a mail"))
    }
}

impl Sender for Smtp {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(async move {
            if message.channel != Channel::Mail {
                return Err(SendError::Never("no way to send text messages is configured".into()));
            }
            let mail = self.write(message)?;
            let sent = tokio::time::timeout(PATIENCE, self.transport.send(mail)).await;
            match sent {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(why(&error)),
                Err(_) => Err(SendError::Later("the mail server took too long".into())),
            }
        })
    }
}

/// Answering machines do not answer these mails (RFC 3834 section 5).
fn automatic() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

/// What the server said, without its words: they may repeat what we sent.
fn why(error: &lettre::transport::smtp::Error) -> SendError {
    match error.status().map(u16::from) {
        // The mailbox is not there, or not for us (RFC 5321 section 4.2.3).
        // Other lasting refusals are about us, and an operator can mend them.
        Some(code @ (550 | 551 | 553 | 556)) => {
            SendError::Never(format!("the mail server answered {code}"))
        }
        Some(code) => SendError::Later(format!("the mail server answered {code}")),
        None => SendError::Later(error.to_string()),
    }
}

fn tls(server: &Server, options: &SmtpOptions) -> Result<Tls, Error> {
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(path) = &options.root_certificates {
        let cannot = "read the mail server's certificate authorities";
        let pem = std::fs::read(path).map_err(|cause| Error::because(cannot, cause))?;
        let root = Certificate::from_pem(&pem).map_err(|cause| Error::because(cannot, cause))?;
        parameters = parameters.add_root_certificate(root);
    }
    let parameters =
        parameters.build_rustls().map_err(|cause| Error::because("prepare TLS for mail", cause))?;
    Ok(match server.implicit {
        true => Tls::Wrapper(parameters),
        false if options.plaintext || server.is_here() => Tls::Opportunistic(parameters),
        false => Tls::Required(parameters),
    })
}

/// What the URL says.
#[derive(Debug)]
struct Server {
    host: String,
    port: u16,
    user: Option<String>,
    password: Option<Secret>,
    /// TLS from the first byte.
    implicit: bool,
}

impl Server {
    fn parse(url: &str) -> Result<Self, Error> {
        // The URL may hold a password: it is not repeated.
        let bad = || {
            Error::because(
                "read the mail server's URL",
                "use smtps://USER@HOST:465 or smtp://USER@HOST:587",
            )
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(bad)?;
        let (implicit, standard) = match scheme {
            "smtps" => (true, 465),
            "smtp" => (false, 587),
            _ => return Err(bad()),
        };
        let (login, place) = match rest.trim_end_matches('/').rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest.trim_end_matches('/')),
        };
        let authority: ::http::uri::Authority = place.parse().map_err(|_| bad())?;
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || place.contains('@') {
            return Err(bad());
        }
        let (user, password) = match login
            .map(|login| login.split_once(':').map_or((login, None), |(u, p)| (u, Some(p))))
        {
            Some((user, password)) => (Some(plain(user)?), password.map(plain).transpose()?),
            None => (None, None),
        };
        // What stands behind the host must be a port that can be read.
        if authority.port_u16().is_none() && !place.ends_with(authority.host()) {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(standard);
        Ok(Self { host, port, user, password: password.map(Secret::new), implicit })
    }

    /// Whether what is sent stays on this machine.
    fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

fn plain(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    Ok(decoded.map_err(|cause| Error::because("read the mail server's URL", cause))?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_server() {
        type Expected<'a> = (&'a str, u16, Option<&'a str>, Option<&'a str>, bool);
        let check = |url: &str, expected: Expected<'_>| {
            let found = Server::parse(url).unwrap();
            let password = found.password.as_ref().map(Secret::reveal);
            let got = (&*found.host, found.port, found.user.as_deref(), password, found.implicit);
            assert_eq!(got, expected, "{url}");
        };
        check("smtps://mail.example.com", ("mail.example.com", 465, None, None, true));
        check("smtp://kw@mail.example.com/", ("mail.example.com", 587, Some("kw"), None, false));
        check("smtp://a%40b:p%3Aq@[::1]:25", ("::1", 25, Some("a@b"), Some("p:q"), false));
        for bad in
            ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://u@", "smtp://h:x"]
        {
            assert!(Server::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_loopback_may_go_without_tls() {
        for (url, plaintext, required) in [
            ("smtp://mail.example.com", false, true),
            ("smtp://mail.example.com", true, false),
            ("smtp://127.0.0.1:25", false, false),
            ("smtp://localhost:25", false, false),
            ("smtp://localhost.example.com:25", false, true),
        ] {
            let options = SmtpOptions {
                url: url.into(),
                password: None,
                from: "kw@example.com".into(),
                root_certificates: None,
                plaintext,
            };
            let found = tls(&Server::parse(url).unwrap(), &options).unwrap();
            assert_eq!(matches!(found, Tls::Required(_)), required, "{url} {plaintext}");
        }
    }
}

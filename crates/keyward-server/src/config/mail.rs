//! `[mail]`: how messages leave.

use std::path::PathBuf;

use keyward::Secret;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
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
        what: "Password of the user that mail.smtp names.",
    },
    Key {
        name: "mail.ssl_root",
        takes: Takes::Path,
        default: "",
        what: "Certificate authorities (PEM) to trust for the mail server beside the public ones.",
    },
    Key {
        name: "mail.plaintext",
        takes: Takes::Flag,
        default: "false",
        what: "Hand mails to a server beyond this machine without TLS. Not by default: the links in them open accounts.",
    },
];

/// How messages leave.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) smtp: String,
    pub(crate) password: Option<Secret>,
    pub(crate) ssl_root: Option<PathBuf>,
    pub(crate) plaintext: bool,
}

impl Mail {
    /// `None` when no server is named.
    pub(super) fn read(r: &mut Reader<'_>) -> Option<Self> {
        let (from, smtp) = (r.text("mail.from"), r.text("mail.smtp"));
        let password = r.secret("mail.password");
        let (ssl_root, plaintext) = (r.path("mail.ssl_root"), r.flag("mail.plaintext"));
        match (from, smtp) {
            (Some(from), Some(smtp)) => Some(Self { from, smtp, password, ssl_root, plaintext }),
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
}

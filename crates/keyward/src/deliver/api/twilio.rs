//! Text messages through Twilio (Programmable Messaging, API 2010-04-01).

use std::sync::Arc;

use ::http::header;
use keyward_core::port::Fut;
use keyward_core::record::Channel;
use keyward_core::{Error, Secret};

use super::super::{Outgoing, SendError, Sender};
use super::{FORM, base, basic, form, hand_over, post, sensitive, unwritten};
use crate::outbound::HttpClient;

/// How to reach Twilio.
#[derive(Clone, Debug)]
pub struct TwilioOptions {
    /// `AC…`
    pub account: String,
    /// The key to sign in with, `SK…`; without one the account itself signs in.
    pub key: Option<String>,
    /// The token of the account, or the secret of the key.
    pub token: Secret,
    /// A number in E.164 form, a sender's name, or a messaging service, `MG…`.
    pub from: String,
    /// Another address than Twilio's own.
    pub url: Option<String>,
}

/// Hands text messages to Twilio.
#[derive(Debug)]
pub struct Twilio {
    client: Arc<dyn HttpClient>,
    options: TwilioOptions,
    url: String,
}

const PUBLIC: &str = "https://api.twilio.com";

impl Twilio {
    /// Understands the options; connects when the first message is due.
    ///
    /// # Errors
    /// The account is none, or the URL cannot be read.
    pub fn new(options: TwilioOptions, client: Arc<dyn HttpClient>) -> Result<Self, Error> {
        let is_id = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !options.account.starts_with("AC") || !is_id(&options.account) {
            return Err(Error::because("read the account at Twilio", "it begins with AC"));
        }
        let base = base(options.url.as_deref().unwrap_or(PUBLIC))?;
        let url = format!("{base}/2010-04-01/Accounts/{}/Messages.json", options.account);
        Ok(Self { client, options, url })
    }

    async fn hand(&self, message: &Outgoing) -> Result<(), SendError> {
        if message.channel != Channel::Sms {
            return Err(SendError::Never("Twilio carries text messages alone".into()));
        }
        let TwilioOptions { account, key, token, from, .. } = &self.options;
        let sender = if from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let fields = [("To", message.to.as_str()), (sender, from), ("Body", &message.text)];
        let user = key.as_deref().unwrap_or(account);
        let request = post(&self.url, FORM)
            .header(header::AUTHORIZATION, sensitive(&basic(user, token))?)
            .body(form(&fields).into())
            .map_err(unwritten)?;
        hand_over(&*self.client, "Twilio", request).await
    }
}

impl Sender for Twilio {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
        Box::pin(self.hand(message))
    }
}

//! Messages that services carry, asked over real connections: a stand-in on this
//! machine writes down what it is asked, and answers what it is told to.

mod gateway;
mod mail;
mod sms;
mod stand_in;

use std::sync::Arc;
use std::time::Duration;

use keyward::outbound::{Outbound, OutboundOptions};
use keyward::{Channel, Outgoing};

pub(crate) use stand_in::StandIn;

/// A client that may ask this machine, and nothing else that is not public.
pub(crate) fn client() -> Arc<Outbound> {
    let options = OutboundOptions {
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
        allow: vec!["127.0.0.0/8".into()],
        ..OutboundOptions::default()
    };
    Arc::new(Outbound::new(&options).unwrap())
}

/// A message with everything in it that could break out of somewhere.
pub(crate) fn message(channel: Channel) -> Outgoing {
    let (to, html) = match channel {
        Channel::Mail => ("ada@example.com", "<p>Grüße & \"mehr\"</p>\n"),
        Channel::Sms => ("+4915112345678", ""),
    };
    Outgoing {
        id: "msg_1".into(),
        channel,
        to: to.into(),
        subject: if html.is_empty() { String::new() } else { "Your code – 123 456".into() },
        text: "Code: 123456\n\"}&To=+1&Body=<é>%26{secret}\n".into(),
        html: html.into(),
        code: Some("123456".into()),
        link: None,
    }
}

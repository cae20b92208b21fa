//! The outbox: a message waits in the database until it is delivered.

use crate::id::{FlowId, MessageId, UserId};
use crate::time::Timestamp;

/// How a message travels.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Channel {
    /// E-mail.
    Mail,
    /// Text message.
    Sms,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Sms];

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MessageState {
    /// Waiting for its turn.
    Pending,
    /// Handed over to the carrier; the payload is erased.
    Sent,
    /// Given up; the payload is erased.
    Failed,
    /// Its secret expired before it could be sent; the payload is erased.
    Expired,
}

impl MessageState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Sent, Self::Failed, Self::Expired];

    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A message in the outbox.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Message {
    /// Which; stable over retries.
    pub id: MessageId,
    /// The flow whose secret it carries.
    pub flow: Option<FlowId>,
    /// To whom, if they have an account.
    pub user: Option<UserId>,
    /// How it travels.
    pub channel: Channel,
    /// Which template: `verify`, `recover`, …
    pub template: String,
    /// Recipient and parameters, sealed; empty once sent, failed or expired.
    pub payload: Vec<u8>,
    /// How far it has come.
    pub state: MessageState,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Not to be sent before; also the end of a sender's lease.
    pub due_at: Timestamp,
    /// Not to be sent after.
    pub expires_at: Timestamp,
    /// Times it was tried.
    pub attempts: i64,
    /// What went wrong last, without secrets.
    pub last_error: String,
}

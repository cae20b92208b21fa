//! What a frontend is told.

use keyward_core::refusal::Refusal;
use serde_json::{Map, Value, json};

/// An answer: yes with fields, or no with a reason; and words for people.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) success: bool,
    fields: Map<String, Value>,
    messages: Vec<String>,
    reason: Option<String>,
}

impl Answer {
    /// Yes.
    pub(super) fn yes(message: impl Into<String>) -> Self {
        let messages = vec![message.into()];
        Self { success: true, fields: Map::new(), messages, reason: None }
    }

    /// No: a stable reason for programs, and words for people.
    pub(super) fn no(reason: impl Into<String>, message: impl Into<String>) -> Self {
        let (messages, reason) = (vec![message.into()], Some(reason.into()));
        Self { success: false, fields: Map::new(), messages, reason }
    }

    /// Yes or no with several messages.
    pub(super) fn with_messages(mut self, messages: Vec<String>) -> Self {
        self.messages = messages;
        self
    }

    /// With a field of the response.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The whole answer. Fields that the request always has are null where there is
    /// nothing to say.
    pub(super) fn into_json(self, gives: &[&str], reqid: Value) -> Value {
        let Self { success, mut fields, messages, reason } = self;
        for name in gives {
            fields.entry(*name).or_insert(Value::Null);
        }
        fields.insert("success".into(), success.into());
        fields.insert("messages".into(), json!(messages));
        if let Some(reason) = &reason {
            fields.insert("failure_reason".into(), json!(reason));
        }
        let mut whole = json!({
            "success": success, "response": fields, "reqid": reqid,
            "message": messages, "messages": messages,
        });
        if let (Some(reason), Some(whole)) = (reason, whole.as_object_mut()) {
            whole.insert("failure_reason".into(), reason.into());
        }
        whole
    }
}

/// A refusal of a flow, in words that tell a stranger no more than they may know.
impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let (reason, words) = match &refusal {
            Refusal::SlowDown { retry_after } => {
                let secs = retry_after.as_secs().max(1);
                let words = format!("Too many attempts. Try again in {secs} seconds.");
                return Self::no("too many attempts", words).with("retry_after", secs);
            }
            Refusal::Invalid(problems) => {
                let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
                return Self::no(format!("invalid: {}", codes.join(", ")), super::words::REFUSED)
                    .with("problems", codes);
            }
            Refusal::InvalidCredentials => {
                ("user does not exist or password doesn't match", super::words::NO_SIGN_IN)
            }
            Refusal::Unverified { .. } => ("user exists but is inactive", super::words::NO_SIGN_IN),
            Refusal::MfaRequired => {
                ("second factor required", "This account needs a second factor to sign in.")
            }
            Refusal::PasswordExpired => {
                ("password expired", "The password of this account must be changed first.")
            }
            Refusal::NotFound => ("not found", super::words::REFUSED),
            Refusal::OutsideCeiling | Refusal::LastAdministrator => {
                ("action not permitted", "That is not permitted.")
            }
            Refusal::Conflict => ("DB conflict", "Something else changed meanwhile. Try again."),
            Refusal::SignUpClosed | Refusal::InvitationRequired | Refusal::DomainNotAllowed => {
                ("sign-up is closed", "Nobody can sign up here in this way.")
            }
            Refusal::Maintenance => {
                ("maintenance", "Signing in is paused for maintenance. Try again later.")
            }
            Refusal::RecoveryDisabled => {
                ("recovery is disabled", "Ask an administrator for a new password.")
            }
            _ => ("refused", super::words::REFUSED),
        };
        Self::no(reason, words)
    }
}

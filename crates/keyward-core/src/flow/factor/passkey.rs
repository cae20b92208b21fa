//! A passkey as the second factor: its holder signs the challenge of the flow.

use super::{Asked, Factor, Used};
use crate::flow::Decide;
use crate::flow::passkey::{KIND, PasskeyAnswer, judge};
use crate::record::Reason;
use crate::secret::Secret;
use crate::settings::Settings;

pub(in crate::flow) struct ByPasskey;

impl Factor for ByPasskey {
    fn method(&self) -> &'static str {
        "passkey"
    }

    fn kind(&self) -> &str {
        KIND
    }

    /// Not by itself, unless the operator wants it so: whoever adds one to sign
    /// in more easily would be locked out with the device that holds it.
    fn guards(&self, settings: &Settings) -> bool {
        settings.passkeys.second_factor
    }

    /// The answer is what the browser gave, as JSON. Where no flow asked, there
    /// is nothing that could have been signed.
    fn check(
        &self,
        asked: Asked<'_>,
        answer: &Secret,
        cx: &mut Decide<'_>,
    ) -> Result<Used, Reason> {
        let flow = asked.challenge.ok_or(Reason::WrongSecret)?.id;
        let answer = serde_json::from_str(answer.reveal()).map_err(|_| Reason::WrongSecret)?;
        let answer = PasskeyAnswer::parse(answer).map_err(|_| Reason::WrongSecret)?;
        let right = judge(asked.subject, flow, &answer, cx).map_err(|wrong| wrong.reason)?;
        Ok(Used { write: right.used, event: Some(right.event) })
    }
}

//! The usual request: it brings a session's cookie or an API key that is in memory, and
//! nothing else that anybody is recognised by. It waits for nothing, and is not boxed.

use std::sync::Arc;

use ::http::header;
use keyward_core::time::Timestamp;

use super::caller::Door;
use super::key::{self, X_API_KEY};
use super::{Fault, Head, cookie, single};
use crate::authn::chain::Carried;
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::session::Ended;

/// How a credential was brought, and what it opens.
type Found = (Carried, Result<Arc<Entry>, Ended>);

impl Keyward {
    /// What the usual request opens. Nothing for every other one: there, each
    /// authenticator is asked in its turn, and says the same of this one.
    pub(super) fn in_memory(
        &self,
        head: Head<'_>,
        door: Door,
        now: Timestamp,
    ) -> Result<Option<Found>, Fault> {
        let by_hand = [header::AUTHORIZATION, X_API_KEY];
        if by_hand.iter().any(|name| head.headers.contains_key(name)) {
            let entry = self.key_at_hand(head, now);
            return Ok(entry.map(|entry| (Carried::ByHand, Ok(entry))));
        }
        let is_usual = self.0.authenticators.is_cookie_first_of_headers();
        let token = is_usual.then(|| cookie::session_alone(self, head.headers)).flatten();
        let Some(token) = token else { return Ok(None) };
        self.check_origin(head, door, Some(Carried::Cookie))?;
        let opened = self.session_in_memory(token, now);
        Ok(opened.map(|opened| (Carried::Cookie, opened)))
    }

    fn key_at_hand(&self, head: Head<'_>, now: Timestamp) -> Option<Arc<Entry>> {
        if !self.0.authenticators.is_key_first() {
            return None;
        }
        let authorization = single(head.headers, &header::AUTHORIZATION).ok()?;
        let text = key::brought(head.headers, authorization.unwrap_or_default()).ok()??;
        self.key_in_memory(&text, head.address, now)
    }
}

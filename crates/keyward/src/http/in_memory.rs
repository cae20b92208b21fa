//! The usual request: it brings the cookie of a session that is in memory, and nothing
//! else that anybody is recognised by. It waits for nothing, and is not boxed.

use std::sync::Arc;

use ::http::header;
use keyward_core::time::Timestamp;

use super::caller::Door;
use super::key::X_API_KEY;
use super::{Fault, Head, cookie};
use crate::authn::chain::Carried;
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::session::Ended;

impl Keyward {
    /// What the usual request opens. Nothing for every other one: there, each
    /// authenticator is asked in its turn, and says the same of this one.
    pub(super) fn in_memory(
        &self,
        head: Head<'_>,
        door: Door,
        now: Timestamp,
    ) -> Result<Option<Result<Arc<Entry>, Ended>>, Fault> {
        let more = [header::AUTHORIZATION, X_API_KEY];
        let is_usual = self.0.authenticators.is_cookie_first_of_headers()
            && !more.iter().any(|name| head.headers.contains_key(name));
        let token = is_usual.then(|| cookie::session_alone(self, head.headers)).flatten();
        let Some(token) = token else { return Ok(None) };
        self.check_origin(head, door, Some(Carried::Cookie))?;
        Ok(self.session_in_memory(token, now))
    }
}

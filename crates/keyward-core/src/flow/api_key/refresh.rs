//! Give a key anew to whoever holds the token that was shown beside it.

use super::ApiKey;
use super::change::find;
use super::create::Minted;
use crate::Error;
use crate::crypto::api_key::{self, ApiKeyText};
use crate::flow::password::tell;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::port::{Fut, Write};
use crate::record::{Subject, What};
use crate::refusal::Refusal;

/// Gives a key anew: another text, and another token, for as long as the first one was
/// made for. The old text ends at once.
///
/// A token works once. One that comes back was copied: the key ends, and its owner is
/// told. Within the [window](crate::settings::Tokens::window) it is refused alone,
/// because two threads of one program may have asked at once.
#[derive(Clone, Debug)]
pub struct RefreshApiKey {
    /// What was brought.
    pub found: ApiKeyText,
}

impl Flow for RefreshApiKey {
    type Facts = Option<Subject>;
    type Yes = Minted;
    const NAME: &'static str = "refresh_api_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.found.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Minted> {
        let Some(subject) = facts.filter(|subject| subject.user.is_active()) else {
            return Verdict::no(Refusal::TokenInvalid);
        };
        let Some(key) = find(&subject, self.found.id) else {
            return Verdict::no(Refusal::TokenInvalid);
        };
        if key.was_refreshed_by(&self.found.hash) {
            return self.came_back(&subject, &key, cx);
        }
        // Nothing is given before its time.
        let begins_later = key.not_before().is_some_and(|begin| cx.now < begin);
        if begins_later || !key.is_refreshed_by(&self.found.hash, cx.now) {
            return Verdict::no(Refusal::TokenInvalid);
        }
        let (text, hash) = api_key::mint(key.user, key.id, cx.rng);
        let (refresh, refresh_hash) = api_key::mint_refresh(key.user, key.id, cx.rng);
        let (key, swap) = key.anew(&hash, &refresh_hash, cx.now);
        let writes = vec![swap, Write::NoteChange(key.user)];
        let event = cx.event(None, Some(key.user), What::ApiKeyRefreshed { key: key.id });
        Verdict::yes(Minted { text, refresh: Some(refresh), key }, writes, vec![event])
    }
}

impl RefreshApiKey {
    fn came_back(&self, subject: &Subject, key: &ApiKey, cx: &mut Decide<'_>) -> Verdict<Minted> {
        let since = key.refreshed_at().map(|at| cx.now.since(at));
        if since.is_some_and(|since| since <= cx.settings.tokens.window()) {
            return Verdict::no(Refusal::TokenInvalid);
        }
        let mut writes = vec![Write::SpendCredential(key.id), Write::NoteChange(key.user)];
        writes.extend(tell(subject, "api_key_leaked", cx));
        let what = What::ApiKeyRevoked { key: key.id, by: "reuse".into() };
        let event = cx.event(None, Some(key.user), what);
        Verdict::refuse(Refusal::TokenInvalid, writes, vec![event])
    }
}

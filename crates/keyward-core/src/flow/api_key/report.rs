//! Somebody found a key where it should not be.

use super::ApiKey;
use super::change::find;
use crate::Error;
use crate::crypto::api_key::ApiKeyText;
use crate::flow::password::tell;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::port::{Fut, Write};
use crate::record::{Subject, What};

/// Ends the key that was found, and tells its owner. Whoever has the whole key
/// could do worse with it, so nobody else is asked; and nobody is told whether it
/// was one.
#[derive(Clone, Debug)]
pub struct ReportApiKey {
    /// What was found.
    pub found: ApiKeyText,
    /// Where, in the words of whoever found it; at most 500 characters.
    pub place: String,
}

impl Flow for ReportApiKey {
    type Facts = Option<Subject>;
    type Yes = ();
    const NAME: &'static str = "report_api_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Self::Facts, Error>> {
        cx.store.subject(self.found.user)
    }

    fn decide(&self, facts: Self::Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let key = facts.as_ref().and_then(|subject| find(subject, self.found.id));
        let known = key.filter(|key: &ApiKey| {
            let hash = &self.found.hash;
            key.is_opened_by(hash) || key.is_refreshed_by(hash, cx.now)
        });
        let Some((subject, key)) = facts.as_ref().zip(known) else {
            return Verdict::yes((), vec![], vec![]);
        };
        let mut writes = vec![Write::SpendCredential(key.id), Write::NoteChange(key.user)];
        writes.extend(tell(subject, "api_key_leaked", cx));
        let what = What::ApiKeyRevoked { key: key.id, by: "report".into() };
        let mut event = cx.event(None, Some(key.user), what);
        event.personal = cx.client.personal(&self.place);
        Verdict::yes((), writes, vec![event])
    }
}

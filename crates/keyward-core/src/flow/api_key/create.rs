//! Make a key.

use super::{ApiKey, Holder, HolderFacts};
use crate::Error;
use crate::crypto::api_key;
use crate::flow::password::tell;
use crate::flow::totp::touched;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::CredentialId;
use crate::network::Network;
use crate::port::{Fut, Write};
use crate::record::{Subject, What};
use crate::refusal::{Problem, Refusal};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Keys of one account, at most; while some are changed for new ones and both work,
/// twice as many.
pub const MAX_KEYS: usize = 50;
/// Patterns of one key, at most.
const MAX_PATTERNS: usize = 100;
/// Networks of one key, at most.
const MAX_NETWORKS: usize = 20;
/// Scopes of one key, at most.
const MAX_SCOPES: usize = 100;
/// Characters of a name, at most.
const MAX_NAME: usize = 100;

/// What a key is for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ApiKeyTerms {
    /// What to call it; 1 to 100 characters.
    pub name: String,
    /// Patterns of what it may at most do; `None` for all that its account may.
    pub permissions: Option<Vec<String>>,
    /// Names of scopes of the policy, which say what it may at most do, beside
    /// `permissions`; `None` for no such bound.
    pub scopes: Option<Vec<String>>,
    /// Where it may come from, as `192.0.2.0/24`; none for everywhere.
    pub networks: Vec<String>,
    /// When it begins to work, if not at once.
    pub not_before: Option<Timestamp>,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// Requests a minute; `None` for as many as the address may.
    pub per_minute: Option<u32>,
    /// Requests a day, counted in the store; `None` for no such bound.
    pub per_day: Option<u32>,
    /// Until when a token that is shown beside it may give it anew, each time for as
    /// long as it was made for. `None` for no such token. Needs `expires_at`.
    pub refresh_until: Option<Timestamp>,
}

impl ApiKeyTerms {
    fn problems(&self, now: Timestamp) -> Vec<Problem> {
        let name = self.name.trim();
        let is_named = !name.is_empty()
            && name.chars().count() <= MAX_NAME
            && !name.chars().any(char::is_control);
        let patterns = self.permissions.iter().flatten();
        let mut patterns = patterns.map(|text| keyward_authz::Pattern::parse(text));
        let few = self.permissions.iter().all(|it| it.len() <= MAX_PATTERNS);
        let networks = self.networks.iter().all(|text| Network::parse(text).is_some());
        let begin = self.not_before.unwrap_or(now);
        [
            ("name", "name_invalid", is_named),
            ("permissions", "pattern_invalid", few && patterns.all(|it| it.is_ok())),
            ("networks", "network_invalid", networks && self.networks.len() <= MAX_NETWORKS),
            ("expires_at", "ends_before_it_begins", self.expires_at.is_none_or(|end| begin < end)),
            ("expires_at", "in_the_past", self.expires_at.is_none_or(|end| now < end)),
            ("per_minute", "too_small", self.per_minute != Some(0)),
            ("per_day", "too_small", self.per_day != Some(0)),
            ("scopes", "too_many", self.scopes.iter().all(|it| it.len() <= MAX_SCOPES)),
            ("refresh_until", "ends_before_it_begins", self.may_be_refreshed()),
        ]
        .into_iter()
        .filter(|(.., fine)| !fine)
        .map(|(field, code, _)| Problem { field, code })
        .collect()
    }
}

impl ApiKeyTerms {
    /// Whether a token beside it, if there is one, would give it anew after its end.
    fn may_be_refreshed(&self) -> bool {
        self.refresh_until.is_none_or(|until| self.expires_at.is_some_and(|end| end < until))
    }
}

/// A key that was made: the one moment at which its text is there.
#[derive(Debug)]
pub struct Minted {
    /// `kwk_…`
    pub text: Secret,
    /// `kwf_…`, if a token may give it anew.
    pub refresh: Option<Secret>,
    /// What is kept.
    pub key: ApiKey,
}

/// Makes a key. Its text is shown once.
#[derive(Clone, Debug)]
pub struct CreateApiKey {
    /// Whose, and who asks.
    pub holder: Holder,
    /// What it is for.
    pub terms: ApiKeyTerms,
}

impl Flow for CreateApiKey {
    type Facts = HolderFacts;
    type Yes = Minted;
    const NAME: &'static str = "create_api_key";

    fn is_dangerous(&self) -> bool {
        self.holder.is_elses()
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<HolderFacts, Error>> {
        Box::pin(self.holder.gather(cx))
    }

    fn decide(&self, facts: HolderFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Minted> {
        let (subject, aal) = match facts.allowed(cx) {
            Ok(both) => both,
            Err(refusal) => return Verdict::no(refusal),
        };
        let problems = self.terms.problems(cx.now);
        if !problems.is_empty() {
            return Verdict::no(Refusal::Invalid(problems));
        }
        let mut writes = match room(&subject, MAX_KEYS, cx.now) {
            Ok(ended) => ended,
            Err(refusal) => return Verdict::no(refusal),
        };
        let minted = mint(self.holder, &self.terms, aal, cx);
        let key = &minted.key;
        writes.push(Write::AddCredential(key.to_credential()));
        // Whoever ends what was made lately must not miss this one.
        writes.extend(touched(&subject, cx));
        writes.extend(tell(&subject, "api_key_added", cx));
        let what = What::ApiKeyCreated { key: key.id };
        let event = cx.event(self.holder.actor(), Some(key.user), what);
        Verdict::yes(minted, writes, vec![event])
    }
}

/// Makes room for one more of `most` keys: those that have ended give way once it is
/// needed.
pub(super) fn room(subject: &Subject, most: usize, now: Timestamp) -> Result<Vec<Write>, Refusal> {
    let keys = ApiKey::of(subject);
    if keys.len() < most {
        return Ok(vec![]);
    }
    let ended = keys.iter().filter(|key| key.expires_at().is_some_and(|end| end <= now));
    let ended: Vec<_> = ended.map(|key| Write::SpendCredential(key.id)).collect();
    match keys.len() - ended.len() < most {
        true => Ok(ended),
        false => Err(Refusal::invalid("name", "too_many")),
    }
}

/// A new key and its texts.
pub(super) fn mint(holder: Holder, terms: &ApiKeyTerms, aal: u8, cx: &mut Decide<'_>) -> Minted {
    let (user, id) = (holder.user(), CredentialId::mint(cx.now, cx.rng));
    let (text, hash) = api_key::mint(user, id, cx.rng);
    let refresh = terms.refresh_until.map(|_| api_key::mint_refresh(user, id, cx.rng));
    let (refresh, refresh_hash) = refresh.unzip();
    let key = ApiKey::made((id, user), (&hash, refresh_hash.as_ref()), terms, aal, cx.now);
    Minted { text, refresh, key }
}

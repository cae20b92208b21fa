//! Change the keys that sign access tokens.

use zeroize::Zeroizing;

use super::ring::{KeyRow, LEAD, MAX_TOKEN_KEYS, RING, Ring};
use crate::Error;
use crate::flow::{Decide, Done, Flow, Gather, Verdict};
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{Event, What};
use crate::refusal::Refusal;
use crate::settings::Signing;
use crate::time::Timestamp;

/// A key that was just made, and is stored nowhere yet.
pub struct NewKey {
    /// Its id: `kid`.
    pub id: String,
    /// How it signs.
    pub how: Signing,
    /// What [`generate`](crate::crypto::jose::generate) made.
    pub secret: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NewKey({}, {})", self.id, self.how.as_str())
    }
}

/// What is stored, as bytes and read.
type Facts = (Option<Vec<u8>>, Ring);

async fn gather(cx: Gather<'_>) -> Result<Facts, Error> {
    let stored = cx.store.meta(RING).await?;
    let ring = Ring::read(stored.as_deref())?;
    Ok((stored, ring))
}

/// Adds a key. The first signs at once; every other is published first, and signs
/// [ten minutes](LEAD) later, so that whoever verifies has it by then.
#[derive(Debug)]
pub struct AddTokenKey {
    /// The key.
    pub new: NewKey,
    /// Whether nothing is to be done where there is a key.
    pub only_first: bool,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

impl Flow for AddTokenKey {
    type Facts = Facts;
    /// The id of the key that was added, if one was.
    type Yes = Option<String>;
    const NAME: &'static str = "add_token_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(gather(cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<Option<String>> {
        let (was, mut ring) = facts;
        if self.only_first && !ring.rows().is_empty() {
            return Verdict::yes(None, vec![], vec![]);
        }
        ring.forget_ended(&cx.settings.tokens, cx.now);
        if ring.rows().len() >= MAX_TOKEN_KEYS {
            return Verdict::no(Refusal::invalid("key", "too_many"));
        }
        let begins = if ring.rows().is_empty() { cx.now } else { cx.now.plus(LEAD) };
        match add(&mut ring, &self.new, begins, self.actor, cx) {
            Ok(event) => {
                let id = Some(self.new.id.clone());
                Verdict::yes(id, vec![store(was, &ring)], vec![event])
            }
            Err(refusal) => Verdict::no(refusal),
        }
    }
}

/// Takes a key out of use. One that signed tokens which are still about is kept, unless
/// it is to go at once: then they are worthless from now on.
#[derive(Debug)]
pub struct RetireTokenKey {
    /// Which.
    pub id: String,
    /// A key to sign with if this was the last; given where it is to go at once.
    pub at_once: Option<NewKey>,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

impl Flow for RetireTokenKey {
    type Facts = Facts;
    type Yes = ();
    const NAME: &'static str = "retire_token_key";

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<Facts, Error>> {
        Box::pin(gather(cx))
    }

    fn decide(&self, facts: Facts, _: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let (was, mut ring) = facts;
        let in_use = ring.verifies(&self.id, &cx.settings.tokens, cx.now);
        if !ring.remove(&self.id) {
            return Verdict::no(Refusal::NotFound);
        }
        let what = What::TokenKeyRetired { key: self.id.clone() };
        let mut events = vec![cx.event(self.actor, None, what)];
        match &self.at_once {
            None if in_use => return Verdict::no(Refusal::invalid("key", "in_use")),
            Some(new) if ring.rows().is_empty() => {
                match add(&mut ring, new, cx.now, self.actor, cx) {
                    Ok(event) => events.push(event),
                    Err(refusal) => return Verdict::no(refusal),
                }
            }
            _ => ring.begin(cx.now),
        }
        Verdict::yes((), vec![store(was, &ring)], events)
    }
}

fn store(was: Option<Vec<u8>>, ring: &Ring) -> Write {
    Write::SwapMeta { name: RING.into(), was, now: ring.to_bytes() }
}

fn add(
    ring: &mut Ring,
    new: &NewKey,
    begins: Timestamp,
    actor: Option<UserId>,
    cx: &mut Decide<'_>,
) -> Result<Event, Refusal> {
    let key = (new.id.as_str(), new.how, new.secret.as_slice());
    let row = KeyRow::sealed(key, (cx.now, begins), cx.keys, cx.rng);
    ring.push(row.map_err(|_| Refusal::Conflict)?);
    let algorithm = new.how.as_str().to_owned();
    Ok(cx.event(actor, None, What::TokenKeyAdded { key: new.id.clone(), algorithm }))
}

//! The audit chain: every event gets a place, and a keyed hash over its exact
//! bytes and the hash before it.

use std::collections::BTreeSet;

use keyward_core::Error;
use keyward_core::crypto::keys::Keys;
use keyward_core::crypto::mac::mac;
use keyward_core::id::UserId;
use keyward_core::port::{Batch, EventQuery, Link, Write};
use keyward_core::record::{EventRow, PersonalPart};
use serde::{Deserialize, Serialize};

use super::Keyward;
use super::os::monotonic;

/// Events read in one step of a verification.
const STEP: u32 = 500;

/// Events chained in one commit: few enough that a distant database has done
/// it in time.
const LINKS: u32 = 100;

/// Where the head of the chain is kept.
const HEAD: &str = "audit_head";

/// The last place of the chain, signed so that a cut tail is noticed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Head {
    position: i64,
    hash: [u8; 32],
    proof: [u8; 32],
}

impl Head {
    fn signed(keys: &Keys, position: i64, hash: [u8; 32]) -> Self {
        let proof = mac(&keys.audit, &[b"head", &position.to_be_bytes(), &hash]);
        Self { position, hash, proof }
    }

    fn is_true(&self, keys: &Keys) -> bool {
        Self::signed(keys, self.position, self.hash).proof == self.proof
    }
}

/// What a verification of the audit log found.
#[derive(Clone, Debug, schemars::JsonSchema, Serialize)]
pub struct AuditReport {
    /// Events with a place in the chain.
    pub events: i64,
    /// Events so young that they have none yet.
    pub unchained: usize,
    /// What is wrong, if anything: where, and how.
    pub faults: Vec<String>,
}

impl Keyward {
    /// Gives every event without a place the next one. Returns how many.
    pub(crate) async fn chain_events(&self) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let began = monotonic();
            let events = self.0.store.unchained(LINKS).await?;
            if events.is_empty() {
                return Ok(count);
            }
            let stored = self.0.store.meta(HEAD).await?;
            let head = read_head(stored.as_deref())?;
            if head.position > 0 && !head.is_true(&self.0.keys) {
                // Signing what follows would hide what was done to it.
                return Err(Error::new("extend the audit chain: its head was changed"));
            }
            let (links, now) = extend(&self.0.keys, &head, &events);
            let now = serde_json::to_vec(&now).map_err(|e| Error::because("write the head", e))?;
            let writes =
                vec![Write::Advance { name: HEAD.into(), was: stored, now }, Write::Chain(links)];
            if !self.commit_alone(&Batch { writes, events: vec![] }).await? {
                return Ok(count);
            }
            count += events.len();
            // As long again as it took: whoever waits for an answer goes first.
            tokio::time::sleep(began.elapsed()).await;
        }
    }

    /// Walks the whole chain and recomputes every hash.
    pub async fn verify_audit(&self) -> Result<AuditReport, Error> {
        let erased = self.erased().await?;
        let mut walk = Walk { position: 0, hash: [0; 32], faults: vec![], erased };
        // The head is read after the events: whatever was chained by then, it covers.
        let head = loop {
            self.walk_on(&mut walk).await?;
            let stored = self.0.store.meta(HEAD).await?;
            let Ok(head) = read_head(stored.as_deref()) else {
                walk.faults.push("the head of the chain cannot be read".into());
                break Head::signed(&self.0.keys, walk.position, walk.hash);
            };
            // More may have been chained in between.
            if head.position <= walk.position
                || self.0.store.chain(walk.position, 1).await?.is_empty()
            {
                break head;
            }
        };
        walk.end(&self.0.keys, &head);
        let unchained = self.0.store.unchained(STEP).await?.len();
        // The first thing that any database logs is its built-in role.
        if walk.position == 0 && unchained == 0 && walk.faults.is_empty() {
            walk.faults.push("every event was removed".into());
        }
        Ok(AuditReport { events: walk.position, unchained, faults: walk.faults })
    }

    /// The accounts whose erasure stands in the log; that nobody wrote it there, the
    /// walk finds out.
    async fn erased(&self) -> Result<BTreeSet<UserId>, Error> {
        let kind = Some("user.erased".to_owned());
        let mut query = EventQuery { kind, limit: STEP, ..EventQuery::default() };
        let mut erased = BTreeSet::new();
        loop {
            let page = self.0.store.events(&query).await?;
            erased.extend(page.data.iter().filter_map(|row| row.subject));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(erased),
            }
        }
    }

    async fn walk_on(&self, walk: &mut Walk) -> Result<(), Error> {
        loop {
            let events = self.0.store.chain(walk.position, STEP).await?;
            if events.is_empty() {
                return Ok(());
            }
            // An account may have been erased since the walk began.
            if events.iter().any(|event| event.personal_part() == PersonalPart::Gone) {
                walk.erased = self.erased().await?;
            }
            for event in &events {
                walk.step(&self.0.keys, event);
            }
        }
    }
}

fn read_head(stored: Option<&[u8]>) -> Result<Head, Error> {
    match stored {
        None => Ok(Head::default()),
        Some(json) => {
            serde_json::from_slice(json).map_err(|e| Error::because("read the audit head", e))
        }
    }
}

fn extend(keys: &Keys, head: &Head, events: &[EventRow]) -> (Vec<Link>, Head) {
    let (mut position, mut hash) = (head.position, head.hash);
    let mut links = Vec::with_capacity(events.len());
    for event in events {
        position += 1;
        hash = hash_of(keys, &hash, position, event);
        links.push(Link { event: event.id, position, hash });
    }
    (links, Head::signed(keys, position, hash))
}

fn hash_of(keys: &Keys, before: &[u8; 32], position: i64, event: &EventRow) -> [u8; 32] {
    let (version, at) = (event.version.to_be_bytes(), event.at.as_micros().to_be_bytes());
    // The body says all of this too, but its time is rounded.
    let (id, kind) = (event.id.to_bytes(), event.kind.as_bytes());
    mac(&keys.audit, &[before, &position.to_be_bytes(), &id, &at, &version, kind, &event.body])
}

struct Walk {
    position: i64,
    hash: [u8; 32],
    faults: Vec<String>,
    /// Accounts that were erased, as the log itself says.
    erased: BTreeSet<UserId>,
}

impl Walk {
    fn step(&mut self, keys: &Keys, event: &EventRow) {
        let Some((position, stored)) = event.chained else { return };
        if position != self.position + 1 {
            let (from, to) = (self.position + 1, position - 1);
            self.fault(event, position, &format!("{from} to {to} were removed before it"));
        } else if hash_of(keys, &self.hash, position, event) != stored {
            self.fault(event, position, "it or its place was changed");
        } else if !event.columns_are_true() {
            self.fault(event, position, "its columns do not say what its body says");
        } else {
            self.look_at_personal(event, position);
        }
        (self.position, self.hash) = (position, stored);
    }

    /// Where an account was erased, what was personal about it is gone.
    fn look_at_personal(&mut self, event: &EventRow, position: i64) {
        let erased = |id: Option<UserId>| id.is_some_and(|id| self.erased.contains(&id));
        match event.personal_part() {
            PersonalPart::True => {}
            PersonalPart::Gone if erased(event.subject) || erased(event.actor) => {}
            PersonalPart::Gone | PersonalPart::Changed => {
                self.fault(event, position, "its personal data was changed or removed");
            }
        }
    }

    fn end(&mut self, keys: &Keys, head: &Head) {
        if head.position > 0 && !head.is_true(keys) {
            self.faults.push("the head of the chain was changed".into());
        }
        let (last, wanted) = (self.position, head.position);
        if last < wanted {
            self.faults.push(format!("events {} to {wanted} were removed", last + 1));
        } else if last > wanted {
            self.faults
                .push(format!("events {} to {last} are not covered by the head", wanted + 1));
        } else if last > 0 && self.hash != head.hash {
            self.faults.push("the last event is not the one that was chained".into());
        }
    }

    fn fault(&mut self, event: &EventRow, position: i64, what: &str) {
        if self.faults.len() < 20 {
            self.faults.push(format!("event {position} ({}): {what}", event.id));
        }
    }
}

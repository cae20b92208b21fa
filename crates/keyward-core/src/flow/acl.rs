//! Change access control lists. No list keeps an administrator out: our own
//! doors are about no resource, so no list has a say there.

use keyward_authz::Snapshot;
use keyward_authz::acl::{Acl, AclEntry, What as About};

use super::fixed::Known;
use super::reach::Reach;
use super::{Decide, Done, Flow, Gather, Verdict};
use crate::Error;
use crate::id::UserId;
use crate::port::{Fut, Write};
use crate::record::{AclRow, Definitions, What};
use crate::refusal::{Flaw, Refusal};

/// Makes, replaces or removes an access control list.
#[derive(Clone, Debug)]
pub struct ChangeAcl {
    /// Its name: 1 to 128 of `a-z A-Z 0-9 . _ : -`.
    pub name: String,
    /// At most [`MAX_ENTRIES`] in order, such as `allow staff posts:edit`;
    /// `None` removes the list.
    pub entries: Option<Vec<String>>,
    /// Only if it is still at this version; 0 for a list that is not there yet.
    pub seen: Option<i64>,
    /// Who asks; `None` for the command line and the app.
    pub actor: Option<UserId>,
}

/// Entries of one list.
pub const MAX_ENTRIES: usize = 100;
/// Bytes of one entry.
pub const MAX_ENTRY: usize = 512;
/// Lists that are stored. All of them are in memory: what is said of each of
/// very many things is said by relations.
pub const MAX_LISTS: usize = 1_000;

/// What must be known to change a list.
#[derive(Debug)]
pub struct AclFacts {
    known: Definitions,
    /// The policy file defines it.
    fixed: bool,
    own: Option<Reach>,
    /// The entries as they were read, or why they cannot be.
    entries: Result<Vec<AclEntry>, Refusal>,
}

impl Flow for ChangeAcl {
    type Facts = AclFacts;
    /// The list as it is now, if it is.
    type Yes = Option<AclRow>;
    const NAME: &'static str = "change_acl";

    fn is_dangerous(&self) -> bool {
        true
    }

    fn gather<'a>(&'a self, cx: Gather<'a>) -> Fut<'a, Result<AclFacts, Error>> {
        Box::pin(async move {
            let Known { all: known, fixed, .. } = cx.known().await?;
            let own = Reach::gather_for(self.actor, &known, cx).await?;
            let policy = &fixed.snapshot;
            let fixed = policy.acl(&self.name).is_some();
            let entries = read(self.entries.as_deref().unwrap_or_default(), policy);
            Ok(AclFacts { known, fixed, own, entries })
        })
    }

    fn decide(&self, facts: AclFacts, _: Done, cx: &mut Decide<'_>) -> Verdict<Option<AclRow>> {
        let version = facts.known.version;
        let (write, row) = match self.look(facts) {
            Ok(change) => change,
            Err(refusal) => return Verdict::no(refusal),
        };
        let entries = row.as_ref().map(|row| row.entries.clone());
        let what = What::AclChanged { acl: self.name.clone(), entries };
        let event = cx.event(self.actor, None, what);
        // What was looked at is what is changed: nothing came between.
        Verdict::yes(row, vec![Write::SwapPolicy { was: version }, write], vec![event])
    }
}

impl ChangeAcl {
    fn look(&self, facts: AclFacts) -> Result<(Write, Option<AclRow>), Refusal> {
        let AclFacts { known, fixed, own, entries } = facts;
        let (name, was) = (self.name.clone(), known.acls.iter().find(|row| row.name == self.name));
        if !is_list_name(&name) {
            return Err(Refusal::invalid("name", "acl_invalid"));
        }
        if fixed {
            return Err(Refusal::invalid("name", "in_policy_file"));
        }
        if self.entries.is_none() && was.is_none() {
            return Err(Refusal::NotFound);
        }
        if self.seen.is_some_and(|seen| seen != was.map_or(0, |row| row.version)) {
            return Err(Refusal::Conflict);
        }
        if was.is_none() && known.acls.len() >= MAX_LISTS {
            return Err(Refusal::invalid("name", "too_many"));
        }
        let entries = entries?;
        within(own.as_ref(), was, &entries)?;
        let was = was.map(|row| row.version);
        let now = self.entries.is_some().then(|| AclRow {
            name: name.clone(),
            entries: entries.iter().map(ToString::to_string).collect(),
            version: known.version.saturating_add(1),
        });
        Ok((Write::SwapAcl { name, was, now: now.clone() }, now))
    }
}

/// Whether whoever asks holds all that is decided differently from now on: to
/// allow it, to deny it and to lift a denial alike.
fn within(own: Option<&Reach>, was: Option<&AclRow>, now: &[AclEntry]) -> Result<(), Refusal> {
    let Some(own) = own else { return Ok(()) };
    let was = was.iter().flat_map(|row| &row.entries).map(String::as_str);
    // A stored entry that nobody can read is for whoever may do everything.
    let difference = match Acl::parse(was) {
        Ok(was) => was.difference(&Acl::new(now.iter().cloned())),
        Err(_) => About::Everything,
    };
    let holds = match difference {
        About::Everything => own.holds("*"),
        About::Permissions(names) => names.iter().all(|name| own.holds(name)),
    };
    if holds { Ok(()) } else { Err(Refusal::OutsideCeiling) }
}

/// Reads every entry; names each that cannot be read.
fn read(entries: &[String], policy: &Snapshot) -> Result<Vec<AclEntry>, Refusal> {
    if entries.len() > MAX_ENTRIES {
        return Err(Refusal::invalid("entries", "too_many"));
    }
    let read = |text: &String| match text.len() > MAX_ENTRY {
        true => Err(("too_long", format!("an entry has at most {MAX_ENTRY} bytes"))),
        false => policy.read_entry(text).map_err(|flaw| (flaw.code(), flaw.to_string())),
    };
    let (mut fine, mut flaws) = (Vec::with_capacity(entries.len()), Vec::new());
    for (nth, text) in entries.iter().enumerate() {
        match read(text) {
            Ok(entry) => fine.push(entry),
            Err((code, message)) => {
                flaws.push(Flaw { field: format!("entries.{nth}"), code, message });
            }
        }
    }
    if flaws.is_empty() { Ok(fine) } else { Err(Refusal::Flawed(flaws)) }
}

fn is_list_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

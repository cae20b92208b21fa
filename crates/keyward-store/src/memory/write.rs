//! Applies a batch to memory, and takes it back when a write fails.

mod document;
mod erase;
mod groups;
mod identities;
mod invitations;
mod lists;

use core::time::Duration;
use std::collections::BTreeMap;

use keyward_authz::Effect;
use keyward_core::id::UserId;
use keyward_core::port::{Batch, CommitError, Decoy, Link, Take, Write};
use keyward_core::record::{
    Assignment, Challenge, Credential, Event, Identifier, Message, MessageState, RoleRule, Session,
    User,
};
use keyward_core::time::Timestamp;

use super::state::State;
use crate::limit;

/// Applies all of it or nothing.
pub(super) fn apply(state: &mut State, batch: &Batch) -> Result<(), CommitError> {
    let mut run = Run { state, undo: Vec::new() };
    let done = run.batch(batch);
    if done.is_err() {
        let Run { state, undo } = run;
        undo.into_iter().rev().for_each(|step| step(state));
    }
    if let Err((_, Some(take))) = &done {
        // Rolled back with the rest, the correction would never come.
        let far = limit::horizon(take);
        state.limits.entry(take.key).and_modify(|tat| *tat = far.min(*tat));
    }
    done.map_err(|(error, _)| error)
}

/// Why a batch fails, and the limit that had no unit left.
type Done = Result<(), (CommitError, Option<Take>)>;

/// The most changes that are kept.
const MOST_CHANGES: usize = 100_000;

/// Takes one change back.
type Undo = Box<dyn FnOnce(&mut State)>;

/// A batch being applied.
struct Run<'a> {
    state: &'a mut State,
    undo: Vec<Undo>,
}

fn conflict() -> Done {
    Err((CommitError::Conflict, None))
}

fn expect(is_true: bool) -> Done {
    if is_true { Ok(()) } else { conflict() }
}

fn effect_str(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    }
}

/// Picks a table.
type Table<K, V> = fn(&mut State) -> &mut BTreeMap<K, V>;

impl Run<'_> {
    /// Stores or removes a row, and remembers how to take that back.
    fn put<K, V>(&mut self, table: Table<K, V>, key: K, value: Option<V>) -> bool
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        let rows = table(self.state);
        let set = |rows: &mut BTreeMap<K, V>, key: K, value: Option<V>| match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
        let was = set(rows, key.clone(), value);
        let was_there = was.is_some();
        self.undo.push(Box::new(move |state| {
            set(table(state), key, was);
        }));
        was_there
    }

    /// Adds a row whose key must be free.
    fn add<K, V>(&mut self, table: Table<K, V>, key: K, value: V) -> Done
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        expect(!self.put(table, key, Some(value)))
    }

    /// Changes a row that must be there, and for which `change` says yes.
    fn change<K, V>(
        &mut self,
        table: Table<K, V>,
        key: K,
        change: impl FnOnce(&mut V) -> bool,
    ) -> bool
    where
        K: Ord + Clone + 'static,
        V: Clone + 'static,
    {
        let Some(mut row) = table(self.state).get(&key).cloned() else { return false };
        change(&mut row) && self.put(table, key, Some(row))
    }

    /// Removes the rows for which `is_doomed` says yes.
    fn remove_if<K, V>(&mut self, table: Table<K, V>, is_doomed: impl Fn(&V) -> bool)
    where
        K: Ord + Clone + 'static,
        V: 'static,
    {
        let doomed = table(self.state).iter().filter(|(_, row)| is_doomed(row));
        let keys: Vec<K> = doomed.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.put(table, key, None);
        }
    }

    fn batch(&mut self, batch: &Batch) -> Done {
        batch.writes.iter().try_for_each(|write| self.write(write))?;
        batch.events.iter().try_for_each(|event| self.add_event(event))
    }

    fn write(&mut self, write: &Write) -> Done {
        match write {
            Write::AddUser(user) => self.add(|s| &mut s.users, user.id, user.clone()),
            Write::SwapUser { was, now } => self.swap_user(*was, now),
            Write::EraseUser { user, was } => self.erase_user(*user, *was),
            Write::BumpAccess(user) => self.bump_access(*user),
            Write::AddDecoy(like) => self.add_decoy(like),
            Write::AddIdentifier(identifier) => self.add_identifier(identifier),
            Write::AddCredential(credential) => self.add_credential(credential),
            Write::SwapCredential { id, was, now } => expect(self.change(
                |s| &mut s.credentials,
                *id,
                |row| core::mem::replace(&mut row.data, now.clone()) == *was,
            )),
            Write::SpendCredential(id) => self.spend_credential(*id),
            Write::AddIdentity(identity) => self.add_identity(identity),
            Write::OpenSession(session) => self.open_session(session),
            Write::TouchSession { id, seen_at } => {
                self.change(
                    |s| &mut s.sessions,
                    *id,
                    |row| {
                        let moves = row.seen_at < *seen_at;
                        row.seen_at = *seen_at;
                        moves
                    },
                );
                Ok(())
            }
            Write::SwapSessionData { id, was, now } => expect(self.change(
                |s| &mut s.sessions,
                *id,
                |row| core::mem::replace(&mut row.data, now.clone()) == *was,
            )),
            Write::RotateFamily { id, was, now, seen_at, family } => expect(self.change(
                |s| &mut s.sessions,
                *id,
                |row| {
                    (row.seen_at, row.family) = (*seen_at, Some(family.clone()));
                    core::mem::replace(&mut row.secret_hash, *now) == *was
                },
            )),
            Write::CloseSession(id) => {
                self.put(|s| &mut s.sessions, *id, None);
                Ok(())
            }
            Write::CloseSessionsOf { user, except } => {
                let is_doomed = |row: &Session| row.user == *user && Some(row.id) != *except;
                self.remove_if(|s| &mut s.sessions, is_doomed);
                Ok(())
            }
            rest => self.write_identifier(rest),
        }
    }

    fn write_identifier(&mut self, write: &Write) -> Done {
        match write {
            Write::RemoveIdentifier { user, kind, normal } => {
                let is_it = |row: &&Identifier| {
                    row.user == *user && row.kind == *kind && row.normal == *normal
                };
                let Some(row) = self.state.identifiers.values().find(is_it).cloned() else {
                    return conflict();
                };
                if let Some(skeleton) = row.skeleton {
                    self.put(|s| &mut s.skeletons, (row.tenant, skeleton), None);
                }
                self.put(|s| &mut s.identifiers, (row.tenant, row.kind, row.normal), None);
                Ok(())
            }
            Write::VerifyIdentifier { user, kind, normal, at } => {
                let is_it = |row: &&Identifier| {
                    row.user == *user && row.kind == *kind && row.normal == *normal
                };
                let Some(mut row) = self.state.identifiers.values().find(is_it).cloned() else {
                    return conflict();
                };
                row.verified_at = row.verified_at.or(Some(*at));
                let key = (row.tenant, row.kind, row.normal.clone());
                self.put(|s| &mut s.identifiers, key, Some(row));
                Ok(())
            }
            rest => self.write_flow(rest),
        }
    }

    fn write_flow(&mut self, write: &Write) -> Done {
        match write {
            Write::AddChallenge(row) => self.add(|s| &mut s.challenges, row.id, row.clone()),
            Write::TakeAttempt(id) => expect(self.change(
                |s| &mut s.challenges,
                *id,
                |row| {
                    row.attempts_left -= 1;
                    row.attempts_left >= 0
                },
            )),
            Write::RenewChallenge { id, was, code_hash, link_hash, sent_at } => {
                expect(self.change(
                    |s| &mut s.challenges,
                    *id,
                    |row| {
                        let is_it = row.code_hash == *was;
                        (row.code_hash, row.link_hash) = (*code_hash, *link_hash);
                        row.sent_at = *sent_at;
                        is_it
                    },
                ))
            }
            Write::SpendChallenge(id) => {
                let there = self.state.challenges.contains_key(id);
                self.remove_challenges(|row| row.id == *id);
                expect(there)
            }
            Write::KillChallenges { user, purpose, kind, normal } => {
                self.remove_challenges(|row| {
                    row.user == Some(*user)
                        && row.purpose == *purpose
                        && row.kind == *kind
                        && row.normal == *normal
                });
                Ok(())
            }
            Write::KillChallengesOf(user) => {
                self.remove_challenges(|row| row.user == Some(*user));
                Ok(())
            }
            rest => self.write_message(rest),
        }
    }

    fn write_message(&mut self, write: &Write) -> Done {
        match write {
            Write::AddInvitation(row) => self.add(|s| &mut s.invitations, row.id, row.clone()),
            Write::SpendInvitation { id, user, at } => self.end_invitation(*id, |row| {
                (row.used_by, row.used_at) = (Some(*user), Some(*at));
            }),
            Write::RevokeInvitation { id, at } => {
                self.end_invitation(*id, |row| row.revoked_at = Some(*at))
            }
            Write::AddMessage(message) => {
                self.add(|s| &mut s.messages, message.id, message.clone())
            }
            Write::KillMessagesOf(flow) => {
                let rows = self.state.messages.values();
                let ids: Vec<_> =
                    rows.filter(|row| row.flow == Some(*flow)).map(|row| row.id).collect();
                for id in ids {
                    self.pending(id, |row| {
                        row.state = MessageState::Expired;
                        row.payload.clear();
                        true
                    });
                }
                Ok(())
            }
            Write::LeaseMessage { id, was, until } => expect(self.pending(*id, |row| {
                row.attempts += 1;
                core::mem::replace(&mut row.due_at, *until) == *was
            })),
            Write::FinishMessage { id, state, error } => expect(self.pending(*id, |row| {
                row.state = *state;
                row.payload.clear();
                row.last_error.clone_from(error);
                true
            })),
            Write::RetryMessage { id, due_at, error } => expect(self.pending(*id, |row| {
                row.due_at = *due_at;
                row.last_error.clone_from(error);
                true
            })),
            rest => self.write_access(rest),
        }
    }

    fn write_access(&mut self, write: &Write) -> Done {
        match write {
            Write::SwapAccess { user, was } => self.swap_access(*user, *was),
            Write::AddRule(rule) => {
                self.put(|s| &mut s.rules, rule_key(rule), Some(rule.clone()));
                self.bump_policy()
            }
            Write::RemoveRule(rule) => {
                self.put(|s| &mut s.rules, rule_key(rule), None);
                self.bump_policy()
            }
            Write::SwapPolicy { was } => {
                expect(self.state.policy_version() == *was)?;
                self.bump_policy()
            }
            Write::SeePolicy { was } => expect(self.state.policy_version() == *was),
            Write::SwapPolicyDocument { was, text } => self.swap_document(*was, text),
            Write::PutAssignment(held) => {
                let key = assignment_key(held);
                self.put(|s| &mut s.assignments, key, Some(held.clone()));
                self.bump_access(held.user)
            }
            Write::RemoveAssignment { user, role, scope } => {
                let key = (*user, role.clone(), scope.clone());
                expect(self.put(|s| &mut s.assignments, key, None))?;
                self.bump_access(*user)
            }
            Write::PutGrant(grant) => {
                let key = (grant.user, effect_str(grant.effect), grant.pattern.clone());
                self.put(|s| &mut s.grants, key, Some(grant.clone()));
                self.bump_access(grant.user)
            }
            Write::RemoveGrant { user, effect, pattern } => {
                let key = (*user, effect_str(*effect), pattern.clone());
                expect(self.put(|s| &mut s.grants, key, None))?;
                self.bump_access(*user)
            }
            rest => self.write_groups(rest),
        }
    }

    /// Last in line, so that the compiler asks for every variant that nobody
    /// took before.
    fn write_rest(&mut self, write: &Write) -> Done {
        match write {
            Write::Take(take) => self.take(take),
            Write::GiveBack { key, period } => self.give_back(*key, *period),
            Write::Chain(links) => links.iter().try_for_each(|link| self.link(link)),
            Write::SetMeta { name, now } => {
                self.put(|s| &mut s.meta, name.clone(), Some(now.clone()));
                Ok(())
            }
            Write::SwapMeta { name, was, now } | Write::Advance { name, was, now } => {
                self.swap_meta(name, was.as_ref(), now)
            }
            Write::NoteChange(user) => self.note_change(*user),
            Write::Purge { before } => self.purge(*before),
            // Taken before; several to a line, for there are many.
            #[rustfmt::skip]
            Write::AddDecoy(..) | Write::AddUser(..) | Write::SwapUser { .. } | Write::EraseUser { .. }
            | Write::BumpAccess(..) | Write::AddIdentifier(..) | Write::AddCredential(..)
            | Write::SwapCredential { .. } | Write::SpendCredential(..) | Write::AddIdentity(..)
            | Write::OpenSession(..) | Write::TouchSession { .. }
            | Write::SwapSessionData { .. } | Write::RotateFamily { .. } | Write::CloseSession(..)
            | Write::CloseSessionsOf { .. } | Write::RemoveIdentifier { .. }
            | Write::VerifyIdentifier { .. } | Write::AddChallenge(..) | Write::TakeAttempt(..)
            | Write::RenewChallenge { .. } | Write::SpendChallenge(..)
            | Write::KillChallenges { .. } | Write::KillChallengesOf(..)
            | Write::AddInvitation(..) | Write::SpendInvitation { .. }
            | Write::RevokeInvitation { .. } | Write::AddMessage(..) | Write::KillMessagesOf(..)
            | Write::LeaseMessage { .. } | Write::FinishMessage { .. }
            | Write::RetryMessage { .. } | Write::AddRole(..) | Write::RemoveRole(..)
            | Write::AddRule(..) | Write::RemoveRule(..) | Write::SwapPolicy { .. }
            | Write::SwapPolicyDocument { .. } | Write::SwapAccess { .. } | Write::SeePolicy { .. }
            | Write::SetInherited { .. } | Write::AddGroup(..) | Write::RemoveGroup(..)
            | Write::SetGroupRoles { .. } | Write::PutExclusive(..) | Write::RemoveExclusive(..)
            | Write::SwapAcl { .. } | Write::Relate { .. } | Write::PutMembership(..)
            | Write::RemoveMembership { .. } | Write::PutAssignment(..)
            | Write::RemoveAssignment { .. } | Write::PutGrant(..) | Write::RemoveGrant { .. } => Ok(()),
        }
    }

    fn swap_meta(&mut self, name: &str, was: Option<&Vec<u8>>, now: &[u8]) -> Done {
        expect(self.state.meta.get(name) == was)?;
        self.put(|s| &mut s.meta, name.to_owned(), Some(now.to_vec()));
        Ok(())
    }

    fn give_back(&mut self, key: [u8; 32], period: Duration) -> Done {
        let unit = limit::micros(period).max(1);
        self.change(
            |s| &mut s.limits,
            key,
            |tat| {
                *tat = tat.saturating_sub(unit);
                true
            },
        );
        Ok(())
    }

    fn swap_user(&mut self, was: i64, now: &User) -> Done {
        expect(self.change(
            |s| &mut s.users,
            now.id,
            |row| {
                let is_same = row.version == was;
                let access_version = row.access_version;
                *row = User { access_version, version: was.saturating_add(1), ..now.clone() };
                is_same
            },
        ))
    }

    fn bump_access(&mut self, user: UserId) -> Done {
        expect(self.change(
            |s| &mut s.users,
            user,
            |row| {
                row.access_version += 1;
                true
            },
        ))
    }

    fn swap_access(&mut self, user: UserId, was: i64) -> Done {
        expect(self.change(
            |s| &mut s.users,
            user,
            |row| {
                row.access_version += 1;
                row.access_version == was + 1
            },
        ))
    }

    fn bump_policy(&mut self) -> Done {
        let next = self.state.policy_version() + 1;
        self.put(|s| &mut s.policy, (), Some(next));
        Ok(())
    }

    fn add_identifier(&mut self, row: &Identifier) -> Done {
        if let Some(skeleton) = &row.skeleton {
            self.add(|s| &mut s.skeletons, (row.tenant, skeleton.clone()), ())?;
        }
        let key = (row.tenant, row.kind, row.normal.clone());
        self.add(|s| &mut s.identifiers, key, row.clone())
    }

    fn add_credential(&mut self, row: &Credential) -> Done {
        self.add(|s| &mut s.credentials, row.id, row.clone())
    }

    fn add_decoy(&mut self, like: &Decoy) -> Done {
        let (key, made_at) = match like {
            Decoy::User(user) => (("user", user.id.to_string()), user.created_at),
            Decoy::Identifier(Identifier { tenant, kind, normal, created_at, .. }) => {
                (("identifier", format!("{tenant} {} {normal}", kind.as_str())), *created_at)
            }
            Decoy::Credential(row) => (("credential", row.id.to_string()), row.created_at),
        };
        self.add(|s| &mut s.decoys, key, made_at)
    }

    fn open_session(&mut self, row: &Session) -> Done {
        let user = self.state.users.get(&row.user);
        expect(user.is_some_and(|user| user.is_active() && user.session_epoch == row.epoch))?;
        self.add(|s| &mut s.sessions, row.id, row.clone())
    }

    fn remove_challenges(&mut self, is_doomed: impl Fn(&Challenge) -> bool) {
        let doomed = self.state.challenges.values().filter(|row| is_doomed(row));
        let ids: Vec<_> = doomed.map(|row| row.id).collect();
        for id in ids {
            self.put(|s| &mut s.challenges, id, None);
        }
    }

    fn pending(
        &mut self,
        id: keyward_core::id::MessageId,
        change: impl FnOnce(&mut Message) -> bool,
    ) -> bool {
        self.change(
            |s| &mut s.messages,
            id,
            |row| row.state == MessageState::Pending && change(row),
        )
    }

    fn take(&mut self, take: &Take) -> Done {
        let tat = self.state.limits.get(&take.key).copied().unwrap_or(take.now.as_micros());
        let Some(next) = limit::taken(tat, take) else {
            let retry_after = limit::wait(tat, take);
            return Err((CommitError::Limited { retry_after }, Some(take.clone())));
        };
        self.put(|s| &mut s.limits, take.key, Some(next));
        Ok(())
    }

    fn add_event(&mut self, event: &Event) -> Done {
        self.add(|s| &mut s.events, event.id, event.to_row())
    }

    fn link(&mut self, link: &Link) -> Done {
        self.add(|s| &mut s.places, link.position, link.event)?;
        expect(self.change(
            |s| &mut s.events,
            link.event,
            |row| row.chained.replace((link.position, link.hash)).is_none(),
        ))
    }

    fn note_change(&mut self, user: UserId) -> Done {
        let (oldest, newest) = (
            self.state.changes.first_key_value().map_or(0, |(seq, _)| *seq),
            self.state.changes.last_key_value().map_or(0, |(seq, _)| *seq),
        );
        if self.state.changes.len() >= MOST_CHANGES {
            self.put(|s| &mut s.changes, oldest, None);
        }
        self.put(|s| &mut s.changes, newest + 1, Some(user));
        Ok(())
    }

    fn purge(&mut self, before: Timestamp) -> Done {
        self.remove_if(|s| &mut s.sessions, |row| row.kept_until() < before);
        self.remove_challenges(|row| row.expires_at < before);
        self.remove_if(
            |s| &mut s.messages,
            |row| row.state != MessageState::Pending && row.expires_at < before,
        );
        let long_ago = before.minus(limit::KEPT_INVITATIONS);
        self.remove_if(|s| &mut s.invitations, |row| row.expires_at < long_ago);
        self.remove_if(|s| &mut s.decoys, |made_at| *made_at < before);
        let keys = limit::some_keys(before);
        let old = self.state.limits.range(keys).filter(|(_, tat)| **tat < before.as_micros());
        let old: Vec<[u8; 32]> = old.map(|(key, _)| *key).collect();
        for key in old {
            self.put(|s| &mut s.limits, key, None);
        }
        Ok(())
    }
}

fn rule_key(rule: &RoleRule) -> (String, &'static str, String) {
    (rule.role.clone(), effect_str(rule.effect), rule.pattern.clone())
}

fn assignment_key(held: &Assignment) -> (UserId, String, String) {
    (held.user, held.role.clone(), held.scope.clone())
}

//! From writes to steps: what each change means in rows.

mod document;
mod erase;
mod groups;
mod invitations;
mod lists;

use keyward_authz::Effect;
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::{Batch, Decoy, Link, Take, Write};
use keyward_core::record::{
    Assignment, Challenge, Credential, DeletedBy, Event, Family, Grant, Identifier, Identity,
    Message, Session, User,
};
use keyward_core::time::Timestamp;

use super::decode::effect_str;
use super::driver::{Expect, Step};
use super::statement::Statement as S;
use super::value::{Value, params};
use crate::limit;

/// Every step of a batch, in order.
pub(crate) fn steps(batch: &Batch) -> Vec<Step> {
    let mut steps = Vec::with_capacity(batch.writes.len() + batch.events.len() * 2);
    for write in in_lock_order(&batch.writes) {
        translate(write, &mut steps);
    }
    for event in &batch.events {
        add_event(event, &mut steps);
    }
    steps
}

/// Limits that are taken or given back next to each other, by key: two batches about
/// the same limits then wait for each other instead of deadlocking. What is done to
/// different limits commutes, so nothing else changes.
fn in_lock_order(writes: &[Write]) -> Vec<&Write> {
    let key = |write: &Write| match write {
        Write::Take(take) => Some(take.key),
        Write::GiveBack { key, .. } => Some(*key),
        _ => None,
    };
    let mut sorted: Vec<&Write> = writes.iter().collect();
    for run in sorted.chunk_by_mut(|a, b| key(a).is_some() == key(b).is_some()) {
        // A run without keys keeps its order, and so does one key's: the sort is stable.
        run.sort_by_key(|write| key(write));
    }
    sorted
}

fn one(statement: S, params: Vec<Value>) -> Step {
    Step { statement, params, expect: Expect::One }
}

fn any(statement: S, params: Vec<Value>) -> Step {
    Step { statement, params, expect: Expect::Any }
}

fn translate(write: &Write, to: &mut Vec<Step>) {
    match write {
        Write::AddUser(user) => to.push(add_user(user)),
        Write::AddDecoy(like) => to.push(add_decoy(like)),
        Write::SwapUser { was, now } => to.push(swap_user(*was, now)),
        Write::EraseUser { user, was } => erase::user(*user, *was, to),
        Write::BumpAccess(user) => to.push(bump_access(*user)),
        Write::SwapAccess { user, was } => to.push(one(S::SwapAccess, params![*user, *was])),
        Write::AddIdentifier(identifier) => to.push(add_identifier(identifier)),
        Write::RemoveIdentifier { user, kind, normal } => {
            to.push(one(S::RemoveIdentifier, params![*user, kind.as_str(), normal]));
        }
        Write::VerifyIdentifier { user, kind, normal, at } => {
            to.push(one(S::VerifyIdentifier, params![*at, *user, kind.as_str(), normal]));
        }
        Write::AddCredential(credential) => to.push(add_credential(credential)),
        Write::SwapCredential { id, was, now } => {
            to.push(one(S::SwapCredential, params![now, *id, was]));
        }
        Write::SpendCredential(id) => {
            to.push(any(S::RemoveIdentity, params![*id]));
            to.push(one(S::SpendCredential, params![*id]));
        }
        Write::AddIdentity(identity) => to.push(add_identity(identity)),
        Write::OpenSession(session) => to.push(open_session(session)),
        Write::TouchSession { id, seen_at } => to.push(touch_session(*id, *seen_at)),
        Write::SwapSessionData { id, was, now } => {
            to.push(one(S::SwapSessionData, params![now, *id, was]));
        }
        Write::RotateFamily { id, was, now, seen_at, family } => {
            let params = params![now, family.to_bytes(), *seen_at, *id, was];
            to.push(one(S::RotateFamily, params));
        }
        Write::CloseSession(id) => to.push(any(S::CloseSession, params![*id])),
        Write::CloseSessionsOf { user, except } => to.push(close_sessions(*user, *except)),
        Write::Take(take) => take_unit(take, to),
        Write::GiveBack { key, period } => {
            to.push(any(S::GiveBack, params![limit::micros(*period).max(1), key]));
        }
        Write::Chain(links) => to.extend(links.iter().map(link)),
        Write::SetMeta { name, now } => {
            to.extend([any(S::KeepMeta, params![name, now]), one(S::SetMeta, params![now, name])]);
        }
        Write::SwapMeta { name, was, now } | Write::Advance { name, was, now } => {
            to.push(swap_meta(name, was.as_ref(), now));
        }
        Write::NoteChange(user) => to.push(any(S::NoteChange, params![*user])),
        Write::Purge { before } => purge(*before, to),
        rest => translate_flow(rest, to),
    }
}

/// Challenges and messages: what a flow leaves waiting.
fn translate_flow(write: &Write, to: &mut Vec<Step>) {
    match write {
        Write::AddChallenge(challenge) => to.push(add_challenge(challenge)),
        Write::TakeAttempt(id) => to.push(one(S::TakeAttempt, params![*id])),
        Write::RenewChallenge { id, was, code_hash, link_hash, sent_at } => {
            let params = params![code_hash, link_hash, *sent_at, *id, was];
            to.push(one(S::RenewChallenge, params));
        }
        Write::SpendChallenge(id) => to.push(one(S::SpendChallenge, params![*id])),
        Write::KillChallenges { user, purpose, kind, normal } => {
            let params = params![*user, purpose.as_str(), kind.as_str(), normal];
            to.push(any(S::KillChallenges, params));
        }
        Write::KillChallengesOf(user) => to.push(any(S::KillChallengesOf, params![*user])),
        Write::AddInvitation(invitation) => to.push(invitations::add(invitation)),
        Write::SpendInvitation { id, user, at } => {
            to.push(one(S::SpendInvitation, params![*user, *at, *id]));
        }
        Write::RevokeInvitation { id, at } => {
            to.push(one(S::RevokeInvitation, params![*at, *id]));
        }
        Write::AddMessage(message) => to.push(add_message(message)),
        Write::KillMessagesOf(flow) => {
            to.push(any(S::KillMessagesOf, params![Vec::<u8>::new(), *flow]));
        }
        Write::LeaseMessage { id, was, until } => {
            to.push(one(S::LeaseMessage, params![*until, *id, *was]));
        }
        Write::FinishMessage { id, state, error } => {
            let params = params![state.as_str(), Vec::<u8>::new(), error, *id];
            to.push(one(S::FinishMessage, params));
        }
        Write::RetryMessage { id, due_at, error } => {
            to.push(one(S::RetryMessage, params![*due_at, error, *id]));
        }
        rest => translate_policy(rest, to),
    }
}

/// Roles and their rules, groups, exclusive roles and lists.
fn translate_policy(write: &Write, to: &mut Vec<Step>) {
    match write {
        Write::AddRole(role) => groups::add_role(role, to),
        Write::RemoveRole(role) => groups::remove_role(role, to),
        Write::AddRule(rule) => {
            let params = params![&rule.role, effect_str(rule.effect), &rule.pattern];
            to.extend([any(S::AddRule, params), bump_policy()]);
        }
        Write::RemoveRule(rule) => {
            let params = params![&rule.role, effect_str(rule.effect), &rule.pattern];
            to.extend([any(S::RemoveRule, params), bump_policy()]);
        }
        Write::SwapPolicy { was } => to.push(one(S::SwapPolicy, params![*was])),
        Write::SeePolicy { was } => to.push(one(S::SeePolicy, params![*was])),
        Write::SwapPolicyDocument { was, text } => document::swap(*was, text, to),
        Write::SetInherited { role, inherits } => groups::set_inherited(role, inherits, to),
        Write::AddGroup(group) => groups::add_group(group, to),
        Write::RemoveGroup(group) => groups::remove_group(group, to),
        Write::SetGroupRoles { group, roles } => groups::set_roles(group, roles, to),
        Write::PutExclusive(set) => groups::put_exclusive(set, to),
        Write::RemoveExclusive(set) => {
            to.extend([any(S::RemoveExclusive, params![set]), bump_policy()]);
        }
        Write::SwapAcl { name, was, now } => lists::swap_acl(name, *was, now.as_ref(), to),
        Write::Relate { add, remove } => lists::relate(add, remove, to),
        rest => translate_access(rest, to),
    }
}

/// Assignments, grants and memberships. Last in line, so that the compiler asks
/// for every variant that nobody took before.
fn translate_access(write: &Write, to: &mut Vec<Step>) {
    match write {
        Write::PutAssignment(assignment) => put_assignment(assignment, to),
        Write::RemoveAssignment { user, role, scope } => remove_role(*user, role, scope, to),
        Write::PutGrant(grant) => put_grant(grant, to),
        Write::RemoveGrant { user, effect, pattern } => remove_grant(*user, *effect, pattern, to),
        Write::PutMembership(membership) => groups::put_membership(membership, to),
        Write::RemoveMembership { user, group } => groups::remove_membership(*user, group, to),
        // Taken before; several to a line, for there are many.
        #[rustfmt::skip]
        Write::AddRole(..) | Write::RemoveRole(..) | Write::AddRule(..)
        | Write::RemoveRule(..) | Write::SwapPolicy { .. } | Write::SwapPolicyDocument { .. }
        | Write::SeePolicy { .. } | Write::SetMeta { .. }
        | Write::SetInherited { .. } | Write::AddGroup(..) | Write::RemoveGroup(..)
        | Write::SetGroupRoles { .. } | Write::PutExclusive(..) | Write::RemoveExclusive(..)
        | Write::SwapAcl { .. } | Write::Relate { .. } | Write::SwapAccess { .. }
        | Write::AddDecoy(..) | Write::AddUser(..) | Write::SwapUser { .. } | Write::EraseUser { .. }
        | Write::BumpAccess(..) | Write::AddIdentifier(..) | Write::RemoveIdentifier { .. }
        | Write::VerifyIdentifier { .. } | Write::AddCredential(..)
        | Write::SwapCredential { .. } | Write::SpendCredential(..) | Write::AddIdentity(..)
        | Write::OpenSession(..) | Write::TouchSession { .. } | Write::SwapSessionData { .. }
        | Write::RotateFamily { .. }
        | Write::CloseSession(..) | Write::CloseSessionsOf { .. } | Write::Take(..)
        | Write::GiveBack { .. } | Write::Chain(..) | Write::SwapMeta { .. }
        | Write::Advance { .. } | Write::NoteChange(..) | Write::Purge { .. }
        | Write::AddChallenge(..) | Write::TakeAttempt(..) | Write::RenewChallenge { .. }
        | Write::SpendChallenge(..) | Write::KillChallenges { .. } | Write::KillChallengesOf(..)
        | Write::AddInvitation(..) | Write::SpendInvitation { .. }
        | Write::RevokeInvitation { .. } | Write::AddMessage(..) | Write::KillMessagesOf(..)
        | Write::LeaseMessage { .. } | Write::FinishMessage { .. } | Write::RetryMessage { .. } => {}
    }
}

fn remove_role(user: UserId, role: &str, scope: &str, to: &mut Vec<Step>) {
    take(S::RemoveAssignment, params![user, role, scope], user, to);
}

fn remove_grant(user: UserId, effect: Effect, pattern: &str, to: &mut Vec<Step>) {
    take(S::RemoveGrant, params![user, effect_str(effect), pattern], user, to);
}

/// Takes from an account what it holds.
fn take(statement: S, params: Vec<Value>, user: UserId, to: &mut Vec<Step>) {
    to.extend([one(statement, params), bump_access(user)]);
}

fn bump_access(user: UserId) -> Step {
    one(S::BumpAccess, params![user])
}

fn bump_policy() -> Step {
    one(S::BumpPolicy, vec![])
}

/// ASCII only, so that every database finds the same.
pub(crate) fn folded(text: &str) -> String {
    text.to_ascii_lowercase()
}

fn add_user(user: &User) -> Step {
    let params = params![
        user.id,
        user.tenant,
        &user.name,
        folded(&user.name),
        &user.properties,
        user.created_at,
        user.updated_at,
        user.locked_at,
        &user.lock_reason,
        user.deleted_at,
        user.deleted_by.map(DeletedBy::as_str),
        user.must_change_password,
        user.session_epoch,
        user.access_version,
        user.version,
    ];
    one(S::AddUser, params)
}

/// The very step of what it is like, in a table of its own.
fn add_decoy(like: &Decoy) -> Step {
    let (step, statement) = match like {
        Decoy::User(user) => (add_user(user), S::AddDecoyUser),
        Decoy::Identifier(name) => (add_identifier(name), S::AddDecoyIdentifier),
        Decoy::Credential(credential) => (add_credential(credential), S::AddDecoyCredential),
    };
    Step { statement, ..step }
}

// The access version is left alone: it has a write of its own, and a swap that
// was gathered before that one would set it back.
fn swap_user(was: i64, now: &User) -> Step {
    let params = params![
        now.tenant,
        &now.name,
        folded(&now.name),
        &now.properties,
        now.created_at,
        now.updated_at,
        now.locked_at,
        &now.lock_reason,
        now.deleted_at,
        now.deleted_by.map(DeletedBy::as_str),
        now.must_change_password,
        now.session_epoch,
        was.saturating_add(1),
        now.id,
        was,
    ];
    one(S::SwapUser, params)
}

fn add_identifier(i: &Identifier) -> Step {
    let skeleton = i.skeleton.as_deref();
    let params = params![
        i.user,
        i.tenant,
        i.kind.as_str(),
        &i.normal,
        &i.value,
        skeleton,
        i.verified_at,
        i.created_at,
    ];
    one(S::AddIdentifier, params)
}

fn add_credential(c: &Credential) -> Step {
    one(S::AddCredential, params![c.id, c.user, &c.kind, &c.data, c.created_at])
}

fn add_identity(i: &Identity) -> Step {
    let params = params![i.tenant, &i.issuer, &i.subject, i.user, i.credential, i.created_at];
    one(S::AddIdentity, params)
}

fn open_session(s: &Session) -> Step {
    let methods = serde_json::to_string(&s.methods).unwrap_or_default();
    let params = params![
        s.id,
        s.secret_hash,
        s.kind.as_str(),
        s.aal,
        methods,
        s.auth_time,
        s.created_at,
        s.seen_at,
        s.idle,
        s.expires_at,
        s.remember,
        &s.client,
        &s.address,
        &s.data,
        s.impersonator.map(|by| by.user),
        s.impersonator.map(|by| by.session),
        s.family.as_ref().map(Family::to_bytes),
        s.kept_until(),
        s.user,
        s.epoch,
    ];
    one(S::OpenSession, params)
}

fn touch_session(id: SessionId, seen_at: Timestamp) -> Step {
    any(S::TouchSession, params![seen_at, seen_at, seen_at, id, seen_at])
}

fn close_sessions(user: UserId, except: Option<SessionId>) -> Step {
    // No session has an id of zeros.
    let except = except.map_or(vec![0; 16], |id| id.to_bytes().to_vec());
    any(S::CloseSessionsOf, params![user, except])
}

fn add_challenge(c: &Challenge) -> Step {
    let params = params![
        c.id,
        c.purpose.as_str(),
        c.user,
        c.kind.as_str(),
        &c.normal,
        c.code_hash,
        c.link_hash,
        c.browser_hash,
        c.attempts_left,
        c.created_at,
        c.expires_at,
        c.sent_at,
        c.epoch,
        &c.data,
    ];
    one(S::AddChallenge, params)
}

fn add_message(m: &Message) -> Step {
    let params = params![
        m.id,
        m.flow,
        m.user,
        m.channel.as_str(),
        &m.template,
        &m.payload,
        m.state.as_str(),
        m.created_at,
        m.due_at,
        m.expires_at,
        m.attempts,
        &m.last_error,
    ];
    one(S::AddMessage, params)
}

fn take_unit(take: &Take, to: &mut Vec<Step>) {
    let now = take.now.as_micros();
    to.push(any(S::MakeLimit, params![take.key, now]));
    let params = params![now, now, limit::period(take), take.key, limit::latest(take)];
    to.push(Step { statement: S::Take, params, expect: Expect::Room(take.clone()) });
}

/// Brings a limit back that a wrong clock has put out of reach.
pub(crate) fn clamp(take: &Take) -> Step {
    let far = limit::horizon(take);
    any(S::ClampLimit, params![far, take.key, far])
}

fn put_assignment(a: &Assignment, to: &mut Vec<Step>) {
    to.push(any(S::RemoveAssignment, params![a.user, &a.role, &a.scope]));
    let params =
        params![a.user, &a.role, &a.scope, a.not_before, a.expires_at, a.granted_by, a.created_at,];
    to.extend([one(S::AddAssignment, params), bump_access(a.user)]);
}

fn put_grant(g: &Grant, to: &mut Vec<Step>) {
    let effect = effect_str(g.effect);
    to.push(any(S::RemoveGrant, params![g.user, effect, &g.pattern]));
    let params = params![
        g.user,
        effect,
        &g.pattern,
        g.not_before,
        g.expires_at,
        g.granted_by,
        g.created_at,
    ];
    to.extend([one(S::AddGrant, params), bump_access(g.user)]);
}

fn link(link: &Link) -> Step {
    one(S::LinkEvent, params![link.position, link.hash, link.event])
}

fn swap_meta(name: &str, was: Option<&Vec<u8>>, now: &Vec<u8>) -> Step {
    match was {
        None => one(S::AddMeta, params![name, now]),
        Some(was) => one(S::SwapMeta, params![now, name, was]),
    }
}

fn purge(before: Timestamp, to: &mut Vec<Step>) {
    let kinds = [S::PurgeSessions, S::PurgeChallenges, S::PurgeMessages, S::PurgeChanges];
    to.extend(kinds.map(|statement| any(statement, params![before])));
    let decoys = [S::PurgeDecoyUsers, S::PurgeDecoyIdentifiers, S::PurgeDecoyCredentials];
    to.extend(decoys.map(|statement| any(statement, params![before])));
    to.push(any(S::PurgeInvitations, params![before.minus(limit::KEPT_INVITATIONS)]));
    let (first, last) = limit::some_keys(before).into_inner();
    to.push(any(S::PurgeLimits, params![first, last, before]));
}

fn add_event(event: &Event, to: &mut Vec<Step>) {
    let row = event.to_row();
    let (salt, personal) = row.personal.unzip();
    let params = params![
        row.id,
        row.at,
        row.kind,
        row.version,
        row.actor,
        row.subject,
        row.body,
        salt,
        personal,
    ];
    to.push(one(S::AddEvent, params));
}

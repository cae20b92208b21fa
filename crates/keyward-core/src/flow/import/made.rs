//! What is written of somebody who comes in.

use serde_json::json;

use super::look::Checked;
use super::{Imported, Person};
use crate::flow::factor::{codes, totp};
use crate::flow::known_elsewhere::Elsewhere;
use crate::flow::sign_up::{add_subject, new_subject};
use crate::flow::{Decide, sign_up::Name};
use crate::id::UserId;
use crate::port::Write;
use crate::record::{Assignment, Event, Subject, What};

/// The kind of the credential by which somebody is recognised.
const KIND: &str = "imported";

/// What became of somebody, and what is written because of it.
pub(super) struct Made {
    pub(super) told: Imported,
    pub(super) writes: Vec<Write>,
    pub(super) events: Vec<Event>,
}

pub(super) fn made(from: &str, person: &Person, checked: Checked, cx: &mut Decide<'_>) -> Made {
    let (subject, marks, mut lost) = subject(from, person, &checked, cx);
    let user = subject.user.id;
    let credentials = subject.credentials.iter().map(|c| c.kind.as_str());
    let methods = credentials.filter_map(method).map(str::to_owned).collect();
    let mut events =
        vec![cx.event(None, Some(user), What::UserImported { from: from.to_owned(), methods })];
    let mut writes = add_subject(&subject);
    writes.extend(marks);
    for role in &checked.roles {
        events.push(cx.event(None, Some(user), What::RoleGranted { role: role.clone() }));
        writes.push(Write::PutAssignment(given(user, role, cx)));
    }
    lost.extend(checked.lost);
    let names = subject.identifiers.into_iter().map(|name| (name.kind, name.normal)).collect();
    Made { told: Imported::New { user, names, lost }, writes, events }
}

fn subject(
    from: &str,
    person: &Person,
    checked: &Checked,
    cx: &mut Decide<'_>,
) -> (Subject, Vec<Write>, Vec<super::Loss>) {
    let names: Vec<Name> = checked.names.iter().map(|(name, _)| name.clone()).collect();
    let mut subject = new_subject(&checked.name, &names, checked.password.clone(), cx);
    let (user, mut lost) = (&mut subject.user, vec![]);
    user.properties.clone_from(&checked.properties);
    user.must_change_password = person.must_change_password && checked.password.is_some();
    user.created_at = person.created_at.filter(|at| *at <= cx.now).unwrap_or(cx.now);
    if let Some(why) = &person.locked {
        user.locked_at = Some(cx.now);
        user.lock_reason = why.chars().filter(|c| !c.is_control()).take(300).collect();
    }
    let id = user.id;
    for (own, (_, is_verified)) in subject.identifiers.iter_mut().zip(&checked.names) {
        own.verified_at = is_verified.then_some(cx.now);
    }
    if let Some(secret) = &checked.totp {
        match totp::imported(id, secret, cx) {
            Some(made) => subject.credentials.push(made),
            None => lost.push(super::Loss::of("totp")),
        }
    }
    if !checked.codes.is_empty() {
        subject.credentials.push(codes::imported(id, checked.codes.clone(), cx));
    }
    let mut marks = mark(from, &person.id, id, cx);
    if checked.known_of_old {
        marks.extend(old_mark(&person.id, id, cx));
    }
    (subject, marks, lost)
}

/// The word in the log for what somebody can prove themselves with.
fn method(kind: &str) -> Option<&'static str> {
    match kind {
        "password" => Some("password"),
        totp::KIND => Some("totp"),
        codes::KIND => Some(codes::METHOD),
        _ => None,
    }
}

fn given(user: UserId, role: &str, cx: &Decide<'_>) -> Assignment {
    Assignment {
        user,
        role: role.to_owned(),
        scope: String::new(),
        not_before: None,
        expires_at: None,
        granted_by: None,
        created_at: cx.now,
    }
}

/// By what those of an import are recognised; no service elsewhere is called so.
pub(super) fn issuer(from: &str) -> String {
    format!("import:{from}")
}

fn mark(from: &str, id: &str, user: UserId, cx: &mut Decide<'_>) -> Vec<Write> {
    let data = json!({ "v": 1, "from": from, "id": id }).to_string();
    Elsewhere { kind: KIND, data, issuer: &issuer(from), subject: id }.noted(user, cx)
}

/// The issuer under which tokens of the other system name people, if they still do.
pub(super) fn old_issuer(from: &str) -> Option<&'static str> {
    #[cfg(feature = "tokens")]
    if from == crate::flow::tokens::OldSystem::Asok.as_str() {
        return Some(crate::flow::tokens::OldSystem::Asok.issuer());
    }
    let _ = from;
    None
}

#[cfg(feature = "tokens")]
fn old_mark(id: &str, user: UserId, cx: &mut Decide<'_>) -> Vec<Write> {
    crate::flow::tokens::mark_of_old(user, crate::flow::tokens::OldSystem::Asok, id, cx)
}

#[cfg(not(feature = "tokens"))]
fn old_mark(_: &str, _: UserId, _: &mut Decide<'_>) -> Vec<Write> {
    vec![]
}

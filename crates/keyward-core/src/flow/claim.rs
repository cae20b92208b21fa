//! An account that nobody proved to own is taken over by whoever proves its address.

use super::Decide;
use super::verify::verified;
use crate::identifier::Kind;
use crate::port::Write;
use crate::record::{Event, Identifier, Subject, What};

/// Kinds of credential that whoever makes an account may bring along without
/// having proven anything about its addresses.
const BROUGHT_ALONG: &[&str] = &["password", "oauth"];

/// Whether the holder of this address may act for the account: it is proven, or
/// nothing of the account is, so that nobody has more of a right to it. Whoever
/// guards an account by more keeps it.
pub(super) fn holds(subject: &Subject, name: &Identifier) -> bool {
    let unguarded = subject.credentials.iter().all(|c| BROUGHT_ALONG.contains(&c.kind.as_str()));
    name.verified_at.is_some() || !subject.is_verified() && unguarded
}

/// The address is proven for the first time. Whoever made the account may be a
/// stranger: their ways in, and whatever they opened, die.
pub(super) fn claim(
    subject: Subject,
    (kind, normal): (Kind, &str),
    by: &str,
    cx: &mut Decide<'_>,
) -> (Subject, Vec<Write>, Event) {
    let mut subject = verified(subject, kind, normal, cx.now);
    let user = &mut subject.user;
    let was = user.version;
    user.updated_at = cx.now;
    user.must_change_password = false;
    user.session_epoch += 1;
    let id = user.id;
    let mut writes = vec![
        Write::VerifyIdentifier { user: id, kind, normal: normal.to_owned(), at: cx.now },
        Write::SwapUser { was, now: user.clone() },
        Write::KillChallengesOf(id),
        Write::CloseSessionsOf { user: id, except: None },
        Write::NoteChange(id),
    ];
    user.version += 1;
    writes.extend(subject.credentials.drain(..).map(|old| Write::SpendCredential(old.id)));
    let what = What::UserVerified { identifier_kind: kind.as_str().into(), by: by.to_owned() };
    (subject, writes, cx.own_event(id, what))
}

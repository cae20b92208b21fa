//! Recovery codes: ten on paper, each good once, for whoever lost the rest.

use serde::{Deserialize, Serialize};

use super::{Asked, Factor, MAX_FAILURES, Used, read, written};
use crate::crypto::asok;
use crate::crypto::hex::hex;
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::token;
use crate::flow::{Decide, Stored, Work};
use crate::id::{CredentialId, UserId};
use crate::port::Write;
use crate::record::{Credential, Reason, Subject, What};
use crate::secret::Secret;
use crate::settings::Settings;

/// The kind of their credential.
pub const KIND: &str = "recovery_codes";

/// Codes in a set.
pub const COUNT: usize = 10;

/// The word for them.
pub(in crate::flow) const METHOD: &str = "recovery_code";

pub(in crate::flow) struct ByCode;

impl Factor for ByCode {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn kind(&self) -> &str {
        KIND
    }

    fn guards(&self, _: &Settings) -> bool {
        false
    }

    fn is_left(&self, subject: &Subject) -> bool {
        left(subject) > 0
    }

    fn check(
        &self,
        asked: Asked<'_>,
        answer: &Secret,
        cx: &mut Decide<'_>,
    ) -> Result<Used, Reason> {
        let (write, left) = spend(asked, answer, cx).ok_or(Reason::WrongSecret)?;
        let event = cx.own_event(asked.subject.user.id, What::RecoveryCodeUsed { left });
        Ok(Used { write, event: Some(event) })
    }

    fn missed(&self, subject: &Subject) -> Option<Write> {
        let found = subject.credential(KIND)?;
        let mut kept: Kept = read(found)?;
        kept.failures += 1;
        (kept.failures <= MAX_FAILURES).then(|| swap(found, &kept))
    }
}

/// Takes the code that was given out of the set, and says how many are left.
fn spend(asked: Asked<'_>, answer: &Secret, cx: &Decide<'_>) -> Option<(Write, usize)> {
    let found = asked.subject.credential(KIND)?;
    let mut kept: Kept = read(found)?;
    if kept.failures >= MAX_FAILURES {
        return None;
    }
    let typed = hash(cx.keys, asked.subject.user.id, answer);
    let before = kept.len();
    kept.codes.retain(|code| !token::eq(code.as_bytes(), typed.as_bytes()));
    if let Some(at) = asked.done.matched.filter(|at| *at < kept.old.len()) {
        kept.old.remove(at);
    }
    kept.failures = 0;
    (kept.len() < before).then(|| (swap(found, &kept), kept.len()))
}

/// What is stored of a set of codes.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Keyed hashes of the codes not used yet, in hexadecimal. The key is not in
    /// the database and a code has 80 bits, so a slow hash would add nothing.
    codes: Vec<String>,
    /// Wrong answers since the last right one.
    failures: u32,
    /// Codes that came from another system, as it hashed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    old: Vec<String>,
}

impl Kept {
    fn len(&self) -> usize {
        self.codes.len() + self.old.len()
    }
}

fn swap(found: &Credential, now: &Kept) -> Write {
    Write::SwapCredential { id: found.id, was: found.data.clone(), now: written(now) }
}

/// Codes that are not used yet.
pub fn left(subject: &Subject) -> usize {
    subject.credential(KIND).and_then(read::<Kept>).map_or(0, |kept| kept.len())
}

/// A new set in place of the old one, if there is one. The codes are shown once. It is new
/// as well to whatever asks since when an account has it.
pub(in crate::flow) fn renew(subject: &Subject, cx: &mut Decide<'_>) -> (Vec<Secret>, Vec<Write>) {
    let user = subject.user.id;
    let codes: Vec<Secret> = (0..COUNT).map(|_| token::recovery_code(cx.rng)).collect();
    let hashes = codes.iter().map(|code| hash(cx.keys, user, code)).collect();
    let kept = Kept { codes: hashes, failures: 0, old: vec![] };
    let spent = subject.credential(KIND).map(|found| Write::SpendCredential(found.id));
    let added = Write::AddCredential(Credential {
        id: CredentialId::mint(cx.now, cx.rng),
        user,
        kind: KIND.into(),
        data: written(&kept),
        created_at: cx.now,
    });
    (codes, spent.into_iter().chain([added]).collect())
}

/// The work of looking a typed code up among those of another system. One that is not
/// of their form is not worth it.
pub(in crate::flow) fn work(subject: &Subject, typed: &Secret) -> Work {
    let kept = subject.credential(KIND).and_then(read::<Kept>);
    let old = kept.filter(|kept| kept.failures < MAX_FAILURES).map(|kept| kept.old);
    match (old.filter(|old| !old.is_empty()), asok::backup_code(typed.reveal())) {
        (Some(old), Some(code)) => Work::verify(&code, Stored::AnyOf(old)),
        _ => Work::default(),
    }
}

/// Codes of another system, as they are kept.
#[cfg(feature = "import")]
pub(in crate::flow) fn imported(user: UserId, old: Vec<String>, cx: &mut Decide<'_>) -> Credential {
    Credential {
        id: CredentialId::mint(cx.now, cx.rng),
        user,
        kind: KIND.into(),
        data: written(&Kept { codes: vec![], failures: 0, old }),
        created_at: cx.now,
    }
}

fn hash(keys: &Keys, user: UserId, code: &Secret) -> String {
    let plain = token::typed_recovery_code(code.reveal());
    hex(&mac(&keys.code, &[b"recovery code", &user.to_bytes(), plain.as_bytes()]))
}

//! Recovery codes: ten on paper, each good once, for whoever lost the rest.

use serde::{Deserialize, Serialize};

use super::{Asked, Factor, MAX_FAILURES, read, written};
use crate::crypto::hex::hex;
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::token;
use crate::flow::Decide;
use crate::id::{CredentialId, UserId};
use crate::port::Write;
use crate::record::{Credential, Subject};
use crate::secret::Secret;
use crate::settings::Settings;

/// The kind of their credential.
pub const KIND: &str = "recovery_codes";

/// Codes in a set.
pub const COUNT: usize = 10;

pub(in crate::flow) struct ByCode;

impl Factor for ByCode {
    fn method(&self) -> &'static str {
        "recovery_code"
    }

    fn kind(&self) -> &'static str {
        KIND
    }

    fn guards(&self, _: &Settings) -> bool {
        false
    }

    fn check(&self, asked: Asked<'_>, answer: &Secret, cx: &mut Decide<'_>) -> Option<Vec<Write>> {
        let found = asked.subject.credential(KIND)?;
        let mut kept: Kept = read(found)?;
        if kept.failures >= MAX_FAILURES {
            return None;
        }
        let typed = hash(cx.keys, asked.subject.user.id, answer);
        let before = kept.codes.len();
        kept.codes.retain(|code| !token::eq(code.as_bytes(), typed.as_bytes()));
        kept.failures = 0;
        (kept.codes.len() < before).then(|| vec![swap(found, &kept)])
    }

    fn missed(&self, subject: &Subject) -> Option<Write> {
        let found = subject.credential(KIND)?;
        let mut kept: Kept = read(found)?;
        kept.failures += 1;
        (kept.failures <= MAX_FAILURES).then(|| swap(found, &kept))
    }
}

/// What is stored of a set of codes.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Keyed hashes of the codes not used yet, in hexadecimal. The key is not in
    /// the database and a code has 80 bits, so a slow hash would add nothing.
    codes: Vec<String>,
    /// Wrong answers since the last right one.
    failures: u32,
}

fn swap(found: &Credential, now: &Kept) -> Write {
    Write::SwapCredential { id: found.id, was: found.data.clone(), now: written(now) }
}

/// Codes that are not used yet.
pub fn left(subject: &Subject) -> usize {
    subject.credential(KIND).and_then(read::<Kept>).map_or(0, |kept| kept.codes.len())
}

/// A new set in place of the old one, if there is one. The codes are shown once.
pub(in crate::flow) fn renew(subject: &Subject, cx: &mut Decide<'_>) -> (Vec<Secret>, Write) {
    let user = subject.user.id;
    let codes: Vec<Secret> = (0..COUNT).map(|_| token::recovery_code(cx.rng)).collect();
    let hashes = codes.iter().map(|code| hash(cx.keys, user, code)).collect();
    let kept = Kept { codes: hashes, failures: 0 };
    let write = match subject.credential(KIND) {
        Some(found) => swap(found, &kept),
        None => Write::AddCredential(Credential {
            id: CredentialId::mint(cx.now, cx.rng),
            user,
            kind: KIND.into(),
            data: written(&kept),
            created_at: cx.now,
        }),
    };
    (codes, write)
}

fn hash(keys: &Keys, user: UserId, code: &Secret) -> String {
    let plain = token::typed_recovery_code(code.reveal());
    hex(&mac(&keys.code, &[b"recovery code", &user.to_bytes(), plain.as_bytes()]))
}

//! Six digits from an authenticator app, RFC 6238.

use serde::{Deserialize, Serialize};

use super::{Asked, Factor, MAX_FAILURES, Used, read, written};
use crate::crypto::hex::{hex, unhex};
use crate::crypto::keys::Keys;
use crate::crypto::otp::{OtpSecret, Totp};
use crate::crypto::seal::{self, Aad};
use crate::flow::Decide;
use crate::id::{CredentialId, UserId};
use crate::port::{Random, Write};
use crate::record::{Credential, Reason, Subject};
use crate::secret::Secret;

/// The kind of its credential.
pub const KIND: &str = "totp";

/// Steps around now whose codes count, for clocks that are slow or fast
/// (RFC 6238 section 5.2).
pub(in crate::flow) const WINDOW: u32 = 1;

pub(in crate::flow) struct ByTotp;

impl Factor for ByTotp {
    fn method(&self) -> &'static str {
        "totp"
    }

    fn kind(&self) -> &str {
        KIND
    }

    fn check(
        &self,
        asked: Asked<'_>,
        answer: &Secret,
        cx: &mut Decide<'_>,
    ) -> Result<Used, Reason> {
        step_on(asked.subject, answer, cx).map(Used::from).ok_or(Reason::WrongSecret)
    }

    fn missed(&self, subject: &Subject) -> Option<Write> {
        let found = subject.credential(KIND)?;
        let kept: Kept = read(found)?;
        let failures = kept.failures + 1;
        (failures <= MAX_FAILURES).then(|| swap(found, Kept { failures, ..kept }))
    }
}

/// Moves the authenticator on to the step whose code was given. RFC 6238 section 5.2: never
/// a step already used.
fn step_on(subject: &Subject, answer: &Secret, cx: &Decide<'_>) -> Option<Write> {
    let found = subject.credential(KIND)?;
    let kept: Kept = read(found)?;
    if kept.failures >= MAX_FAILURES {
        return None;
    }
    let secret = unsealed(&kept.secret, &found.id.to_bytes(), cx.keys)?;
    let step =
        Totp::default().verify(&secret, answer.reveal(), cx.now, WINDOW, kept.last).ok()??;
    Some(swap(found, Kept { last: Some(step), failures: 0, ..kept }))
}

/// What is stored of an authenticator.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// Sealed for its row, in hexadecimal.
    secret: String,
    /// The last step whose code was used.
    last: Option<u64>,
    /// Wrong answers since the last right one.
    failures: u32,
}

fn swap(found: &Credential, now: Kept) -> Write {
    Write::SwapCredential { id: found.id, was: found.data.clone(), now: written(&now) }
}

/// A new authenticator, whose code of `step` was used to enrol it.
pub(in crate::flow) fn credential(
    subject: &Subject,
    secret: &OtpSecret,
    step: u64,
    cx: &mut Decide<'_>,
) -> Option<Credential> {
    kept(subject.user.id, secret, Some(step), cx)
}

/// An authenticator that was enrolled in another system.
#[cfg(feature = "import")]
pub(in crate::flow) fn imported(
    user: UserId,
    secret: &OtpSecret,
    cx: &mut Decide<'_>,
) -> Option<Credential> {
    kept(user, secret, None, cx)
}

fn kept(
    user: UserId,
    secret: &OtpSecret,
    last: Option<u64>,
    cx: &mut Decide<'_>,
) -> Option<Credential> {
    let id = CredentialId::mint(cx.now, cx.rng);
    let secret = sealed(secret, &id.to_bytes(), cx.keys, cx.rng)?;
    Some(Credential {
        id,
        user,
        kind: KIND.into(),
        data: written(&Kept { secret, last, failures: 0 }),
        created_at: cx.now,
    })
}

/// A secret as it may be stored in the row `row`, and nowhere else.
pub(in crate::flow) fn sealed(
    secret: &OtpSecret,
    row: &[u8],
    keys: &Keys,
    rng: &mut dyn Random,
) -> Option<String> {
    seal::seal(&keys.seal, &aad(row), secret.reveal(), rng).ok().map(|bytes| hex(&bytes))
}

/// Opens what [`sealed`] made for the same row.
pub(in crate::flow) fn unsealed(text: &str, row: &[u8], keys: &Keys) -> Option<OtpSecret> {
    let plain = seal::unseal(&keys.seal, &aad(row), &unhex(text)?).ok()?;
    Some(OtpSecret::from_bytes(&plain))
}

fn aad(row: &[u8]) -> Aad<'_> {
    Aad { table: "credentials", column: "data", row }
}

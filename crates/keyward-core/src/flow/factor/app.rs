//! A second factor of the app's own: it judges an answer, we keep what it keeps. Its work
//! is slow and elsewhere, so it is done where passwords are hashed, between gathering and
//! deciding; what it says counts only for the row that it judged, as that was.

use serde::{Deserialize, Serialize};

use super::{Asked, Factor, MAX_FAILURES, Used, read, written};
use crate::crypto::hex::{hex, unhex};
use crate::crypto::keys::Keys;
use crate::crypto::seal::{self, Aad};
use crate::flow::{Decide, Work};
use crate::id::{CredentialId, UserId};
use crate::port::{Random, Write};
use crate::record::{Credential, Reason, Subject};
use crate::secret::Secret;

/// What the kind of a credential begins with that an app's factor keeps. One of a factor
/// that is not here, because the app lost it, still guards its account.
pub(super) const PREFIX: &str = "app:";

/// A second factor of the app's own, by its word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AppFactor {
    name: &'static str,
    kind: String,
}

impl AppFactor {
    /// The factor that is called `name`.
    pub fn new(name: &'static str) -> Self {
        Self { name, kind: kind_of(name) }
    }

    /// Its word.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its credential.
    pub(in crate::flow) fn of<'a>(&self, subject: &'a Subject) -> Option<&'a Credential> {
        subject.credential(&self.kind)
    }
}

fn kind_of(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// What the app's factor is asked: whether this answer is right.
#[derive(Clone, Debug)]
pub struct AskApp {
    /// Which factor.
    pub factor: String,
    /// Whose answer it is.
    pub user: UserId,
    /// What is kept, and where.
    pub(in crate::flow) kept: Sealed,
    /// As given.
    pub answer: Secret,
}

impl AskApp {
    /// What the factor keeps of this person; `None` if it cannot be read.
    pub fn kept(&self, keys: &Keys) -> Option<Secret> {
        self.kept.open(keys)
    }

    /// Whether asking this would repeat `other`.
    pub(in crate::flow) fn is_same(&self, other: &Self) -> bool {
        self.factor == other.factor
            && self.user == other.user
            && self.kept == other.kept
            && self.answer.matches(&other.answer)
    }

    /// What the factor said: what it keeps from now on, or that the answer is wrong.
    pub fn said(self, now: Option<Secret>) -> AppSaid {
        AppSaid { about: self.kept, now }
    }
}

/// What an app's factor said of an answer.
#[derive(Clone, Debug)]
pub struct AppSaid {
    /// What it judged by.
    about: Sealed,
    /// What it keeps from now on; `None` if the answer is wrong.
    now: Option<Secret>,
}

impl AppSaid {
    /// What to keep from now on, if this was said of what is kept in `sealed`.
    pub(in crate::flow) fn of(&self, sealed: &Sealed) -> Option<&Secret> {
        self.now.as_ref().filter(|_| self.about == *sealed)
    }
}

/// What an app's factor keeps, sealed for its row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::flow) struct Sealed {
    row: [u8; 16],
    hex: String,
}

impl Sealed {
    pub(in crate::flow) fn new(
        plain: &Secret,
        row: [u8; 16],
        keys: &Keys,
        rng: &mut dyn Random,
    ) -> Option<Self> {
        let sealed = seal::seal(&keys.seal, &aad(&row), plain.reveal().as_bytes(), rng).ok()?;
        Some(Self { row, hex: hex(&sealed) })
    }

    /// What was stored in this row.
    pub(in crate::flow) fn stored(row: [u8; 16], hex: String) -> Self {
        Self { row, hex }
    }

    pub(in crate::flow) fn into_text(self) -> String {
        self.hex
    }

    fn open(&self, keys: &Keys) -> Option<Secret> {
        let plain = seal::unseal(&keys.seal, &aad(&self.row), &unhex(&self.hex)?).ok()?;
        String::from_utf8(plain.to_vec()).ok().map(Secret::new)
    }
}

fn aad(row: &[u8; 16]) -> Aad<'_> {
    Aad { table: "credentials", column: "app", row }
}

impl Factor for AppFactor {
    fn method(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> &str {
        &self.kind
    }

    fn check(&self, asked: Asked<'_>, _: &Secret, cx: &mut Decide<'_>) -> Result<Used, Reason> {
        keep(self, asked, cx).map(Used::from).ok_or(Reason::WrongSecret)
    }

    fn missed(&self, subject: &Subject) -> Option<Write> {
        let found = self.of(subject)?;
        let kept = live(found)?;
        let now = Kept { failures: kept.failures + 1, ..kept };
        Some(Write::SwapCredential { id: found.id, was: found.data.clone(), now: written(&now) })
    }
}

/// What the app keeps from now on, where it said that the answer is right.
fn keep(factor: &AppFactor, asked: Asked<'_>, cx: &mut Decide<'_>) -> Option<Write> {
    let found = factor.of(asked.subject)?;
    let kept = live(found)?;
    let said = asked.done.app.as_ref()?;
    swap(found, said.of(&kept.sealed(found))?, cx)
}

/// What is stored of it.
#[derive(Deserialize, Serialize)]
struct Kept {
    /// What the app keeps, sealed for its row, in hexadecimal.
    kept: String,
    /// Wrong answers since the last right one.
    failures: u32,
}

impl Kept {
    fn sealed(&self, row: &Credential) -> Sealed {
        Sealed::stored(row.id.to_bytes(), self.kept.clone())
    }
}

/// What is kept, unless it was wrong too often to be right again.
fn live(found: &Credential) -> Option<Kept> {
    read::<Kept>(found).filter(|kept| kept.failures < MAX_FAILURES)
}

fn swap(found: &Credential, now: &Secret, cx: &mut Decide<'_>) -> Option<Write> {
    let kept = Sealed::new(now, found.id.to_bytes(), cx.keys, cx.rng)?.into_text();
    let now = written(&Kept { kept, failures: 0 });
    Some(Write::SwapCredential { id: found.id, was: found.data.clone(), now })
}

/// The work of asking the app, if `method` is a factor of its own that the account has.
pub(super) fn work(subject: &Subject, method: &str, answer: &Secret) -> Work {
    let found = subject.credential(&kind_of(method));
    let asked = found.and_then(|found| {
        let (factor, user, answer) = (method.to_owned(), subject.user.id, answer.clone());
        Some(Box::new(AskApp { factor, user, kept: live(found)?.sealed(found), answer }))
    });
    Work { app: asked, ..Work::default() }
}

/// A new credential of this factor.
pub(in crate::flow) fn credential(
    factor: &AppFactor,
    user: UserId,
    kept: &Secret,
    cx: &mut Decide<'_>,
) -> Option<Credential> {
    let id = CredentialId::mint(cx.now, cx.rng);
    let kept = Sealed::new(kept, id.to_bytes(), cx.keys, cx.rng)?.into_text();
    let data = written(&Kept { kept, failures: 0 });
    Some(Credential { id, user, kind: factor.kind.clone(), data, created_at: cx.now })
}

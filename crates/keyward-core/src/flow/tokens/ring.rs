//! The keys that sign access tokens, as they are stored: together, in one value.

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::crypto::jose::SigningKey;
use crate::crypto::keys::Keys;
use crate::crypto::seal::{self, Aad};
use crate::port::Random;
use crate::settings::{Signing, Tokens};
use crate::time::Timestamp;

/// Name of the stored value.
pub const RING: &str = "token_keys";

/// Keys at once, at most.
pub const MAX_TOKEN_KEYS: usize = 16;

/// How long a new key is published before it signs: longer than other nodes and
/// outside verifiers go on with the set of keys that they have.
pub const LEAD: Duration = Duration::from_secs(10 * 60);

/// How much longer than the tokens that it signed an old key is kept.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The keys, in the order in which they sign.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ring {
    rows: Vec<KeyRow>,
}

/// A key as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRow {
    /// Its id: `kid`.
    pub id: String,
    /// How it signs.
    pub how: Signing,
    /// When it was made, and published.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    sealed: Vec<u8>,
}

#[derive(Deserialize, Serialize)]
struct Kept {
    v: u8,
    keys: Vec<KeptKey>,
}

#[derive(Deserialize, Serialize)]
struct KeptKey {
    id: String,
    how: String,
    created_at: i64,
    signs_from: i64,
    sealed: String,
}

impl KeyRow {
    /// Seals a key for storing.
    pub(super) fn sealed(
        (id, how, secret): (&str, Signing, &[u8]),
        (created_at, signs_from): (Timestamp, Timestamp),
        keys: &Keys,
        rng: &mut dyn Random,
    ) -> Result<Self, Error> {
        let sealed = seal::seal(&keys.seal, &aad(id), secret, rng)
            .map_err(|cause| Error::because("seal a signing key", cause))?;
        Ok(Self { id: id.to_owned(), how, created_at, signs_from, sealed })
    }

    /// The key itself.
    ///
    /// # Errors
    /// It was sealed with another root key, or is none.
    pub fn open(&self, keys: &Keys) -> Result<SigningKey, Error> {
        let plain = seal::unseal(&keys.seal, &aad(&self.id), &self.sealed)
            .map_err(|cause| Error::because("unseal a signing key", cause))?;
        SigningKey::read(&self.id, self.how, &plain)
    }

    fn read(kept: KeptKey) -> Option<Self> {
        Some(Self {
            how: Signing::parse(&kept.how)?,
            id: kept.id,
            created_at: Timestamp::from_micros(kept.created_at),
            signs_from: Timestamp::from_micros(kept.signs_from),
            sealed: STANDARD_NO_PAD.decode(kept.sealed).ok()?,
        })
    }

    fn kept(&self) -> KeptKey {
        KeptKey {
            id: self.id.clone(),
            how: self.how.as_str().to_owned(),
            created_at: self.created_at.as_micros(),
            signs_from: self.signs_from.as_micros(),
            sealed: STANDARD_NO_PAD.encode(&self.sealed),
        }
    }
}

fn aad(id: &str) -> Aad<'_> {
    Aad { table: "meta", column: RING, row: id.as_bytes() }
}

impl Ring {
    /// Reads what is stored; an empty ring where nothing is.
    ///
    /// # Errors
    /// It is not what this version knows.
    pub fn read(stored: Option<&[u8]>) -> Result<Self, Error> {
        let Some(stored) = stored else { return Ok(Self::default()) };
        let odd = || Error::new("read the signing keys");
        let kept: Kept = serde_json::from_slice(stored).map_err(|_| odd())?;
        let rows: Option<Vec<KeyRow>> = kept.keys.into_iter().map(KeyRow::read).collect();
        rows.filter(|_| kept.v == 1).map(|rows| Self { rows }).ok_or_else(odd)
    }

    /// The stored form.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let keys = self.rows.iter().map(KeyRow::kept).collect();
        serde_json::to_vec(&Kept { v: 1, keys }).unwrap_or_default()
    }

    /// Every key that is stored, in the order in which they sign.
    pub fn rows(&self) -> &[KeyRow] {
        &self.rows
    }

    /// The key that signs now: the last whose time has come. Where the clock says that
    /// none has begun, the first.
    pub fn signer(&self, now: Timestamp) -> Option<&KeyRow> {
        self.rows.iter().rfind(|row| row.signs_from <= now).or(self.rows.first())
    }

    /// When nothing is left that a key signed: once its successor has begun to sign,
    /// and the last token before that is over. `None` while it has no successor.
    pub fn ends_at(&self, id: &str, settings: &Tokens) -> Option<Timestamp> {
        let place = self.rows.iter().position(|row| row.id == id)?;
        let next = self.rows.get(place.saturating_add(1))?;
        Some(next.signs_from.plus(settings.lifetime()).plus(MARGIN))
    }

    /// Whether tokens of a key may still be about.
    pub fn verifies(&self, id: &str, settings: &Tokens, now: Timestamp) -> bool {
        self.ends_at(id, settings).is_none_or(|end| now < end)
    }

    /// A key that comes after all others: it signs from then, or from when the last
    /// before it does.
    pub(super) fn push(&mut self, row: KeyRow) {
        let last = self.rows.last().map(|last| last.signs_from);
        let signs_from = last.map_or(row.signs_from, |last| last.max(row.signs_from));
        self.rows.push(KeyRow { signs_from, ..row });
    }

    /// Lets go of the keys whose tokens are all over.
    pub(super) fn forget_ended(&mut self, settings: &Tokens, now: Timestamp) {
        let whole = self.clone();
        self.rows.retain(|row| whole.verifies(&row.id, settings, now));
    }

    /// Takes a key out; whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.rows.len();
        self.rows.retain(|row| row.id != id);
        self.rows.len() < before
    }

    /// Lets the next key sign at once, where none has begun.
    pub(super) fn begin(&mut self, now: Timestamp) {
        if let Some(first) = self.rows.first_mut() {
            first.signs_from = first.signs_from.min(now);
        }
    }
}

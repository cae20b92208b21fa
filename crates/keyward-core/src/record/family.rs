//! A family of tokens: an access token and the refresh tokens that follow one another.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What a session remembers as a family of tokens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Family {
    /// The client that the tokens were given to, as it calls itself; at most 100
    /// characters, and perhaps none.
    pub client_id: String,
    /// Patterns of what the tokens may at most do; `None` for all that the account may.
    pub scopes: Option<Vec<String>>,
    /// How many refresh tokens came before the newest.
    pub generation: u32,
    /// How the newest came to be; `None` for the first.
    pub rotation: Option<Rotation>,
}

/// A refresh token that took the place of another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rotation {
    /// Hash of the secret that was given for it.
    pub before: [u8; 32],
    /// When.
    pub at: Timestamp,
    /// Keyed hash of who asked: their description of themselves.
    pub by: [u8; 8],
}

/// The stored form: JSON. A field is added with a default, never changed.
#[derive(Deserialize, Serialize)]
struct Kept {
    v: u8,
    client: String,
    scopes: Option<Vec<String>>,
    generation: u32,
    rotation: Option<KeptRotation>,
}

#[derive(Deserialize, Serialize)]
struct KeptRotation {
    before: String,
    at: i64,
    by: String,
}

impl Family {
    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        use crate::crypto::hex::hex;
        let rotation = self.rotation.as_ref().map(|rotation| KeptRotation {
            before: hex(&rotation.before),
            at: rotation.at.as_micros(),
            by: hex(&rotation.by),
        });
        let kept = Kept {
            v: 1,
            client: self.client_id.clone(),
            scopes: self.scopes.clone(),
            generation: self.generation,
            rotation,
        };
        serde_json::to_vec(&kept).unwrap_or_default()
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let kept: Kept = serde_json::from_slice(bytes).ok().filter(|kept: &Kept| kept.v == 1)?;
        let rotation = kept.rotation.map(Rotation::read);
        let rotation = match rotation {
            Some(read) => Some(read?),
            None => None,
        };
        let Kept { client: client_id, scopes, generation, .. } = kept;
        Some(Self { client_id, scopes, generation, rotation })
    }
}

impl Rotation {
    fn read(kept: KeptRotation) -> Option<Self> {
        use crate::crypto::hex::unhex;
        Some(Self {
            before: unhex(&kept.before)?.try_into().ok()?,
            at: Timestamp::from_micros(kept.at),
            by: unhex(&kept.by)?.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_reads_back_and_nothing_else_does() {
        let first = Family {
            client_id: "app \"one\"".into(),
            scopes: Some(vec!["posts:*".into()]),
            generation: 0,
            rotation: None,
        };
        let rotation = Rotation { before: [7; 32], at: Timestamp::from_micros(-1), by: [9; 8] };
        let later = Family { generation: u32::MAX, rotation: Some(rotation), ..first.clone() };
        for family in [first, later] {
            assert_eq!(Family::from_bytes(&family.to_bytes()), Some(family));
        }
        for bad in ["", "{}", "null", "{\"v\":2}"] {
            assert_eq!(Family::from_bytes(bad.as_bytes()), None, "{bad}");
        }
    }
}

//! `[tokens]`: access and refresh tokens.

use keyward::{OldAsok, Signing, Timestamp, Tokens};

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "tokens.audience",
        takes: Takes::Text,
        default: "",
        what: "For whom access tokens are made: the claim \"aud\", which whoever verifies one elsewhere compares. Empty for public_url.",
    },
    Key {
        name: "tokens.algorithm",
        takes: Takes::Choice(&["EdDSA", "ES256", "RS256", "HS256"]),
        default: "EdDSA",
        what: "How new keys sign access tokens; \"keyward key rotate\" makes one. RS256 for verifiers that know nothing newer. HS256 keys are not published: only Keyward verifies what they sign.",
    },
    Key {
        name: "tokens.lifetime",
        takes: Takes::Duration,
        default: "5m",
        what: "How long an access token works. Whoever verifies one elsewhere accepts it for as long, whatever happens; so five minutes at most.",
    },
    Key {
        name: "tokens.idle",
        takes: Takes::Duration,
        default: "14d",
        what: "How long a family of tokens may rest between two refreshes.",
    },
    Key {
        name: "tokens.absolute",
        takes: Takes::Duration,
        default: "90d",
        what: "How long a family of tokens lasts at most.",
    },
    Key {
        name: "tokens.window",
        takes: Takes::Duration,
        default: "10s",
        what: "How long a refresh token that was just used is answered again, with the same successor, for the same client: a reply may have been lost. Later it counts as copied.",
    },
    Key {
        name: "tokens.asok_key",
        takes: Takes::Secret,
        default: "",
        what: "The SECRET_KEY of Asok, whose bearer tokens are accepted until tokens.asok_until, for accounts that \"keyward user known-as\" named.",
    },
    Key {
        name: "tokens.asok_until",
        takes: Takes::Text,
        default: "",
        what: "When tokens of Asok open nothing any more, such as 2027-06-30T00:00:00Z.",
    },
];

/// Characters of Asok's key, at least; Asok asks for as many.
const LEAST: usize = 32;

fn asok(r: &mut Reader<'_>) -> Option<OldAsok> {
    let (key, until) = (r.secret("tokens.asok_key"), r.text("tokens.asok_until"));
    let (key, until) = match (key, until) {
        (Some(key), Some(until)) => (key, until),
        (None, None) => return None,
        _ => {
            r.refuse("tokens.asok_until", "goes with tokens.asok_key: give both or none");
            return None;
        }
    };
    if key.reveal().len() < LEAST {
        r.refuse("tokens.asok_key", "is shorter than Asok's keys are");
        return None;
    }
    let Some(until) = Timestamp::parse(&until) else {
        r.refuse("tokens.asok_until", "must be a time such as 2027-06-30T00:00:00Z");
        return None;
    };
    Some(OldAsok { key, until })
}

const ALGORITHMS: &[(&str, Signing)] = &[
    ("EdDSA", Signing::EdDsa),
    ("ES256", Signing::Es256),
    ("RS256", Signing::Rs256),
    ("HS256", Signing::Hs256),
];

pub(super) fn read(r: &mut Reader<'_>) -> Tokens {
    let read = Tokens {
        audience: r.text("tokens.audience").unwrap_or_default(),
        signing: r.choice("tokens.algorithm", ALGORITHMS).unwrap_or_default(),
        lifetime: r.duration("tokens.lifetime", "10s", "5m"),
        idle: r.duration("tokens.idle", "1m", "365d"),
        absolute: r.duration("tokens.absolute", "1m", "365d"),
        window: r.duration("tokens.window", "0s", "1m"),
        asok: asok(r),
    };
    if read.idle > read.absolute {
        r.refuse("tokens.idle", "must not be longer than tokens.absolute");
    }
    read
}

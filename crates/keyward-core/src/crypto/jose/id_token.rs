//! An ID token: who an issuer says has signed in, for us, just now.

use core::fmt;
use core::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{Algorithm, Jwks, decode};
use crate::crypto::token;
use crate::record::Identity;
use crate::time::Timestamp;

/// Bytes of a token, at most.
const MAX: usize = 16 * 1024;

/// How far our clock and the issuer's may differ.
const LEEWAY: Duration = Duration::from_secs(120);

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It is not a signed token, or has parts that we must not pass over.
    Malformed,
    /// It is signed in a way that is not accepted, or not at all.
    WrongAlgorithm,
    /// No key of its id is known: perhaps the issuer has new ones.
    UnknownKey,
    /// The signature is not by that key.
    WrongSignature,
    /// Another issuer made it.
    WrongIssuer,
    /// It was made for somebody else.
    WrongAudience,
    /// It belongs to another sign-in.
    WrongNonce,
    /// Its time is over, or has not come.
    Expired,
    /// It names nobody.
    NoSubject,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "it is malformed",
            Self::WrongAlgorithm => "its algorithm is not accepted",
            Self::UnknownKey => "its key is not known",
            Self::WrongSignature => "its signature is wrong",
            Self::WrongIssuer => "another issuer made it",
            Self::WrongAudience => "it is for somebody else",
            Self::WrongNonce => "it belongs to another sign-in",
            Self::Expired => "its time is over, or has not come",
            Self::NoSubject => "it names nobody",
        })
    }
}

impl std::error::Error for Fault {}

/// Who must have made a token.
#[derive(Clone, Copy, Debug)]
pub enum Issuer<'a> {
    /// This one, byte for byte.
    Exactly(&'a str),
    /// Any tenant of a service with many: `{tenantid}` stands for the claim `tid`,
    /// a UUID, as at Microsoft.
    OfTenant(&'a str),
}

impl Issuer<'_> {
    fn is(self, found: &str, tenant: Option<&str>) -> bool {
        match (self, tenant) {
            (Self::Exactly(issuer), _) => found == issuer,
            (Self::OfTenant(pattern), Some(tenant)) => {
                is_uuid(tenant) && found == pattern.replace("{tenantid}", tenant)
            }
            (Self::OfTenant(_), None) => false,
        }
    }
}

/// What must be true of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who made it.
    pub issuer: Issuer<'a>,
    /// For whom: our client id.
    pub audience: &'a str,
    /// What this sign-in asked for; `None` for an issuer that knows no nonce.
    pub nonce: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// What a token says. Nothing of it is believed before it was verified.
#[derive(Clone, Debug)]
pub struct IdToken {
    /// Who made it.
    pub issuer: String,
    /// What the issuer calls whoever signed in.
    pub subject: String,
    /// Everything that it says.
    pub claims: Value,
}

/// A name that occurs twice fails to parse.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    tid: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Verifies a token: its signature first, then what it says.
///
/// # Errors
/// Whatever is wrong with it. [`Fault::UnknownKey`] may be mended by newer keys.
pub fn verify(token: &str, keys: &Jwks, expected: &Expected<'_>) -> Result<IdToken, Fault> {
    if token.len() > MAX {
        return Err(Fault::Malformed);
    }
    let mut parts = token.splitn(4, '.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::Malformed);
    };
    let header: Header = json(head)?;
    let algorithm = Algorithm::parse(&header.alg).ok_or(Fault::WrongAlgorithm)?;
    let is_plain = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    // What we do not understand must not be passed over (RFC 7515 section 4.1.11).
    if header.crit.is_some() || header.b64.is_some() || !is_plain {
        return Err(Fault::Malformed);
    }
    let candidates = keys.candidates(header.kid.as_deref(), algorithm);
    let (Some(signature), false) = (decode(signature), candidates.is_empty()) else {
        let is_unknown = candidates.is_empty() && header.kid.is_none_or(|id| !keys.knows(&id));
        return Err(if is_unknown { Fault::UnknownKey } else { Fault::WrongSignature });
    };
    let signed = token.get(..head.len() + 1 + body.len()).unwrap_or_default().as_bytes();
    if !candidates.iter().any(|key| key.verify_sig(signed, &signature).is_ok()) {
        return Err(Fault::WrongSignature);
    }
    let claims: Claims = json(body)?;
    claims.check(expected)?;
    Ok(IdToken { issuer: claims.iss, subject: claims.sub, claims: json(body)? })
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Fault> {
    let bytes = decode(part).ok_or(Fault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Fault::Malformed)
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Fault> {
        if !expected.issuer.is(&self.iss, self.tid.as_deref()) {
            return Err(Fault::WrongIssuer);
        }
        if !self.is_for(expected.audience) {
            return Err(Fault::WrongAudience);
        }
        if !self.is_now(expected.now) {
            return Err(Fault::Expired);
        }
        let nonce = self.nonce.as_deref().unwrap_or_default();
        if !expected.nonce.is_none_or(|own| token::eq(own.as_bytes(), nonce.as_bytes())) {
            return Err(Fault::WrongNonce);
        }
        let sane = !self.sub.is_empty() && self.sub.len() <= Identity::MAX;
        if sane && !self.sub.chars().any(char::is_control) && self.iss.len() <= Identity::MAX {
            Ok(())
        } else {
            Err(Fault::NoSubject)
        }
    }

    /// Among several audiences the authorized party must be us; where it is named,
    /// it must be us as well (OpenID Connect Core section 3.1.3.7, 3 to 5).
    fn is_for(&self, us: &str) -> bool {
        let (named, alone) = match &self.aud {
            Audience::One(one) => (one == us, true),
            Audience::Many(many) => (many.iter().any(|one| one == us), many.len() == 1),
        };
        named && self.azp.as_deref().map_or(alone, |party| party == us)
    }

    fn is_now(&self, now: Timestamp) -> bool {
        let at = |shift: f64| now.as_micros() as f64 / 1e6 + shift;
        let leeway = LEEWAY.as_secs_f64();
        // Written so that what is not a number is never in time.
        self.exp > at(-leeway)
            && self.iat < at(leeway)
            && self.iat <= self.exp
            && self.nbf.is_none_or(|nbf| nbf < at(leeway))
    }
}

/// Whether a text is a UUID, hyphens and all.
pub fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

//! Sign-in at other services: go there, come back, be somebody here.
//!
//! What a browser carries to the service and back is bound to it by a cookie, works
//! once, for ten minutes, and at that service alone. It is spent before the service
//! is asked who came back: two that come back with the same have one winner, and
//! what goes wrong after that is begun anew.
//!
//! The verifier of PKCE (RFC 7636) and the nonce are not stored: they are keyed
//! hashes of the flow's id, so whoever holds the row can compute them and nobody
//! else.

mod begin;
mod connect;
mod sign_in;
mod stored;
mod take;
mod tokens;

pub use begin::{Aim, BeginProvider, Begun};
pub use connect::{ConnectProvider, Disconnect};
pub use sign_in::SignInWithProvider;
pub use stored::{Connection, KIND, Tokens};
pub use take::{TakeProvider, Taken};
pub use tokens::KeepTokens;

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::token;
use crate::id::FlowId;
use crate::identifier::{self, Kind, Normalised};
use crate::record::Identity;
use crate::secret::Secret;

/// What a session stands on, and what the log says.
const METHOD: &str = "oauth";

/// How long somebody may stay away.
pub const LIFETIME: Duration = Duration::from_secs(600);

/// Who a service says that somebody is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ProviderUser {
    /// The service, by the name that it goes by here: `google`.
    pub provider: String,
    /// Who vouches: the issuer of OpenID Connect, or an address that stands for
    /// the service. With `provider_id` it names a person for ever.
    pub issuer: String,
    /// What the service calls them. Never changes, unlike names and addresses.
    pub provider_id: String,
    /// E-mail address, if the service tells one.
    pub email: Option<String>,
    /// Whether the service says that the address is theirs.
    pub email_verified: bool,
    /// What to call them.
    pub name: Option<String>,
    /// The address of a picture (https).
    pub picture: Option<String>,
    /// Everything that the service told.
    pub raw: Value,
}

impl ProviderUser {
    /// The same, without what cannot be what it claims to be; `None` if nobody is
    /// named.
    pub fn sane(mut self) -> Option<Self> {
        let names = |text: &str| {
            !text.is_empty() && text.len() <= Identity::MAX && !text.contains(char::is_control)
        };
        if !names(&self.issuer) || !names(&self.provider_id) {
            return None;
        }
        self.email = self.email.filter(|email| identifier::normalise(Kind::Email, email).is_ok());
        self.email_verified &= self.email.is_some();
        self.name = self.name.map(|name| name.trim().to_owned()).filter(|name| {
            !name.is_empty() && name.chars().count() <= 200 && !name.contains(char::is_control)
        });
        self.picture = self.picture.filter(|url| {
            url.starts_with("https://")
                && url.len() <= 2000
                && url.bytes().all(|b| b.is_ascii_graphic())
        });
        Some(self)
    }

    /// The address as it was told and as it is compared, if the service says that
    /// it is theirs.
    fn proven_email(&self) -> Option<(&str, Normalised)> {
        let email = self.email.as_deref().filter(|_| self.email_verified)?;
        let normal = identifier::normalise(Kind::Email, email).ok()?;
        Some((email, normal))
    }
}

/// What a flow remembers while somebody is away.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    provider: String,
    return_to: String,
    remember: bool,
    connect: bool,
}

/// The verifier of PKCE, 43 characters.
fn verifier(keys: &Keys, flow: FlowId) -> Secret {
    Secret::new(encode(&mac(&keys.code, &[b"pkce", &flow.to_bytes()])))
}

/// What the verifier is known by on the way there (RFC 7636 section 4.2, `S256`).
fn challenge(verifier: &Secret) -> String {
    encode(&token::digest(verifier.reveal()))
}

/// What comes back inside an ID token.
fn nonce(keys: &Keys, flow: FlowId) -> String {
    encode(&mac(&keys.code, &[b"nonce", &flow.to_bytes()]))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

//! Passkeys: add one, sign in with one, name it, remove it.
//!
//! The challenge that an authenticator signs is not stored: it is a keyed hash
//! of the flow's id, so whoever holds the row can compute it and nobody else.
//! A flow is answered once, right or wrong.
//!
//! A signature shows that the person holds the key (one factor). If their
//! authenticator verified them as well, by PIN or biometrics, it is two.

mod answer;
mod manage;
mod model;
mod options;
mod register;
mod relying;
mod second;
mod sign_in;
mod stored;

pub use answer::{Malformed, NewPasskey, PasskeyAnswer};
pub use manage::{RemovePasskey, RenamePasskey};
pub use register::{AddPasskey, BeginPasskey};
pub use relying::RelyingParty;
pub use second::AskForPasskey;
pub(super) use sign_in::judge;
pub use sign_in::{BeginPasskeySignIn, SignInWithPasskey};
pub use stored::{KIND, Passkey};

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Decide;
use super::challenge::{self, For};
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::webauthn::{Expected, Fault};
use crate::id::{FlowId, UserId};
use crate::identifier::Kind;
use crate::port::Write;
use crate::record::{Challenge, Purpose, Reason, User};
use crate::refusal::{PasskeyFault, Refusal};

/// A ceremony that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Which flow the answer belongs to.
    pub flow: FlowId,
    /// What the browser's `parseCreationOptionsFromJSON` or
    /// `parseRequestOptionsFromJSON` takes.
    pub options: serde_json::Value,
}

/// How long an answer is waited for: five minutes, as WebAuthn section 15.1
/// recommends.
pub const LIFETIME: Duration = Duration::from_secs(300);

/// A new flow, for `user` if it is known whose passkey will answer.
fn begin(purpose: Purpose, user: Option<&User>, cx: &mut Decide<'_>) -> Challenge {
    let what = For {
        purpose,
        user: user.map(|user| user.id),
        kind: Kind::Username,
        normal: "",
        epoch: user.map_or(0, |user| user.session_epoch),
    };
    let (challenge, ..) = challenge::begin(what, cx);
    Challenge { browser_hash: None, expires_at: cx.now.plus(LIFETIME), ..challenge }
}

/// What the authenticator signs in a flow: 256 bits as base64url.
pub(super) fn challenge_of(keys: &Keys, flow: FlowId) -> String {
    encode(&mac(&keys.code, &[b"passkey", &flow.to_bytes()]))
}

/// The flow that an answer claims to belong to, if it is still waited for.
fn awaited<'a>(
    found: Option<&'a Challenge>,
    purpose: Purpose,
    user: Option<UserId>,
    cx: &Decide<'_>,
) -> Result<&'a Challenge, Refusal> {
    let found = found.filter(|c| c.purpose == purpose && c.user == user);
    let found = found.filter(|c| cx.now < c.expires_at && c.created_at <= cx.now.plus(SLACK));
    found.ok_or(Refusal::Passkey(PasskeyFault::Expired))
}

const SLACK: Duration = Duration::from_secs(300);

/// What must be true of the answer to a flow.
fn expected<'a>(rp: &'a RelyingParty, challenge: &'a str, verified: bool) -> Expected<'a> {
    Expected { rp_id: &rp.id, origins: &rp.origins, challenge, user_verified: verified }
}

/// What a person is told of a fault, and what the operator is.
fn told(fault: Fault) -> (PasskeyFault, Reason) {
    match fault {
        Fault::WrongOrigin | Fault::WrongRelyingParty => {
            (PasskeyFault::WrongOrigin, Reason::WrongOrigin)
        }
        Fault::NotVerified => (PasskeyFault::NotVerified, Reason::NotVerified),
        Fault::WrongChallenge | Fault::WrongCeremony => (PasskeyFault::Failed, Reason::WrongFlow),
        _ => (PasskeyFault::Failed, Reason::WrongSecret),
    }
}

/// Whoever was looked up is still as they were: locked, deleted or signed out
/// everywhere in between, nothing is added to them.
fn unchanged(user: &User, cx: &Decide<'_>) -> Write {
    let now = User { updated_at: cx.now, ..user.clone() };
    Write::SwapUser { was: user.version, now }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

//! What a browser is asked for (WebAuthn level 3, sections 5.4 and 5.5).

use serde_json::{Value, json};

use super::{LIFETIME, Passkey, RelyingParty, challenge_of, encode};
use crate::crypto::keys::Keys;
use crate::crypto::webauthn::key::Algorithm;
use crate::id::FlowId;
use crate::record::Subject;
use crate::settings::Settings;

/// Options for `navigator.credentials.create()`.
pub(super) fn creation(
    rp: &RelyingParty,
    flow: FlowId,
    subject: &Subject,
    settings: &Settings,
    keys: &Keys,
) -> Value {
    let user = &subject.user;
    let name = subject.identifiers.first().map_or(user.name.as_str(), |i| i.value.as_str());
    let display = if user.name.is_empty() { name } else { &user.name };
    let algorithms = Algorithm::ALL.map(|one| json!({ "type": "public-key", "alg": one.id() }));
    json!({
        "rp": { "id": rp.id, "name": settings.brand },
        // The id alone: nothing personal goes where an authenticator may show it.
        "user": { "id": encode(&user.id.to_bytes()), "name": name, "displayName": display },
        "challenge": challenge_of(keys, flow),
        "pubKeyCredParams": algorithms,
        "timeout": timeout(),
        "excludeCredentials": descriptors(&Passkey::of(subject)),
        "authenticatorSelection": {
            // What cannot be found without a name cannot sign in by itself.
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": settings.passkeys.user_verification.as_str(),
        },
        "attestation": settings.passkeys.attestation.as_str(),
        "extensions": { "credProps": true },
    })
}

/// Options for `navigator.credentials.get()`: for one of these passkeys, or for
/// whichever the person chooses.
pub(in crate::flow) fn request(
    rp: &RelyingParty,
    flow: FlowId,
    passkeys: &[Passkey],
    settings: &Settings,
    keys: &Keys,
) -> Value {
    json!({
        "challenge": challenge_of(keys, flow),
        "timeout": timeout(),
        "rpId": rp.id,
        "allowCredentials": descriptors(passkeys),
        "userVerification": settings.passkeys.user_verification.as_str(),
    })
}

fn descriptors(passkeys: &[Passkey]) -> Vec<Value> {
    let one = |passkey: &Passkey| {
        json!({
            "type": "public-key",
            "id": passkey.handle(),
            "transports": passkey.transports(),
        })
    };
    passkeys.iter().map(one).collect()
}

fn timeout() -> u64 {
    LIFETIME.as_secs() * 1000
}

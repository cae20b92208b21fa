//! An authenticator in software, for tests: it makes passkeys and signs with
//! them, as a phone or a security key does, and lies on demand.
//!
//! It speaks the JSON of WebAuthn level 3: options as a server gives them,
//! answers as `PublicKeyCredential.toJSON()` makes them.

use core::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::authenticator_data::{self, Attested, Flags};
use super::cbor::{self, Value};
use super::client_data::Ceremony;
use super::der::{INTEGER, SEQUENCE, take};
use super::key::Algorithm;
use crate::crypto::token;

/// How it behaves. The default is a phone that keeps passkeys in sync.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The kind of key that it makes.
    pub algorithm: Algorithm,
    /// Whether it verifies its owner.
    pub user_verified: bool,
    /// Whether somebody touches it.
    pub user_present: bool,
    /// Whether keys may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether they were.
    pub backed_up: bool,
    /// Whether it counts its signatures.
    pub counts: bool,
    /// Signs new keys with themselves instead of saying nothing of itself.
    pub attests_itself: bool,
    /// Says who made it in a form that is not verified here.
    pub attests_oddly: bool,
    /// Says that it was asked by this origin.
    pub origin: Option<String>,
    /// Answers for this relying party.
    pub rp_id: Option<String>,
    /// Says that it was asked from inside another page.
    pub cross_origin: bool,
    /// Changes a bit of each signature.
    pub damages: bool,
    /// The model that it says it is.
    pub aaguid: [u8; 16],
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            user_verified: true,
            user_present: true,
            backup_eligible: true,
            backed_up: true,
            counts: false,
            attests_itself: false,
            attests_oddly: false,
            origin: None,
            rp_id: None,
            cross_origin: false,
            damages: false,
            aaguid: [0; 16],
        }
    }
}

/// Holds passkeys.
#[derive(Debug, Default)]
pub struct Authenticator {
    /// How it behaves from now on.
    pub behaviour: Behaviour,
    passkeys: Vec<Passkey>,
}

/// One passkey, with its private half.
pub struct Passkey {
    /// How it is called.
    pub id: Vec<u8>,
    /// Whose: `user.id` of the options.
    pub user_handle: Vec<u8>,
    /// For whom: a domain.
    pub rp_id: String,
    /// How often it has signed.
    pub counter: u32,
    key: Key,
}

impl fmt::Debug for Passkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passkey({})", encode(&self.id))
    }
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

/// It could not do as it was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// The options are not what WebAuthn says they look like.
    BadOptions,
    /// It holds none of the passkeys that are asked for.
    NoPasskey,
    /// It holds a passkey of this account already.
    Excluded,
    /// Its cryptography failed.
    Broken,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadOptions => "the options cannot be read",
            Self::NoPasskey => "there is no passkey of this kind",
            Self::Excluded => "there is a passkey of this account already",
            Self::Broken => "the key could not be made or used",
        })
    }
}

impl std::error::Error for Refused {}

impl Authenticator {
    /// An empty one that behaves like this.
    pub fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, passkeys: vec![] }
    }

    /// What it holds, oldest first.
    pub fn passkeys(&mut self) -> &mut Vec<Passkey> {
        &mut self.passkeys
    }

    /// `navigator.credentials.create()`: makes a passkey for the page of `origin`.
    pub fn create(&mut self, origin: &str, options: &Json) -> Result<Json, Refused> {
        let rp_id = text(options, "/rp/id")?.to_owned();
        let user_handle = decode(text(options, "/user/id")?)?;
        if self.position(&rp_id, &ids(options, "/excludeCredentials"))?.is_some() {
            return Err(Refused::Excluded);
        }
        let key = Key::make(self.behaviour.algorithm)?;
        let id = token::digest_bytes(&key.cose()).to_vec();
        self.passkeys.push(Passkey { id, user_handle, rp_id, counter: 0, key });
        self.create_again(origin, options)
    }

    /// Presents the newest passkey as if it were new: what a device does that
    /// does not care.
    pub fn create_again(&self, origin: &str, options: &Json) -> Result<Json, Refused> {
        let passkey = self.passkeys.last().ok_or(Refused::NoPasskey)?;
        let client_data = self.client_data(Ceremony::Create, origin, options)?;
        let (id, cose) = (&passkey.id, passkey.key.cose());
        let attested = Attested { aaguid: self.behaviour.aaguid, id, key: &cose };
        let rp_id = self.behaviour.rp_id.as_ref().unwrap_or(&passkey.rp_id);
        let data = authenticator_data::write(rp_id, self.flags(), 0, Some(&attested));
        let object = self.object(&passkey.key, &data, &client_data)?;
        Ok(json!({
            "id": encode(id), "rawId": encode(id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client_data),
                "attestationObject": encode(&object),
                "transports": ["internal", "hybrid"],
            },
        }))
    }

    /// `navigator.credentials.get()`: signs with the newest passkey that the
    /// page of `origin` may ask for.
    pub fn get(&mut self, origin: &str, options: &Json) -> Result<Json, Refused> {
        let rp_id = text(options, "/rpId")?.to_owned();
        let wanted = ids(options, "/allowCredentials");
        let at = match wanted.is_empty() {
            true => self.passkeys.iter().rposition(|known| known.rp_id == rp_id),
            false => self.position(&rp_id, &wanted)?,
        };
        let client_data = self.client_data(Ceremony::Get, origin, options)?;
        let (flags, behaviour) = (self.flags(), self.behaviour.clone());
        let passkey = at.and_then(|at| self.passkeys.get_mut(at)).ok_or(Refused::NoPasskey)?;
        passkey.counter += u32::from(behaviour.counts);
        let claimed = behaviour.rp_id.unwrap_or(rp_id);
        let data = authenticator_data::write(&claimed, flags, passkey.counter, None);
        let signed = [data.as_slice(), &token::digest_bytes(&client_data)].concat();
        let mut signature = passkey.key.sign(&signed)?;
        if let Some(last) = signature.last_mut().filter(|_| behaviour.damages) {
            *last ^= 1;
        }
        Ok(json!({
            "id": encode(&passkey.id), "rawId": encode(&passkey.id), "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client_data),
                "authenticatorData": encode(&data),
                "signature": encode(&signature),
                "userHandle": encode(&passkey.user_handle),
            },
        }))
    }

    fn position(&self, rp_id: &str, ids: &[String]) -> Result<Option<usize>, Refused> {
        let ids: Vec<Vec<u8>> = ids.iter().map(|id| decode(id)).collect::<Result<_, _>>()?;
        let is = |known: &Passkey| known.rp_id == rp_id && ids.contains(&known.id);
        Ok(self.passkeys.iter().rposition(is))
    }

    fn flags(&self) -> Flags {
        Flags {
            user_present: self.behaviour.user_present,
            user_verified: self.behaviour.user_verified,
            backup_eligible: self.behaviour.backup_eligible,
            backed_up: self.behaviour.backed_up,
        }
    }

    fn client_data(
        &self,
        ceremony: Ceremony,
        origin: &str,
        options: &Json,
    ) -> Result<Vec<u8>, Refused> {
        let data = json!({
            "type": ceremony.as_str(),
            "challenge": text(options, "/challenge")?,
            "origin": self.behaviour.origin.as_deref().unwrap_or(origin),
            "crossOrigin": self.behaviour.cross_origin,
        });
        Ok(data.to_string().into_bytes())
    }

    fn object(&self, key: &Key, data: &[u8], client_data: &[u8]) -> Result<Vec<u8>, Refused> {
        let signed = [data, &token::digest_bytes(client_data)].concat();
        let mut signature = key.sign(&signed)?;
        if let Some(last) = signature.last_mut().filter(|_| self.behaviour.damages) {
            *last ^= 1;
        }
        let statement = vec![
            (Value::Text("alg"), Value::Int(self.behaviour.algorithm.id())),
            (Value::Text("sig"), Value::Bytes(&signature)),
        ];
        let (format, statement) = match &self.behaviour {
            Behaviour { attests_itself: true, .. } => ("packed", statement),
            Behaviour { attests_oddly: true, .. } => ("tpm", statement),
            _ => ("none", vec![]),
        };
        let object = Value::Map(vec![
            (Value::Text("fmt"), Value::Text(format)),
            (Value::Text("attStmt"), Value::Map(statement)),
            (Value::Text("authData"), Value::Bytes(data)),
        ]);
        let mut out = vec![];
        cbor::write(&object, &mut out);
        Ok(out)
    }
}

impl Key {
    fn make(algorithm: Algorithm) -> Result<Self, Refused> {
        let broken = |_| Refused::Broken;
        Ok(match algorithm {
            Algorithm::Es256 => Self::Es256(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(broken)?,
            ),
            Algorithm::EdDsa => Self::EdDsa(Ed25519KeyPair::generate().map_err(broken)?),
            Algorithm::Rs256 => {
                Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).map_err(broken)?)
            }
        })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(pair) => {
                let signed = pair.sign(&random, message).map_err(|_| Refused::Broken)?;
                Ok(signed.as_ref().to_vec())
            }
            Self::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.map(|()| signature).map_err(|_| Refused::Broken)
            }
        }
    }

    /// The public half, as COSE writes it.
    fn cose(&self) -> Vec<u8> {
        let pairs = |kind: i64, algorithm: Algorithm, rest: Vec<(i64, Value<'_>)>| {
            let head = [(1, Value::Int(kind)), (3, Value::Int(algorithm.id()))];
            let all = head.into_iter().chain(rest);
            let map = Value::Map(all.map(|(label, value)| (Value::Int(label), value)).collect());
            let mut out = vec![];
            cbor::write(&map, &mut out);
            out
        };
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
                let rest = vec![(-1, Value::Int(1)), (-2, Value::Bytes(x)), (-3, Value::Bytes(y))];
                pairs(2, Algorithm::Es256, rest)
            }
            Self::EdDsa(pair) => {
                let x = Value::Bytes(pair.public_key().as_ref());
                pairs(1, Algorithm::EdDsa, vec![(-1, Value::Int(6)), (-2, x)])
            }
            Self::Rs256(pair) => {
                let (n, e) = numbers(pair.public_key().as_ref()).unwrap_or_default();
                let rest = vec![(-1, Value::Bytes(n)), (-2, Value::Bytes(e))];
                pairs(3, Algorithm::Rs256, rest)
            }
        }
    }
}

/// The modulus and the exponent of an RSA key (RFC 8017 appendix A.1.1), without
/// the zero that keeps them positive.
fn numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (pair, _) = take(der, SEQUENCE)?;
    let (n, rest) = take(pair.inner, INTEGER)?;
    let (e, _) = take(rest, INTEGER)?;
    let plain = |bytes: &'_ [u8]| bytes.iter().take_while(|byte| **byte == 0).count();
    Some((n.inner.get(plain(n.inner)..)?, e.inner.get(plain(e.inner)..)?))
}

fn text<'a>(options: &'a Json, path: &str) -> Result<&'a str, Refused> {
    options.pointer(path).and_then(Json::as_str).ok_or(Refused::BadOptions)
}

/// The ids in a list of descriptors; none if there is no list.
fn ids(options: &Json, path: &str) -> Vec<String> {
    let list = options.pointer(path).and_then(Json::as_array);
    let ids = list.into_iter().flatten().filter_map(|one| one.get("id")?.as_str());
    ids.map(str::to_owned).collect()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refused::BadOptions)
}

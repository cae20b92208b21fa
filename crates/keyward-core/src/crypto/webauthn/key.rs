//! Public keys of passkeys (COSE, RFC 9052 and 9053; WebAuthn section 6.5.6).

use core::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};

use super::Fault;
use super::cbor::Value;
use crate::crypto::public_key;

/// How a passkey signs. These three cover what is sold: ES256 is what nearly
/// every authenticator uses, RS256 is Windows Hello on older machines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA, PKCS #1 version 1.5, with SHA-256.
    Rs256,
}

impl Algorithm {
    /// Every algorithm, the most wanted first.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The number that COSE gave it.
    pub fn id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }

    /// The algorithm of this number.
    pub fn of(id: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }
}

/// A key that can be used, and the bytes it was read from.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    cose: Vec<u8>,
    key: ParsedPublicKey,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?})", self.algorithm)
    }
}

impl PublicKey {
    /// Reads a COSE key and checks that it is one: a point on its curve, a
    /// modulus of 2,048 to 4,096 bits. Parameters that the algorithm does not
    /// have are refused (section 6.5.1.1).
    pub fn parse(cose: &[u8]) -> Result<Self, Fault> {
        let map = Value::parse(cose)?;
        let algorithm = map.at(ALG).and_then(Value::int).and_then(Algorithm::of);
        let algorithm = algorithm.ok_or(Fault::WrongKey)?;
        let key = match algorithm {
            Algorithm::Es256 => es256(&map),
            Algorithm::EdDsa => ed_dsa(&map),
            Algorithm::Rs256 => rs256(&map),
        };
        let key = key.ok_or(Fault::WrongKey)?;
        Ok(Self { algorithm, cose: cose.to_vec(), key })
    }

    /// The bytes it was read from: what to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.cose
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The point of a key on P-256, uncompressed (SEC 1 section 2.3.3).
    pub(super) fn point(&self) -> Option<Vec<u8>> {
        let map = Value::parse(&self.cose).ok()?;
        let is_es256 = self.algorithm == Algorithm::Es256;
        is_es256.then(|| Some([&[4], coordinate(&map, X)?, coordinate(&map, Y)?].concat()))?
    }

    /// Whether the signature is by this key over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        self.key.verify_sig(message, signature).map_err(|_| Fault::WrongSignature)
    }
}

// Labels and values of RFC 9052 section 7.1 and RFC 9053 section 7.
const KTY: i64 = 1;
const ALG: i64 = 3;
const CRV: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const N: i64 = -1;
const E: i64 = -2;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_25519: i64 = 6;

fn es256(map: &Value<'_>) -> Option<ParsedPublicKey> {
    is_of(map, EC2, 5)?;
    (map.at(CRV)?.int()? == P256).then_some(())?;
    public_key::p256(&ECDSA_P256_SHA256_ASN1, coordinate(map, X)?, coordinate(map, Y)?)
}

fn ed_dsa(map: &Value<'_>) -> Option<ParsedPublicKey> {
    is_of(map, OKP, 4)?;
    (map.at(CRV)?.int()? == CURVE_25519).then_some(())?;
    public_key::ed25519(coordinate(map, X)?)
}

fn rs256(map: &Value<'_>) -> Option<ParsedPublicKey> {
    is_of(map, RSA, 4)?;
    let (n, e) = (map.at(N)?.bytes()?, map.at(E)?.bytes()?);
    public_key::rsa(&RSA_PKCS1_2048_8192_SHA256, n, e)
}

/// Whether it is a map of this key type with so many parameters.
fn is_of(map: &Value<'_>, kind: i64, parameters: usize) -> Option<()> {
    let is = map.at(KTY)?.int()? == kind && map.pairs()?.len() == parameters;
    is.then_some(())
}

fn coordinate<'a>(map: &Value<'a>, label: i64) -> Option<&'a [u8]> {
    map.at(label)?.bytes().filter(|bytes| bytes.len() == 32)
}

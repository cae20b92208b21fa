//! The two things that matter of an attestation certificate (X.509, RFC 5280):
//! its key, and the model that it names. Nothing else is read, so nothing else
//! is promised: who issued it and until when is not asked.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::der::{OBJECT_ID, OCTETS, SEQUENCE, any, take};
use super::key::Algorithm;

/// What a certificate says, borrowing from its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Certificate<'a> {
    /// The model that it is for, if it says so.
    pub(super) aaguid: Option<&'a [u8]>,
    /// `SubjectPublicKeyInfo`, with its own head.
    key: &'a [u8],
}

/// 1.3.6.1.4.1.45724.1.1.4, `id-fido-gen-ce-aaguid`.
const AAGUID: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04];

const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

impl<'a> Certificate<'a> {
    /// Reads one of version 3 with an extension block, as section 8.2.1 asks.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let (whole, []) = take(der, SEQUENCE)? else { return None };
        let (tbs, _) = take(whole.inner, SEQUENCE)?;
        let (_, rest) = take(tbs.inner, VERSION)?;
        // Serial number, signature, issuer, validity, subject.
        let rest = (0..5).try_fold(rest, |rest, _| Some(any(rest)?.1))?;
        let (key, mut rest) = take(rest, SEQUENCE)?;
        while !rest.is_empty() {
            let (item, after) = any(rest)?;
            if item.tag == EXTENSIONS {
                return Some(Self { aaguid: aaguid(item.inner)?, key: key.whole });
            }
            rest = after;
        }
        None
    }

    /// Whether the certificate's key signed `message` in this way.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let how: &'static dyn VerificationAlgorithm = match algorithm {
            Algorithm::Es256 => &ECDSA_P256_SHA256_ASN1,
            Algorithm::EdDsa => &ED25519,
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(how, self.key).verify(message, signature).is_ok()
    }
}

/// The model, if an extension names it. `None` outside when the block is broken.
fn aaguid(block: &[u8]) -> Option<Option<&[u8]>> {
    let (list, []) = take(block, SEQUENCE)? else { return None };
    let mut rest = list.inner;
    while !rest.is_empty() {
        let (extension, after) = take(rest, SEQUENCE)?;
        let (name, value) = take(extension.inner, OBJECT_ID)?;
        if name.inner == AAGUID {
            // Not critical, so the value follows at once: octets around octets.
            let (outer, []) = take(value, OCTETS)? else { return None };
            let (inner, []) = take(outer.inner, OCTETS)? else { return None };
            return Some(Some(inner.inner));
        }
        rest = after;
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::super::Fault;
    use super::super::attestation::{Attestation, AttestationObject, Conveyance};
    use super::super::authenticator_data::{self, Attested, Flags};
    use super::super::cbor::{self, Value};
    use super::super::key::PublicKey;
    use super::*;

    fn der(tag: u8, inner: &[u8]) -> Vec<u8> {
        let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
        let head = match inner.len() {
            0..=0x7f => vec![tag, length[1]],
            0x80..=0xff => vec![tag, 0x81, length[1]],
            _ => vec![tag, 0x82, length[0], length[1]],
        };
        [head.as_slice(), inner].concat()
    }

    /// A certificate with nothing in it but what is read.
    fn certificate(pair: &EcdsaKeyPair, aaguid: Option<[u8; 16]>) -> Vec<u8> {
        let key: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let empty = der(SEQUENCE, &[]);
        let named = aaguid.map(|model| {
            let value = der(OCTETS, &der(OCTETS, &model));
            der(SEQUENCE, &[der(OBJECT_ID, AAGUID), value].concat())
        });
        let other =
            der(SEQUENCE, &[der(OBJECT_ID, &[0x55, 0x1d, 0x13]), der(OCTETS, &[])].concat());
        let list = [other, named.unwrap_or_default()].concat();
        let tbs = [
            der(VERSION, &[2, 1, 2]),
            vec![2, 1, 1],
            empty.repeat(4),
            key.as_ref().to_vec(),
            der(EXTENSIONS, &der(SEQUENCE, &list)),
        ];
        der(SEQUENCE, &[der(SEQUENCE, &tbs.concat()), empty, vec![3, 1, 0]].concat())
    }

    fn pair() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()
    }

    fn object(leaf: &[u8], data: &[u8], signature: &[u8]) -> Vec<u8> {
        let statement = Value::Map(vec![
            (Value::Text("alg"), Value::Int(-7)),
            (Value::Text("sig"), Value::Bytes(signature)),
            (Value::Text("x5c"), Value::Array(vec![Value::Bytes(leaf)])),
        ]);
        let object = Value::Map(vec![
            (Value::Text("fmt"), Value::Text("packed")),
            (Value::Text("attStmt"), statement),
            (Value::Text("authData"), Value::Bytes(data)),
        ]);
        let mut out = vec![];
        cbor::write(&object, &mut out);
        out
    }

    fn any_key() -> PublicKey {
        let pair = pair();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let pairs = [
            (1, Value::Int(2)),
            (3, Value::Int(-7)),
            (-1, Value::Int(1)),
            (-2, Value::Bytes(x)),
            (-3, Value::Bytes(y)),
        ];
        let mut cose = vec![];
        let map = pairs.into_iter().map(|(label, value)| (Value::Int(label), value));
        cbor::write(&Value::Map(map.collect()), &mut cose);
        PublicKey::parse(&cose).unwrap()
    }

    #[test]
    fn a_certificate_vouches_for_its_own_model_when_somebody_asks() {
        let (maker, stranger, key) = (pair(), pair(), any_key());
        let (data, hash, model) = (b"what was said", [7; 32], [9; 16]);
        let message = [data.as_slice(), &hash].concat();
        let sign = |by: &EcdsaKeyPair| by.sign(&SystemRandom::new(), &message).unwrap();
        let judge = |how, named, by: &EcdsaKeyPair| {
            let leaf = certificate(&maker, named);
            let bytes = object(&leaf, data, sign(by).as_ref());
            AttestationObject::parse(&bytes)?.verify(how, &model, &key, &hash)
        };
        let (asked, wrong) = (Conveyance::Indirect, Err(Fault::WrongAttestation));
        assert_eq!(judge(asked, Some(model), &maker), Ok(Attestation::Certificate));
        assert_eq!(judge(asked, None, &maker), Ok(Attestation::Certificate), "no model named");
        assert_eq!(judge(asked, Some([8; 16]), &maker), wrong, "another model");
        assert_eq!(judge(asked, Some(model), &stranger), wrong, "another key");
        assert_eq!(judge(Conveyance::None, Some([8; 16]), &stranger), Ok(Attestation::None));
    }

    /// What an older security key says of a new key.
    fn u2f(maker: &EcdsaKeyPair, key: &PublicKey, aaguid: [u8; 16], chain: usize) -> Vec<u8> {
        let attested = Attested { aaguid, id: b"handle", key: key.as_bytes() };
        let flags = Flags { user_present: true, ..Flags::default() };
        let data = authenticator_data::write("example.com", flags, 0, Some(&attested));
        let rp_id_hash = &data[..32];
        let signed = [&[0], rp_id_hash, &[7; 32], b"handle", &key.point().unwrap()].concat();
        let signature = maker.sign(&SystemRandom::new(), &signed).unwrap();
        let leaf = certificate(maker, None);
        let statement = Value::Map(vec![
            (Value::Text("sig"), Value::Bytes(signature.as_ref())),
            (Value::Text("x5c"), Value::Array(vec![Value::Bytes(&leaf); chain])),
        ]);
        let object = Value::Map(vec![
            (Value::Text("fmt"), Value::Text("fido-u2f")),
            (Value::Text("attStmt"), statement),
            (Value::Text("authData"), Value::Bytes(&data)),
        ]);
        let mut out = vec![];
        cbor::write(&object, &mut out);
        out
    }

    #[test]
    fn a_security_key_of_the_older_kind_is_vouched_for_by_its_one_certificate() {
        let (maker, key, other) = (pair(), any_key(), any_key());
        let judge = |bytes: &[u8], key: &PublicKey, hash: [u8; 32]| {
            let object = AttestationObject::parse(bytes)?;
            object.verify(Conveyance::Indirect, &[0; 16], key, &hash)
        };
        let (whole, wrong) = (u2f(&maker, &key, [0; 16], 1), Err(Fault::WrongAttestation));
        assert_eq!(judge(&whole, &key, [7; 32]), Ok(Attestation::Certificate));
        assert_eq!(judge(&whole, &key, [8; 32]), wrong, "another ceremony");
        assert_eq!(judge(&whole, &other, [7; 32]), wrong, "another key");
        assert_eq!(judge(&u2f(&maker, &key, [9; 16], 1), &key, [7; 32]), wrong, "a model");
        assert_eq!(judge(&u2f(&maker, &key, [0; 16], 2), &key, [7; 32]), wrong, "a chain");
        assert_eq!(judge(&u2f(&maker, &key, [0; 16], 0), &key, [7; 32]), wrong, "nobody");
    }

    #[test]
    fn a_statement_of_another_format_is_told_apart_from_none() {
        let (key, leaf) = (any_key(), certificate(&pair(), None));
        let bytes = object(&leaf, b"data", b"signature");
        let at = bytes.windows(6).position(|part| part == b"packed").unwrap();
        let mut other = bytes.clone();
        other[at..at + 6].copy_from_slice(b"tpmtpm");
        let judge = |how| {
            let object = AttestationObject::parse(&other).unwrap();
            object.verify(how, &[0; 16], &key, &[7; 32])
        };
        assert_eq!(judge(Conveyance::Indirect), Ok(Attestation::Unknown));
        assert_eq!(judge(Conveyance::None), Ok(Attestation::None), "nobody asked");
    }

    #[test]
    fn a_certificate_that_is_cut_or_changed_is_read_or_refused() {
        let whole = certificate(&pair(), Some([9; 16]));
        for at in 0..whole.len() {
            assert!(Certificate::parse(&whole[..at]).is_none(), "cut at {at}");
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                let _ = Certificate::parse(&changed);
            }
        }
    }
}

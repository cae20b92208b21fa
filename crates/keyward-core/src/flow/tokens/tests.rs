//! What a refresh token is now, and which key signs when.

use core::time::Duration;

use super::refresh::Standing;
use super::ring::KeyRow;
use super::*;
use crate::crypto::keys::{Keys, RootKey};
use crate::crypto::refresh::{self, RefreshText};
use crate::crypto::testing::Seeded;
use crate::id::{SessionId, TenantId, UserId};
use crate::record::{Family, Rotation, SessionKind};
use crate::settings::{Settings, Signing};

const START: Timestamp = Timestamp::from_secs(1_800_000_000);

fn at(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

fn keys() -> Keys {
    Keys::derive(&RootKey::from_bytes([7; 32]))
}

fn user() -> User {
    User {
        id: UserId::mint(START, &mut Seeded(3)),
        tenant: TenantId::MAIN,
        name: String::new(),
        properties: "{}".into(),
        created_at: START,
        updated_at: START,
        locked_at: None,
        lock_reason: String::new(),
        deleted_at: None,
        deleted_by: None,
        must_change_password: false,
        session_epoch: 1,
        access_version: 1,
        version: 1,
    }
}

/// A family whose first token was changed for the second at [`START`].
struct World {
    row: (Session, User),
    first: RefreshText,
    second: RefreshText,
}

const BY: [u8; 8] = [1; 8];

fn world() -> World {
    let (keys, mut rng, user) = (keys(), Seeded(1), user());
    let id = SessionId::mint(START, &mut rng);
    let (text, before) = refresh::first(&keys.refresh, id, &mut rng);
    let first = refresh::read(&keys.refresh, text.reveal()).unwrap();
    let (text, secret_hash) = first.successor(&keys.refresh);
    let second = refresh::read(&keys.refresh, text.reveal()).unwrap();
    let rotation = Some(Rotation { before, at: START, by: BY });
    let family = Family { client_id: "app".into(), scopes: None, generation: 1, rotation };
    let session = Session {
        id,
        user: user.id,
        secret_hash,
        kind: SessionKind::Family,
        epoch: 1,
        aal: 1,
        methods: vec![],
        auth_time: START,
        created_at: START,
        seen_at: START,
        idle: Duration::from_secs(100),
        expires_at: at(1000),
        remember: true,
        client: String::new(),
        address: String::new(),
        data: "{}".into(),
        impersonator: None,
        family: Some(family),
    };
    World { row: (session, user), first, second }
}

impl World {
    fn is(&self, found: &RefreshText, by: [u8; 8], seconds: u64) -> Standing {
        self.is_by("app", found, by, seconds)
    }

    fn is_by(&self, client: &str, found: &RefreshText, by: [u8; 8], seconds: u64) -> Standing {
        let copy = read_again(found);
        let flow = RefreshTokens { found: copy, client_id: client.into() };
        flow.standing(&self.row, by, (&Settings::default(), at(seconds)))
    }
}

fn read_again(found: &RefreshText) -> RefreshText {
    refresh::read(&keys().refresh, found.text(&keys().refresh).reveal()).unwrap()
}

#[test]
fn a_token_works_once_and_the_one_before_for_a_moment() {
    let w = world();
    assert_eq!(w.is(&w.second, BY, 50), Standing::Newest);
    assert_eq!(w.is(&w.second, [9; 8], 50), Standing::Newest, "an app may be updated");
    assert_eq!(w.is(&w.first, BY, 0), Standing::Again);
    assert_eq!(w.is(&w.first, BY, 10), Standing::Again, "the last moment of the window");
    assert_eq!(w.is(&w.first, BY, 11), Standing::Copied);
    assert_eq!(w.is(&w.first, [9; 8], 1), Standing::Copied, "somebody else within the window");
    assert_eq!(w.is_by("other", &w.first, BY, 11), Standing::Copied);
}

#[test]
fn another_client_gets_nothing_and_ends_nothing() {
    let w = world();
    assert_eq!(w.is_by("other", &w.second, BY, 1), Standing::Nothing);
    assert_eq!(w.is_by("", &w.second, BY, 1), Standing::Nothing);
    assert_eq!(w.is_by("APP", &w.second, BY, 1), Standing::Nothing);
}

#[test]
fn a_family_ends_with_its_time_and_with_its_account() {
    let mut w = world();
    assert_eq!(w.is(&w.second, BY, 99), Standing::Newest);
    assert_eq!(w.is(&w.second, BY, 100), Standing::Nothing, "rested too long");
    w.row.0.seen_at = at(990);
    assert_eq!(w.is(&w.second, BY, 999), Standing::Newest);
    assert_eq!(w.is(&w.second, BY, 1000), Standing::Nothing, "lasted too long");
    let mut w = world();
    w.row.1.session_epoch = 2;
    assert_eq!(w.is(&w.second, BY, 1), Standing::Nothing, "signed out everywhere");
    let mut w = world();
    w.row.1.locked_at = Some(START);
    assert_eq!(w.is(&w.second, BY, 1), Standing::Nothing, "locked");
    let mut w = world();
    w.row.0.kind = SessionKind::Token;
    assert_eq!(w.is(&w.second, BY, 1), Standing::Nothing, "no family");
}

#[test]
fn a_token_from_after_a_restored_backup_is_no_copy() {
    let w = world();
    let third = refresh::read(&keys().refresh, w.second.successor(&keys().refresh).0.reveal());
    assert_eq!(w.is(&third.unwrap(), BY, 1), Standing::Nothing);
}

fn ring(starts: &[u64]) -> Ring {
    let mut ring = Ring::default();
    for (n, start) in starts.iter().enumerate() {
        let key = (&*format!("k{n}"), Signing::EdDsa, &b"secret"[..]);
        let row = KeyRow::sealed(key, (START, at(*start)), &keys(), &mut Seeded(9)).unwrap();
        ring.push(row);
    }
    ring
}

#[test]
fn a_new_key_is_published_before_it_signs_and_an_old_one_outlives_what_it_signed() {
    let settings = Tokens::default();
    let ring = ring(&[0, 600]);
    let signs = |seconds| ring.signer(at(seconds)).unwrap().id.clone();
    assert_eq!((signs(0), signs(599), signs(600)), ("k0".into(), "k0".into(), "k1".into()));
    let verifies = |id, seconds| ring.verifies(id, &settings, at(seconds));
    assert!(verifies("k1", 0), "from the day it is published");
    // The last token of the old key lives five minutes, and five more are spared.
    assert!(verifies("k0", 600 + 299) && verifies("k0", 600 + 599) && !verifies("k0", 600 + 600));
    assert_eq!(ring.ends_at("k1", &settings), None);
}

#[test]
fn keys_sign_in_the_order_in_which_they_were_made() {
    let ring = ring(&[700, 600]);
    assert_eq!(ring.signer(at(650)).unwrap().id, "k0", "the clock stands before all of them");
    assert_eq!(ring.signer(at(700)).unwrap().id, "k1");
}

#[test]
fn a_ring_reads_back_and_nothing_else_does() {
    let ring = ring(&[0, 600]);
    assert_eq!(Ring::read(Some(&ring.to_bytes())).unwrap(), ring);
    assert_eq!(Ring::read(None).unwrap(), Ring::default());
    for bad in ["", "{}", "[]", "{\"v\":2,\"keys\":[]}", "{\"v\":1,\"keys\":[{}]}"] {
        assert!(Ring::read(Some(bad.as_bytes())).is_err(), "{bad}");
    }
    let other = Keys::derive(&RootKey::from_bytes([8; 32]));
    assert!(ring.rows()[0].open(&other).is_err(), "sealed with another root key");
}

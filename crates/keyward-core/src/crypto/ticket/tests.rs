//! Both forms: to the byte, and against whoever changes one.

use std::net::IpAddr;

use super::*;
use crate::crypto::keys::RootKey;

const SECRET: &[u8] = b"01234567890abcdef";
const UNTIL: u32 = 1_700_000_000;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn before() -> Timestamp {
    at(i64::from(UNTIL) - 1)
}

fn classic() -> Classic {
    Classic::new(SECRET, Digest::Sha512)
}

fn key(byte: u8) -> RootKey {
    RootKey::from_bytes([byte; 32])
}

/// Digest, user, tokens, data, end, address, ticket.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    u32,
    Option<&'static str>,
    &'static str,
);

/// Written by ticket_auth 0.1.4.
const ROWS: &[Row] = &[
    (
        "sha512",
        "some_user",
        &[],
        "",
        1700000000,
        None,
        "f243c077fa6cc57c75c113fc303d22718c79b046071a043da8c02bdd9b3a10cc61532f10ef64485fee3f8769649e7bd3f81a2ad282f033e1f2725b0464a42fd96553f100some_user!!",
    ),
    (
        "sha512",
        "some_user",
        &[],
        "",
        1700000000,
        Some("::ffff:127.0.0.1"),
        "83aa1237b4c2a35a1ee8c64dfa14e3eb6717963c254968adad99041a2ed8367fb2a7bd6c630455619a867e48cc71c565324f2b2cad18f14ac03142ab797a27076553f100some_user!!",
    ),
    (
        "sha512",
        "us!er! ",
        &[],
        "",
        1700000000,
        None,
        "13293a985573a504d44e8cbe19b43a5f882556a34a01cb3ae82e502661f455d9bef39b10f48cfa2e255338dddb51aa99f64565647eadc6318fe0cb9f2d0a6b026553f100us%21er%21%20!!",
    ),
    (
        "sha512",
        "user",
        &["a", "b"],
        "",
        1700000000,
        None,
        "f2cc8291119744ad63e223f16991cd4cf75e9f06c7c1724f8f5e57f3c4685cf82bf0e6790fb0854af47046431cae682eaa8e8e3869e9c4ebbe1a11c4b32842976553f100user!a,b!",
    ),
    (
        "sha512",
        "user",
        &[],
        "some data",
        1700000000,
        None,
        "da447eeb869cb9616dfb6e5bf461d689655e4f8f6619f06bb6b29c1f4a2828c893e31952f4ae53399f4df185f7b856829e462d893b44ab243de3d200d8096a9f6553f100user!!some%20data",
    ),
    (
        "sha1",
        "some_user",
        &[],
        "",
        1700000000,
        None,
        "7e4142f810c5e99651747f7a478d0812166b67876553f100some_user!!",
    ),
    (
        "sha512",
        "u",
        &[],
        "",
        0,
        None,
        "5f55e31fd4fea10a84832e0f2851521cb6362616035451b403347e06754eb1f0aac3a0480871130f33aab4d3188d51c6ff5b1feb4b8fdcfc4644102385a45c7600000000u!!",
    ),
];

#[test]
fn classic_tickets_are_those_of_ticket_auth_to_the_byte() {
    for (digest, user, tokens, data, valid_until, address, text) in ROWS {
        let secret = SECRET.strip_suffix(b"g").unwrap_or(SECRET);
        let classic = Classic::new(secret, Digest::named(digest).unwrap());
        let ticket = Ticket {
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            data: (*data).to_owned(),
            ..Ticket::new(*user, *valid_until)
        };
        let address: Option<IpAddr> = address.map(|address| address.parse().unwrap());
        assert_eq!(classic.write(&ticket, address), *text, "{user}");
        let read = classic.read(text, address, at(i64::from(*valid_until) - 1));
        assert_eq!(read, Ok(ticket), "{user}");
    }
}

#[test]
fn a_ticket_ends_at_its_end() {
    let (classic, modern) = (classic(), Modern::new(&key(1)));
    let ticket = Ticket { since: Some(UNTIL), ..Ticket::new("ada", UNTIL) };
    for (secs, lives) in [(-1, true), (0, false), (1, false)] {
        let now = at(i64::from(UNTIL) + secs);
        let read = [
            classic.read(&classic.write(&ticket, None), None, now),
            modern.read(&modern.write(&ticket, None), None, now),
        ];
        for read in read {
            assert_eq!(read.is_ok(), lives, "{secs}");
            assert!(lives || read == Err(BadTicket::Expired));
        }
    }
}

#[test]
fn no_changed_character_goes_unnoticed() {
    let (classic, modern) = (classic(), Modern::new(&key(1)));
    let ticket = Ticket {
        tokens: vec!["one".into(), "two".into()],
        data: "more of it".into(),
        ..Ticket::new("ada@example.com", UNTIL)
    };
    for text in [classic.write(&ticket, None), modern.write(&ticket, None)] {
        let read = |text: &str| match text.starts_with("kt1") {
            true => modern.read(text, None, before()),
            false => classic.read(text, None, before()),
        };
        let whole = read(&text).unwrap();
        assert_eq!(whole.user, ticket.user);
        for place in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed == text || read(&changed).is_err(), "{changed}");
            assert!(read(&text[..place]).is_err(), "cut at {place}");
        }
        assert!(read(&format!("{text}0")).is_err(), "lengthened");
    }
}

#[test]
fn a_ticket_that_names_an_address_is_good_from_there_alone() {
    let here: Option<IpAddr> = Some("192.0.2.1".parse().unwrap());
    let mapped: Option<IpAddr> = Some("::ffff:192.0.2.1".parse().unwrap());
    let (classic, modern) = (classic(), Modern::new(&key(1)));
    let ticket = Ticket::new("ada", UNTIL);
    let (old, new) = (classic.write(&ticket, here), modern.write(&ticket, here));
    assert!(
        classic.read(&old, here, before()).is_ok() && modern.read(&new, here, before()).is_ok()
    );
    for elsewhere in [None, mapped] {
        assert_eq!(classic.read(&old, elsewhere, before()), Err(BadTicket::Forged));
        assert_eq!(modern.read(&new, elsewhere, before()), Err(BadTicket::Forged));
    }
}

#[test]
fn keys_change_and_nobody_is_signed_out() {
    let old = Modern::new(&key(1));
    let text = old.write(&Ticket::new("ada", UNTIL), None);
    let changed = Modern::new(&key(2)).still(&key(1));
    assert!(changed.read(&text, None, before()).is_ok());
    let renewed = changed.write(&Ticket::new("ada", UNTIL), None);
    assert_eq!(old.read(&renewed, None, before()), Err(BadTicket::Forged));
    assert_eq!(Modern::new(&key(2)).read(&text, None, before()), Err(BadTicket::Forged));
}

#[test]
fn what_is_no_ticket_is_malformed() {
    let digest = "0".repeat(128);
    let long = format!("{digest}6553f100{}!!", "a".repeat(MAX_TICKET));
    for text in [
        String::new(),
        digest.clone(),
        format!("{digest}6553f100user"),
        format!("{digest}6553f100user!!!"),
        format!("{digest}-0000001user!!"),
        format!("{digest}  6553f1user!!"),
        format!("{digest}6553f100some%ZZuser!!"),
        format!("{digest}6553f100some%ffuser!!"),
        "é".repeat(100),
        long,
    ] {
        assert_eq!(classic().read(&text, None, before()), Err(BadTicket::Malformed), "{text}");
    }
}

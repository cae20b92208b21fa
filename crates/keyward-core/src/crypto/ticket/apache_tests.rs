//! mod_auth_tkt's form: tickets that Python's Paste 3.10.1 wrote for that module, and
//! whoever changes one.

use std::net::IpAddr;

use super::*;

const SECRET: &str = "b8fb7b98-b738-4b0a-a2d8-3f3e28d4a0a2";
const MADE: i64 = 1_700_000_000;

const PLAIN: &str = "6ff898db7266e55f44124098b9ca5a796553f100ada!";
const WHOLE: &str = "64be23cae36f34eaa61a25949e008ace6553f100ada!staff,admin!room 7!left";
const SHA256: &str =
    "2543bc7aafbc6e373c1f5a17c4d7df6b04ff9fc31c859bb9adf797ecf4ff4a1d6553f100ada@example.com!";
const SHA512: &str = "d4d048cfdb55864a3495c550a6e9037eb98bb40b16d84ffcde0fee8a469fa0eaf761d1f7869d\
    369174d9c3648d54c8fa46d453b030c6d6f7c1278f2b5cebf4726553f100ada!staff!Ada L.";

fn reader(digest: Digest) -> ModAuthTkt {
    ModAuthTkt::new(SECRET, digest)
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(MADE + secs)
}

fn from(address: &str) -> Option<IpAddr> {
    (!address.is_empty()).then(|| address.parse().unwrap())
}

/// Digest, ticket, address, user, tokens, data.
type Row =
    (Digest, &'static str, &'static str, &'static str, &'static [&'static str], &'static str);

#[test]
fn tickets_of_mod_auth_tkt_say_what_they_said_there() {
    let rows: [Row; 4] = [
        (Digest::Md5, PLAIN, "", "ada", &[], ""),
        (Digest::Md5, WHOLE, "192.0.2.1", "ada", &["staff", "admin"], "room 7!left"),
        (Digest::Sha256, SHA256, "", "ada@example.com", &[], ""),
        (Digest::Sha512, SHA512, "203.0.113.9", "ada", &["staff"], "Ada L."),
    ];
    for (digest, text, address, user, tokens, data) in rows {
        let read = reader(digest).read(text, from(address), at(0)).unwrap();
        assert_eq!((read.user.as_str(), read.data.as_str()), (user, data));
        assert_eq!(read.tokens, tokens);
        assert_eq!(i64::from(read.valid_until), MADE + 7_201);
    }
}

#[test]
fn the_cookie_may_be_quoted_or_in_base64_as_apache_reads_it() {
    let quoted = "64be23cae36f34eaa61a25949e008ace6553f100ada%21staff%2Cadmin%21room%207%21left";
    let coded = "NjRiZTIzY2FlMzZmMzRlYWE2MWEyNTk0OWUwMDhhY2U2NTUzZjEwMGFkYSFzdGFmZixhZG1pbiFyb29\
                 tIDchbGVmdA";
    let all = [
        format!("\"{WHOLE}\""),
        quoted.to_owned(),
        format!("\"{quoted}\""),
        format!("{coded}=="),
        format!("\"{coded}==\""),
        format!("{coded}%3D%3D"),
        coded.to_owned(),
    ];
    for text in all {
        let read = reader(Digest::Md5).read(&text, from("192.0.2.1"), at(0));
        assert_eq!(read.map(|it| it.data).as_deref(), Ok("room 7!left"), "{text}");
    }
}

#[test]
fn a_ticket_ends_with_the_timeout_that_apache_had() {
    let good = |reader: &ModAuthTkt, secs| reader.read(PLAIN, None, at(secs)).map(|_| ());
    let (usual, short) = (reader(Digest::Md5), reader(Digest::Md5).timeout(60));
    assert_eq!((good(&usual, 7_200), good(&usual, 7_201)), (Ok(()), Err(BadTicket::Expired)));
    assert_eq!((good(&short, 60), good(&short, 61)), (Ok(()), Err(BadTicket::Expired)));
    let never = reader(Digest::Md5).timeout(0);
    assert_eq!(good(&never, 1), Err(BadTicket::Expired), "none lives for ever");
}

#[test]
fn a_ticket_is_good_from_the_address_in_it_alone() {
    let read = |text: &str, address| reader(Digest::Md5).read(text, from(address), at(0));
    assert!(read(WHOLE, "192.0.2.1").is_ok() && read(WHOLE, "::ffff:192.0.2.1").is_ok());
    for elsewhere in ["", "192.0.2.2", "::1", "0.0.0.0"] {
        assert_eq!(read(WHOLE, elsewhere), Err(BadTicket::Forged), "{elsewhere}");
    }
    assert!(read(PLAIN, "0.0.0.0").is_ok(), "as one for no address is written");
    assert_eq!(read(PLAIN, "192.0.2.1"), Err(BadTicket::Forged));
}

#[test]
fn no_changed_character_goes_unnoticed_whatever_the_digest() {
    let rows = [
        (Digest::Md5, PLAIN, ""),
        (Digest::Md5, WHOLE, "192.0.2.1"),
        (Digest::Sha256, SHA256, ""),
        (Digest::Sha512, SHA512, "203.0.113.9"),
    ];
    for (digest, text, address) in rows {
        let read = |text: &str| reader(digest).read(text, from(address), at(0));
        for place in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
            assert!(read(std::str::from_utf8(&changed).unwrap()).is_err(), "{text} at {place}");
            assert!(read(&text[..place]).is_err(), "{text} cut at {place}");
        }
        assert!(read(&format!("{text}0")).is_err(), "{text} lengthened");
        let other = ModAuthTkt::new("another secret", digest);
        assert_eq!(other.read(text, from(address), at(0)), Err(BadTicket::Forged));
    }
}

#[test]
fn parts_cannot_be_moved_into_one_another() {
    for moved in [
        WHOLE.replacen("ada!staff,admin!room 7", "ada!staff!admin,room 7", 1),
        WHOLE.replacen("ada!staff", "ada!!staff", 1),
        WHOLE.replacen("ada!", "ad!a", 1),
        WHOLE.replacen("ada!staff,admin!", "ada%00staff,admin!!", 1),
    ] {
        let read = reader(Digest::Md5).read(&moved, from("192.0.2.1"), at(0));
        assert_eq!(read, Err(BadTicket::Forged), "{moved}");
    }
}

#[test]
fn what_is_no_ticket_of_mod_auth_tkt_is_malformed() {
    let long = format!("{PLAIN}{}", "a".repeat(MAX_TICKET));
    for text in [
        "",
        "!",
        "\"",
        "\"\"",
        "6ff898db7266e55f44124098b9ca5a79",
        "6ff898db7266e55f44124098b9ca5a79!",
        "6ff898db7266e55f44124098b9ca5a79+553f100ada!",
        "6ff898db7266e55f44124098b9ca5a796553f100ada",
        "6ff898db7266e55f44124098b9ca5a796553f100ada%21%0",
        "6ff898db7266e55f44124098b9ca5a796553f100ada%21%00",
        "6ff898db7266e55f44124098b9ca5a796553f100ada%21%ff",
        "6ff898db7266e55f44124098b9ca5a796553f100a\u{0}da!",
        "NmZm-OTg_",
        "////",
        "éééééééééééééééééééééé!",
        &long,
    ] {
        let read = reader(Digest::Md5).read(text, None, at(0));
        assert_eq!(read, Err(BadTicket::Malformed), "{text}");
    }
}

#[test]
fn the_secret_is_not_printed() {
    assert!(!format!("{:?}", reader(Digest::Md5)).contains(SECRET));
}

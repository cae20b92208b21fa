//! Targets: each takes any bytes and panics when a promise is broken.
//!
//! `cargo fuzz run NAME --sanitizer none` searches for such bytes; the tests
//! replay what is in `corpus/`, as it is and damaged at every place. To add a
//! target: a function, a line in [`TARGETS`], a file in `bin/` and a folder in
//! `corpus/` with inputs that get far.

mod doors;

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward::fuzzing;
use keyward_authz::condition::{BadCondition, Cell, Condition, Facts, Schema};
use keyward_authz::policy::{Policy, format};
use keyward_authz::{Dialect, Pattern, Permission, SnapshotBuilder, export};
use keyward_core::crypto::asok;
use keyward_core::crypto::fernet::Fresh;
use keyward_core::crypto::jose::{SigningKey, Wanted, is_ours, verify_access};
use keyward_core::crypto::keys::{Keys, RootKey};
use keyward_core::crypto::message::MessageKey;
use keyward_core::crypto::otp::OtpSecret;
use keyward_core::crypto::password;
use keyward_core::crypto::refresh;
use keyward_core::crypto::webauthn::attestation::{AttestationObject, Conveyance};
use keyward_core::crypto::webauthn::authenticator_data::AuthenticatorData;
use keyward_core::crypto::webauthn::cbor::Value;
use keyward_core::crypto::webauthn::client_data::ClientData;
use keyward_core::crypto::webauthn::key::PublicKey;
use keyward_core::crypto::webauthn::{Expected, register};
use keyward_core::header::{Given, basic, token};
use keyward_core::id::{FlowId, SessionId, UserId};
use keyward_core::identifier::{self, Kind};
use keyward_core::settings::Signing;
use keyward_core::time::Timestamp;

pub use doors::{api_keys, proxies, session_tokens, tickets};

/// One thing that reads what strangers send.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of its folder in `corpus/` and of its file in `bin/`.
    pub name: &'static str,
    /// Reads the bytes; panics when a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "access_tokens", run: access_tokens },
    Target { name: "api_keys", run: api_keys },
    Target { name: "authorization", run: authorization },
    Target { name: "bodies", run: bodies },
    Target { name: "conditions", run: conditions },
    Target { name: "cookies", run: cookies },
    Target { name: "forwarded_for", run: forwarded_for },
    Target { name: "frontends", run: frontends },
    Target { name: "identifiers", run: identifiers },
    Target { name: "ids", run: ids },
    Target { name: "import_csv", run: import_csv },
    Target { name: "import_json", run: import_json },
    Target { name: "one_time_secrets", run: one_time_secrets },
    Target { name: "passkeys", run: passkeys },
    Target { name: "permissions", run: permissions },
    Target { name: "policies", run: policies },
    Target { name: "proxies", run: proxies },
    Target { name: "refresh_tokens", run: refresh_tokens },
    Target { name: "relations", run: relations },
    Target { name: "sealed_messages", run: sealed_messages },
    Target { name: "session_tokens", run: session_tokens },
    Target { name: "site_paths", run: site_paths },
    Target { name: "stored_passwords", run: stored_passwords },
    Target { name: "tickets", run: tickets },
];

/// What is read of `Authorization` is what is written there, within bounds, and is of
/// one scheme only.
pub fn authorization(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let name = basic::read(text);
    let token = token::read(text, "Token");
    let schemes = [!matches!(name, Given::NotTried), !matches!(token, Given::NotTried)];
    assert!(schemes != [true, true], "{text:?} is of two schemes");
    if let Given::Brought(token) = token {
        assert!(token.len() <= token::MAX_TOKEN && text.ends_with(token), "{text:?}");
        assert!(!token.contains([' ', ',']), "{text:?}");
    }
    if let Given::Brought(it) = name {
        let password = it.password.reveal();
        assert!(!it.user.contains(':') && it.user.len() <= basic::MAX_USER, "{text:?}");
        assert!(!format!("{}{password}", it.user).contains(|c: char| c.is_ascii_control()));
        assert!(it.user.len() + password.len() < text.len(), "{text:?} says less than that");
    }
}

/// A text that is accepted as an access token has a head of ours; and of whatever is
/// signed by our key, that alone is accepted which says all that it must and no more.
pub fn access_tokens(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(key) = SigningKey::read("fuzz", Signing::Hs256, &[7; 64]) else { return };
    let keys = || [&key].into_iter();
    let now = Timestamp::from_secs(1_800_000_000);
    let wanted = Wanted { issuer: "https://a.example.com", audience: "b", now };
    if verify_access(text, keys(), &wanted).is_ok() {
        assert!(is_ours(text, keys()) && text.split('.').count() == 3, "{text:?}");
    }
    let Ok(said) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let Ok(token) = key.sign(&said) else { return };
    if let Ok(claims) = verify_access(token.reveal(), keys(), &wanted) {
        let again = serde_json::to_value(&claims).unwrap_or_default();
        let absent = said.get("scope").is_some_and(serde_json::Value::is_null);
        assert!(again == said || absent, "{text:?}");
        assert!(claims.exp > now.as_secs() && claims.user().is_some(), "{text:?}");
    }
}

/// A body (its kind is the first line) has no control character in its fields, and says
/// the same in JSON.
pub fn bodies(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (kind, body) = data.split_at(at);
    let Ok(kind) = std::str::from_utf8(kind) else { return };
    let Some(fields) = fuzzing::body(kind, body.get(1..).unwrap_or_default()) else { return };
    let names: String = fields.keys().map(String::as_str).collect();
    let texts: String = fields.values().filter_map(|value| value.as_str()).collect();
    assert!(!(names + &texts).contains(char::is_control), "{fields:?}");
    let json = serde_json::to_vec(&fields).unwrap_or_default();
    let again = fuzzing::body("application/json", &json).unwrap_or_default();
    assert!(fields.keys().eq(again.keys()), "{fields:?} became {again:?}");
}

/// What is read of a cookie stands there under its name, and is made of our letters; a
/// ticket's cookie likewise, of any letters.
pub fn cookies(data: &[u8]) {
    doors::ticket_cookies(data);
    let Some(value) = fuzzing::cookie(data, "kw_session") else { return };
    let line = String::from_utf8_lossy(data);
    assert!(line.contains(&format!("kw_session={value}")) && value.len() <= 512, "{line:?}");
    assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{line:?}");
}

/// Whoever sent a request is named by the proxy itself: nothing left of it counts.
pub fn forwarded_for(data: &[u8]) {
    let proxy = IpAddr::from([10, 0, 0, 1]);
    let Some(found) = fuzzing::forwarded_for(data, proxy) else { return };
    let right = [data, b", 192.0.2.1, 10.0.0.1"].concat();
    assert_eq!(fuzzing::forwarded_for(&right, proxy), Some([192, 0, 2, 1].into()));
    let line = String::from_utf8_lossy(data);
    let named = |hop: &str| hop.trim().parse().is_ok_and(|at: IpAddr| at.to_canonical() == found);
    assert!(found == proxy || line.split(',').any(named), "{line:?} is no {found}");
}

/// A path that is read has one reading: no part of it means another place, and it has
/// no second spelling.
pub fn site_paths(data: &[u8]) {
    let Ok(target) = std::str::from_utf8(data) else { return };
    let Some(path) = fuzzing::site_path(target) else { return };
    let mut parts = path.strip_prefix('/').unwrap_or("/").split('/');
    let odd = |part: &str| matches!(part, "." | "..") || part.contains(['\\', '%', ';', '?', '#']);
    assert!(path == "/" || !parts.any(|part| part.is_empty() || odd(part)), "{target:?}");
    assert!(!path.contains(char::is_control), "{target:?}");
    let letters = path.bytes().map(|byte| match byte {
        b'/' => "/".to_owned(),
        byte => format!("%{byte:02x}"),
    });
    let encoded: String = letters.collect();
    // Three times as long, it may be longer than any that is looked at.
    if encoded.len() <= fuzzing::LONGEST_PATH {
        assert_eq!(fuzzing::site_path(&encoded), Some(path), "{target:?}");
    }
}

/// Rows of a file are never more than the file has, and reading ends.
pub fn import_csv(data: &[u8]) {
    let rows = keyward::import::fuzzing::csv(data);
    assert!(rows.len() <= data.len(), "more rows than bytes");
    let said: usize = rows.iter().flatten().sum();
    assert!(said <= data.len(), "rows say more than the file: {:?}", String::from_utf8_lossy(data));
}

/// Values of a file are never more than the file has, and whoever they are said to be is
/// made of what they say. What such a file or a row holds in a form of its own (Firebase's
/// parameters, Asok's codes and sealed secrets) is read or refused.
pub fn import_json(data: &[u8]) {
    for key in [None, Some("users")] {
        let values = keyward::import::fuzzing::json(data, key);
        assert!(values.len() <= data.len(), "more values than bytes");
    }
    for person in keyward::import::fuzzing::people(data).into_iter().flatten() {
        assert!(!person.id.is_empty(), "nobody: {:?}", String::from_utf8_lossy(data));
        assert!(person.id.len() <= data.len() + 16, "{:?}", String::from_utf8_lossy(data));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    for code in keyward::import::fuzzing::asok_codes(text) {
        stored_passwords(code.reveal().as_bytes());
    }
    if let Some(stored) = keyward::import::fuzzing::firebase_stored(text, "AAAA", "AAAA") {
        stored_passwords(stored.as_bytes());
    }
    let plain = asok::open_totp_by([1; 32], [2; 32], text.trim());
    if let Some(plain) = plain {
        assert!(plain.len() * 2 <= text.len(), "{text:?} holds more than that");
        assert_eq!(plain.as_str(), "JBSWY3DPEHPK3PXP", "nobody sealed {text:?}");
        assert!(OtpSecret::import(&plain).is_ok());
    }
}

/// What a frontend asks is a request of the roster, in an object that says which.
pub fn frontends(data: &[u8]) {
    let Some(name) = keyward::authnzerver::request_of(data) else { return };
    let said: serde_json::Value = serde_json::from_slice(data).unwrap_or_default();
    assert!(said["request"].is_string() && said["body"].is_object(), "{name} of {said}");
    assert!(said["reqid"].is_i64() || said["reqid"].is_string(), "{name} of {said}");
    assert!(name.contains('-') && name.is_ascii(), "{name}");
}

/// No bytes are a message that nobody sealed; what was sealed is opened, and only in
/// its time. By every cipher.
pub fn sealed_messages(data: &[u8]) {
    for (key, known) in SEALED {
        let Ok(key) = MessageKey::parse(key) else { panic!("{key} is no key") };
        assert!(key.open(data, None).is_none() || data.trim_ascii().starts_with(known.as_bytes()));
        let text = data.trim_ascii();
        if let Ok(bytes) = STANDARD.decode(text) {
            assert!(key.open(&bytes, None).is_none() || text == known.as_bytes());
        }
        what_was_sealed_is_opened_in_its_time(&key, data);
    }
}

/// Bytes are sealed by Fernet, JSON by all.
fn what_was_sealed_is_opened_in_its_time(key: &MessageKey, data: &[u8]) {
    let now = Timestamp::from_secs(499_162_800);
    let is_json = serde_json::from_slice::<serde_json::Value>(data).is_ok();
    let Ok(sealed) = key.seal(data, now, &mut Zeros) else {
        return assert!(!is_json, "{:?} is not sealed", String::from_utf8_lossy(data));
    };
    let at = |secs| Some(Fresh { now: Timestamp::from_secs(secs), within: 60 });
    let opened = key.open(&sealed, at(499_162_860)).map(|it| it.plain.to_vec());
    assert_eq!(opened.as_deref().map(<[u8]>::trim_ascii), Some(data.trim_ascii()));
    assert!(key.open(&sealed, at(499_162_861)).is_none(), "too old");
}

/// Keys, and what is among the inputs that was sealed with them: the example of Fernet's
/// specification, and one of authnzerver's own for each of its other ciphers.
const SEALED: [(&str, &str); 3] = [
    ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "gAAAAAAdwJ6w"),
    (
        "chacha20poly1305:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAAAAAAAAAAAAAAAY5ovVN6Vx7Z2Q2ZB1GEvBcKRwojNjXk1jYzeKAoEQmxCODhd4d4Mc6iteAYSa3IeoYDHI1IPV039vJ73Fs0rofFZCFk=",
    ),
    (
        "xsalsa20poly1305:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAtOLPVUoDzKMfIjTHvkaslTEsnSTr2d5UOXZIL15k3/DeFEWNa8YKJQp3abcc+OgC5TTjPaZYnza3TsExH7ygHffC0eQ=",
    ),
];

struct Zeros;

impl keyward_core::port::Random for Zeros {
    fn fill(&mut self, buf: &mut [u8]) {
        buf.fill(0);
    }
}

/// A refresh token has one spelling, and leads to another of the same family.
pub fn refresh_tokens(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let key = Keys::derive(&RootKey::from_bytes([7; 32])).refresh;
    let Some(read) = refresh::read(&key, text) else { return };
    assert_eq!(read.text(&key).reveal(), text);
    let (next, hash) = read.successor(&key);
    let next =
        refresh::read(&key, next.reveal()).unwrap_or_else(|| panic!("no successor: {text:?}"));
    assert!(next.session == read.session && next.hash() == hash && hash != read.hash(), "{text:?}");
}

/// A condition holds when no part of it is unmet, and the unmet part is a
/// condition that does not hold by itself.
pub fn conditions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let facts = Facts { context: &[("fresh", Cell::Bool(true))], ..Facts::default() };
    let holds = |text: &str| Ok(Condition::compile(text, &Schema::new())?.holds(&facts));
    match Condition::compile(text, &Schema::new()) {
        Ok(condition) => {
            let unmet = condition.unmet(&facts);
            assert_eq!(condition.holds(&facts) == Ok(true), unmet.is_none(), "{text:?}");
            let part = unmet.map(|unmet| holds(&unmet.part));
            assert!(!matches!(part, Some(Ok(Ok(true)) | Err(BadCondition { .. }))), "{text:?}");
        }
        Err(bad) => assert!(bad.at <= text.len(), "{bad:?} is beyond the text"),
    }
}

/// A normalised identifier is its own normal form.
pub fn identifiers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in Kind::ALL {
        let Ok(normal) = identifier::normalise(kind, text) else { continue };
        let again = identifier::normalise(kind, &normal.text);
        assert_eq!(again.map(|again| again.text).ok(), Some(normal.text), "{kind:?} {text:?}");
    }
}

/// An id has one spelling.
pub fn ids(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let spelled = [
        UserId::parse(text).map(|id| id.to_string()),
        SessionId::parse(text).map(|id| id.to_string()),
        FlowId::parse(text).map(|id| id.to_string()),
    ];
    for again in spelled.into_iter().flatten() {
        assert_eq!(again, text);
    }
}

/// A secret that was typed reads back from how we write it.
pub fn one_time_secrets(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(secret) = OtpSecret::parse(text) else { return };
    let again = OtpSecret::parse(secret.text().reveal()).map(|again| again.reveal().to_vec());
    assert_eq!(again.as_deref(), Ok(secret.reveal()));
}

/// Whatever an authenticator sends is read or refused, and what is read holds
/// what it was read from; nothing registers for a challenge that was not given.
pub fn passkeys(data: &[u8]) {
    if let Ok((_, rest)) = Value::read(data) {
        assert!(data.ends_with(rest) && rest.len() < data.len());
    }
    if let Ok(key) = PublicKey::parse(data) {
        assert_eq!(key.as_bytes(), data);
        assert!(key.verify(b"something", b"that nobody signed").is_err());
    }
    let read = AuthenticatorData::parse(data);
    assert!(read.is_err() || data.len() >= 37, "less than the head of it");
    let _ = AttestationObject::parse(data);
    let Ok(client) = ClientData::parse(data) else { return };
    let origins = [client.origin.clone()];
    let (rp_id, challenge, user_verified) = ("example.com", "", false);
    let expected = Expected { rp_id, origins: &origins, challenge, user_verified };
    assert!(register(&expected, Conveyance::Indirect, data, data).is_err());
}

/// In every dialect: a pattern reads back from what it says it is, and covers
/// the same then.
pub fn permissions(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (held, wanted) = text.split_once('\n').unwrap_or((text, text));
    for dialect in Dialect::ALL {
        let Ok(pattern) = Pattern::parse_as(dialect, held) else { continue };
        let again = Pattern::parse_as(dialect, pattern.as_str());
        let again = again.unwrap_or_else(|bad| panic!("{dialect:?} {held:?}: {bad}"));
        if let Ok(wanted) = Permission::parse_as(dialect, wanted) {
            let covers = pattern.matches(&wanted);
            assert_eq!(again.matches(&wanted), covers, "{dialect:?} {held:?} {wanted}");
        }
    }
}

/// A policy file is read or refused; one that is read can be tested, written in
/// other languages and laid out, and laying it out twice changes nothing more.
pub fn policies(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let policy = match Policy::parse("policy.toml", text) {
        Ok(policy) => policy,
        Err(mistakes) => return assert!(!mistakes.to_string().is_empty()),
    };
    let _ = (policy.test(), policy.lint());
    let _ = (export::cedar(policy.snapshot()), export::json(policy.snapshot()));
    let laid_out = format(text);
    let again = Policy::parse("policy.toml", &laid_out);
    assert!(again.is_ok(), "{text:?} cannot be read when it is laid out");
    assert_eq!(format(&laid_out), laid_out, "{text:?} is laid out twice in two ways");
}

/// A relation's expression is read or refused.
pub fn relations(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = SnapshotBuilder::new().relation("document", "viewer", text).map(|_| ());
}

/// A stored password that can be read has a bounded cost, and is of a known
/// form.
pub fn stored_passwords(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (form, cost) = (password::identify(text), password::memory_kib(text));
    if let Ok(cost) = cost {
        assert!(cost <= MOST_KIB, "{text} needs {cost} KiB");
        assert!(form.is_some() && password::describe(text).is_ok(), "{text}");
    }
}

/// No stored form may ask for more than 4 GiB.
const MOST_KIB: u32 = 4 << 20;

//! What machines bring: tickets, keys, tokens of several kinds, and what proxies tell.

use std::time::Duration;

use keyward::fuzzing;
use keyward_core::crypto::keys::{Purpose, RootKey};
use keyward_core::crypto::ticket::{Classic, Digest, ModAuthTkt, Modern, Ticket};
use keyward_core::crypto::{api_key, asok, site_token};
use keyward_core::id::{SessionId, UserId};
use keyward_core::record::{Session, SessionKind};
use keyward_core::time::Timestamp;

/// The secret of the older tickets among the inputs.
const SECRET: [u8; 16] = *b"0123456789abcdef";
/// When nothing has ended yet.
const BEGINNING: Timestamp = Timestamp::from_secs(0);

/// No bytes are a ticket that nobody wrote, in any form; what was written reads back.
pub fn tickets(data: &[u8]) {
    let (classic, apache) =
        (Classic::new(SECRET, Digest::Sha256), ModAuthTkt::new(SECRET, Digest::Sha256));
    let modern = Modern::new(&RootKey::from_bytes([7; 32]));
    let text = String::from_utf8_lossy(data);
    assert!(modern.read(&text, None, BEGINNING).is_err(), "{text:?}");
    for (read, until) in [
        (classic.read(&text, None, BEGINNING), 1_700_000_000),
        (apache.read(&text, None, BEGINNING), 1_700_007_201),
    ] {
        assert!(read.is_err() || read == Ok(written(until)), "{text:?} is {read:?}");
    }
    let ticket =
        Ticket { data: text.chars().take(100).collect(), ..Ticket::new(text.len().to_string(), 9) };
    let again = classic.write(&ticket, None);
    assert_eq!(classic.read(&again, None, BEGINNING).as_ref(), Ok(&ticket));
    let read = modern.read(&modern.write(&ticket, None), None, BEGINNING).map(|it| it.data);
    assert_eq!(read.as_ref(), Ok(&ticket.data));
}

/// What those among the inputs say that were written by others.
fn written(until: u32) -> Ticket {
    let tokens = vec!["a".to_owned(), "b".to_owned()];
    Ticket { tokens, data: "x".into(), ..Ticket::new("ada", until) }
}

/// What is read of a ticket's cookie stands there under its name, and fits.
pub(crate) fn ticket_cookies(data: &[u8]) {
    let Some(value) = fuzzing::ticket_cookie(data, "kw_session") else { return };
    let line = String::from_utf8_lossy(data);
    let stands = line.contains("kw_session=") && line.contains(&value);
    assert!(stands && !value.is_empty() && value.len() <= 4_096, "{line:?}: {value:?}");
    assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{line:?}: {value:?}");
}

/// A key that is read names ids, and is as long as every key; one that a request brings
/// stands in one of its two headers, and in one alone.
pub fn api_keys(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(key) = api_key::read(text) {
        assert!(text.len() == api_key::LENGTH && text.starts_with(api_key::PREFIX), "{text:?}");
        let ids = [key.user.to_string(), key.id.to_string()];
        assert!(
            ids.iter().all(|id| text.contains(id.split('_').nth(1).unwrap_or("?"))),
            "{text:?}"
        );
    }
    let (line, named) = text.split_once('\n').map_or((text, None), |(a, b)| (a, Some(b)));
    for (line, named) in [(line, named), ("", Some(text)), (text, None)] {
        let Some(found) = fuzzing::api_key(line, named) else { continue };
        assert!(found.starts_with(api_key::PREFIX), "{line:?} {named:?}");
        let is_named = named.is_some_and(|named| named.trim() == found);
        assert!(is_named || line.contains(' '), "{line:?} {named:?}");
        let twice = fuzzing::api_key(&format!("Bearer {found}"), Some(&found));
        assert_eq!(twice, None, "two at once: {found:?}");
    }
}

/// A token in any of its forms names a session or an account as it stands there, and
/// nobody opens by one that was not given out.
pub fn session_tokens(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let token = fuzzing::bearer(text);
    assert!(token.is_none_or(|token| token == token.trim() && text.len() >= token.len() + 6));
    let token = token.unwrap_or(text);
    if let Some((id, secret)) = site_token::split(token) {
        assert_eq!(format!("{id}.{secret}"), token);
        let (session, site) = (session(), "https://app.example.com");
        let key = RootKey::from_bytes([7; 32]).derive(Purpose::Site);
        let right = site_token::mint(&key, &session, site);
        let is_right = right.ends_with(&format!(".{}", secret.to_ascii_lowercase()));
        assert_eq!(site_token::opens(&key, &session, site, secret), is_right, "{token:?}");
        assert!(!site_token::opens(&key, &session, "https://b.example.com", secret), "{token:?}");
    }
    if asok::has_form(token) {
        assert!(token.is_ascii() && token.matches(['|', '.']).count() == 2, "{token:?}");
    }
    let user = asok::bearer(ASOK_KEY, token, Timestamp::from_secs(1_700_000_000));
    assert!(user.is_none() || ASOK_SIGNED.contains(&token), "{token:?} is {user:?}");
}

/// A key of Asok 0.8, and what it signed.
const ASOK_KEY: &[u8] = b"test-secret-key-for-auth-tests-0123456789";
const ASOK_SIGNED: [&str; 2] = [
    "1|0.bc28eacd79b48ac5332b38a69f772635423b29b49b3fb08022318898ca8f464f",
    "42|1700003600.7fcae8bcfd9072f40bb433ca1cddf8b918955750176e1ab16d6e7201d9178e19",
];

fn session() -> Session {
    let day = Duration::from_secs(86_400);
    Session {
        id: SessionId::from_bytes(&[7; 16]).unwrap_or_else(|| panic!("an id")),
        user: UserId::from_bytes(&[8; 16]).unwrap_or_else(|| panic!("an id")),
        secret_hash: [9; 32],
        kind: SessionKind::Browser,
        epoch: 0,
        aal: 1,
        methods: vec![],
        auth_time: BEGINNING,
        created_at: BEGINNING,
        seen_at: BEGINNING,
        idle: day,
        expires_at: BEGINNING,
        remember: false,
        client: String::new(),
        address: String::new(),
        data: "{}".into(),
        impersonator: None,
        family: None,
    }
}

/// What a proxy tells (which one is the first line, its request the second, headers the
/// rest) stands there, has a method and a path, and is told once.
pub fn proxies(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.lines();
    let (Some(proxy), Some(first)) = (lines.next(), lines.next()) else { return };
    let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
    let Some([method, host, target]) = fuzzing::original(proxy, first, &headers) else { return };
    assert!([&method, &host, &target].iter().all(|part| text.contains(part.as_str())), "{text:?}");
    assert!(method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'), "{method:?}");
    assert!(proxy == "forwarded" || target.starts_with('/'), "{target:?}");
    for name in ["host", "x-forwarded-host", "x-original-url"] {
        let is_told = headers.iter().any(|(told, _)| told.eq_ignore_ascii_case(name));
        let counts = matches!(
            (proxy, name),
            ("envoy", "host") | ("forwarded", "x-forwarded-host") | ("nginx", "x-original-url")
        );
        let twice = [&headers[..], &[(name, "https://evil.example.com/")]].concat();
        let again = fuzzing::original(proxy, first, &twice);
        assert!(!(is_told && counts) || again.is_none(), "told twice: {text:?}");
    }
}

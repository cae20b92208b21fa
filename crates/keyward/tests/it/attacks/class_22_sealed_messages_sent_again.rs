//! Class 22: a sealed message of a frontend is worth something once, and not for long.

use std::sync::Arc;
use std::time::Duration;

use keyward::authnzerver::{Authnzerver, Frontend};
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward::{Keyward, Timestamp};
use keyward_core::crypto::message::MessageKey;
use serde_json::{Value, json};

use crate::authnzerver::Site;

fn message(site: &Site) -> Value {
    let until = site.now().plus(Duration::from_secs(3600)).to_string();
    json!({ "request": "session-new", "reqid": 7, "body": {
        "ip_address": "192.0.2.7", "user_agent": "x", "user_id": null,
        "expires": until.trim_end_matches('Z'), "extra_info_json": null,
    } })
}

/// authnzerver 9a038e3: messages were opened whatever their age, and again.
#[tokio::test]
async fn a_message_that_is_sent_again_is_not_opened() {
    let site = Site::new().await;
    for request in ["session-new", "session-exists"] {
        let mut message = message(&site);
        message["request"] = request.into();
        message["body"]["session_token"] = "x".into();
        let sealed = site.sealed(&message, site.now());
        assert_eq!(site.send(&sealed).await.0, 200);
        for later in [0, 1, 58, 1, 60, 600] {
            site.t.clock.advance(Duration::from_secs(later));
            assert_eq!(site.send(&sealed).await.0, 401, "{request} {later}");
        }
    }
}

#[tokio::test]
async fn a_message_is_opened_within_its_time_alone() {
    let site = Site::new().await;
    for (age, status) in [(0, 200), (59, 200), (60, 200), (61, 401), (3600, 401)] {
        let at = Timestamp::from_secs(site.now().as_secs() - age);
        assert_eq!(site.send(&site.sealed(&message(&site), at)).await.0, status, "{age}");
    }
    for (ahead, status) in [(60, 200), (61, 401)] {
        let at = Timestamp::from_secs(site.now().as_secs() + ahead);
        assert_eq!(site.send(&site.sealed(&message(&site), at)).await.0, status, "{ahead}");
    }
    let long_ago = Timestamp::from_secs(0);
    assert_eq!(site.send(&site.sealed(&message(&site), long_ago)).await.0, 401);
}

/// From the future, a message lives as long as its clock is ahead, and is known as long.
#[tokio::test]
async fn a_message_from_the_future_is_opened_once_as_well() {
    let site = Site::new().await;
    let at = Timestamp::from_secs(site.now().as_secs() + 60);
    let sealed = site.sealed(&message(&site), at);
    assert_eq!(site.send(&sealed).await.0, 200);
    for _ in 0..13 {
        site.t.clock.advance(Duration::from_secs(10));
        assert_eq!(site.send(&sealed).await.0, 401);
    }
}

/// What changes something is known on every node, and after a restart.
#[tokio::test]
async fn another_node_and_a_later_run_do_not_do_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.db");
    let key = Frontend::new_key();
    let clock = FakeClock::default();
    let node = || async {
        let how = Authnzerver::new().frontend(Frontend::new("site", [&key]).unwrap());
        let builder = Keyward::sqlite(&path).clock(Arc::new(clock.clone())).hashing(CHEAP, 1);
        let kw = builder.authnzerver(how).build().await.unwrap();
        Site { t: TestAuth::around(kw, clock.clone()), key: MessageKey::parse(&key).unwrap() }
    };
    let (one, other) = (node().await, node().await);
    let sealed = one.sealed(&message(&one), one.now());
    assert_eq!(one.send(&sealed).await.0, 200);
    assert_eq!(other.send(&sealed).await.0, 401, "another node");
    one.t.kw.shutdown().await;
    other.t.kw.shutdown().await;
    assert_eq!(node().await.send(&sealed).await.0, 401, "after a restart");
}

#[tokio::test]
async fn of_fifty_at_once_one_is_opened() {
    let site = Site::new().await;
    let sealed = site.sealed(&message(&site), site.now());
    let sent = (0..50).map(|_| {
        let (kw, sealed) = (site.t.kw.clone(), sealed.clone());
        tokio::spawn(async move { kw.answer_frontend(sealed, None).await.status() })
    });
    let mut opened = 0;
    for sent in sent.collect::<Vec<_>>() {
        opened += usize::from(sent.await.unwrap() == 200);
    }
    assert_eq!(opened, 1);
}

/// A message that was cut, changed, or sealed with another key is not opened, and
/// whoever sends many is slowed down.
#[tokio::test]
async fn a_message_that_is_damaged_is_not_opened() {
    let site = Site::new().await;
    let sealed = site.sealed(&message(&site), site.now());
    for place in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(site.send(&changed).await.0, 401, "changed at {place}");
        assert_eq!(site.send(&sealed[..place]).await.0, 401, "cut at {place}");
    }
    let other = Site::new().await;
    assert_eq!(site.send(&other.sealed(&message(&site), site.now())).await.0, 401);
    assert_eq!(site.send(&sealed).await.0, 200, "and the whole one is");
}

/// For frontends whose clocks are wrong there is a switch, and it says what it does.
#[tokio::test]
async fn whoever_wants_it_has_messages_opened_again() {
    let site = Site::with(|how| how.accept_repeats()).await;
    let sealed = site.sealed(&message(&site), Timestamp::from_secs(0));
    for _ in 0..2 {
        assert_eq!(site.send(&sealed).await.0, 200);
    }
}

//! What is sent, what is asked again, and what is refused before it is sent.

use std::net::IpAddr;
use std::time::Duration;

use keyward_client::{Client, Credentials, Error, Origin, Retries};
use serde_json::json;

use crate::kit::{StandIn, Then, problem, say};

const USER: &str = r#"{"id":"usr_1","name":"Ada","identifiers":[],"status":"active",
    "properties":{},"created_at":"","version":1,"colour":"of a newer server"}"#;

#[tokio::test]
async fn what_changes_nothing_is_asked_again() {
    let busy = problem(503, "busy", "Retry-After: 0\r\n");
    let server = StandIn::start([busy.clone(), Then::Leave, say(200, "", USER)]).await;
    assert_eq!(server.client().get_me().await.unwrap().id, "usr_1");
    assert_eq!(server.heard().len(), 3);
    // A question is one as well, although it is posted.
    let yes = r#"{"permission":"a:b","code":"allowed","allowed":true}"#;
    let server = StandIn::start([busy, say(200, "", yes)]).await;
    assert!(server.client().can("a:b").await.unwrap());
    // It is not asked on and on.
    let server = StandIn::start([problem(429, "rate_limited", "")]).await;
    assert_eq!(server.client().get_me().await.unwrap_err().code(), Some("rate_limited"));
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn what_changes_something_is_never_sent_twice() {
    for failure in [problem(503, "busy", "Retry-After: 0\r\n"), Then::Leave] {
        let server = StandIn::start([failure, say(200, "", USER)]).await;
        let changed = server.client().patch_me(json!({ "name": "Ada" })).await;
        assert!(changed.is_err());
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_long_wait_is_told_and_not_waited_for() {
    let late = problem(429, "rate_limited", "Retry-After: 3600\r\n");
    let server = StandIn::start([late]).await;
    let error = server.client().get_me().await.unwrap_err();
    assert_eq!(error.problem().unwrap().retry_after, Some(Duration::from_secs(3600)));
    assert_eq!(server.heard().len(), 1);
    for odd in ["soon", "-1", "1e9", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let late = problem(429, "rate_limited", &format!("Retry-After: {odd}\r\n"));
        let server = StandIn::start([late]).await;
        let error = server.client().get_me().await.unwrap_err();
        assert_eq!(error.problem().unwrap().retry_after, None, "{odd}");
    }
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let address = StandIn::start([Then::Leave]).await.address;
    // The port is free again, and nobody listens.
    let retries = Retries { first: Duration::ZERO, ..Retries::default() };
    let client = Client::builder(&format!("http://{address}")).retries(retries);
    let error = client.build().unwrap().post_sign_out().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_not_keyward_is_neither_a_yes_nor_a_no() {
    for answer in [
        say(502, "", "<h1>Bad gateway</h1>"),
        say(401, "", r#"{"message":"who are you"}"#),
        say(401, "", r#"["unauthenticated"]"#),
        say(403, "", r#"{"code":403}"#),
        say(302, "Location: http://elsewhere.example.com/\r\n", ""),
        say(302, "Location: /\r\n", r#"{"code":"missing_permission"}"#),
        say(200, "", "<h1>Hello</h1>"),
        say(200, "", ""),
        say(200, "", r#"{"allowed":"yes","permission":"a:b","code":"allowed"}"#),
    ] {
        let server = StandIn::start([answer]).await;
        let client = server.builder().retries(Retries { times: 0, ..Retries::default() });
        let error = client.build().unwrap().can("a:b").await.unwrap_err();
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        assert_eq!(server.heard().len(), 1, "nothing is followed");
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_no_no() {
    let open = r#"{"permission":"a:b","code":"decision_unavailable","allowed":null}"#;
    let server = StandIn::start([say(200, "", open)]).await;
    let error = server.client().can("a:b").await.unwrap_err();
    assert_eq!(error.code(), Some("decision_unavailable"));
    let batch = format!("{{\"answers\":[{open}]}}");
    let server = StandIn::start([say(200, "", &batch)]).await;
    assert!(server.client().can_each(&["a:b"]).await.is_err());
    // Answers that are not those to what was asked.
    for asked in [&["a:c"][..], &["a:b", "a:b"], &[]] {
        let answers = batch.replace("null", "true");
        let server = StandIn::start([say(200, "", &answers)]).await;
        let error = server.client().can_each(asked).await.unwrap_err();
        assert!(matches!(error, Error::Unexpected(_)), "{asked:?}");
    }
    let server = StandIn::start([say(200, "", "[]")]).await;
    assert!(server.client().can_each(&["a:b"]).await.is_err());
}

#[tokio::test]
async fn credentials_come_in_their_own_header() {
    let server = StandIn::start([say(200, "", USER)]).await;
    let client = server.client();
    for (who, line) in [
        (Credentials::bearer("ses_1.secret").unwrap(), Some("authorization: Bearer ses_1.secret")),
        (Credentials::api_key("kwk_secret").unwrap(), Some("x-api-key: kwk_secret")),
        (Credentials::nobody(), None),
    ] {
        client.using(who).get_me().await.unwrap();
        let request = server.heard().pop().unwrap();
        let mut lines = request
            .lines()
            .filter(|line| line.starts_with("authorization") || line.starts_with("x-api-key"));
        assert_eq!((lines.next(), lines.next()), (line, None));
        assert!(!request.contains("cookie"));
    }
    for text in ["", "a b", "a\r\nx-admin: 1", "ü", &"a".repeat(9000)] {
        assert!(Credentials::bearer(text).is_err(), "{text}");
        assert!(Credentials::api_key(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_cookie_that_comes_back_is_nobodys() {
    let mine = say(200, "Set-Cookie: kw_session=ses_1.a; Path=/\r\n", USER);
    let server = StandIn::start([mine]).await;
    let client = server.client();
    client.get_me().await.unwrap();
    client.get_me().await.unwrap();
    assert!(server.heard().iter().all(|request| !request.contains("ses_1.a")));
}

#[tokio::test]
async fn a_part_of_a_path_cannot_lead_to_another_path() {
    let server = StandIn::start([say(204, "", "")]).await;
    let client = server.client();
    for part in ["", ".", ".."] {
        let call = client.delete_admin_users_id(part);
        assert!(matches!(call.await, Err(Error::Misuse(_))), "{part}");
    }
    client.delete_admin_users_id("../roles/admin?force=true#x\r\n").await.unwrap();
    let heard = server.heard();
    assert_eq!(heard.len(), 1);
    let path = "/api/v1/admin/users/..%2Froles%2Fadmin%3Fforce%3Dtrue%23x%0D%0A";
    assert!(heard[0].starts_with(&format!("DELETE {path} HTTP/1.1\r\n")), "{}", heard[0]);
}

#[tokio::test]
async fn versions_are_sent_as_entity_tags() {
    let server = StandIn::start([say(200, "", USER)]).await;
    let client = server.client();
    client.patch_admin_users_id("usr_1", json!({ "phone": null })).if_match(3).await.unwrap();
    client.patch_admin_users_id("usr_1", json!({})).if_match("\"4\"").await.unwrap();
    let heard = server.heard();
    assert!(heard[0].contains("if-match: \"3\"\r\n") && heard[0].ends_with("{\"phone\":null}"));
    assert!(heard[1].contains("if-match: \"4\"\r\n"));
    let odd = client.patch_admin_users_id("usr_1", json!({})).if_match("4\r\nx: y");
    assert!(matches!(odd.await, Err(Error::Misuse(_))));
}

#[tokio::test]
async fn whom_it_is_asked_for_is_sent_along_and_nothing_else_can_be() {
    let server = StandIn::start([say(200, "", USER)]).await;
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    let agent = |text: &str| Some(text.to_owned());
    let good = Origin { address: Some(address), agent: agent("Browser/1"), language: agent("de") };
    server.client().asking_for(good).get_me().await.unwrap();
    let planted = Origin { agent: agent("a\r\nx-admin: 1"), ..Origin::default() };
    server.client().asking_for(planted).get_me().await.unwrap();
    let named = server.builder().host("auth.example.com").build().unwrap();
    named.get_me().await.unwrap();
    let heard = server.heard();
    for line in ["x-forwarded-for: 203.0.113.9", "user-agent: Browser/1", "accept-language: de"] {
        assert!(heard[0].lines().any(|found| found == line), "{line}");
    }
    assert!(!heard[1].contains("x-admin"));
    assert!(heard[2].contains("host: auth.example.com\r\n"), "its public name");
}

#[test]
fn an_address_that_would_leak_is_refused() {
    for url in [
        "",
        "localhost:8080",
        "ftp://localhost",
        "http://user:pw@localhost",
        "https://user@a.example.com",
        "http://auth.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://localhost:http",
        "https://a.example.com?x=1",
        "https://a.example.com/#x",
        "https:///path",
    ] {
        assert!(matches!(Client::new(url), Err(Error::Misuse(_))), "{url}");
    }
    for url in
        ["https://a.example.com/auth/", "http://localhost:1", "http://127.0.0.1", "http://[::1]:1"]
    {
        assert!(Client::new(url).is_ok(), "{url}");
    }
    assert!(Client::builder("http://auth.example.com").plaintext().build().is_ok());
    assert!(Client::builder("http://localhost").host("a\nb").build().is_err());
}

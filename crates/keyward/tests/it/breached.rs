//! Breached passwords are refused wherever one is set.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyward::Secret;
use keyward::breached::{BreachFilter, BreachList};
use keyward::testing::{PASSWORD, TestAuth};
use keyward_core::crypto::token::sha1;
use serde_json::json;

const LOST: &str = "a passphrase that was lost";
const KEPT: &str = "a passphrase that was kept";
const ADA: &str = "ada@example.com";

fn hex(password: &str) -> String {
    sha1(password).iter().map(|b| format!("{b:02X}")).collect()
}

/// A kit that looks new passwords up in a filter that knows [`LOST`].
async fn local() -> TestAuth {
    let folder = tempfile::tempdir().unwrap();
    let (list, file) = (folder.path().join("list"), folder.path().join("filter"));
    let mut lines: Vec<String> = (0..500).map(|n| format!("{}:3", hex(&format!("{n}")))).collect();
    lines.push(format!("{}:17", hex(LOST)));
    lines.sort();
    std::fs::write(&list, lines.join("\n")).unwrap();
    BreachList::new(&list).build(&file).unwrap();
    // The file stays open, whatever becomes of its name.
    let filter = BreachFilter::open(&file).unwrap();
    TestAuth::with(|builder| builder.breached(filter)).await
}

fn is_refused(reply: &keyward::testing::Response) -> bool {
    let body = reply.json();
    reply.status() == 422 && body["errors"][0]["code"] == "password_breached"
}

#[tokio::test]
async fn nowhere_can_a_breached_password_be_set() {
    let t = local().await;
    let sign_up = |password: &str| json!({ "email": "new@example.com", "password": password });
    let client = t.pages();
    let reply = client.post("/api/v1/sign-up", &sign_up(LOST)).await;
    assert!(is_refused(&reply), "{}", reply.text());
    assert_eq!(client.post("/api/v1/sign-up", &sign_up(KEPT)).await.status(), 202);

    let ada = t.user(ADA).await;
    let home = t.pages().login_as(&ada).await;
    let change =
        |current: &str, new: &str| json!({ "current_password": current, "new_password": new });
    let reply = home.json(http::Method::PUT, "/api/v1/me/password", &change(PASSWORD, LOST)).await;
    assert!(is_refused(&reply), "{}", reply.text());
    let reply = home.json(http::Method::PUT, "/api/v1/me/password", &change("wrong", LOST)).await;
    assert_eq!(reply.json()["errors"][0]["code"], "invalid_credentials", "the old one first");

    client.post("/api/v1/recovery", &json!({ "identifier": ADA })).await;
    let token = t.link_token_for(ADA).await;
    let recover = |password: &str| json!({ "token": token, "password": password });
    let reply = client.post("/api/v1/recovery-link", &recover(LOST)).await;
    assert!(is_refused(&reply), "{}", reply.text());
    let reply = client.post("/api/v1/recovery-link", &recover(KEPT)).await;
    assert_eq!(reply.status(), 200, "the link is not spent by what was refused");

    let root = t.user("root@example.com").await;
    t.give_role(&root, "admin").await;
    let desk = t.pages().login_as(&root).await;
    let path = format!("/api/v1/admin/users/{}/set-password", ada.id);
    let reply = desk.post(&path, &json!({ "password": LOST })).await;
    assert!(is_refused(&reply), "{}", reply.text());
    let added = json!({ "email": "other@example.com", "password": LOST });
    assert!(is_refused(&desk.post("/api/v1/admin/users", &added).await));
}

#[tokio::test]
async fn whoever_has_one_already_gets_in_and_is_told_when_asking() {
    let t = local().await;
    let hashed = keyward::password::Hashers::new(keyward::testing::CHEAP)
        .hash_blocking(&Secret::new(LOST))
        .unwrap();
    t.user_with(|new| {
        new.email = Some(ADA.into());
        new.password = None;
        new.password_hash = Some(hashed);
    })
    .await;
    let body = json!({ "identifier": ADA, "password": LOST });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 200);
    let reply = t.pages().post("/api/v1/password/check", &json!({ "password": LOST })).await;
    assert_eq!(reply.json()["problems"], json!(["password_breached"]));
    assert_eq!(reply.json()["acceptable"], false);
}

#[tokio::test]
async fn a_taken_address_tells_nothing_by_it() {
    let t = local().await;
    t.user(ADA).await;
    let sign_up = |email: &str| json!({ "email": email, "password": LOST });
    let taken = t.pages().post("/api/v1/sign-up", &sign_up(ADA)).await;
    let free = t.pages().post("/api/v1/sign-up", &sign_up("free@example.com")).await;
    assert!(is_refused(&taken) && is_refused(&free));
}

#[tokio::test]
async fn the_page_says_so() {
    let t = local().await;
    let fields = [("email", "new@example.com"), ("password", LOST)];
    let reply = t.pages().form("/signup", &fields).await;
    assert_eq!(reply.status(), 422);
    assert!(reply.text().contains("lists that attackers try"), "{}", reply.text());
}

#[cfg(feature = "outbound")]
mod range {
    use std::sync::Mutex;

    use keyward::breached::{BreachRange, RangeOptions};
    use keyward::outbound::{Outbound, OutboundOptions};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A service on this machine; what it was asked for, and what it answers.
    struct Service {
        url: String,
        asked: Arc<Mutex<Vec<String>>>,
        count: Arc<AtomicUsize>,
    }

    async fn service(status: &'static str, body: String) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, count) = (Arc::new(Mutex::new(vec![])), Arc::new(AtomicUsize::new(0)));
        let (told, counted) = (asked.clone(), count.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 4_096];
                let read = stream.read(&mut bytes).await.unwrap_or(0);
                told.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).into_owned());
                counted.fetch_add(1, Ordering::SeqCst);
                let length = body.len();
                let reply = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(reply.as_bytes()).await.ok();
            }
        });
        Service { url, asked, count }
    }

    async fn kit(url: &str, fail_open: bool) -> TestAuth {
        let allow = vec!["127.0.0.1".to_owned()];
        let client = Outbound::new(&OutboundOptions { allow, ..Default::default() }).unwrap();
        let options = RangeOptions { url: url.to_owned(), fail_open, ..Default::default() };
        let check = BreachRange::new(client, options);
        TestAuth::with(|builder| builder.breached(check)).await
    }

    async fn sign_up(t: &TestAuth, password: &str) -> keyward::testing::Response {
        let body = json!({ "email": "new@example.com", "password": password });
        t.pages().post("/api/v1/sign-up", &body).await
    }

    #[tokio::test]
    async fn the_service_learns_five_digits_and_is_asked_for_padding() {
        let lost = hex(LOST);
        let padding = format!("{}:0", &hex(KEPT)[5..]);
        let found = service("200 OK", format!("{}:17\r\n{padding}\r\n", &lost[5..])).await;
        let t = kit(&found.url, false).await;
        let reply = sign_up(&t, LOST).await;
        assert!(is_refused(&reply), "{}", reply.text());
        assert_eq!(sign_up(&t, KEPT).await.status(), 202, "what was found no times is padding");
        let asked = found.asked.lock().unwrap().join("");
        assert!(asked.starts_with(&format!("GET /range/{} HTTP/1.1", &lost[..5])), "{asked}");
        assert!(asked.contains("add-padding: true") && !asked.contains(&lost[5..]), "{asked}");
        assert_eq!(found.count.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_service_that_is_unwell_lets_pass_or_nobody_as_was_chosen() {
        let broken = service("500 Internal Server Error", String::new()).await;
        let odd = service("200 OK", "<html>a captive portal</html>".into()).await;
        for url in [broken.url.as_str(), &odd.url, "http://127.0.0.1:1"] {
            assert_eq!(sign_up(&kit(url, true).await, KEPT).await.status(), 202, "{url}");
            let reply = sign_up(&kit(url, false).await, KEPT).await;
            assert_eq!(reply.status(), 503, "{url}: {}", reply.text());
        }
    }
}

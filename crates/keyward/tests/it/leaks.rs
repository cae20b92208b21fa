//! Canary secrets go through the journeys; then everything that is kept or
//! printed is searched for them.

#[cfg(all(feature = "forward-auth", feature = "tickets", feature = "tokens"))]
mod machines;

use std::io::Write;
use std::sync::{Arc, Mutex};

use keyward::Keyward;
use keyward::port::EventQuery;
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use serde_json::json;

const PASSWORD: &str = "canary-one sings in the mine";
const WRONG: &str = "canary-two sings in the mine";
const RESET: &str = "canary-three sings in the mine";

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Collects what is logged on this thread from now on.
fn logged() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn no_secret_is_stored_logged_or_printed() {
    let (log, _guard) = logged();
    let folder = tempfile::tempdir().unwrap();
    let t = on_sqlite(folder.path()).await;
    let mut secrets: Vec<String> = [PASSWORD, WRONG, RESET].map(str::to_owned).into();
    let ada = t.pages();

    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let reply = ada.post("/api/v1/sign-up", &body).await;
    let flow = reply.json()["flow_id"].as_str().unwrap().to_owned();
    secrets.push(ada.cookie("kw_flow").unwrap());
    let code = t.code_for("ada@example.com").await;
    secrets.push(t.link_token_for("ada@example.com").await);
    let path = format!("/api/v1/verifications/{flow}/confirm");
    ada.post(&path, &json!({ "code": "no digits here" })).await;
    assert_eq!(ada.post(&path, &json!({ "code": code })).await.status(), 200);
    secrets.push(secret_half(&ada.cookie("kw_session").unwrap()));

    let wrong = json!({ "identifier": "ada@example.com", "password": WRONG });
    assert_eq!(t.pages().post("/api/v1/sign-in", &wrong).await.status(), 401);
    // A password typed into the field for the name.
    let confused = json!({ "identifier": WRONG, "password": "x" });
    assert_eq!(t.pages().post("/api/v1/sign-in", &confused).await.status(), 401);

    let other = t.pages();
    other.post("/api/v1/recovery", &json!({ "identifier": "ada@example.com" })).await;
    let token = t.link_token_for("ada@example.com").await;
    let body = json!({ "token": token, "password": RESET, "session": "token" });
    let reply = other.post("/api/v1/recovery-link", &body).await;
    secrets.push(token);
    secrets.push(secret_half(reply.json()["token"].as_str().unwrap()));

    let events = t.kw.audit(&EventQuery { limit: 500, ..EventQuery::default() }).await.unwrap();
    assert!(events.len() > 8, "{}", events.len());
    let opened = t.kw.sign_in_user(&events.iter().find_map(|e| e.subject).unwrap()).await;
    let opened = opened.unwrap().unwrap();
    secrets.push(secret_half(opened.token().reveal()));
    let printed = format!("{events:?} {:?} {opened:?}", t.kw);
    t.kw.shutdown().await;

    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    for secret in &secrets {
        assert!(!logged.contains(secret), "{secret} is logged");
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    let stored = files(folder.path());
    assert!(stored.len() > 10_000, "the database is really read");
    for secret in &secrets {
        let found = stored.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is stored");
    }
}

async fn on_sqlite(folder: &std::path::Path) -> TestAuth {
    let clock = FakeClock::default();
    let kw = Keyward::sqlite(folder.join("app.db"))
        .clock(Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .public_url("http://localhost")
        .with_inbox()
        .build()
        .await
        .unwrap();
    TestAuth::around(kw, clock)
}

/// The id of a session is no secret.
fn secret_half(token: &str) -> String {
    token.split_once('.').unwrap().1.to_owned()
}

/// Every byte of every file, but the keys.
fn files(folder: &std::path::Path) -> Vec<u8> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kept = paths.filter(|path| path.is_file() && path.extension().is_none_or(|e| e != "keys"));
    kept.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

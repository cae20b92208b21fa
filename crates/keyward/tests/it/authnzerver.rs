//! authnzerver's frontends: what each request does.

mod access;
mod accounts;
mod ciphers;
mod flaws;
mod keys;
mod letters;
#[cfg(feature = "import")]
mod moved;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod servers;
mod sessions;
mod wrong_types;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward::authnzerver::{Authnzerver, Frontend};
use keyward::testing::TestAuth;
use keyward::{OsRandom, Timestamp};
use keyward_core::crypto::message::{Cipher, MessageKey};
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "vexing hydrangea tornado 42";

/// A frontend, and the Keyward that it talks to.
pub(crate) struct Site {
    pub(crate) t: TestAuth,
    pub(crate) key: MessageKey,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(|how| how).await
    }

    pub(crate) async fn with(change: impl FnOnce(Authnzerver) -> Authnzerver) -> Self {
        Self::speaking(Cipher::Fernet, change).await
    }

    pub(crate) async fn speaking(
        cipher: Cipher,
        change: impl FnOnce(Authnzerver) -> Authnzerver,
    ) -> Self {
        let text = key_of(cipher);
        let key = MessageKey::parse(&text).unwrap();
        let how = change(Authnzerver::new().frontend(Frontend::new("site", [&text]).unwrap()));
        let t = TestAuth::with(|builder| builder.authnzerver(how)).await;
        Self { t, key }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.t.clock.now()
    }

    pub(crate) fn sealed(&self, message: &Value, at: Timestamp) -> String {
        let sealed = self.key.seal(message.to_string().as_bytes(), at, &mut OsRandom);
        STANDARD.encode(sealed.unwrap())
    }

    /// Status, and the answer if it can be opened.
    pub(crate) async fn send(&self, sealed: &str) -> (u16, Value) {
        let reply = self.t.kw.answer_frontend(sealed.to_owned(), None).await;
        let status = reply.status().as_u16();
        let body = reply.body().full().unwrap();
        let sealed = STANDARD.decode(body).ok();
        let opened = sealed.and_then(|sealed| self.key.open(&sealed, None));
        let answer = opened.and_then(|it| serde_json::from_slice(&it.plain).ok());
        (status, answer.unwrap_or_default())
    }

    pub(crate) async fn ask(&self, request: &str, body: Value) -> Value {
        let message = json!({ "request": request, "body": body, "reqid": 7 });
        let (status, answer) = self.send(&self.sealed(&message, self.now())).await;
        assert_eq!(status, 200, "{request} {body}");
        assert_eq!(answer["reqid"], 7, "{request}");
        assert_eq!(answer["success"], answer["response"]["success"], "{request}");
        assert_eq!(answer["messages"], answer["message"], "{request}");
        assert!(answer["messages"].is_array(), "{request}");
        answer
    }

    /// Asks, and it must be done.
    pub(crate) async fn done(&self, request: &str, body: Value) -> Value {
        let answer = self.ask(request, body).await;
        assert_eq!(answer["success"], true, "{request}: {answer}");
        answer["response"].clone()
    }

    /// Asks, and it must be refused; gives the reason.
    pub(crate) async fn refused(&self, request: &str, body: Value) -> String {
        let answer = self.ask(request, body).await;
        assert_eq!(answer["success"], false, "{request}: {answer}");
        answer["failure_reason"].as_str().unwrap().to_owned()
    }

    /// The token of a new session.
    pub(crate) async fn session(&self, user: Option<i64>) -> String {
        let until = self.now().plus(Duration::from_secs(7 * 24 * 3600)).to_string();
        let body = json!({
            "ip_address": "192.0.2.7", "user_agent": "firefox", "user_id": user,
            "expires": until.trim_end_matches('Z'), "extra_info_json": { "seen": 1 },
        });
        text(&self.done("session-new", body).await["session_token"])
    }

    /// Somebody who signed up and proved their address; their number.
    pub(crate) async fn person(&self, email: &str) -> i64 {
        let body = json!({ "full_name": "Ada Byron", "email": email, "password": PASSWORD });
        let number = self.done("user-new", body).await["user_id"].as_i64().unwrap();
        self.done("user-set-emailverified", json!({ "email": email })).await;
        number
    }

    /// Somebody with a role.
    pub(crate) async fn person_as(&self, email: &str, role: &str) -> i64 {
        let number = self.person(email).await;
        let body = json!({ "target_userid": number, "update_dict": { "user_role": role } });
        self.done("internal-user-edit", body).await;
        number
    }

    pub(crate) async fn logs_in(&self, email: &str, password: &str) -> bool {
        let token = self.session(None).await;
        let body = json!({ "session_token": token, "email": email, "password": password });
        self.ask("user-login", body).await["success"] == true
    }

    pub(crate) async fn is_open(&self, token: &str) -> bool {
        self.ask("session-exists", json!({ "session_token": token })).await["success"] == true
    }
}

/// A new key for a cipher, as text.
pub(crate) fn key_of(cipher: Cipher) -> String {
    match cipher {
        Cipher::Fernet => Frontend::new_key(),
        cipher => format!("{}:{}", cipher.name(), Frontend::new_key()),
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

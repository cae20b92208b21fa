//! Administrators act as somebody else: for a while, for a reason, in the open.

use std::time::Duration;

use ::http::Method;
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{Act, UserView};
use serde_json::{Value, json};

struct House {
    t: TestAuth,
    root: UserView,
    ada: UserView,
    admin: Client,
}

async fn house() -> House {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    let ada = t.user("ada@example.com").await;
    t.role("support", &["users:view", "users:impersonate", "posts:*"]).await;
    t.give_role(&root, "support").await;
    let admin = t.pages();
    sign_in(&admin, "root@example.com").await;
    t.events().await;
    House { t, root, ada, admin }
}

async fn sign_in(client: &Client, name: &str) {
    let body = json!({ "identifier": name, "password": PASSWORD });
    assert_eq!(client.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
}

impl House {
    async fn start(&self, body: &Value) -> keyward::testing::Response {
        let path = format!("/api/v1/admin/users/{}/impersonate", self.ada.id);
        self.admin.post(&path, body).await
    }

    async fn acting() -> Self {
        let house = house().await;
        let reply = house.start(&json!({ "reason": "ticket 7" })).await;
        assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
        house
    }

    async fn me(&self) -> Value {
        self.admin.get("/api/v1/me").await.json()["email"].clone()
    }
}

#[tokio::test]
async fn an_administrator_sees_what_somebody_sees_and_goes_back() {
    let house = House::acting().await;
    assert_eq!(house.me().await, "ada@example.com");
    let session = house.admin.get("/api/v1/session").await.json();
    assert_eq!(session["impersonated_by"], json!(house.root.id));
    assert_eq!(session["methods"], json!(["impersonation"]));
    assert_eq!(
        house.admin.get("/api/v1/admin/users").await.code(),
        "missing_permission",
        "as somebody else one may do what they may"
    );
    let stop = house.admin.post("/api/v1/impersonation/stop", &json!({})).await;
    assert_eq!(stop.status(), 204, "{}", stop.text());
    assert_eq!(house.me().await, "root@example.com", "their own session was kept");
    let events = house
        .t
        .kw
        .audit(&keyward::port::EventQuery {
            subject: Some(house.ada.id),
            kind: Some("impersonation.".into()),
            limit: 10,
            ..keyward::port::EventQuery::default()
        })
        .await
        .unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|e| e.actor == Some(house.root.id)));
    let started = events.iter().find(|e| e.r#type == "impersonation.started").unwrap();
    assert_eq!(started.data["reason"], "ticket 7");
}

#[tokio::test]
async fn it_ends_after_half_an_hour_and_a_form_sent_late_is_not_done_to_oneself() {
    let house = House::acting().await;
    house.t.clock.advance(Duration::from_secs(29 * 60));
    assert_eq!(house.me().await, "ada@example.com");
    house.t.clock.advance(Duration::from_secs(60));
    let late = house.admin.json(Method::PATCH, "/api/v1/me", &json!({ "name": "Oops" })).await;
    assert_eq!(late.code(), "session_expired", "{}", late.text());
    assert_eq!(house.me().await, "root@example.com");
}

#[tokio::test]
async fn a_reason_a_permission_and_a_recent_proof_are_needed() {
    let house = house().await;
    for reason in ["", "   ", &"x".repeat(301)] {
        let reply = house.start(&json!({ "reason": reason })).await;
        assert_eq!(reply.json()["errors"][0]["code"], "reason_invalid", "{reason:?}");
    }
    assert_eq!(house.start(&json!({ "reason": "a\nb" })).await.status(), 422);
    assert_eq!(house.start(&json!({})).await.status(), 422);
    house.t.clock.advance(Duration::from_secs(11 * 60));
    let reply = house.start(&json!({ "reason": "ticket 7" })).await;
    assert_eq!(reply.code(), "step_up_required");

    let bob = house.t.user("bob@example.com").await;
    house.t.role("viewer", &["users:view"]).await;
    house.t.give_role(&bob, "viewer").await;
    let client = house.t.pages();
    sign_in(&client, "bob@example.com").await;
    let path = format!("/api/v1/admin/users/{}/impersonate", house.ada.id);
    let reply = client.post(&path, &json!({ "reason": "curious" })).await;
    assert_eq!(reply.code(), "missing_permission");
}

#[tokio::test]
async fn nobody_acts_as_somebody_who_may_do_more_or_as_themselves() {
    let house = house().await;
    house.t.give_role(&house.ada, "admin").await;
    let reply = house.start(&json!({ "reason": "ticket 7" })).await;
    assert_eq!(reply.code(), "outside_ceiling");
    let path = format!("/api/v1/admin/users/{}/impersonate", house.root.id);
    let reply = house.admin.post(&path, &json!({ "reason": "ticket 7" })).await;
    assert_eq!(reply.code(), "outside_ceiling");
}

#[tokio::test]
async fn nothing_is_changed_in_somebody_elses_name() {
    let house = House::acting().await;
    let (new, old) = ("another long password", PASSWORD);
    for (method, path, body) in [
        (
            Method::PUT,
            "/api/v1/me/password",
            json!({ "current_password": old, "new_password": new }),
        ),
        (Method::PUT, "/api/v1/me/email", json!({ "email": "root@evil.example" })),
        (Method::PUT, "/api/v1/me/phone", json!({ "phone": "+49 151 1234567" })),
        (Method::PUT, "/api/v1/me/username", json!({ "username": "mine" })),
        (Method::DELETE, "/api/v1/me/email", json!({})),
        (Method::POST, "/api/v1/me/totp", json!({})),
        (Method::POST, "/api/v1/me/recovery-codes", json!({})),
        (Method::POST, "/api/v1/session/step-up", json!({ "method": "password", "code": old })),
        (Method::DELETE, "/api/v1/me", json!({})),
        (Method::GET, "/api/v1/me/export", json!({})),
        (Method::PATCH, "/api/v1/me", json!({ "name": "Eve" })),
        (Method::DELETE, "/api/v1/me/sessions", json!({})),
        (Method::POST, "/api/v1/sign-out", json!({})),
        (Method::POST, "/api/v1/sign-out/all", json!({})),
        (Method::DELETE, "/api/v1/me/devices", json!({})),
        (Method::POST, "/api/v1/verifications", json!({})),
    ] {
        let reply = house.admin.json(method.clone(), path, &body).await;
        assert_eq!(reply.code(), "impersonation_forbidden", "{method} {path} {}", reply.text());
    }
    let now = house.t.kw.person(house.ada.id).await.unwrap().unwrap();
    assert_eq!((now.version, now.name.as_str()), (house.ada.version, ""));
}

#[tokio::test]
async fn whoever_acts_as_somebody_does_not_act_as_a_third() {
    let house = house().await;
    house.t.role("half", &["users:view", "users:impersonate"]).await;
    house.t.give_role(&house.ada, "half").await;
    let bob = house.t.user("bob@example.com").await;
    house.start(&json!({ "reason": "ticket 7" })).await;
    assert_eq!(house.me().await, "ada@example.com");
    let path = format!("/api/v1/admin/users/{}/impersonate", bob.id);
    let reply = house.admin.post(&path, &json!({ "reason": "ticket 8" })).await;
    assert_eq!(reply.code(), "impersonation_forbidden");
}

#[tokio::test]
async fn it_dies_with_the_administrators_own_session_permission_and_account() {
    for end in ["session", "permission", "lock", "target"] {
        let house = House::acting().await;
        let kw = &house.t.kw;
        match end {
            "session" => kw.close_sessions(house.root.id).await.unwrap().unwrap(),
            "permission" => {
                kw.assign_role(house.root.id, "support", false).await.unwrap().unwrap();
            }
            "lock" => {
                let act = Act::Lock { reason: String::new() };
                kw.act_on(house.root.id, act).await.unwrap().unwrap();
            }
            _ => {
                let act = Act::Lock { reason: String::new() };
                kw.act_on(house.ada.id, act).await.unwrap().unwrap();
            }
        }
        assert_ne!(house.me().await, "ada@example.com", "{end}");
    }
}

#[tokio::test]
async fn a_token_acts_as_well_and_ends_alike() {
    let house = house().await;
    let reply = house.start(&json!({ "reason": "ticket 7", "session": "token" })).await.json();
    let token = reply["token"].as_str().unwrap().to_owned();
    assert_eq!(house.me().await, "root@example.com", "the browser is as it was");
    let ask = async |path: &str| {
        let request = ::http::Request::builder()
            .uri(path)
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"));
        house.t.pages().raw(request.body(axum::body::Body::empty()).unwrap()).await
    };
    assert_eq!(ask("/api/v1/me").await.json()["email"], "ada@example.com");
    house.t.kw.close_sessions(house.root.id).await.unwrap().unwrap();
    assert_eq!(ask("/api/v1/me").await.code(), "session_revoked");
}

#[tokio::test]
async fn an_ordinary_session_is_no_impersonation() {
    let house = house().await;
    let bob = house.t.pages();
    sign_in(&bob, "ada@example.com").await;
    // Somebody plants their own session where the administrator's other one goes.
    house.admin.set_cookie("kw_as", &bob.cookie("kw_session").unwrap());
    assert_eq!(house.admin.get("/api/v1/me").await.status(), 400);
    let stop = bob.post("/api/v1/impersonation/stop", &json!({})).await;
    assert_eq!(stop.code(), "not_found");
}

#[tokio::test]
async fn the_library_acts_as_the_doors_do() {
    let house = house().await;
    let own = house.t.kw.session_list(house.root.id).await.unwrap()[0].id;
    let acting = house.t.kw.impersonate(own, house.ada.id, "ticket 7").await.unwrap().unwrap();
    assert_eq!((acting.user, acting.impersonator), (house.ada.id, house.root.id));
    assert_eq!(house.t.kw.stop_impersonating(acting.id).await.unwrap().unwrap(), house.ada.id);
    house.t.kw.assign_role(house.root.id, "support", false).await.unwrap().unwrap();
    assert!(house.t.kw.impersonate(own, house.ada.id, "again").await.unwrap().is_err());
}

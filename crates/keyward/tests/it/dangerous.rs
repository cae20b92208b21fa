//! What an administrator does that is dangerous asks for a recent proof, at every door
//! that a session comes through; what is harmless does not.

mod pages;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use ::http::{HeaderValue, Method, Request, header};
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Act, ApiKeyTerms, UserView};
use serde_json::{Value, json};

use crate::factors::{Enrolled, enrolled, flow, sign_in};

/// What asks for it over HTTP. All else that an administrator may change asks for none.
const ASKED: &[&str] = &[
    "DELETE /api/v1/admin/acl/{name}",
    "DELETE /api/v1/admin/exclusive-roles/{set}",
    "DELETE /api/v1/admin/groups/{group}",
    "DELETE /api/v1/admin/groups/{group}/members/{user}",
    "DELETE /api/v1/admin/relations",
    "DELETE /api/v1/admin/roles/{role}",
    "DELETE /api/v1/admin/users/{id}",
    "DELETE /api/v1/admin/users/{id}/permissions",
    "DELETE /api/v1/admin/users/{id}/roles/{role}",
    "PATCH /api/v1/admin/users/{id}",
    "POST /api/v1/admin/groups",
    "POST /api/v1/admin/invitations",
    "POST /api/v1/admin/relations",
    "POST /api/v1/admin/roles",
    "POST /api/v1/admin/users/{id}/api-keys",
    "POST /api/v1/admin/users/{id}/api-keys/{key}/rotate",
    "POST /api/v1/admin/users/{id}/impersonate",
    "POST /api/v1/admin/users/{id}/reset-mfa",
    "POST /api/v1/admin/users/{id}/set-password",
    "PUT /api/v1/admin/acl/{name}",
    "PUT /api/v1/admin/exclusive-roles/{set}",
    "PUT /api/v1/admin/groups/{group}/members/{user}",
    "PUT /api/v1/admin/groups/{group}/roles",
    "PUT /api/v1/admin/matrix",
    "PUT /api/v1/admin/policy",
    "PUT /api/v1/admin/roles/{role}/inherits",
    "PUT /api/v1/admin/roles/{role}/permissions",
    "PUT /api/v1/admin/users/{id}/permissions",
    "PUT /api/v1/admin/users/{id}/roles/{role}",
];

/// Longer than a proof counts.
const LATER: Duration = Duration::from_secs(11 * 60);

/// An administrator, somebody else, and a key of theirs.
struct House {
    t: TestAuth,
    root: UserView,
    bob: UserView,
    admin: Client,
    key: String,
}

async fn house() -> House {
    let t = TestAuth::new().await;
    let (root, bob) = (t.user("root@example.com").await, t.user("bob@example.com").await);
    t.give_role(&root, "admin").await;
    let admin = t.pages();
    let body = json!({ "identifier": "root@example.com", "password": PASSWORD });
    assert_eq!(admin.post("/api/v1/sign-in", &body).await.json()["status"], "complete");
    let terms = ApiKeyTerms { name: "robot".into(), ..ApiKeyTerms::default() };
    let key = t.kw.create_api_key(bob.id, terms).await.unwrap().unwrap().key.id.to_string();
    House { t, root, bob, admin, key }
}

/// Every request with which an administrator changes something: its name, its method,
/// its path and its body, as the API describes them.
fn changes(house: &House) -> Vec<(String, Method, String, Option<String>)> {
    let document = keyward::openapi();
    let mut all = vec![];
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if !path.starts_with("/api/v1/admin/") || method == Method::GET {
                continue;
            }
            let example = &operation["requestBody"]["content"]["application/json"]["example"];
            let body = match path.ends_with("/api-keys") && method == Method::POST {
                // The example says all that could be said, a scope that is not known, too.
                true => Some(json!({ "name": "robot" }).to_string()),
                false => (!example.is_null()).then(|| example.to_string()),
            };
            all.push((format!("{method} {path}"), method, filled(house, path), body));
        }
    }
    all
}

fn filled(house: &House, path: &str) -> String {
    let mut path = path.to_owned();
    if path == "/api/v1/admin/relations" {
        path += "?object=post:7&relation=editor&subject=user:*";
    }
    if path.ends_with("/permissions") {
        path += "?effect=allow&permission=posts:edit";
    }
    let bob = house.bob.id.to_string();
    for (name, value) in [
        ("{id}", bob.as_str()),
        ("{user}", &bob),
        ("{key}", &house.key),
        ("{role}", "editor"),
        ("{group}", "staff"),
        ("{set}", "payments"),
        ("{name}", "wall"),
    ] {
        path = path.replace(name, value);
    }
    path
}

/// Asks with the body of the description, and with no query where there is a body.
async fn ask(client: &Client, method: Method, path: &str, body: Option<&str>) -> Response {
    let path = path.split('?').next().filter(|_| body.is_some()).unwrap_or(path);
    let kind = body.map(|_| "application/json");
    client.send(method, path, kind, body.unwrap_or_default()).await
}

/// The names of the requests that were asked for a proof.
async fn asked_for_proof(house: &House) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    let all = changes(house);
    assert!(all.len() > ASKED.len(), "some are harmless");
    for (name, method, path, body) in all {
        let reply = ask(&house.admin, method, &path, body.as_deref()).await;
        assert_ne!(reply.code(), "unauthenticated", "{name}");
        if reply.code() == "step_up_required" {
            asked.insert(name);
        }
    }
    asked
}

#[tokio::test]
async fn an_old_session_is_asked_for_a_proof_of_all_that_is_dangerous() {
    let house = house().await;
    house.t.clock.advance(LATER);
    let asked = asked_for_proof(&house).await;
    let wanted: BTreeSet<String> = ASKED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(asked, wanted, "a new change is on the list or it is harmless");
    // Nothing of it was done.
    let bob = house.t.kw.find_person("bob@example.com").await.unwrap();
    assert!(bob.is_some_and(|bob| bob.id == house.bob.id));
}

#[tokio::test]
async fn whoever_signed_in_just_now_is_asked_for_nothing() {
    let house = house().await;
    assert_eq!(asked_for_proof(&house).await, BTreeSet::new());
}

#[tokio::test]
async fn a_change_of_names_is_dangerous_and_another_is_not() {
    let house = house().await;
    house.t.clock.advance(LATER);
    let path = format!("/api/v1/admin/users/{}", house.bob.id);
    let patch = async |body: &Value| house.admin.json(Method::PATCH, &path, body).await;
    assert_eq!(patch(&json!({ "name": "Robert" })).await.status(), 200);
    for names in [
        json!({ "email": "root@evil.example" }),
        json!({ "username": "bob" }),
        json!({ "phone": "+4915112345678" }),
    ] {
        assert_eq!(patch(&names).await.code(), "step_up_required", "{names}");
    }
}

#[tokio::test]
async fn an_invitation_is_dangerous_where_it_gives_something() {
    let house = house().await;
    house.t.role("editor", &["posts:edit"]).await;
    house.t.clock.advance(LATER);
    let invite = async |body: &Value| house.admin.post("/api/v1/admin/invitations", body).await;
    assert_eq!(invite(&json!({ "email": "new@example.com" })).await.status(), 201);
    let reply = invite(&json!({ "email": "new@example.com", "roles": ["editor"] })).await;
    assert_eq!(reply.code(), "step_up_required");
}

async fn delete(client: &Client, person: &UserView) -> Response {
    client.send(Method::DELETE, &format!("/api/v1/admin/users/{}", person.id), None, "").await
}

#[tokio::test]
async fn a_password_proves_it_for_whoever_has_nothing_more() {
    let house = house().await;
    house.t.clock.advance(LATER);
    let refused = delete(&house.admin, &house.bob).await;
    assert_eq!(refused.status(), 401);
    let (told, challenge) = (refused.json(), &refused.headers()["www-authenticate"]);
    assert_eq!((&told["aal"], &told["max_age"]), (&json!(1), &json!(600)), "{told}");
    assert!(challenge.to_str().unwrap().contains("insufficient_user_authentication"));
    let proof = json!({ "method": "password", "code": PASSWORD });
    assert_eq!(house.admin.post("/api/v1/session/step-up", &proof).await.status(), 200);
    assert_eq!(delete(&house.admin, &house.bob).await.status(), 204);
}

#[tokio::test]
async fn whoever_has_a_second_factor_proves_that_one() {
    let Enrolled { t, ada, home, app, .. } = enrolled().await;
    let bob = t.user("bob@example.com").await;
    t.give_role(&ada, "admin").await;
    t.clock.advance(LATER);
    let refused = delete(&home, &bob).await;
    assert_eq!((refused.code().as_str(), &refused.json()["aal"]), ("step_up_required", &json!(2)));
    let proof = json!({ "method": "password", "code": PASSWORD });
    assert_ne!(home.post("/api/v1/session/step-up", &proof).await.status(), 200);
    assert_eq!(delete(&home, &bob).await.code(), "step_up_required", "a password is not enough");
    let proof = json!({ "method": "totp", "code": app.next_code() });
    assert_eq!(home.post("/api/v1/session/step-up", &proof).await.status(), 200);
    assert_eq!(delete(&home, &bob).await.status(), 204);
}

#[tokio::test]
async fn a_device_that_was_spared_the_second_factor_is_asked_at_once() {
    let Enrolled { t, ada, app, .. } = enrolled().await;
    let bob = t.user("bob@example.com").await;
    t.give_role(&ada, "admin").await;
    let browser = t.pages();
    let begun = flow(&browser).await;
    let body = json!({
        "flow_id": begun, "method": "totp", "code": app.next_code(), "trust_device": true });
    assert_eq!(browser.post("/api/v1/sign-in/mfa", &body).await.status(), 200);
    browser.post("/api/v1/sign-out", &json!({})).await;
    assert_eq!(sign_in(&browser).await.json()["status"], "complete", "it is spared");
    let refused = delete(&browser, &bob).await;
    assert_eq!((refused.code().as_str(), &refused.json()["aal"]), ("step_up_required", &json!(2)));
    let proof = json!({ "method": "totp", "code": app.next_code() });
    assert_eq!(browser.post("/api/v1/session/step-up", &proof).await.status(), 200);
    assert_eq!(delete(&browser, &bob).await.status(), 204);
}

#[tokio::test]
async fn a_key_and_the_app_hold_no_session_and_are_not_asked() {
    let house = house().await;
    let carl = house.t.user("carl@example.com").await;
    let terms = ApiKeyTerms { name: "deploy".into(), ..ApiKeyTerms::default() };
    let made = house.t.kw.create_api_key(house.root.id, terms).await.unwrap().unwrap();
    house.t.clock.advance(LATER);
    let bearer = HeaderValue::from_str(&format!("Bearer {}", made.text.reveal())).unwrap();
    let request = Request::builder()
        .method(Method::DELETE)
        .uri(format!("/api/v1/admin/users/{}", carl.id))
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, bearer);
    let reply = house.t.pages().raw(request.body(Default::default()).unwrap()).await;
    assert_eq!(reply.status(), 204, "{}", reply.text());
    house.t.kw.act_on(house.bob.id, Act::Delete).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_age_is_the_operators_to_choose() {
    let t = TestAuth::with(|b| b.settings(|s| s.step_up_age = Duration::from_secs(60))).await;
    let (root, bob) = (t.user("root@example.com").await, t.user("bob@example.com").await);
    t.give_role(&root, "admin").await;
    let admin = t.pages().login_as(&root).await;
    t.clock.advance(Duration::from_secs(61));
    let refused = delete(&admin, &bob).await;
    assert_eq!(refused.json()["max_age"], 60, "{}", refused.text());
}

/// Each flow says whether it is dangerous, or is reviewed here as one that is not.
#[test]
fn every_flow_is_dangerous_or_was_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../keyward-core/src/flow");
    let (mut open, mut lines) = (vec![folder], vec![]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        lines.extend(text.split("\nimpl Flow for ").skip(1).map(said));
    }
    lines.sort();
    assert!(lines.len() > 100, "{}", lines.len());
    crate::golden::check("dangerous.txt", &(lines.join("\n") + "\n"));
}

fn said(flow: &str) -> String {
    let body = flow.split("\n}\n").next().unwrap_or(flow);
    let name = body.split("const NAME: &'static str = \"").nth(1).unwrap();
    let name = name.split('"').next().unwrap();
    let asks = body.split("fn is_dangerous(&self) -> bool {").nth(1);
    let when = asks.map(|asks| asks.split("\n    }\n").next().unwrap().trim());
    match when {
        None => format!("{name:<28} never"),
        Some("true") => format!("{name:<28} always"),
        Some(_) => format!("{name:<28} sometimes"),
    }
}

//! What is asked for to make an account, what must be proven, and accounts without a
//! name.

use ::http::Method;
use keyward::testing::{Client, PASSWORD, Response, TestAuth};
use keyward::{Ask, Asks, Field, FieldKind, Party, Settings, VerifyMode};
use serde_json::{Value, json};

use crate::pages::html::Page;

async fn kit(change: impl FnOnce(&mut Settings)) -> TestAuth {
    TestAuth::with(|b| b.settings(change)).await
}

async fn sign_up(t: &TestAuth, body: Value) -> Response {
    t.pages().post("/api/v1/sign-up", &body).await
}

fn problems(reply: &Response) -> Vec<(String, String)> {
    let errors = reply.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors.iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect()
}

const EMAIL: &str = "ada@example.com";
const PHONE: &str = "+49 151 1234567";

#[tokio::test]
async fn what_is_required_is_missed_and_what_is_not_asked_for_refused() {
    for (asks, body, wanted) in [
        (
            Asks { username: Ask::Always, ..Asks::default() },
            json!({ "email": EMAIL }),
            Some(("username", "missing")),
        ),
        (
            Asks { phone: Ask::Always, ..Asks::default() },
            json!({ "email": EMAIL }),
            Some(("phone", "missing")),
        ),
        (
            Asks { phone: Ask::Never, ..Asks::default() },
            json!({ "email": EMAIL, "phone": PHONE }),
            Some(("phone", "phone_invalid")),
        ),
        (
            Asks { email: Ask::Always, ..Asks::default() },
            json!({ "phone": PHONE }),
            Some(("email", "missing")),
        ),
        (Asks::default(), json!({}), Some(("email", "identifier_required"))),
        (Asks::default(), json!({ "email": EMAIL, "phone": "" }), None),
        (Asks::default(), json!({ "email": EMAIL, "phone": null, "username": null }), None),
    ] {
        let t = kit(|s| s.sign_up_asks = asks).await;
        let mut body = body.clone();
        body["password"] = json!(PASSWORD);
        let reply = sign_up(&t, body.clone()).await;
        let wanted = wanted.map(|(field, code)| (field.to_owned(), code.to_owned()));
        assert_eq!(problems(&reply), Vec::from_iter(wanted.clone()), "{body}");
        assert_eq!(reply.status().is_success(), wanted.is_none(), "{body} {}", reply.text());
    }
}

#[tokio::test]
async fn a_null_or_empty_phone_is_absent() {
    let t = kit(|s| s.verify = VerifyMode::None).await;
    for (n, phone) in [Value::Null, json!("")].into_iter().enumerate() {
        let email = format!("p{n}@example.com");
        let reply = sign_up(&t, json!({ "email": email, "phone": phone, "password": PASSWORD }));
        let reply = reply.await;
        assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
        assert_eq!(reply.json()["user"]["identifiers"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_password_is_required_optional_or_never_given() {
    for (ask, password, ok) in [
        (Ask::Always, None, false),
        (Ask::Always, Some(""), false),
        (Ask::Maybe, None, true),
        (Ask::Maybe, Some(PASSWORD), true),
        (Ask::Maybe, Some("short"), false),
        (Ask::Never, None, true),
        (Ask::Never, Some(PASSWORD), false),
    ] {
        let t = kit(|s| s.sign_up_asks.password = ask).await;
        let reply = sign_up(&t, json!({ "email": EMAIL, "password": password })).await;
        assert_eq!(reply.status().is_success(), ok, "{ask:?} {password:?} {}", reply.text());
        let page = t.pages().page("/signup").await;
        let has = !Page::of(&page).all("[name=password]").is_empty();
        assert_eq!(has, ask != Ask::Never, "the form asks for what is asked for");
    }
}

async fn verify(t: &TestAuth, client: &Client, begun: &Value, to: &str) -> Value {
    let flow = begun["flow_id"].as_str().unwrap();
    let body = json!({ "code": t.code_for(to).await });
    client.post(&format!("/api/v1/verifications/{flow}/confirm"), &body).await.json()
}

#[tokio::test]
async fn an_address_a_number_or_both_are_proven_before_the_first_sign_in() {
    for (mode, steps) in [
        (VerifyMode::None, &[][..]),
        (VerifyMode::Any, &[EMAIL]),
        (VerifyMode::Email, &[EMAIL]),
        (VerifyMode::Phone, &[PHONE]),
        (VerifyMode::Both, &[EMAIL, PHONE]),
    ] {
        let t = kit(|s| s.verify = mode).await;
        let client = t.pages();
        let body = json!({ "email": EMAIL, "phone": PHONE, "password": PASSWORD });
        let mut told = client.post("/api/v1/sign-up", &body).await.json();
        for to in steps {
            assert_eq!(told["status"], "needs_verification", "{mode:?} {to}");
            assert_eq!(client.get("/api/v1/me").await.status(), 401, "{mode:?}");
            told = verify(&t, &client, &told, to).await;
        }
        assert_eq!(told["status"], "complete", "{mode:?} {told}");
    }
}

#[tokio::test]
async fn what_must_be_proven_must_be_given() {
    for (mode, body, field) in [
        (VerifyMode::Email, json!({ "phone": PHONE }), "email"),
        (VerifyMode::Phone, json!({ "email": EMAIL }), "phone"),
        (VerifyMode::Both, json!({ "email": EMAIL }), "phone"),
        (VerifyMode::Any, json!({ "username": "ada" }), "email"),
    ] {
        let t = kit(|s| s.verify = mode).await;
        let mut body = body.clone();
        body["password"] = json!(PASSWORD);
        let reply = sign_up(&t, body).await;
        let wanted = (field.to_owned(), "identifier_required".to_owned());
        assert_eq!(problems(&reply), [wanted], "{mode:?}");
    }
}

#[tokio::test]
async fn what_is_proven_already_is_not_asked_for() {
    let t = kit(|s| s.verify = VerifyMode::Both).await;
    t.user_with(|new| {
        new.email = Some(EMAIL.into());
        new.phone = Some(PHONE.into());
    })
    .await;
    let body = json!({ "identifier": EMAIL, "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.json()["status"], "complete");
}

fn fields() -> Vec<Field> {
    vec![
        Field { is_required: true, ..Field::text("city", 20) },
        Field { kind: FieldKind::Integer { min: 0, max: 150 }, ..Field::text("age", 0) },
        Field { edit: Party::Admin, ..Field::text("level", 20) },
        Field { edit: Party::Admin, see: Party::Admin, ..Field::text("note", 20) },
    ]
}

#[tokio::test]
async fn fields_are_asked_for_at_sign_up_and_hold_what_they_may() {
    let t = kit(|s| s.profile = fields()).await;
    let with = |properties: Value| json!({ "email": EMAIL, "password": PASSWORD, "properties": properties });
    for (properties, field, code) in [
        (json!({}), "properties.city", "missing"),
        (json!({ "city": "Paris", "age": 200 }), "properties.age", "out_of_range"),
        (json!({ "city": "Paris", "level": "gold" }), "properties.level", "read_only"),
        (json!({ "city": "Paris", "is_admin": true }), "properties.is_admin", "unknown_field"),
        (json!({ "city": "Paris", "note": "x" }), "properties.note", "unknown_field"),
    ] {
        let reply = sign_up(&t, with(properties.clone())).await;
        assert_eq!(problems(&reply), [(field.to_owned(), code.to_owned())], "{properties}");
    }
    let reply = sign_up(&t, with(json!({ "city": "Paris", "age": 36 }))).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
    let ada = t.kw.find_person(EMAIL).await.unwrap().unwrap();
    assert_eq!(ada.properties, json!({ "city": "Paris", "age": 36 }));
    let t = TestAuth::new().await;
    let reply = sign_up(&t, with(json!({ "role": "admin" }))).await;
    assert_eq!(problems(&reply)[0].1, "not_asked_for", "without fields nothing is taken");
}

#[tokio::test]
async fn owners_edit_and_see_what_they_may() {
    let t = kit(|s| s.profile = fields()).await;
    let ada = t.user(EMAIL).await;
    let properties = json!({ "city": "Rome", "level": "gold", "note": "pays late" });
    let edit = keyward::EditPerson {
        properties: properties.as_object().cloned(),
        ..keyward::EditPerson::default()
    };
    t.kw.edit_person(ada.id, edit).await.unwrap().unwrap();
    let client = t.pages().login_as(&ada).await;
    let seen = json!({ "city": "Rome", "level": "gold" });
    assert_eq!(client.get("/api/v1/me").await.json()["properties"], seen);
    assert_eq!(client.get("/api/v1/session").await.json()["user"]["properties"], seen);
    assert!(!client.get("/api/v1/me/export").await.text().contains("pays late"));
    let patch = async |body: Value| client.json(Method::PATCH, "/api/v1/me", &body).await;
    for (properties, code) in [
        (json!({ "level": "platinum" }), "read_only"),
        (json!({ "note": "pays early" }), "unknown_field"),
        (json!({ "city": null }), "missing"),
        (json!({ "age": "old" }), "wrong_type"),
    ] {
        let reply = patch(json!({ "properties": properties })).await;
        assert_eq!(problems(&reply)[0].1, code, "{properties}");
    }
    let reply = patch(json!({ "properties": { "city": "Oslo", "age": 36 } })).await;
    assert_eq!(reply.json()["properties"], json!({ "age": 36, "city": "Oslo", "level": "gold" }));
}

/// Fields of every kind.
fn all_fields() -> Vec<Field> {
    let more = [
        Field { kind: FieldKind::Boolean, ..Field::text("letters", 0) },
        Field {
            kind: FieldKind::Choice(vec!["red".into(), "blue".into()]),
            ..Field::text("favourite_colour", 0)
        },
    ];
    fields().into_iter().chain(more).collect()
}

#[tokio::test]
async fn the_page_to_sign_up_asks_for_fields_and_takes_what_it_asks_for() {
    let t = kit(|s| s.profile = all_fields()).await;
    let client = t.pages();
    let page = Page::of(&client.page("/signup").await);
    assert_eq!(page.all("[name='properties.city'][required]").len(), 1);
    assert_eq!(page.text("label[for=field-favourite_colour]"), "Favourite colour");
    for hidden in ["level", "note"] {
        assert_eq!(page.all(&format!("[name='properties.{hidden}']")).len(), 0, "{hidden}");
    }
    let form = |city: &'static str, age: &'static str| {
        [
            ("email", EMAIL),
            ("password", PASSWORD),
            ("properties.city", city),
            ("properties.age", age),
            ("properties.letters", "on"),
            ("properties.favourite_colour", "blue"),
        ]
    };
    let reply = client.form("/signup", &form("<Rome>", "old")).await;
    assert_eq!(reply.status(), 422);
    let page = Page::of(&reply);
    assert_eq!(page.attr("#field-age", "aria-invalid"), "true");
    assert_eq!(page.attr("#field-city", "value"), "<Rome>", "what was typed is kept, as text");
    assert_eq!(page.all("[name='properties.letters'][checked]").len(), 1);
    assert_eq!(page.text("option[selected]"), "blue");
    // What its owner may not set is not set by adding it to the form.
    let mut more = form("Rome", "36").to_vec();
    more.push(("properties.level", "gold"));
    assert_eq!(client.form("/signup", &more).await.status(), 422);
    assert_eq!(client.form("/signup", &form("Rome", "36")).await.status(), 303);
    let ada = t.kw.find_person(EMAIL).await.unwrap().unwrap();
    let wanted = json!({ "age": 36, "city": "Rome", "favourite_colour": "blue", "letters": true });
    assert_eq!(ada.properties, wanted);
}

#[tokio::test]
async fn the_page_of_an_account_shows_fields_and_lets_their_owner_edit_what_they_may() {
    let t = kit(|s| s.profile = all_fields()).await;
    let ada = t.user(EMAIL).await;
    let properties = json!({
        "age": 36, "city": "Rome", "favourite_colour": "blue", "letters": true,
        "level": "gold", "note": "pays late",
    });
    let edit = keyward::EditPerson {
        properties: properties.as_object().cloned(),
        ..keyward::EditPerson::default()
    };
    t.kw.edit_person(ada.id, edit).await.unwrap().unwrap();
    let home = t.pages().login_as(&ada).await;
    let reply = home.page("/account").await;
    let page = Page::of(&reply);
    assert_eq!(page.attr("#field-city", "value"), "Rome");
    assert!(page.text("main").contains("Level: gold"), "seen, and no field");
    assert_eq!(page.all("[name='properties.level']").len(), 0);
    assert!(!reply.text().contains("pays late"));
    // A box that is not ticked is not sent.
    let edit = [
        ("name", "Ada"),
        ("properties.city", "Oslo"),
        ("properties.age", ""),
        ("properties.favourite_colour", ""),
    ];
    let reply = home.form("/account", &edit).await;
    assert_eq!(reply.status(), 303, "{}", reply.text());
    let seen = t.kw.person(ada.id).await.unwrap().unwrap().properties;
    assert_eq!(
        (&seen["city"], &seen["letters"], &seen["level"]),
        (&json!("Oslo"), &json!(false), &json!("gold"))
    );
    assert!(seen.get("age").is_none() && seen.get("favourite_colour").is_none(), "{seen}");
    let missing = [("name", "Ada"), ("properties.city", "")];
    let reply = home.form("/account", &missing).await;
    assert_eq!(
        (reply.status().as_u16(), Page::of(&reply).attr("#field-city", "aria-invalid")),
        (422, "true".into())
    );
    let beyond = [("name", "Ada"), ("properties.city", "Oslo"), ("properties.note", "pays early")];
    assert_eq!(home.form("/account", &beyond).await.status(), 422);
}

#[tokio::test]
async fn an_account_without_a_name_is_given_one_and_keeps_its_id_and_data() {
    let t = kit(|s| s.anonymous = true).await;
    let guest = t.pages();
    let begun = guest.post("/api/v1/sign-in/anonymous", &json!({})).await;
    assert_eq!(begun.json()["status"], "complete", "{}", begun.text());
    let id = begun.json()["user"]["id"].clone();
    let cart = json!({ "data": { "cart": [7] } });
    guest.json(Method::PATCH, "/api/v1/session", &cart).await;
    t.clock.advance(std::time::Duration::from_secs(3600));
    let again = guest.post("/api/v1/sign-in/anonymous", &json!({})).await;
    assert_eq!(again.code(), "conflict", "whoever has one does not lose it");

    let begun = guest.json(Method::PUT, "/api/v1/me/email", &json!({ "email": EMAIL })).await;
    assert_eq!(begun.status(), 202, "{}", begun.text());
    let path = format!("/api/v1/me/address/{}/confirm", begun.json()["flow_id"].as_str().unwrap());
    let body = json!({ "code": t.code_for(EMAIL).await });
    assert_eq!(guest.post(&path, &body).await.json()["status"], "verified");
    let session = guest.get("/api/v1/session").await.json();
    assert_eq!((&session["user"]["id"], &session["data"]), (&id, &cart["data"]));
    let first = json!({ "new_password": PASSWORD });
    let late = guest.json(Method::PUT, "/api/v1/me/password", &first).await;
    assert_eq!(late.code(), "step_up_required", "it has a name to prove now");
}

#[tokio::test]
async fn a_first_password_is_set_where_there_is_none_and_nowhere_else() {
    let t = kit(|s| s.anonymous = true).await;
    let guest = t.pages();
    guest.post("/api/v1/sign-in/anonymous", &json!({})).await;
    let first = json!({ "new_password": PASSWORD });
    let set = guest.json(Method::PUT, "/api/v1/me/password", &first).await;
    assert_eq!(set.json()["status"], "complete", "{}", set.text());
    let again = guest.json(Method::PUT, "/api/v1/me/password", &first).await;
    assert_eq!(problems(&again)[0].1, "invalid_credentials");
}

#[tokio::test]
async fn accounts_without_a_name_go_when_nobody_can_come_back_to_them() {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
    let t = kit(|s| s.anonymous = true).await;
    let begin = async || {
        let guest = t.pages();
        let begun = guest.post("/api/v1/sign-in/anonymous", &json!({})).await.json();
        (guest, begun["user"]["id"].as_str().unwrap().to_owned())
    };
    let (_left, left) = begin().await;
    let (named, named_id) = begin().await;
    let begun = named.json(Method::PUT, "/api/v1/me/email", &json!({ "email": EMAIL })).await;
    let path = format!("/api/v1/me/address/{}/confirm", begun.json()["flow_id"].as_str().unwrap());
    let code = json!({ "code": t.code_for(EMAIL).await });
    assert_eq!(named.post(&path, &code).await.json()["status"], "verified");
    // What else nobody can sign in to was made by the app, and is its business.
    let app = t.user_with(|new| {
        (new.username, new.password) = (Some("robot".into()), None);
    });
    let app = app.await;
    let status = async |id: &str| {
        let id = keyward::id::UserId::parse(id).unwrap();
        t.kw.person(id).await.unwrap().map(|person| person.status)
    };
    t.clock.advance(DAY * 29);
    t.clean_up().await;
    assert_eq!(status(&left).await, Some("active"));
    t.clock.advance(DAY * 2);
    let (_here, here) = begin().await;
    t.clean_up().await;
    assert_eq!(status(&left).await, Some("deleted"));
    t.clock.advance(DAY * 13);
    for id in [&named_id, &here, &app.id.to_string()] {
        t.clean_up().await;
        assert_eq!(status(id).await, Some("active"), "{id}");
    }
    t.clock.advance(DAY * 2);
    t.clean_up().await;
    assert_eq!(status(&left).await, None, "erased, like every deleted account");
}

#[tokio::test]
async fn accounts_without_a_name_are_off_at_first() {
    let t = TestAuth::new().await;
    let reply = t.pages().post("/api/v1/sign-in/anonymous", &json!({})).await;
    assert_eq!(reply.code(), "method_disabled");
}

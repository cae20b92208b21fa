//! Names, passwords and what strangers can learn about them.

use http::Method;
use keyward::id::UserId;
use keyward::testing::{Client, PASSWORD, TestAuth};
use keyward::{ApiKeyTerms, Kind, NewPerson, Secret};
use serde_json::json;

const WRONG: &str = "an incorrect password";

#[tokio::test]
async fn a_person_signs_in_by_any_configured_name_and_no_other() {
    let person = || NewPerson {
        email: Some("ada@example.com".into()),
        username: Some("Ada".into()),
        phone: Some("+442079460000".into()),
        password: Some(Secret::new(PASSWORD)),
        verified: true,
        ..NewPerson::default()
    };
    for (kinds, names) in [
        (vec![Kind::Email, Kind::Username, Kind::Phone], [true, true, true]),
        (vec![Kind::Email], [true, false, false]),
        (vec![Kind::Username], [false, true, false]),
        (vec![Kind::Phone], [false, false, true]),
    ] {
        let t = TestAuth::with(|b| b.settings(|s| s.identifiers = kinds.clone())).await;
        t.kw.add_person(person()).await.unwrap().unwrap();
        for (typed, known) in [" ADA@Example.com ", "ada", "+44 20 7946 0000"].iter().zip(names) {
            let body = json!({ "identifier": typed, "password": PASSWORD });
            let reply = t.pages().post("/api/v1/sign-in", &body).await;
            assert_eq!(reply.status() == 200, known, "{kinds:?} {typed}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn unknown_wrong_and_locked_look_alike() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let bob = t.user("bob@example.com").await;
    t.kw.act_on(bob.id, keyward::Act::Lock { reason: "x".into() }).await.unwrap().unwrap();
    let eve = t.user("eve@example.com").await;
    t.kw.act_on(eve.id, keyward::Act::Delete).await.unwrap().unwrap();
    let mut seen = vec![];
    for (name, password) in [
        ("nobody@example.com", PASSWORD),
        ("not an identifier", PASSWORD),
        ("ada@example.com", WRONG),
        ("bob@example.com", PASSWORD),
        ("eve@example.com", PASSWORD),
        ("ada@example.com", &"x".repeat(2000)),
    ] {
        let body = json!({ "identifier": name, "password": password });
        let reply = t.pages().post("/api/v1/sign-in", &body).await;
        let mut json = reply.json();
        json["instance"] = json!("");
        let mut headers: Vec<String> = reply.headers().keys().map(|k| k.to_string()).collect();
        headers.sort();
        seen.push((reply.status(), json, headers));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
}

#[tokio::test]
async fn names_that_nobody_has_run_into_the_same_limit_in_every_spelling() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    for name in ["ada", "nobody"] {
        let spell = |n: usize| match n % 3 {
            0 => format!("{name}@example.com"),
            1 => format!("{}@EXAMPLE.com", name.to_uppercase()),
            _ => format!(" \u{ff21}{}@example.com", &name[1..])
                .replace('\u{ff21}', if name == "ada" { "\u{ff21}" } else { "\u{ff2e}" }),
        };
        let mut codes = vec![];
        for n in 0..12 {
            let body = json!({ "identifier": spell(n), "password": WRONG });
            codes.push(t.pages().post("/api/v1/sign-in", &body).await.code());
        }
        assert_eq!(codes[9], "invalid_credentials", "{name}");
        assert_eq!(codes[10..], ["rate_limited", "rate_limited"], "{name}");
    }
}

#[tokio::test]
async fn a_taken_address_answers_like_a_free_one_however_often_it_is_asked() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    let ask = async |email: &str| {
        let mut told = vec![];
        for _ in 0..7 {
            let body = json!({ "email": email, "password": PASSWORD });
            let reply = t.pages().post("/api/v1/sign-up", &body).await;
            told.push((reply.status().as_u16(), reply.json()["status"].clone()));
        }
        told
    };
    assert_eq!(ask("ada@example.com").await, ask("free@example.com").await);
    let ask = async |name: &str| {
        let reply = t.pages().post("/api/v1/recovery", &json!({ "identifier": name })).await;
        (reply.status(), reply.json()["status"].clone())
    };
    assert_eq!(ask("ada@example.com").await, ask("nobody@example.com").await);
}

#[tokio::test]
async fn names_that_look_alike_are_one_name() {
    let t = TestAuth::with(|b| b.settings(|s| s.verify = keyward::VerifyMode::None)).await;
    let sign_up = async |name: &str| {
        let body = json!({ "username": name, "password": PASSWORD });
        let reply = t.pages().post("/api/v1/sign-up", &body).await;
        reply.json()["errors"][0]["code"].as_str().unwrap_or("").to_owned()
    };
    assert_eq!(sign_up("paypal").await, "");
    for (name, code) in [
        ("PayPal", "username_taken"),
        ("paypa1", "username_taken"),
        ("\u{ff50}aypal", "username_taken"),
        ("p\u{430}ypal", "username_invalid"),
        ("paypal\u{200b}", "username_invalid"),
        ("paypal2", ""),
    ] {
        assert_eq!(sign_up(name).await, code, "{name}");
    }
}

#[tokio::test]
async fn passwords_are_judged_by_length_and_lists_in_any_typing() {
    let t = TestAuth::new().await;
    let check = async |password: &str| {
        let reply =
            t.pages().post("/api/v1/password/check", &json!({ "password": password })).await;
        reply.json()["problems"].to_string()
    };
    assert_eq!(check("correct horse battery").await, "[]");
    assert_eq!(check("fourteen chars").await, "[\"password_too_short\"]");
    assert_eq!(check("passwordpassword").await, "[\"password_common\"]");
    assert_eq!(check(&"x".repeat(1025)).await, "[\"password_too_long\"]");
    // Composed when it is set, decomposed when it is typed: another keyboard.
    let set = "une cl\u{e9} tr\u{e8}s longue";
    let typed = "une cle\u{301} tre\u{300}s longue";
    let new = NewPerson {
        email: Some("ada@example.com".into()),
        password: Some(Secret::new(set)),
        verified: true,
        ..NewPerson::default()
    };
    t.kw.add_person(new).await.unwrap().unwrap();
    let body = json!({ "identifier": "ada@example.com", "password": typed });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 200);
}

#[tokio::test]
async fn nobody_gives_or_takes_over_more_than_they_hold() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let desk = t.user("desk@example.com").await;
    let ada = t.user("ada@example.com").await;
    for permission in ["users:*", "roles:*", "reports:view"] {
        t.kw.grant("desk@example.com", permission).await.unwrap();
    }
    let client = t.pages().login_as(&desk).await;
    let put =
        async |path: String, body: serde_json::Value| client.json(Method::PUT, &path, &body).await;
    let users = "/api/v1/admin/users";
    for who in [desk.id, ada.id] {
        let reply = put(format!("{users}/{who}/roles/admin"), json!({})).await;
        assert_eq!(reply.code(), "outside_ceiling", "{}", reply.text());
    }
    let path = format!("{users}/{}/roles/admin", root.id);
    assert_eq!(client.json(Method::DELETE, &path, &json!({})).await.code(), "outside_ceiling");
    for act in ["set-password", "lock", "verify", "unlock", "restore"] {
        let body = match act {
            "set-password" => json!({ "password": PASSWORD }),
            _ => json!({}),
        };
        let reply = client.post(&format!("{users}/{}/{act}", root.id), &body).await;
        assert_eq!(reply.code(), "outside_ceiling", "{act}");
    }
    let path = format!("{users}/{}", root.id);
    let edit = json!({ "email": "desk+root@example.com" });
    assert_eq!(client.json(Method::PATCH, &path, &edit).await.code(), "outside_ceiling");
    assert_eq!(client.json(Method::DELETE, &path, &json!({})).await.code(), "outside_ceiling");

    keeps_sessions_and_keys(&t, &client, root.id).await;

    client.post("/api/v1/admin/roles", &json!({ "name": "analyst" })).await;
    let rules = "/api/v1/admin/roles/analyst/permissions";
    for (permission, code) in
        [("reports:view", ""), ("reports:*", "outside_ceiling"), ("*", "outside_ceiling")]
    {
        let body = json!({ "permission": permission, "effect": "allow" });
        assert_eq!(put(rules.into(), body).await.code(), code, "{permission}");
    }
    assert_eq!(put(format!("{users}/{}/roles/analyst", ada.id), json!({})).await.status(), 204);
    assert!(t.kw.can(ada.id, "reports:view").await.unwrap());
    assert_eq!(client.post(&format!("{users}/{}/lock", ada.id), &json!({})).await.status(), 200);
}

/// Nobody keeps out, by ending what lets them in, whoever may do more.
async fn keeps_sessions_and_keys(t: &TestAuth, desk: &Client, root: UserId) {
    let session = t.kw.sign_in_user(&root).await.unwrap().unwrap();
    let terms = ApiKeyTerms { name: "ci".into(), ..ApiKeyTerms::default() };
    let key = t.kw.create_api_key(root, terms).await.unwrap().unwrap().key.id;
    let account = format!("/api/v1/admin/users/{root}");
    let reply = desk.post(&format!("{account}/sign-out"), &json!({})).await;
    assert_eq!(reply.code(), "outside_ceiling", "sign-out");
    let one = |what: &str| format!("{account}/{what}");
    let session_path = one(&format!("sessions/{}", session.id));
    for path in [session_path, one(&format!("api-keys/{key}")), one("api-keys")] {
        let reply = desk.json(Method::DELETE, &path, &json!({})).await;
        assert_eq!(reply.code(), "outside_ceiling", "{path}");
    }
    let page = format!("/admin/people/{root}/sign-out");
    assert_ne!(desk.form(&page, &[]).await.status(), 303);
    assert!(t.kw.session_list(root).await.unwrap().iter().any(|row| row.id == session.id));
}

#[tokio::test]
async fn people_are_found_by_what_they_are_and_never_by_their_secrets() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let client = t.pages().login_as(&root).await;
    for n in 0..7 {
        let person = t.user(&format!("p{n}@example.com")).await;
        let plan = if n % 3 == 0 { "pro" } else { "free" };
        let body = json!({ "properties": { "plan": plan, "seats": n } });
        let path = format!("/api/v1/admin/users/{}", person.id);
        let edited = client.json(Method::PATCH, &path, &body).await;
        assert_eq!(edited.status(), 200, "{}", edited.text());
    }
    let found = async |query: &str| {
        let reply = client.get(&format!("/api/v1/admin/users?{query}")).await;
        assert_eq!(reply.status(), 200, "{query}: {}", reply.text());
        let rows = reply.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("property=plan&value=pro").await.len(), 3);
    assert_eq!(found("property=seats&value=4").await, ["p4@example.com"]);
    assert_eq!(found("email=P2@Example.com").await, ["p2@example.com"]);
    assert_eq!(found("q=p3@").await, ["p3@example.com"]);
    assert_eq!(found("role=admin").await, ["root@example.com"]);
    for query in ["password=x", "property=password", "credential=x", "secret_hash=x"] {
        let reply = client.get(&format!("/api/v1/admin/users?{query}")).await;
        assert_eq!(reply.code(), "validation_failed", "{query}");
    }
    let (mut seen, mut query) = (vec![], "limit=3".to_owned());
    loop {
        let reply = client.get(&format!("/api/v1/admin/users?{query}")).await.json();
        let rows = reply["data"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = reply["next_cursor"].as_str() else { break };
        query = format!("limit=3&cursor={next}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 8, "every person once");
}

#[tokio::test]
async fn an_edit_of_something_that_changed_meanwhile_is_refused() {
    let t = TestAuth::new().await;
    let root = t.user("root@example.com").await;
    t.kw.assign_role(root.id, "admin", true).await.unwrap().unwrap();
    let ada = t.user("ada@example.com").await;
    let client = t.pages().login_as(&root).await;
    let path = format!("/api/v1/admin/users/{}", ada.id);
    let tag = client.get(&path).await.headers()["etag"].to_str().unwrap().to_owned();
    let edit = async |name: &str| {
        let request = http::Request::patch(&path)
            .header("host", "localhost")
            .header("sec-fetch-site", "same-origin")
            .header("if-match", &tag)
            .header("cookie", format!("kw_session={}", client.cookie("kw_session").unwrap()))
            .header("content-type", "application/json")
            .body(axum::body::Body::from(json!({ "name": name }).to_string()))
            .unwrap();
        client.raw(request).await
    };
    assert_eq!(edit("Ada").await.status(), 200);
    let late = edit("Eve").await;
    assert_eq!((late.status().as_u16(), late.code().as_str()), (412, "precondition_failed"));
    assert_eq!(client.get(&path).await.json()["name"], "Ada");
}

#[tokio::test]
async fn the_decoy_costs_what_the_real_hash_costs() {
    let slow = keyward::HashPolicy { memory_kib: 32 * 1024, iterations: 2, lanes: 1 };
    let t = TestAuth::with(|b| b.hashing(slow, 1)).await;
    let mut best = [std::time::Duration::MAX; 2];
    // The least of many: what else runs on the machine only ever adds. As many
    // rounds as it takes, and each with names of its own: none is out of guesses.
    for n in 0..40 {
        let names = [format!("nobody{n}@example.com"), format!("ada{n}@example.com")];
        t.user(&names[1]).await;
        for (best, name) in best.iter_mut().zip(names) {
            let began = tokio::time::Instant::now();
            let body = json!({ "identifier": name, "password": WRONG });
            t.pages().post("/api/v1/sign-in", &body).await;
            *best = (*best).min(began.elapsed());
        }
        let ratio = best[0].as_secs_f64() / best[1].as_secs_f64();
        if n >= 5 && (0.67..1.5).contains(&ratio) {
            return;
        }
    }
    panic!("unknown and known: {best:?}");
}

//! Whoever may ask about a token, and whoever may end one.

use super::*;

const INTROSPECT: &str = "/api/v1/token/introspect";
const REVOKE: &str = "/api/v1/token/revoke";

/// A program that may ask.
async fn gateway(t: &TestAuth) -> String {
    let gateway = t.user("gateway@example.com").await;
    t.role("gateway", &["tokens:introspect"]).await;
    t.give_role(&gateway, "gateway").await;
    let terms = keyward::ApiKeyTerms { name: "gateway".into(), ..Default::default() };
    let key = t.kw.create_api_key(gateway.id, terms).await.unwrap().unwrap();
    key.text.reveal().to_owned()
}

async fn told(t: &TestAuth, by: &str, token: &str) -> Value {
    let client = t.pages().from_site(None);
    let body = json!({ "token": token, "token_type_hint": "access_token" });
    let reply = ask(&client, Method::POST, INTROSPECT, by, Some(&body)).await;
    assert_eq!(reply.status(), 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn whoever_may_ask_is_told_and_others_are_told_nothing() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let key = gateway(&t).await;
    let pair = scoped(&t, &ada, &["posts:*"]).await;
    let (access, refresh) = (pair.access.reveal(), pair.refresh.reveal());
    let told_of = told(&t, &key, access).await;
    assert_eq!(told_of["active"], true);
    for name in ["sub", "sid", "exp", "iat", "iss", "aud", "jti", "scope"] {
        assert_eq!(told_of[name], claims(access)[name], "{name}");
    }
    let of_refresh = told(&t, &key, refresh).await;
    assert_eq!(
        (&of_refresh["active"], &of_refresh["token_type"]),
        (&json!(true), &json!("refresh_token"))
    );
    let nothing = json!({ "active": false });
    let cut = &access[..access.len() - 1];
    for odd in ["", "x", "eyJ", cut, &refresh[..refresh.len() - 1], &key] {
        assert_eq!(told(&t, &key, odd).await, nothing, "{odd}");
    }
    let client = t.pages().from_site(None);
    let body = json!({ "token": access });
    assert_eq!(client.post(INTROSPECT, &body).await.status(), 401);
    for other in [access, issue(&t, &ada).await.access.reveal()] {
        let reply = ask(&client, Method::POST, INTROSPECT, other, Some(&body)).await;
        assert_eq!(reply.status(), 403, "a token does not ask about itself");
    }
    t.kw.close_sessions(ada.id).await.unwrap().unwrap();
    assert_eq!(told(&t, &key, access).await, nothing, "nothing of one that has ended");
    assert_eq!(told(&t, &key, refresh).await, nothing);
}

#[tokio::test]
async fn whoever_has_a_token_may_end_it_and_learns_nothing_else() {
    let t = TestAuth::new().await;
    let ada = t.user("ada@example.com").await;
    let (one, two, other) = (issue(&t, &ada).await, issue(&t, &ada).await, issue(&t, &ada).await);
    let client = t.pages().from_site(None);
    let mut bodies = vec![];
    for token in [one.access.reveal(), two.refresh.reveal(), "nothing", "eyJ.e30.AA", "kwr_x"] {
        let kind = Some("application/x-www-form-urlencoded");
        let body = format!("token={token}&token_type_hint=refresh_token");
        let reply = client.send(Method::POST, REVOKE, kind, &body).await;
        assert_eq!(reply.status(), 200, "{token}");
        bodies.push(reply.text().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    for pair in [&one, &two] {
        assert!(t.kw.verify_access_token(pair.access.reveal()).await.unwrap().is_none());
        assert_eq!(refreshed(&t, pair.refresh.reveal()).await.status(), 400);
    }
    assert_eq!(refreshed(&t, other.refresh.reveal()).await.status(), 200);
    // A token that was changed for the next ends nothing any more.
    let spent = json!({ "token": other.refresh.reveal() });
    assert_eq!(client.post(REVOKE, &spent).await.status(), 200);
    assert_eq!(t.kw.session_list(ada.id).await.unwrap().len(), 1);
}

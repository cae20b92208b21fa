//! The client and the server.

use std::time::Duration;

use keyward::testing::{Authenticator, PASSWORD};
use keyward::{ApiKeyTerms, Secret};
use keyward_client::{Credentials, Error};
use serde_json::json;

use crate::kit::Server;

#[tokio::test]
async fn signing_in_being_somebody_and_signing_out() {
    let server = Server::start().await;
    let ada = server.kit.user("ada@example.com").await;
    server.kit.role("editor", &["posts:edit"]).await;
    server.kit.give_role(&ada, "editor").await;

    let me = server.client.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let identity = me.identify().await.unwrap();
    assert_eq!(identity.user.email.as_deref(), Some("ada@example.com"));
    assert_eq!((identity.roles, identity.session.unwrap().aal), (vec!["editor".to_owned()], 1));
    assert!(me.can("posts:edit").await.unwrap());
    assert!(!me.can("posts:publish").await.unwrap());
    assert!(me.can_on("posts:edit", "posts:42").await.unwrap());
    let post = json!({ "type": "posts", "id": "42", "owner": "user:eve" });
    assert!(!me.can_on("posts:publish", post).await.unwrap());
    let each = me.can_each(&["posts:edit", "posts:publish", "posts:edit"]).await.unwrap();
    assert_eq!(each, [true, false, true]);

    me.sign_out().await.unwrap();
    assert!(me.identify().await.unwrap_err().is_unauthenticated());
    assert!(me.can("posts:edit").await.unwrap_err().is_unauthenticated());
}

#[tokio::test]
async fn wrong_passwords_and_unknown_people_are_refused_alike() {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    for name in ["ada@example.com", "nobody@example.com"] {
        let error = server.client.sign_in(name, "wrong horse battery").await.unwrap_err();
        assert_eq!(error.code(), Some("invalid_credentials"), "{name}");
        assert!(error.is_unauthenticated());
    }
    let error = server.client.post_sign_up(json!({ "email": "none" })).await.unwrap_err();
    let problem = error.problem().unwrap();
    assert_eq!(problem.code, "validation_failed");
    assert_eq!(problem.errors[0].field, "email");
    assert!(problem.instance.as_ref().is_some_and(|it| !it.is_empty()));
}

#[tokio::test]
async fn a_second_factor_is_a_next_step() {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    let me = server.client.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let begun = me.post_me_totp().await.unwrap();
    let app = Authenticator::new(begun["secret"].as_str().unwrap(), &server.kit.clock);
    let body = json!({ "flow_id": begun["flow_id"], "code": app.code() });
    me.post_me_totp_confirm(body).await.unwrap();

    let error = server.client.sign_in("ada@example.com", PASSWORD).await.unwrap_err();
    let Error::NextStep(step) = &error else { panic!("{error:?}") };
    assert_eq!(step.status, "needs_mfa");
    assert!(step.methods.iter().any(|method| method == "totp"));
    let wrong = server.client.second_factor(step, "totp", "000000").await.unwrap_err();
    assert_eq!(wrong.code(), Some("mfa_invalid"));
    let code = app.next_code();
    let again = server.client.second_factor(step, "totp", &code).await.unwrap();
    assert_eq!(again.identify().await.unwrap().session.unwrap().aal, 2);
}

#[tokio::test]
async fn an_api_key_is_its_account_within_bounds() {
    let server = Server::start().await;
    let ada = server.kit.user("ada@example.com").await;
    server.kit.role("editor", &["posts:*"]).await;
    server.kit.give_role(&ada, "editor").await;
    let terms = ApiKeyTerms {
        name: "ci".into(),
        permissions: Some(vec!["posts:edit".into()]),
        ..ApiKeyTerms::default()
    };
    let key = server.kit.kw.create_api_key(ada.id, terms).await.unwrap().unwrap();
    let program = server.client.using(Credentials::api_key(key.text.reveal()).unwrap());
    let identity = program.identify().await.unwrap();
    assert_eq!((identity.user.id, identity.session.is_none()), (ada.id.to_string(), true));
    assert!(program.can("posts:edit").await.unwrap());
    assert!(!program.can("posts:publish").await.unwrap());
    assert_eq!(program.get_session().await.unwrap_err().code(), Some("session_required"));
}

#[tokio::test]
async fn administrators_change_what_they_have_seen_and_others_nothing() {
    let server = Server::start().await;
    let kit = &server.kit;
    kit.kw.add_admin("root@example.com", Secret::new(PASSWORD)).await.unwrap().unwrap();
    let ada = kit.user("ada@example.com").await;
    let admin = server.client.sign_in("root@example.com", PASSWORD).await.unwrap();

    let found = admin.get_admin_users().query("email", "ada@example.com").await.unwrap();
    let id = found["data"][0]["id"].as_str().unwrap();
    assert_eq!(id, ada.id.to_string());
    let version = found["data"][0]["version"].as_i64().unwrap();
    let rename = |name: &str| admin.patch_admin_users_id(id, json!({ "name": name }));
    rename("Lin").if_match(version).await.unwrap();
    let error = rename("Max").if_match(version).await.unwrap_err();
    assert_eq!(error.code(), Some("precondition_failed"));
    assert_eq!(admin.get_admin_users_id(id).await.unwrap()["name"], "Lin");

    let me = server.client.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let error = me.get_admin_users().await.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(error.problem().unwrap().permission(), Some("users:view"));
    admin.post_admin_users_id_lock(id, json!({})).await.unwrap();
    assert!(me.identify().await.unwrap_err().is_unauthenticated());
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_how_long_to_wait() {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    let mut refused = None;
    for _ in 0..200 {
        let error = server.client.sign_in("ada@example.com", "wrong horse battery").await;
        let error = error.unwrap_err();
        if error.code() == Some("rate_limited") {
            refused = Some(error);
            break;
        }
    }
    let wait = refused.unwrap().problem().unwrap().retry_after.unwrap();
    assert!(wait > Duration::ZERO, "{wait:?}");
}

#[tokio::test]
async fn pictures_are_bytes_and_a_stream_says_when_a_session_ends() {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    let asked = json!({ "purpose": "app", "kind": "digits" });
    let asked = server.client.post_captcha(asked).await.unwrap();
    let picture = server.client.get_captcha_token_image(asked["token"].as_str().unwrap());
    assert!(picture.await.unwrap().starts_with(b"\x89PNG"));

    let me = server.client.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let mut events = me.get_session_events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().name, "open");
    me.sign_out().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().name, "ended");
    let refused = me.get_session_events().await.unwrap_err();
    assert!(refused.is_unauthenticated());
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_secret() {
    let server = Server::start().await;
    server.kit.user("ada@example.com").await;
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD, "session": "token" });
    let outcome = server.client.post_sign_in(body).await.unwrap();
    let token = outcome.token.clone().unwrap();
    let secret = token.reveal().split_once('.').unwrap().1;
    let credentials = Credentials::bearer(token.reveal()).unwrap();
    let client = server.client.using(credentials.clone());
    let call = client.patch_me(json!({ "name": PASSWORD }));
    let printed = format!("{outcome:?} {credentials:?} {client:?} {call:?} {token:?}");
    assert!(!printed.contains(secret) && !printed.contains(PASSWORD), "{printed}");
    let gone = Error::NextStep(Box::new(outcome));
    assert!(!format!("{gone:?} {gone}").contains(secret));
}

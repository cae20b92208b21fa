//! The door on database servers.

#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;

use std::sync::Arc;

use keyward::Keyward;
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use serde_json::{Value, json};

use super::flaws::frontend;
use super::{PASSWORD, Site};
use crate::nodes::KEY;

async fn site(url: &str) -> Site {
    let ((key, how), clock) = (frontend(), FakeClock::default());
    let builder = Keyward::connect(url).root_key(KEY).clock(Arc::new(clock.clone()));
    let kw = builder.hashing(CHEAP, 1).authnzerver(how).build().await.unwrap();
    Site { t: TestAuth::around(kw, clock), key }
}

/// authnzerver read rows as one version of one library gives them, and spoke to no other.
async fn flaw_19(url: &str) {
    let site = site(url).await;
    let ada = site.person("ada@example.org").await;
    let bob = site.person_as("bob@example.org", "staff").await;
    assert_eq!((ada, bob), (4, 5));
    assert!(site.logs_in("ADA@Example.org", PASSWORD).await);
    assert!(!site.logs_in("ada@example.org", "wrong").await);
    sessions(&site, ada).await;
    keys(&site, ada).await;
    let people = site.done("user-list", json!({ "user_id": null })).await;
    let people = people["user_info"].as_array().unwrap();
    let said = |id: i64| people.iter().find(|it| it["user_id"] == id).unwrap().clone();
    assert_eq!(
        (&said(ada)["email"], &said(bob)["user_role"]),
        (&json!("ada@example.org"), &json!("staff"))
    );
    assert!(said(ada)["last_login_success"].is_string());
    let edit = json!({ "target_userid": ada, "update_dict": { "full_name": "Ada K.", "extra_info": { "shoe": [38, null] } } });
    let edited = site.done("internal-user-edit", edit).await;
    assert_eq!(edited["user_info"]["full_name"], "Ada K.");
    assert_eq!(edited["user_info"]["extra_info"]["shoe"], json!([38, null]));
    sent_again(&site).await;
    site.t.kw.shutdown().await;
}

async fn sessions(site: &Site, ada: i64) {
    let tokens = [site.session(Some(ada)).await, site.session(Some(ada)).await];
    let info = site.done("session-exists", json!({ "session_token": tokens[0] })).await;
    assert_eq!(info["session_info"]["user_id"], ada);
    assert_eq!(info["session_info"]["extra_info_json"], json!({ "seen": 1 }));
    site.done("session-delete", json!({ "session_token": tokens[0] })).await;
    assert!(!site.is_open(&tokens[0]).await && site.is_open(&tokens[1]).await);
}

async fn keys(site: &Site, ada: i64) {
    let body = json!({
        "issuer": "site", "audience": "a", "subject": "all", "apiversion": 1,
        "expires_seconds": 3600, "not_valid_before": 0, "user_id": ada,
        "user_role": "authenticated", "ip_address": "192.0.2.7",
        "refresh_expires": 86400, "refresh_nbf": 0,
    });
    let made = site.done("apikey-new-nosession", body).await;
    let key: Value = serde_json::from_str(made["apikey"].as_str().unwrap()).unwrap();
    let asked = json!({ "apikey_dict": key, "user_id": ada, "user_role": "authenticated" });
    site.done("apikey-verify-nosession", asked.clone()).await;
    site.done("apikey-revoke-nosession", asked.clone()).await;
    site.refused("apikey-verify-nosession", asked).await;
}

/// The database remembers what came.
async fn sent_again(site: &Site) {
    let body = json!({ "full_name": "Eve", "email": "eve@example.org", "password": PASSWORD });
    let message = json!({ "request": "user-new", "body": body, "reqid": 1 });
    let sealed = site.sealed(&message, site.now());
    assert_eq!(site.send(&sealed).await.0, 200);
    assert_eq!(site.send(&sealed).await.0, 401);
}

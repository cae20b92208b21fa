//! People who came from authnzerver's own database keep their numbers.

use keyward::import::{self, ImportOptions, OpenOptions, System};
use serde_json::json;

use super::Site;

async fn bring(site: &Site) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authdb.sqlite");
    let text = include_str!("../fixtures/import/authnzerver.sql");
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(&format!("PRAGMA foreign_keys = OFF;\nBEGIN;\n{text}\nCOMMIT;")).unwrap();
    let place = file.to_string_lossy();
    let mut source =
        import::open(System::Authnzerver, &place, &OpenOptions::default()).await.unwrap();
    let options = ImportOptions {
        roles: [("superuser".into(), "superuser".into())].into(),
        ..ImportOptions::default()
    };
    let report = site.t.kw.import(&mut *source, &options, &mut ()).await.unwrap();
    assert_eq!(report.imported, 5);
}

async fn number_of(site: &Site, email: &str) -> i64 {
    let found = site.done("user-lookup-email", json!({ "email": email })).await;
    found["user_info"]["user_id"].as_i64().unwrap()
}

#[tokio::test]
async fn whoever_comes_from_authnzerver_keeps_their_number() {
    let site = Site::new().await;
    // The roles of the model are there once a frontend has asked.
    site.session(None).await;
    bring(&site).await;
    let info = site.done("user-list", json!({ "user_id": 1 })).await["user_info"][0].clone();
    assert_eq!(
        (&info["email"], &info["user_role"]),
        (&json!("root@example.com"), &json!("superuser"))
    );
    let new = site.person("new.one@example.org").await;
    let ada = number_of(&site, "ada@example.com").await;
    let staff = number_of(&site, "staff@example.com").await;
    assert_eq!((ada, staff, new), (4, 5, 8), "as there, and behind all of them");
    assert!(site.logs_in("ada@example.com", keyward::testing::PASSWORD).await);
    let token = site.session(Some(ada)).await;
    let info = site.done("session-exists", json!({ "session_token": token })).await;
    assert_eq!(info["session_info"]["user_id"], ada);
}

/// A number that was given already is not taken from whoever has it.
#[tokio::test]
async fn a_number_that_somebody_has_stays_theirs() {
    let site = Site::new().await;
    let early = site.person("early@example.org").await;
    bring(&site).await;
    let all = site.done("user-list", json!({ "user_id": null })).await;
    let numbers: Vec<i64> = all["user_info"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["user_id"].as_i64().unwrap())
        .collect();
    let mut once = numbers.clone();
    once.dedup();
    assert_eq!(numbers, once, "sorted, and each once");
    assert_eq!(number_of(&site, "early@example.org").await, early);
}

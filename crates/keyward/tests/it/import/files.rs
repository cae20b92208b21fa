//! What other products export.

use keyward::import::System;
use keyward::testing::{PASSWORD, TestAuth};
use serde_json::json;

use super::kit::{Import, fixture, keeps_password, knows, person, roles};

#[tokio::test]
async fn django_people_come_by_what_dumpdata_writes() {
    let t = TestAuth::new().await;
    t.role("editors", &[]).await;
    let (report, refused) = Import::of(System::Django, fixture("django.json")).run(&t).await;
    assert_eq!((report.rows, report.imported), (4, 4), "{refused:?}");
    assert!(keeps_password(&t, "ada@example.com").await);
    assert!(keeps_password(&t, "root").await);
    assert!(!knows(&t, "bob@example.com", PASSWORD).await, "not active");
    assert_eq!(roles(&t, "ada").await, ["editors"]);
}

#[tokio::test]
async fn auth0_people_come_by_either_export() {
    let t = TestAuth::new().await;
    t.role("editor", &[]).await;
    let (report, refused) = Import::of(System::Auth0, fixture("auth0.json")).run(&t).await;
    assert_eq!((report.rows, report.imported), (3, 3), "{refused:?}");
    assert!(keeps_password(&t, "ada@example.com").await);
    assert!(keeps_password(&t, "alt@example.com").await);
    let full = serde_json::to_value(person(&t, "full@example.com").await).unwrap();
    assert_eq!(full["properties"], json!({ "city": "Paris" }));
    assert_eq!(full["status"], "locked");
    assert_eq!(full["created_at"], "2020-01-02T03:04:05.678Z");
    assert_eq!(roles(&t, "full@example.com").await, ["editor"]);
    assert_eq!(report.lost["app_metadata"], 1, "its owner could change it here");
}

#[tokio::test]
async fn firebase_people_need_the_parameters_of_their_project() {
    let t = TestAuth::new().await;
    let import = Import::of(System::Firebase, fixture("firebase.json"));
    let (report, _) = import.run(&t).await;
    assert_eq!((report.imported, report.reasons["hash_parameters_missing"]), (1, 1));
    let parameters = std::fs::read_to_string(fixture("firebase.txt")).unwrap();
    let (report, _) = import.secret(&parameters).run(&t).await;
    assert_eq!((report.imported, report.known), (1, 1));
    assert!(keeps_password(&t, "ada@example.com").await);
    let bob = serde_json::to_value(person(&t, "+442079460000").await).unwrap();
    assert_eq!(bob["status"], "locked");
}

#[tokio::test]
async fn what_firebase_says_and_nobody_here_reads_is_told() {
    let t = TestAuth::new().await;
    let (report, _) = Import::of(System::Firebase, fixture("firebase.json")).run(&t).await;
    assert_eq!((report.lost["claims"], report.lost["sign-in at `google.com`"]), (1, 1));
}

#[tokio::test]
async fn keycloak_people_come_by_the_export_of_their_realm() {
    let t = TestAuth::new().await;
    t.role("editor", &[]).await;
    let (report, refused) = Import::of(System::Keycloak, fixture("keycloak.json")).run(&t).await;
    assert_eq!((report.rows, report.imported), (3, 2), "{refused:?}");
    assert_eq!(report.reasons["system_account"], 1);
    let ada = serde_json::to_value(person(&t, "ada").await).unwrap();
    assert_eq!(ada["properties"], json!({ "city": "Paris", "langs": ["en", "fr"] }));
    assert_eq!(roles(&t, "ada").await, ["editor"]);
    assert_eq!(report.lost["group `/staff`"], 1);
    assert_eq!(report.lost["sign-in at `google`"], 1);
    let bob = person(&t, "bob").await;
    t.kw.act_on(bob.id, keyward::Act::Unlock).await.unwrap().unwrap();
    let signed_in = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let answer = t.pages().post("/api/v1/sign-in", &signed_in).await;
    assert_eq!(answer.json()["methods"], json!(["totp"]), "her second factor is asked for");
}

#[tokio::test]
async fn supabase_people_come_by_the_rows_of_their_table() {
    let t = TestAuth::new().await;
    let (report, refused) = Import::of(System::Supabase, fixture("supabase.csv")).run(&t).await;
    assert_eq!((report.rows, report.imported), (3, 2), "{refused:?}");
    assert_eq!(report.reasons["deleted"], 1);
    assert!(keeps_password(&t, "ada@example.com").await);
    assert_eq!(person(&t, "ada@example.com").await.name, "Ada Lovelace");
    let bob = serde_json::to_value(person(&t, "+442079460000").await).unwrap();
    assert_eq!(bob["status"], "locked");
    assert_eq!(report.lost["raw_app_meta_data"], 1);
}

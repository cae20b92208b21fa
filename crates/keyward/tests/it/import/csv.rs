//! Files of rows.

use keyward::import::System;
use keyward::testing::{PASSWORD, TestAuth};
use serde_json::{Value, json};

use super::kit::{Import, file, fixture, keeps_password, knows, person, roles};

#[tokio::test]
async fn who_comes_by_a_file_signs_in_with_the_password_of_old() {
    let t = TestAuth::new().await;
    t.role("editor", &["posts:edit"]).await;
    let (report, refused) = Import::of(System::Csv, fixture("people.csv")).run(&t).await;
    assert_eq!((report.rows, report.imported, report.refused), (2, 2, 0), "{refused:?}");
    let ada = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &ada).await.status(), 200);
    assert!(keeps_password(&t, "ada").await, "by her username as well");
    let ada = serde_json::to_value(person(&t, "ada").await).unwrap();
    assert_eq!(ada["name"], "Ada Lovelace");
    assert_eq!(ada["properties"], json!({ "city": "Paris" }));
    assert_eq!(ada["created_at"], "2020-01-02T00:00:00.000Z");
    let proven: Vec<(&Value, bool)> = ada["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["value"], it["verified"] == true))
        .collect();
    assert!(proven.contains(&(&json!("Ada@Example.com"), true)), "{proven:?}");
    assert_eq!(roles(&t, "ada").await, ["editor"]);
    assert_eq!(report.lost["role `reader`"], 1);
    assert_eq!(report.lost["column `shoe`"], 1);
    let bob = serde_json::to_value(person(&t, "bob@example.com").await).unwrap();
    assert_eq!(bob["status"], "locked");
    assert!(!knows(&t, "bob@example.com", PASSWORD).await, "a lock comes along");
}

#[tokio::test]
async fn the_log_says_who_came_and_with_what() {
    let t = TestAuth::new().await;
    t.role("editor", &[]).await;
    Import::of(System::Csv, fixture("people.csv")).run(&t).await;
    let query = keyward::port::EventQuery {
        kind: Some("user.imported".into()),
        limit: 9,
        ..Default::default()
    };
    let events = serde_json::to_value(t.kw.audit(&query).await.unwrap()).unwrap();
    assert_eq!(events.as_array().unwrap().len(), 2);
    let data = &events[0]["data"];
    assert_eq!(data, &json!({ "from": "csv", "methods": ["password"] }));
}

#[tokio::test]
async fn columns_are_named_as_they_are_there() {
    let t = TestAuth::new().await;
    let (_folder, path) = file("mail;Wer;Stadt\nada@example.com;Ada;Wien\n", "people.csv");
    let mut import = Import::of(System::Csv, path.to_string_lossy());
    for (field, column) in [("email", "mail"), ("name", "Wer"), ("properties.city", "Stadt")] {
        import.open.columns.named.insert(field.into(), column.into());
    }
    import.open.verified = true;
    let (report, _) = import.run(&t).await;
    assert_eq!(report.imported, 1);
    assert!(report.lost.is_empty(), "{:?}", report.lost);
    let ada = serde_json::to_value(person(&t, "ada@example.com").await).unwrap();
    assert_eq!((&ada["name"], &ada["properties"]), (&json!("Ada"), &json!({ "city": "Wien" })));
    assert_eq!(ada["identifiers"][0]["verified"], true);
}

//! Files of strangers.

use std::fmt::Write as _;

use keyward::import::{self, ImportOptions, System};
use keyward::testing::TestAuth;
use serde_json::json;

use super::kit::{Import, file, person};

/// The reasons for which the rows of a file are refused, in their order.
async fn reasons(text: &[u8]) -> Vec<&'static str> {
    let t = TestAuth::new().await;
    let (_folder, path) = file(text, "people.csv");
    let (_, refused) = Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
    refused.into_iter().map(|row| row.reason).collect()
}

#[tokio::test]
async fn each_row_that_cannot_be_read_is_told_and_the_others_come() {
    let long = "x".repeat(300 * 1024);
    let id = "i".repeat(256);
    for (row, reason) in [
        (",", "id_missing"),
        ("1,not an address", "email_invalid"),
        ("1,a\0b@example.com", "email_invalid"),
        ("1,eve@example.com\u{202e}", "email_invalid"),
        ("a\u{7}b,eve@example.com", "id_invalid"),
        ("1,eve@example.com,,,,,,,,,,", "malformed"),
        ("1,\"eve@example.com\"x", "malformed"),
        (&format!("{id},eve@example.com"), "id_invalid"),
        (&format!("1,{long}"), "too_long"),
        ("1", "identifier_required"),
    ] {
        let text = format!("id,email\n{row}\n2,ada@example.com\n");
        let t = TestAuth::new().await;
        let (_folder, path) = file(text, "people.csv");
        let (report, refused) = Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
        let told: Vec<_> = refused.iter().map(|row| (row.place, row.reason)).collect();
        assert_eq!(told, [(2, reason)], "{}", &row[..row.len().min(60)]);
        assert_eq!(report.imported, 1, "{reason}");
        person(&t, "ada@example.com").await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_told() {
    assert_eq!(reasons(b"id,email\n1,\xff\xfe@example.com\n").await, ["not_utf8"]);
}

#[tokio::test]
async fn a_hash_that_would_keep_everybody_waiting_is_refused() {
    let tag = "A".repeat(43);
    let hashes = [
        (format!("$argon2id$v=19$m=1048576,t=8,p=1$AAAAAAAAAAA${tag}"), "password_hash_costly"),
        (format!("$argon2id$v=19$m=524288,t=1,p=1$AAAAAAAAAAA${tag}"), "password_hash_costly"),
        (format!("$2b$16${}", "a".repeat(53)), "password_hash_costly"),
        (format!("$2b$31${}", "a".repeat(53)), "password_hash_costly"),
        (format!("$scrypt$ln=20,r=8,p=1$AAAA${tag}"), "password_hash_costly"),
        (format!("$pbkdf2-sha256$9000000$AAAA${tag}"), "password_hash_costly"),
        (format!("$pbkdf2-sha256$4294967295$AAAA${tag}"), "password_hash_costly"),
        ("plaintext".into(), "password_hash_unknown"),
        ("$pepper$$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA".into(), "password_hash_unknown"),
        ("$2b$04$short".into(), "password_hash_unknown"),
    ];
    let mut text = "id,email,password_hash\n".to_owned();
    for (at, (hash, _)) in hashes.iter().enumerate() {
        writeln!(text, "{at},p{at}@example.com,\"{hash}\"").unwrap();
    }
    let wanted: Vec<&str> = hashes.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons(text.as_bytes()).await, wanted);
}

#[tokio::test]
async fn who_may_come_without_an_unreadable_password_has_none() {
    let t = TestAuth::new().await;
    let (_folder, path) = file("id,email,password_hash\n1,ada@example.com,md5\n", "people.csv");
    let mut import = Import::of(System::Csv, path.to_string_lossy());
    import.options.without_unreadable = true;
    let (report, _) = import.run(&t).await;
    assert_eq!((report.imported, report.lost["password"]), (1, 1));
    let body = json!({ "identifier": "ada@example.com", "password": "md5" });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 401);
}

#[tokio::test]
async fn rows_that_come_twice_are_told() {
    let text = "id,email,username\n\
                1,ada@example.com,ada\n\
                1,bob@example.com,\n\
                2,Ada@Example.com,\n\
                3,carl@example.com,\u{430}da\n\
                4,dora@example.com,4da\n\
                5,eve@example.com,ADA\n";
    assert_eq!(
        reasons(text.as_bytes()).await,
        ["id_repeated", "email_repeated", "username_repeated"],
    );
}

#[tokio::test]
async fn what_is_odd_of_somebody_stays_behind_and_they_come() {
    let t = TestAuth::new().await;
    let many: Vec<String> = (0..80).map(|at| format!("r{at}")).collect();
    let text = format!(
        "id,email,name,roles,properties.note,created_at\n\
         1,ada@example.com,\"A\u{1b}[2J\",\"{}\",{},2999-01-01\n",
        many.join(","),
        "n".repeat(20_000)
    );
    let (_folder, path) = file(text, "people.csv");
    let (report, refused) = Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
    assert_eq!(report.imported, 1, "{refused:?}");
    for loss in ["name", "properties", "more roles", "role `r0`"] {
        assert_eq!(report.lost.get(loss), Some(&1), "{loss}: {:?}", report.lost);
    }
    let ada = serde_json::to_value(person(&t, "ada@example.com").await).unwrap();
    assert_eq!((&ada["name"], &ada["properties"]), (&json!(""), &json!({})));
    assert!(ada["created_at"].as_str().unwrap() < "2999", "nobody comes from the future");
}

#[tokio::test]
async fn what_is_lost_is_counted_by_names_that_do_not_grow_without_end() {
    let t = TestAuth::new().await;
    let mut text = "id,email,roles\n".to_owned();
    for at in 0..1_500 {
        writeln!(text, "{at},p{at}@example.com,role-{at}").unwrap();
    }
    let (_folder, path) = file(text, "people.csv");
    let (report, _) = Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
    assert_eq!((report.imported, report.lost["another role"]), (1_500, 500));
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_at_once() {
    for (system, text) in [
        (System::Auth0, "id,email\n"),
        (System::Keycloak, "<xml/>"),
        (System::Csv, "\n\n"),
        (System::Authnzerver, "[]"),
        (System::Table, "[]"),
    ] {
        let (_folder, path) = file(text, "file.json");
        let opened = import::open(system, &path.to_string_lossy(), &Default::default()).await;
        assert!(opened.is_err(), "{system:?}");
    }
    for place in ["/nowhere/at/all", "ftp://x", "sqlite:///nowhere/at/all.db", "postgres://"] {
        assert!(import::open(System::Asok, place, &Default::default()).await.is_err(), "{place}");
    }
}

#[tokio::test]
async fn json_that_ends_in_the_middle_brings_those_before() {
    let t = TestAuth::new().await;
    let text = r#"{"users":[{"localId":"1","email":"ada@example.com"},{"localId":"2","em"#;
    let (_folder, path) = file(text, "users.json");
    let mut source =
        import::open(System::Firebase, &path.to_string_lossy(), &Default::default()).await.unwrap();
    let report = t.kw.import(&mut *source, &ImportOptions::default(), &mut ()).await.unwrap();
    assert_eq!((report.imported, report.reasons["malformed"]), (1, 1));
}

#[tokio::test]
async fn wrong_types_in_every_field_are_read_as_nothing_or_refused() {
    let odd =
        [json!(null), json!(7), json!(true), json!([]), json!({}), json!("\u{0}"), json!([[]])];
    let fields = [
        "id",
        "localId",
        "user_id",
        "_id",
        "email",
        "username",
        "credentials",
        "attributes",
        "realmRoles",
        "app_metadata",
        "user_metadata",
        "identifiers",
        "passwordHash",
        "salt",
        "createdAt",
        "created_at",
        "providerUserInfo",
        "pk",
        "fields",
        "model",
        "phone",
        "raw_user_meta_data",
        "raw_app_meta_data",
    ];
    for system in
        [System::Auth0, System::Django, System::Firebase, System::Keycloak, System::Supabase]
    {
        let t = TestAuth::new().await;
        let mut text = String::new();
        for field in fields {
            for value in &odd {
                let mut row = json!({ "id": "1", "localId": "1", "user_id": "1", "pk": 1,
                    "model": "auth.user", "fields": { "password": "", "email": "a@example.com" },
                    "email": "a@example.com" });
                row[field] = value.clone();
                writeln!(text, "{row}").unwrap();
            }
        }
        let rows: Vec<&str> = text.lines().collect();
        let (_folder, path) = file(format!("[{}]", rows.join(",")), "people.json");
        let (report, _) = Import::of(system, path.to_string_lossy()).run(&t).await;
        assert!(report.imported >= 1 && report.imported <= 3, "{system:?} {report:?}");
    }
}

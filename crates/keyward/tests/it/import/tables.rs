//! Databases of other systems.

use keyward::import::{self, System};
use keyward::testing::{PASSWORD, TestAuth};
use serde_json::json;

use super::kit::{Import, database, keeps_password, knows, person, roles};

#[tokio::test]
async fn authnzerver_people_sign_in_with_the_password_of_old() {
    let t = TestAuth::new().await;
    t.role("staff", &["reports:view"]).await;
    let (_folder, path) = database("authnzerver.sql");
    let (report, _) = Import::of(System::Authnzerver, path).run(&t).await;
    assert_eq!((report.rows, report.imported, report.refused), (7, 5, 2));
    assert_eq!(report.reasons["system_account"], 2);
    for name in ["root@example.com", "ada@example.com", "staff@example.com"] {
        let body = json!({ "identifier": name, "password": PASSWORD });
        assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 200, "{name}");
    }
    assert_eq!(person(&t, "ada@example.com").await.name, "Ada O'Brien");
    assert_eq!(roles(&t, "staff@example.com").await, ["staff"]);
    assert!(roles(&t, "ada@example.com").await.is_empty());
    assert_eq!(report.lost["role `superuser`"], 1);
    assert!(!knows(&t, "locked@example.com", PASSWORD).await, "locked there, locked here");
    let new = serde_json::to_value(person(&t, "new@example.com").await).unwrap();
    assert_eq!(
        (&new["identifiers"][0]["verified"], &new["status"]),
        (&json!(false), &json!("active"))
    );
}

#[tokio::test]
async fn nobody_becomes_an_administrator_unless_it_was_said() {
    let (_folder, path) = database("authnzerver.sql");
    let t = TestAuth::new().await;
    // A role of that name which may do everything, such as its policy would have.
    t.role("superuser", &["*"]).await;
    let import = Import::of(System::Authnzerver, path);
    let (report, _) = import.run(&t).await;
    assert_eq!(report.lost["administrator's role `superuser`"], 1);
    assert!(roles(&t, "root@example.com").await.is_empty());

    let t = TestAuth::new().await;
    t.role("superuser", &["*"]).await;
    import.role("superuser", "superuser").run(&t).await;
    assert_eq!(roles(&t, "root@example.com").await, ["superuser"]);
}

#[tokio::test]
async fn asyncauth_people_sign_in_with_the_password_of_old() {
    let t = TestAuth::new().await;
    t.role("moderator", &[]).await;
    let (_folder, path) = database("asyncauth.sql");
    let import = Import::of(System::Asyncauth, path);
    assert!(import::open(import.system, &import.place, &import.open).await.is_err(), "no secret");
    let (report, refused) = import.secret("05jF8cSMAdjlXcXeS2ZJUHg7Tbyu").run(&t).await;
    assert_eq!((report.rows, report.imported), (5, 3), "{refused:?}");
    assert_eq!(report.reasons, [("deleted".into(), 1), ("username_repeated".into(), 1)].into());
    assert!(keeps_password(&t, "ada").await);
    assert!(keeps_password(&t, "+442079460000").await);
    assert!(keeps_password(&t, "new@example.com").await);
    assert!(!knows(&t, "bob@example.com", PASSWORD).await, "disabled");
    assert_eq!(roles(&t, "ada").await, ["moderator"]);
    assert_eq!(report.lost["permission `admin:update`"], 1);
    assert_eq!(report.lost["administrator's role `Admin`"], 1);
}

#[tokio::test]
async fn another_secret_opens_nobody_of_asyncauth() {
    let t = TestAuth::new().await;
    let (_folder, path) = database("asyncauth.sql");
    Import::of(System::Asyncauth, path).secret("another").run(&t).await;
    assert!(!knows(&t, "ada", PASSWORD).await);
}

#[tokio::test]
async fn sanic_security_people_sign_in_with_the_password_of_old() {
    let t = TestAuth::new().await;
    t.role("editor", &[]).await;
    let (_folder, path) = database("sanic-security.sql");
    let (report, _) = Import::of(System::SanicSecurity, path).run(&t).await;
    assert_eq!((report.imported, report.reasons["deleted"]), (3, 1));
    assert!(keeps_password(&t, "ada@example.com").await);
    assert!(keeps_password(&t, "head").await);
    assert!(!knows(&t, "bob", PASSWORD).await);
    assert_eq!(roles(&t, "ada").await, ["editor"]);
    assert_eq!(report.lost["role `Root`"], 1);
    assert_eq!(report.lost["sign-in at another service"], 1);
}

#[tokio::test]
async fn django_people_come_by_their_database() {
    let t = TestAuth::new().await;
    t.role("editors", &[]).await;
    let (_folder, path) = database("django.sql");
    let (report, refused) = Import::of(System::Django, path).run(&t).await;
    assert_eq!((report.rows, report.imported), (4, 4), "{refused:?}");
    assert!(keeps_password(&t, "ada@example.com").await);
    assert!(keeps_password(&t, "root").await);
    assert!(!knows(&t, "bob@example.com", PASSWORD).await, "not active");
    assert!(!knows(&t, "carl@example.com", "").await, "no password");
    assert_eq!(person(&t, "ada").await.name, "Ada Lovelace");
    assert_eq!(roles(&t, "ada").await, ["editors"]);
    assert_eq!(report.lost["role `superuser`"], 1);
    assert_eq!(report.lost["username"], 1, "one with a space");
}

#[tokio::test]
async fn any_table_is_read_by_its_columns() {
    let t = TestAuth::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE members (nr INTEGER PRIMARY KEY, mail TEXT, hash TEXT, ok INTEGER, city TEXT);
         INSERT INTO members VALUES (7, 'ada@example.com',
           '$2b$04$JxDlFI.NB5dlL5fA3NuA1ewS8cO8I0mGB4fo7Kq5UU4iG2VgyiLQO', 1, 'Paris');",
    )
    .unwrap();
    let mut import = Import::of(System::Table, format!("sqlite://{}", path.display()));
    let columns = &mut import.open.columns;
    columns.table = "members".into();
    for (field, column) in [
        ("id", "nr"),
        ("email", "mail"),
        ("password_hash", "hash"),
        ("email_verified", "ok"),
        ("properties.city", "city"),
    ] {
        columns.named.insert(field.into(), column.into());
    }
    let (report, _) = import.run(&t).await;
    assert_eq!((report.imported, report.lost.len()), (1, 0), "{:?}", report.lost);
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    assert_eq!(t.pages().post("/api/v1/sign-in", &body).await.status(), 200);
    for (table, field, column) in [
        ("nobody", "email", "mail"),
        ("members", "email", "nothing"),
        ("members", "shoe", "mail"),
        ("members; DROP TABLE members", "email", "mail"),
        ("members", "email", "mail\" FROM members --"),
    ] {
        let mut open = import.open.clone();
        open.columns.table = table.into();
        open.columns.named.insert(field.into(), column.into());
        let opened = import::open(System::Table, &import.place, &open).await;
        assert!(opened.is_err(), "{table} {field} {column}");
    }
}

#[tokio::test]
async fn a_database_of_another_system_is_refused_at_once() {
    let (_folder, path) = database("django.sql");
    for system in [System::Authnzerver, System::Asok, System::SanicSecurity, System::Supabase] {
        assert!(import::open(system, &path, &Default::default()).await.is_err(), "{system:?}");
    }
}

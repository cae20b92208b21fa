//! PostgreSQL.

use keyward::import::System;
use keyward::store::deadpool_postgres::tokio_postgres::{NoTls, connect};
use keyward::testing::TestAuth;

use super::{
    Import, Servers, authnzerver, authnzerver_comes, bad_members, bad_members_are_told, bad_people,
    bad_people_are_told, database, keeps_password, variable,
};

async fn run(url: &str, statements: &[String]) {
    let (client, connection) = connect(url, NoTls).await.unwrap();
    let driving = tokio::spawn(connection);
    for statement in statements {
        client.batch_execute(statement).await.unwrap();
    }
    drop(client);
    driving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_from_postgres_and_into_it() {
    let home = variable("KEYWARD_TEST_POSTGRES");
    let name = |what: &str| format!("kwtest_import_{what}_{}", std::process::id());
    let (theirs, ours) = (name("theirs"), name("ours"));
    run(&home, &[format!("CREATE DATABASE {theirs}")]).await;
    run(&home, &[format!("CREATE DATABASE {ours}")]).await;
    let (there, here) = (database(&home, &theirs), database(&home, &ours));
    run(&there, &authnzerver("BOOLEAN", "JSON", "TIMESTAMP")).await;
    authnzerver_comes(Servers { theirs: &there, ours: &here }).await;
    run(&there, &bad_people("'[1]'", "'infinity'")).await;
    bad_people_are_told(&there, Some("time_invalid")).await;
    // No text of it is anything but UTF-8.
    run(&there, &bad_members("TEXT", "E'a\\u0001b@example.com'")).await;
    bad_members_are_told(&there, "email_invalid").await;
    run(&there, &supabase()).await;
    supabase_comes(&there).await;
    for name in [theirs, ours] {
        run(&home, &[format!("DROP DATABASE {name} WITH (FORCE)")]).await;
    }
}

/// Keys that are UUIDs, and an authenticator app beside one that was begun only.
fn supabase() -> Vec<String> {
    let id = |at: u32| format!("11111111-1111-4111-8111-11111111111{at}");
    let hash = "$2b$04$JxDlFI.NB5dlL5fA3NuA1ewS8cO8I0mGB4fo7Kq5UU4iG2VgyiLQO";
    let one = |at: u32| {
        format!(
            "INSERT INTO auth.users VALUES ('{}', 'u{at}@example.com', '{hash}', now(), '', \
             '{{\"name\": \"U {at}\"}}', now(), NULL)",
            id(at)
        )
    };
    vec![
        "CREATE SCHEMA auth".into(),
        "CREATE TABLE auth.users (id UUID PRIMARY KEY, email VARCHAR(255), \
         encrypted_password VARCHAR(255), email_confirmed_at TIMESTAMPTZ, phone TEXT, \
         raw_user_meta_data JSONB, created_at TIMESTAMPTZ, deleted_at TIMESTAMPTZ)"
            .into(),
        "CREATE TABLE auth.mfa_factors (id UUID PRIMARY KEY, user_id UUID, \
         factor_type TEXT, status TEXT, secret TEXT)"
            .into(),
        one(1),
        one(2),
        format!(
            "INSERT INTO auth.mfa_factors VALUES \
             ('{0}', '{0}', 'totp', 'verified', 'JBSWY3DPEHPK3PXP'), \
             ('{1}', '{1}', 'totp', 'unverified', 'JBSWY3DPEHPK3PXP')",
            id(1),
            id(2)
        ),
    ]
}

async fn supabase_comes(url: &str) {
    let t = TestAuth::new().await;
    let (report, refused) = Import::of(System::Supabase, url).run(&t).await;
    assert_eq!(report.imported, 2, "{refused:?}");
    assert!(keeps_password(&t, "u2@example.com").await);
    for (email, status) in [("u1@example.com", "needs_mfa"), ("u2@example.com", "complete")] {
        let body =
            serde_json::json!({ "identifier": email, "password": keyward::testing::PASSWORD });
        let said = t.pages().post("/api/v1/sign-in", &body).await.json();
        assert_eq!(said["status"], status, "{email}");
    }
}

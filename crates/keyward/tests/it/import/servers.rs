//! Database servers: people are read from them, and brought into them.

use keyward::import::System;
use keyward::testing::{CHEAP, FakeClock, TestAuth};
use keyward::{Keyward, import};

use super::super::nodes::{KEY, database, variable};
use super::kit::{Import, fixture, keeps_password, person, roles};

#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;

/// Where the other system's tables are, and a store of ours that is empty.
struct Servers<'a> {
    theirs: &'a str,
    ours: &'a str,
}

/// Of the newer generation; the password is that of every fixture.
fn authnzerver(bool: &str, json: &str, time: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixture("authnzerver.sql")).unwrap();
    let hash = text.split('\'').find(|part| part.starts_with("$argon2id$")).unwrap();
    let table = format!(
        "CREATE TABLE users (user_id INT PRIMARY KEY, system_id VARCHAR(50), \
         full_name VARCHAR(280), password TEXT, email VARCHAR(280), email_verified {bool}, \
         is_active {bool}, created_on {time}, user_role VARCHAR(100), extra_info {json})"
    );
    let row = |id: u32, email: &str, active: &str, role: &str, extra: &str| {
        format!(
            "INSERT INTO users VALUES ({id}, 's{id}', 'Person {id}', '{hash}', '{email}', TRUE, \
             {active}, '2022-01-29 10:00:00.123456', '{role}', {extra})"
        )
    };
    let mut all = vec![
        table,
        row(2, "anonuser@localhost", "TRUE", "anonymous", "NULL"),
        row(4, "ada@example.com", "TRUE", "authenticated", "NULL"),
        row(5, "staff@example.com", "FALSE", "locked", r#"'{"previous_user_roles":["staff"]}'"#),
    ];
    // More than a page.
    for id in 100..350 {
        all.push(row(id, &format!("p{id}@example.com"), "TRUE", "authenticated", "NULL"));
    }
    all
}

async fn node(url: &str) -> TestAuth {
    let clock = FakeClock::default();
    let builder = Keyward::connect(url)
        .root_key(KEY)
        .clock(std::sync::Arc::new(clock.clone()))
        .hashing(CHEAP, 1)
        .rate_limits(10_000, 1_000_000)
        .with_inbox();
    TestAuth::around(builder.build().await.unwrap(), clock)
}

async fn authnzerver_comes(Servers { theirs, ours }: Servers<'_>) {
    let t = node(ours).await;
    t.role("staff", &["reports:view"]).await;
    let import = Import::of(System::Authnzerver, theirs);
    let (report, refused) = import.run(&t).await;
    assert_eq!((report.rows, report.imported), (253, 252), "{refused:?}");
    assert!(keeps_password(&t, "ada@example.com").await);
    let staff = serde_json::to_value(person(&t, "staff@example.com").await).unwrap();
    assert_eq!(staff["status"], "locked");
    assert_eq!(staff["created_at"], "2022-01-29T10:00:00.123Z");
    assert_eq!(roles(&t, "staff@example.com").await, ["staff"]);
    person(&t, "p349@example.com").await;
    let (again, _) = import.run(&t).await;
    assert_eq!((again.imported, again.known), (0, 252));
    // A name that is taken is refused there as everywhere.
    let mut other = Import::of(System::Authnzerver, theirs);
    other.open.name = Some("other".into());
    let (other, _) = other.run(&t).await;
    assert_eq!((other.imported, other.reasons["email_taken"]), (0, 252));
    let missing = import::open(System::Asok, theirs, &Default::default()).await;
    assert!(missing.is_err(), "it has no such tables");
    t.kw.shutdown().await;
}

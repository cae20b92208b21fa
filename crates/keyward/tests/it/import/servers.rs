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

/// Rows that cannot be, where the columns are of their own types: in the table of
/// authnzerver.
fn bad_people(object: &str, time: &str) -> Vec<String> {
    let insert = |id: u32, email: &str, rest: &str| {
        format!("INSERT INTO users VALUES ({id}, 's', 'Bad', 'x', {email}, TRUE, {rest})")
    };
    let good = "'2022-01-29 10:00:00'";
    vec![
        insert(400, "NULL", &format!("TRUE, {good}, 'authenticated', NULL")),
        insert(401, "'b1@example.com'", &format!("NULL, {good}, 'authenticated', NULL")),
        insert(402, "'b2@example.com'", &format!("TRUE, {good}, NULL, NULL")),
        insert(403, "'b3@example.com'", &format!("TRUE, {good}, 'authenticated', {object}")),
        insert(404, "'b4@example.com'", &format!("TRUE, {time}, 'authenticated', NULL")),
        insert(405, "'b5@example.com'", &format!("TRUE, {good}, 'authenticated', NULL")),
        insert(406, "'ADA@example.com'", &format!("TRUE, {good}, 'authenticated', NULL")),
        "UPDATE users SET password = (SELECT password FROM \
         (SELECT password FROM users WHERE user_id = 4) AS other) WHERE user_id = 406"
            .into(),
    ]
}

async fn bad_people_are_told(url: &str, time: Option<&'static str>) {
    let t = TestAuth::new().await;
    let (report, refused) = Import::of(System::Authnzerver, url).run(&t).await;
    let told: Vec<_> = refused.iter().map(|row| (row.place, row.reason)).collect();
    let mut wanted = vec![
        (1, "system_account"),
        (254, "value_missing"),
        (255, "value_missing"),
        (256, "value_missing"),
        (257, "json_invalid"),
        // The hash of this one is none either, where its time is no fault.
        (258, time.unwrap_or("password_hash_unknown")),
        (259, "password_hash_unknown"),
        // The first one is in already: she was on another page.
        (260, "email_taken"),
    ];
    wanted.sort_unstable();
    let mut told = told;
    told.sort_unstable();
    assert_eq!(told, wanted);
    assert_eq!((report.rows, report.imported), (260, 252));
    person(&t, "p349@example.com").await;
}

/// A table of no system's, whose columns take everything.
fn bad_members(bytes: &str, odd: &str) -> Vec<String> {
    let row = |values: &str| format!("INSERT INTO members VALUES ({values})");
    let mut all = vec![
        format!(
            "CREATE TABLE members (id VARCHAR(40), email {bytes}, password_hash TEXT, \
             verified VARCHAR(20), created_at VARCHAR(40), name TEXT)"
        ),
        row("'1', 'ada@example.com', NULL, '1', '2022-01-29 10:00:00', 'Ada'"),
        row(&format!("'2', {odd}, NULL, '1', NULL, NULL")),
        row("'3', 'c@example.com', 'plain', '1', NULL, NULL"),
        row("'4', 'd@example.com', NULL, 'maybe', NULL, NULL"),
        row("'5', 'e@example.com', NULL, NULL, 'soon', NULL"),
        row("'6', 'f@example.com', NULL, NULL, NULL, REPEAT('a', 20000)"),
        row("'7', 'ADA@example.com', NULL, NULL, NULL, NULL"),
        row("'8', 'bob@example.com', NULL, 'no', NULL, 'Bob'"),
        row("NULL, 'g@example.com', NULL, NULL, NULL, NULL"),
    ];
    // More than a page of one id.
    for at in 0..205 {
        all.push(row(&format!("'same', 'p{at}@example.com', NULL, NULL, NULL, NULL")));
    }
    all
}

async fn bad_members_are_told(url: &str, odd: &'static str) {
    let t = TestAuth::new().await;
    let mut import = Import::of(System::Table, url);
    import.open.columns.table = "members".into();
    let (report, refused) = import.run(&t).await;
    let mut told: Vec<_> = refused.iter().map(|row| (row.place, row.reason)).collect();
    told.sort_unstable();
    let first = [
        (2, odd),
        (3, "password_hash_unknown"),
        (4, "flag_invalid"),
        (5, "time_invalid"),
        (6, "too_long"),
        (7, "email_repeated"),
    ];
    let same = (10..=213).map(|place| (place, "id_repeated"));
    let wanted: Vec<_> = first.into_iter().chain(same).chain([(214, "id_missing")]).collect();
    assert_eq!(told, wanted);
    assert_eq!((report.rows, report.imported), (214, 3));
    for name in ["ada@example.com", "bob@example.com"] {
        person(&t, name).await;
    }
}

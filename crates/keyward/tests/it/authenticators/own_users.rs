//! People in the app's own table, at every door that takes a password.

#[cfg(feature = "mysql")]
mod mariadb;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod servers;

use keyward::authn::{Basic, FirstOf, SessionCookie};
use keyward::password::{Hashers, Scheme};
use keyward::port::Fut;
use keyward::testing::{CHEAP, PASSWORD, TestAuth};
use keyward::{Error, Refusal, Secret, StoredUser, TableColumns, TableUsers, Users};
use serde_json::json;

use super::{app, ask, basic_of};

fn columns() -> TableColumns {
    TableColumns {
        table: "members".into(),
        id: "no".into(),
        login: "login".into(),
        password: "hash".into(),
        name: Some("name".into()),
        active: Some("active".into()),
    }
}

/// A file with Ada (7, an old hash), Bob (8, not active) and two called Eve.
struct Members {
    folder: tempfile::TempDir,
}

impl Members {
    async fn new() -> Self {
        let members = Self { folder: tempfile::tempdir().unwrap() };
        let old = Hashers::new(Scheme::Pbkdf2Sha256 { rounds: 10 });
        let old = old.hash(&Secret::new(PASSWORD)).await.unwrap();
        members
            .db()
            .execute_batch(
                "CREATE TABLE members (no INTEGER PRIMARY KEY, login TEXT, hash TEXT, name TEXT, \
                 active INTEGER)",
            )
            .unwrap();
        for (no, login, hash, active) in [
            (7, "ada@example.com", Some(old.as_str()), 1),
            (8, "bob@example.com", Some(&old), 0),
            (9, "eve", Some(&old), 1),
            (10, "eve", Some(&old), 1),
            (11, "nil", None, 1),
        ] {
            let sql = "INSERT INTO members VALUES (?, ?, ?, 'A member', ?)";
            members.db().execute(sql, (no, login, hash, active)).unwrap();
        }
        members
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("app.db")
    }

    fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    fn hash(&self, no: i64) -> String {
        let sql = "SELECT hash FROM members WHERE no = ?";
        self.db().query_row(sql, [no], |row| row.get(0)).unwrap()
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    async fn auth(&self) -> TestAuth {
        let users = TableUsers::open(&self.url(), columns()).await.unwrap();
        let ways = FirstOf::new().then(SessionCookie).then(Basic::new("Members"));
        TestAuth::with(|builder| builder.users(users).authenticate_with(ways)).await
    }
}

#[tokio::test]
async fn a_member_signs_in_at_every_door_and_is_one_account() {
    let members = Members::new().await;
    let t = members.auth().await;
    let client = t.client(app(&t));
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.json()["status"], "complete", "{}", reply.text());
    assert_eq!(client.get("/me").await.text(), "A member");
    let renewed = members.hash(7);
    assert!(renewed.starts_with("$argon2id$"), "{renewed}");
    let me = client.get("/api/v1/me").await.json();
    assert_eq!(me["identifiers"], json!([]), "no names of theirs are kept here");

    let checked = t.kw.verify_credentials("ada@example.com", &Secret::new(PASSWORD)).await;
    let checked = checked.unwrap().unwrap();
    assert_eq!(json!(checked.id.to_string()), me["id"]);
    let own = t.kw.own_user(checked.id).await.unwrap().unwrap();
    assert_eq!((own.id.as_str(), own.name.as_str()), ("7", "A member"));
    let by_basic = basic_of("ada@example.com", PASSWORD);
    let by_basic = ask(&client, "/api/v1/me", &[("authorization", &by_basic)]).await;
    assert_eq!(by_basic.json()["id"], me["id"]);
    assert_eq!(members.hash(7), renewed, "what is right and strong stays");

    let pages = t.client(app(&t));
    let form = [("username", "ada@example.com"), ("password", PASSWORD)];
    let page = pages.form("/login", &form).await;
    assert_eq!(page.status().as_u16(), 303, "{}", page.text());
    assert_eq!(pages.get("/me").await.text(), "A member");
    let created = t.events().await;
    created.assert(["user.created"]);
}

#[tokio::test]
async fn whoever_may_not_sign_in_is_told_what_everybody_is() {
    let members = Members::new().await;
    let t = members.auth().await;
    for (login, password) in [
        ("ada@example.com", "a guess"),
        ("bob@example.com", PASSWORD),
        ("eve", PASSWORD),
        ("nil", ""),
        ("nobody", PASSWORD),
        ("ada@example.com' OR '1'='1' --", PASSWORD),
        ("ada@example.com\0", PASSWORD),
        (&"a".repeat(5000), PASSWORD),
        ("%", PASSWORD),
    ] {
        let told = t.kw.verify_credentials(login, &Secret::new(password)).await.unwrap();
        assert_eq!(told.unwrap_err(), Refusal::InvalidCredentials, "{login}");
    }
    assert!(!members.hash(7).starts_with("$argon2id$"), "a wrong password renews nothing");
}

#[tokio::test]
async fn guesses_at_a_members_password_are_limited() {
    let members = Members::new().await;
    let t = members.auth().await;
    let mut last = Refusal::InvalidCredentials;
    for guess in 0..30 {
        let guess = Secret::new(format!("guess {guess}"));
        last = t.kw.verify_credentials("ada@example.com", &guess).await.unwrap().unwrap_err();
    }
    assert!(matches!(last, Refusal::SlowDown { .. }), "{last:?}");
    let right = t.kw.verify_credentials("ada@example.com", &Secret::new(PASSWORD)).await.unwrap();
    assert!(matches!(right, Err(Refusal::SlowDown { .. })), "{right:?}");
}

#[tokio::test]
async fn a_locked_account_keeps_its_member_out_and_a_stranger_in_the_table_is_another() {
    let members = Members::new().await;
    let t = members.auth().await;
    let password = Secret::new(PASSWORD);
    let ada = t.kw.verify_credentials("ada@example.com", &password).await.unwrap().unwrap();
    t.kw.act_on(ada.id, keyward::Act::Lock { reason: String::new() }).await.unwrap().unwrap();
    let told = t.kw.verify_credentials("ada@example.com", &password).await.unwrap();
    assert_eq!(told.unwrap_err(), Refusal::InvalidCredentials);
    // The login goes to somebody else, who is another row: none of Ada's is theirs.
    members.db().execute("UPDATE members SET login = 'old' WHERE no = 7", []).unwrap();
    let sql = "UPDATE members SET login = 'ada@example.com' WHERE no = 9";
    members.db().execute(sql, []).unwrap();
    let other = t.kw.verify_credentials("ada@example.com", &password).await.unwrap().unwrap();
    assert_ne!(other.id, ada.id);
}

#[tokio::test]
async fn accounts_here_are_asked_for_where_the_table_knows_nobody() {
    let members = Members::new().await;
    let t = members.auth().await;
    let carl = t.user("carl@example.com").await;
    let found = t.kw.verify_credentials("carl@example.com", &Secret::new(PASSWORD)).await;
    assert_eq!(found.unwrap().unwrap().id, carl.id);
    assert!(t.kw.own_user(carl.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_table_that_is_not_as_it_was_said_is_refused_at_the_start() {
    let members = Members::new().await;
    let change = |change: fn(&mut TableColumns)| {
        let mut columns = columns();
        change(&mut columns);
        columns
    };
    for bad in [
        change(|it| it.table = "nowhere".into()),
        change(|it| it.login = "nothing".into()),
        change(|it| it.password = "nothing".into()),
        change(|it| it.id = "no\" OR 1=1 --".into()),
        change(|it| it.table = "members; DROP TABLE members".into()),
        change(|it| it.active = Some("1".into())),
    ] {
        let opened = TableUsers::open(&members.url(), bad.clone()).await;
        assert!(opened.is_err(), "{bad:?}");
    }
    let missing = TableUsers::open("sqlite:///nowhere/at/all.db", columns()).await;
    assert!(missing.is_err());
    assert!(TableUsers::open("ftp://x", columns()).await.is_err());
}

/// A store of the app's that fails.
struct Broken;

impl Users for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn find_by_login<'a>(&'a self, _: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async { Err(Error::new("ask the directory")) })
    }

    fn load_by_id<'a>(&'a self, _: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async { Err(Error::new("ask the directory")) })
    }

    fn save_hash<'a>(
        &'a self,
        _: &'a str,
        _: &'a Secret,
        _: &'a Secret,
    ) -> Fut<'a, Result<(), Error>> {
        Box::pin(async { Err(Error::new("ask the directory")) })
    }
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in() {
    let t = TestAuth::with(|builder| builder.users(Broken).hashing(CHEAP, 1)).await;
    t.user("ada@example.com").await;
    let client = t.pages();
    let body = json!({ "identifier": "ada@example.com", "password": PASSWORD });
    let reply = client.post("/api/v1/sign-in", &body).await;
    assert_eq!(reply.status().as_u16(), 503, "{}", reply.text());
    assert!(client.cookie("kw_session").is_none());
}

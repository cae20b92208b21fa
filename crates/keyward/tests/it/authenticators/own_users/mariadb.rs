//! A table on MariaDB, whose collations take more logins for one than we do.

use keyward::store::mysql_async::prelude::Queryable;
use keyward::store::mysql_async::{Conn, Opts};
use keyward::testing::PASSWORD;

use super::servers::{
    Member, OTHER, a_hash_is_swapped, a_wrong_table_is_refused, auth, bare, member, members,
    members_sign_in, old,
};
use crate::nodes::{database, variable};

async fn client(url: &str) -> Conn {
    let opts = Opts::from_url(&url.replace("mariadb://", "mysql://")).unwrap();
    Conn::new(opts).await.unwrap()
}

/// A database of its own, until it is dropped at the end.
struct Place {
    name: String,
    url: String,
    app: Conn,
}

impl Place {
    async fn new(what: &str) -> Self {
        let home = variable("KEYWARD_TEST_MARIADB");
        let name = format!("kwtest_own_{what}_{}", std::process::id());
        let made = format!("CREATE DATABASE {name}");
        client(&home).await.query_drop(made).await.unwrap();
        let url = database(&home, &name);
        Self { app: client(&url).await, name, url }
    }

    async fn run(&mut self, statements: &[&str]) {
        for statement in statements {
            self.app.query_drop(*statement).await.unwrap();
        }
    }

    async fn leave(mut self) {
        self.run(&[&format!("DROP DATABASE {}", self.name)]).await;
    }
}

fn id(number: u32) -> String {
    // More than half of them are greater than a signed number.
    (u64::MAX - u64::from(number)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_on_mariadb_sign_in_and_their_hashes_are_renewed() {
    let mut place = Place::new("members").await;
    place
        .run(&["CREATE TABLE `Order` (`Key` BIGINT UNSIGNED, `select` VARCHAR(200), \
                `Group` VARCHAR(255), `desc` CHAR(40), `From` BOOLEAN)"])
        .await;
    for Member { id: number, login, hash, name, active } in members().await {
        let row = "INSERT INTO `Order` VALUES (?, ?, ?, ?, ?)";
        place.app.exec_drop(row, (number.map(id), login, hash, name, active)).await.unwrap();
    }
    members_sign_in(&place.url, id).await;
    let renewed = "SELECT `select` FROM `Order` WHERE `Group` LIKE '$argon2id$%' ORDER BY 1";
    let renewed: Vec<String> = place.app.query(renewed).await.unwrap();
    assert_eq!(renewed, ["ada@example.com", "olga"]);
    a_hash_is_swapped(&place.url, id).await;
    a_wrong_table_is_refused(&place.url).await;
    place.leave().await;
}

/// MariaDB's usual collations take accents for nothing: whoever is called `résumé` is
/// not signed in as `resume`, and both can sign in.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_a_collation_of_mariadb_takes_for_another_is_not_it() {
    let mut place = Place::new("collation").await;
    let (one, two) = (old(PASSWORD).await, old(OTHER).await);
    place
        .run(&[
            "CREATE TABLE people (id VARCHAR(20), login VARCHAR(100), hash VARCHAR(255)) \
             CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
            &format!(
                "INSERT INTO people VALUES ('a', 'resume', '{one}'), ('A', 'résumé', '{two}'), \
                 ('b', 'alone', '{one}')"
            ),
        ])
        .await;
    let t = auth(&place.url, bare("people")).await;
    for (login, password, who) in [
        ("resume", PASSWORD, Some("a")),
        ("RESUME", PASSWORD, Some("a")),
        ("résumé", OTHER, Some("A")),
        ("RÉSUMÉ", OTHER, Some("A")),
        ("resume", OTHER, None),
        ("résumé", PASSWORD, None),
        ("resumé", PASSWORD, None),
        ("rèsume", OTHER, None),
        ("alone", PASSWORD, Some("b")),
        ("àlône", PASSWORD, None),
        ("al\u{200b}one", PASSWORD, None),
        ("😀", PASSWORD, None),
    ] {
        assert_eq!(member(&t, login, password).await.as_deref(), who, "{login} {password}");
    }
    // Two who differ in case alone are one to the database: neither is found.
    let twin = format!("INSERT INTO people VALUES ('c', 'Alone', '{two}')");
    place.run(&[&twin]).await;
    for (login, password) in [("alone", PASSWORD), ("Alone", OTHER)] {
        assert_eq!(member(&t, login, password).await, None, "{login}");
    }
    place.leave().await;
}

/// Where MariaDB turns what is typed into something else before it compares.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_mariadb_converts_is_not_what_it_is_converted_to() {
    let mut place = Place::new("converted").await;
    let one = old(PASSWORD).await;
    place
        .run(&[
            "CREATE TABLE numbered (id INT, login INT, hash VARCHAR(255))",
            &format!("INSERT INTO numbered VALUES (1, 0, '{one}'), (2, 12, '{one}')"),
            "CREATE TABLE western (id INT, login VARCHAR(50), hash VARCHAR(255)) \
             CHARACTER SET latin1",
            &format!("INSERT INTO western VALUES (1, '?', '{one}'), (2, 'zoë', '{one}')"),
        ])
        .await;
    let t = auth(&place.url, bare("numbered")).await;
    for (login, who) in [
        ("12", Some("2")),
        ("12 and more", None),
        ("12.0", None),
        ("012", None),
        ("nobody", None),
        ("", None),
    ] {
        assert_eq!(member(&t, login, PASSWORD).await.as_deref(), who, "{login}");
    }
    let t = auth(&place.url, bare("western")).await;
    for (login, who) in
        [("zoë", Some("2")), ("ZOË", Some("2")), ("zoe", None), ("😀", None), ("Ω", None)]
    {
        assert_eq!(member(&t, login, PASSWORD).await.as_deref(), who, "{login}");
    }
    place.leave().await;
}

//! A table on PostgreSQL: UUIDs for ids, names that need quotes, a schema of its own.

use keyward::store::deadpool_postgres::tokio_postgres::{Client, NoTls, connect};
use keyward::testing::PASSWORD;

use super::servers::{
    Member, OTHER, a_hash_is_swapped, a_wrong_table_is_refused, auth, bare, columns, member,
    members, members_sign_in, old,
};
use crate::nodes::{database, variable};

async fn client(url: &str) -> Client {
    let (client, connection) = connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A database of its own, until it is dropped at the end.
struct Place {
    server: Client,
    name: String,
    url: String,
    app: Client,
}

impl Place {
    async fn new(what: &str) -> Self {
        Self::of(what, "").await
    }

    /// With an encoding, say.
    async fn of(what: &str, terms: &str) -> Self {
        let home = variable("KEYWARD_TEST_POSTGRES");
        let name = format!("kwtest_own_{what}_{}", std::process::id());
        let server = client(&home).await;
        server.batch_execute(&format!("CREATE DATABASE {name} {terms}")).await.unwrap();
        let url = database(&home, &name);
        Self { server, name, app: client(&url).await, url }
    }

    async fn leave(self) {
        let gone = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        self.server.batch_execute(&gone).await.unwrap();
    }
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

#[tokio::test(flavor = "multi_thread")]
async fn members_on_postgres_sign_in_and_their_hashes_are_renewed() {
    let place = Place::new("members").await;
    let table = "CREATE TABLE \"Order\" (\"Key\" UUID, \"select\" VARCHAR(200), \"Group\" TEXT, \
                 \"desc\" CHAR(40), \"From\" BOOLEAN)";
    place.app.batch_execute(table).await.unwrap();
    for Member { id: number, login, hash, name, active } in members().await {
        let row = "INSERT INTO \"Order\" VALUES ($1::text::uuid, $2, $3, $4, $5)";
        place.app.execute(row, &[&number.map(id), &login, &hash, &name, &active]).await.unwrap();
    }
    members_sign_in(&place.url, id).await;
    let renewed = "SELECT \"select\"::text FROM \"Order\" WHERE \"Group\" LIKE '$argon2id$%' \
                   ORDER BY \"select\"";
    let renewed: Vec<String> =
        place.app.query(renewed, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(renewed, ["ada@example.com", "olga"]);
    a_hash_is_swapped(&place.url, id).await;
    a_wrong_table_is_refused(&place.url).await;
    place.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_on_postgres_may_be_in_a_schema_and_its_case_counts() {
    let place = Place::new("schema").await;
    let (one, two) = (old(PASSWORD).await, old(OTHER).await);
    place
        .app
        .batch_execute(&format!(
            "CREATE SCHEMA \"User\";
             CREATE TABLE \"User\".\"Table\" (id BIGINT, login CHAR(30), hash TEXT);
             CREATE TABLE \"User\".\"table\" (id BIGINT, login CHAR(30), hash TEXT);
             INSERT INTO \"User\".\"Table\" VALUES (1, 'ada', '{one}'), (2, 'ADA', '{two}');
             INSERT INTO \"User\".\"table\" VALUES (3, 'ada', '{two}');"
        ))
        .await
        .unwrap();
    let t = auth(&place.url, bare("User.Table")).await;
    for (login, password, who) in [
        ("ada", PASSWORD, Some("1")),
        ("ADA", OTHER, Some("2")),
        ("ada", OTHER, None),
        ("ADA", PASSWORD, None),
        ("Ada", PASSWORD, None),
    ] {
        assert_eq!(member(&t, login, password).await.as_deref(), who, "{login} {password}");
    }
    let t = auth(&place.url, bare("User.table")).await;
    assert_eq!(member(&t, "ada", OTHER).await.as_deref(), Some("3"));
    assert!(keyward::TableUsers::open(&place.url, columns()).await.is_err(), "no such table");
    place.leave().await;
}

/// A collation that takes accents for nothing, as a database may have it.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_a_collation_of_postgres_takes_for_another_is_not_it() {
    let place = Place::new("collation").await;
    let (one, two) = (old(PASSWORD).await, old(OTHER).await);
    place
        .app
        .batch_execute(&format!(
            "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', \
             deterministic = false);
             CREATE TABLE people (id INT, login TEXT COLLATE loose, hash TEXT);
             INSERT INTO people VALUES (1, 'resume', '{one}'), (2, 'résumé', '{two}');"
        ))
        .await
        .unwrap();
    let t = auth(&place.url, bare("people")).await;
    for (login, password, who) in [
        ("resume", PASSWORD, Some("1")),
        ("RESUME", PASSWORD, Some("1")),
        ("résumé", OTHER, Some("2")),
        ("RÉSUMÉ", OTHER, Some("2")),
        ("resume", OTHER, None),
        ("résumé", PASSWORD, None),
        ("resumé", PASSWORD, None),
        ("rèsume", OTHER, None),
    ] {
        assert_eq!(member(&t, login, password).await.as_deref(), who, "{login} {password}");
    }
    place.leave().await;
}

/// PostgreSQL fails where a text cannot be written in the database's encoding.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_a_database_on_postgres_cannot_write_is_nobodys() {
    let place = Place::of("western", "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0").await;
    let one = old(PASSWORD).await;
    place
        .app
        .batch_execute(&format!(
            "CREATE TABLE people (id INT, login TEXT, hash TEXT);
             INSERT INTO people VALUES (1, 'zoë', '{one}'), (2, '?', '{one}');"
        ))
        .await
        .unwrap();
    let t = auth(&place.url, bare("people")).await;
    for (login, who) in [("zoë", Some("1")), ("😀", None), ("Ω", None), ("zoe", None)] {
        assert_eq!(member(&t, login, PASSWORD).await.as_deref(), who, "{login}");
    }
    place.leave().await;
}

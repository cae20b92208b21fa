//! The PostgreSQL store, on a real server.

use std::sync::Arc;

use deadpool_postgres::{Manager, Pool};
use keyward_store::{Options, PostgresStore, conformance, deadpool_postgres};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::server::{self, Server, feed, outage, parts, pool, tls, upgrade, with_database};

#[derive(Clone, Copy)]
struct Postgres;

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    // It ends with its client.
    tokio::spawn(connection);
    client
}

impl Server for Postgres {
    fn url(self) -> String {
        server::variable("KEYWARD_TEST_POSTGRES")
    }

    async fn sql(self, url: &str, sql: &str) -> Vec<String> {
        // Connections of the test may still be closing.
        let force = if sql.starts_with("DROP DATABASE") { " WITH (FORCE)" } else { "" };
        let answer = connect(url).await.simple_query(&format!("{sql}{force}")).await.unwrap();
        let cell = |message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
            _ => None,
        };
        answer.into_iter().filter_map(cell).collect()
    }

    async fn by_socket(self, url: &str) -> String {
        let found = self.sql(url, "SHOW unix_socket_directories").await;
        let folder = found[0].split(',').next().unwrap().trim().replace('/', "%2F");
        let (_, host, ..) = parts(url);
        let port = host.rsplit_once(':').map_or("5432", |(_, port)| port);
        server::at_host(url, &format!("{folder}:{port}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_a_store() {
    with_database(Postgres, "conformance", async |url: String| {
        conformance::run(async |_| {
            let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            Postgres.sql(&url, empty).await;
            server::open(&url).await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn every_statement_is_prepared_on_postgres() {
    with_database(Postgres, "prepare", async |url: String| {
        let store = PostgresStore::open(&url, &Options::default()).await.unwrap();
        assert!(store.prepare_all().await.unwrap() > 60);
    })
    .await;
}

#[tokio::test]
async fn postgres_only_the_server_that_was_meant_is_spoken_to() {
    tls::only_the_server_that_was_meant_is_spoken_to(Postgres).await;
}

#[tokio::test]
async fn postgres_plaintext_beyond_loopback_must_be_asked_for() {
    tls::plaintext_beyond_loopback_must_be_asked_for(Postgres).await;
}

#[tokio::test]
async fn postgres_a_unix_socket_may_be_plain() {
    tls::a_unix_socket_may_be_plain(Postgres).await;
}

#[tokio::test]
async fn postgres_a_server_that_knows_no_tls_is_left() {
    // Attack: somebody on the way says that there is no encryption to be had.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut client, _) = listener.accept().await.unwrap();
        let mut request = [0; 8];
        client.read_exact(&mut request).await.unwrap();
        client.write_all(b"N").await.unwrap();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"", "not a byte in the clear");
    });
    let url = format!("postgres://u:password@{at}/d?sslmode=require");
    let why = server::complaint(&url).await;
    assert!(why.contains("does not support TLS"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_an_outage_is_an_error_in_time_and_ends_by_itself() {
    outage::an_outage_is_an_error_in_time_and_ends_by_itself(Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_a_late_answer_is_never_given_to_the_next_who_asks() {
    outage::a_late_answer_is_never_given_to_the_next_who_asks(Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_many_may_migrate_at_once() {
    upgrade::many_may_migrate_at_once(Postgres).await;
}

#[tokio::test]
async fn postgres_the_apps_own_tables_are_left_alone() {
    upgrade::the_apps_own_tables_are_left_alone(Postgres).await;
}

#[tokio::test]
async fn postgres_a_store_opens_only_on_the_schema_it_knows() {
    upgrade::a_store_opens_only_on_the_schema_it_knows(Postgres).await;
}

#[tokio::test]
async fn postgres_a_number_that_commits_late_is_told_late() {
    with_database(Postgres, "feed", async |url: String| {
        let begin = async |user: &[u8; 16]| {
            let client = connect(&url).await;
            client.batch_execute("BEGIN").await.unwrap();
            let sql = "INSERT INTO kw_changes (user_id, made_at) VALUES ($1, \
                       CAST(extract(epoch from clock_timestamp()) * 1000000 AS BIGINT))";
            client.execute(sql, &[&user.as_slice()]).await.unwrap();
            client
        };
        let end = async |client: Client| client.batch_execute("COMMIT").await.unwrap();
        feed::a_number_that_commits_late_is_told_late(&url, begin, end).await;
    })
    .await;
}

#[tokio::test]
async fn postgres_an_apps_own_pool_is_enough() {
    with_database(Postgres, "pool", async |url: String| {
        let manager = Manager::new(url.parse().unwrap(), NoTls);
        let own = Pool::builder(manager).max_size(2).build().unwrap();
        let app = own.get().await.unwrap();
        app.batch_execute("CREATE TABLE printers (id INT)").await.unwrap();
        // An app may like its transactions strict; ours say what they need.
        let strict = "ALTER ROLE CURRENT_USER IN DATABASE CURRENT_DB \
                      SET default_transaction_isolation = 'serializable'";
        let (_, _, database, _) = parts(&url);
        app.batch_execute(&strict.replace("CURRENT_DB", database)).await.unwrap();
        drop(app);
        let store = PostgresStore::from_pool(own.clone(), &Options::default()).await.unwrap();
        pool::works(Arc::new(store)).await;
        let app = own.get().await.unwrap();
        app.query("SELECT id FROM printers", &[]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn postgres_the_script_run_by_hand_is_a_migration() {
    let dialect = keyward_store::migrations::Dialect::Postgres;
    upgrade::the_script_run_by_hand_is_a_migration(Postgres, dialect).await;
}

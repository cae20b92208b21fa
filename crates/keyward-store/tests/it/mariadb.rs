//! The MySQL store, on a real MariaDB server.

use std::sync::Arc;

use keyward_store::mysql_async::prelude::Queryable;
use keyward_store::mysql_async::{Conn, Opts, OptsBuilder, Pool, Row, from_value};
use keyward_store::{MysqlStore, Options, conformance, migrations};

use crate::server::{self, Server, feed, outage, parts, pool, tls, upgrade, with_database};

#[derive(Clone, Copy)]
struct Mariadb;

fn opts(url: &str) -> Opts {
    Opts::from_url(&url.replace("mariadb://", "mysql://")).unwrap()
}

impl Server for Mariadb {
    fn url(self) -> String {
        server::variable("KEYWARD_TEST_MARIADB")
    }

    async fn sql(self, url: &str, sql: &str) -> Vec<String> {
        let mut conn = Conn::new(opts(url)).await.unwrap();
        let rows: Vec<Row> = conn.query(sql).await.unwrap();
        conn.disconnect().await.unwrap();
        rows.into_iter().map(|mut row| from_value(row.take(0).unwrap())).collect()
    }

    async fn by_socket(self, url: &str) -> String {
        let socket = self.sql(url, "SELECT @@socket").await.remove(0);
        server::with(url, &format!("socket={socket}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_is_a_store() {
    with_database(Mariadb, "conformance", async |url: String| {
        conformance::run(async |_| {
            let store = server::open(&url).await;
            empty(&url).await;
            store
        })
        .await;
    })
    .await;
}

/// Forgets everything but the schema: making that anew takes a second each time.
async fn empty(url: &str) {
    let (_, _, database, _) = parts(url);
    let tables = format!(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = '{database}' \
         AND table_name NOT IN ('kw_migrations', 'kw_policy')"
    );
    for table in Mariadb.sql(url, &tables).await {
        Mariadb.sql(url, &format!("DELETE FROM {table}")).await;
    }
    Mariadb.sql(url, "UPDATE kw_policy SET version = 0").await;
}

#[tokio::test]
async fn every_statement_is_prepared_on_mariadb() {
    with_database(Mariadb, "prepare", async |url: String| {
        let store = MysqlStore::open(&url, &Options::default()).await.unwrap();
        assert!(store.prepare_all().await.unwrap() > 60);
    })
    .await;
}

#[tokio::test]
async fn mariadb_text_is_compared_byte_by_byte_and_isolation_is_read_committed() {
    with_database(Mariadb, "settings", async |url: String| {
        server::open(&url).await;
        let (_, _, database, _) = parts(&url);
        let other = format!(
            "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns \
             WHERE table_schema = '{database}' AND collation_name <> 'utf8mb4_bin'"
        );
        assert_eq!(Mariadb.sql(&url, &other).await, [""; 0]);
        let engines = format!(
            "SELECT DISTINCT engine FROM information_schema.tables \
             WHERE table_schema = '{database}'"
        );
        assert_eq!(Mariadb.sql(&url, &engines).await, ["InnoDB"]);
        let store = MysqlStore::open(&url, &Options::default()).await.unwrap();
        assert_eq!(store.isolation().await.unwrap(), "READ-COMMITTED");
    })
    .await;
}

#[tokio::test]
async fn mariadb_only_the_server_that_was_meant_is_spoken_to() {
    tls::only_the_server_that_was_meant_is_spoken_to(Mariadb).await;
}

/// Attack: somebody on the way says that there is no encryption to be had.
#[tokio::test]
async fn mariadb_a_server_whose_tls_was_stripped_is_left() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    let url = Mariadb.url();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let real = parts(&url).1.to_owned();
    let stripping = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(real).await.unwrap();
        let mut greeting = vec![0; 4_096];
        let length = server.read(&mut greeting).await.unwrap();
        // Behind the version: a thread, eight bytes of salt, a filler; then what
        // the server can do, TLS in the twelfth bit.
        let version = greeting.iter().skip(5).position(|byte| *byte == 0).unwrap();
        let abilities = 5 + version + 1 + 4 + 8 + 1;
        assert_eq!(greeting[abilities + 1] & 0x08, 0x08, "it can do TLS");
        greeting[abilities + 1] &= !0x08;
        client.write_all(&greeting[..length]).await.unwrap();
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.unwrap();
        rest
    });
    let why = server::complaint(&server::with(
        &server::at_host(&url, &at.to_string()),
        "sslmode=require",
    ))
    .await;
    assert!(why.contains("NoClientSslFlagFromServer"), "{why}");
    assert_eq!(stripping.await.unwrap(), b"", "not a byte in the clear");
}

#[tokio::test]
async fn mariadb_plaintext_beyond_loopback_must_be_asked_for() {
    tls::plaintext_beyond_loopback_must_be_asked_for(Mariadb).await;
}

#[tokio::test]
async fn mariadb_a_unix_socket_may_be_plain() {
    tls::a_unix_socket_may_be_plain(Mariadb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_an_outage_is_an_error_in_time_and_ends_by_itself() {
    outage::an_outage_is_an_error_in_time_and_ends_by_itself(Mariadb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_a_late_answer_is_never_given_to_the_next_who_asks() {
    outage::a_late_answer_is_never_given_to_the_next_who_asks(Mariadb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_many_may_migrate_at_once() {
    upgrade::many_may_migrate_at_once(Mariadb).await;
}

#[tokio::test]
async fn mariadb_the_apps_own_tables_are_left_alone() {
    upgrade::the_apps_own_tables_are_left_alone(Mariadb).await;
}

#[tokio::test]
async fn mariadb_a_store_opens_only_on_the_schema_it_knows() {
    upgrade::a_store_opens_only_on_the_schema_it_knows(Mariadb).await;
}

/// Schema changes cannot be rolled back here: whatever was done when the power
/// went is found done.
#[tokio::test]
async fn mariadb_a_migration_that_was_cut_off_goes_on() {
    with_database(Mariadb, "resume", async |url: String| {
        let options = Options::default();
        migrations::up(&url, &options).await.unwrap();
        let whole = shape(&url).await;
        let total: usize = statements(&url).await;
        for done in [0, 1, 2, 7, total - 1, total] {
            let (_, _, database, _) = parts(&url);
            let home = Mariadb.url();
            Mariadb.sql(&home, &format!("DROP DATABASE {database}")).await;
            Mariadb.sql(&home, &format!("CREATE DATABASE {database}")).await;
            cut_off(&url, done, total).await;
            let status = migrations::status(&url, &options).await.unwrap();
            assert_eq!(status[0].state, migrations::State::Interrupted, "after {done}");
            server::open(&url).await.ping().await.unwrap();
            assert_eq!(shape(&url).await, whole, "after {done}");
        }
    })
    .await;
}

/// How many statements the first migration has.
async fn statements(url: &str) -> usize {
    let sql = "SELECT CAST(statements_done AS CHAR) FROM kw_migrations WHERE number = 1";
    Mariadb.sql(url, sql).await[0].parse().unwrap()
}

/// Every column of every table.
async fn shape(url: &str) -> Vec<String> {
    let (_, _, database, _) = parts(url);
    let sql = format!(
        "SELECT CONCAT(table_name, '.', column_name, ' ', column_type, ' ', column_key) \
         FROM information_schema.columns WHERE table_schema = '{database}' ORDER BY 1"
    );
    Mariadb.sql(url, &sql).await
}

/// The state after `done` statements of the first migration and the next one, which
/// nobody ticked off.
async fn cut_off(url: &str, done: usize, total: usize) {
    let script = migrations::sql(migrations::Dialect::Mysql, 0);
    let mut texts = script.split(";\n").map(str::trim).filter(|text| !text.is_empty());
    Mariadb.sql(url, texts.next().unwrap()).await;
    let known = server_checksum(url).await;
    let book = format!(
        "INSERT INTO kw_migrations (number, name, checksum, statements_done) \
         VALUES (1, 'cut off', 0x{known}, {done})"
    );
    Mariadb.sql(url, &book).await;
    let bare = |text: &str| {
        text.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n")
    };
    // After its statements comes its entry in the books.
    for text in texts.take((done + 1).min(total)) {
        Mariadb.sql(url, &bare(text)).await;
    }
}

/// What this program writes for its first migration, from a database of its own.
async fn server_checksum(url: &str) -> String {
    let (_, _, database, _) = parts(url);
    let other = format!("{database}_sum");
    let home = Mariadb.url();
    Mariadb.sql(&home, &format!("CREATE DATABASE {other}")).await;
    let there = url.replace(database, &other);
    migrations::up(&there, &Options::default()).await.unwrap();
    let sum = Mariadb
        .sql(&there, "SELECT HEX(checksum) FROM kw_migrations WHERE number = 1")
        .await
        .remove(0);
    Mariadb.sql(&home, &format!("DROP DATABASE {other}")).await;
    sum
}

#[tokio::test]
async fn mariadb_a_number_that_commits_late_is_told_late() {
    with_database(Mariadb, "feed", async |url: String| {
        let begin = async |user: &[u8; 16]| {
            let mut conn = Conn::new(opts(&url)).await.unwrap();
            // Another time zone than ours changes nothing.
            conn.query_drop("SET time_zone = '-05:00'").await.unwrap();
            conn.query_drop("BEGIN").await.unwrap();
            let sql = "INSERT INTO kw_changes (user_id, made_at) VALUES (?, \
                       TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)))";
            conn.exec_drop(sql, (user.as_slice(),)).await.unwrap();
            conn
        };
        let end = async |mut conn: Conn| conn.query_drop("COMMIT").await.unwrap();
        feed::a_number_that_commits_late_is_told_late(&url, begin, end).await;
    })
    .await;
}

#[tokio::test]
async fn mariadb_an_apps_own_pool_is_enough() {
    with_database(Mariadb, "pool", async |url: String| {
        // Found rows are counted; everything else as an app would have it.
        let own = Pool::new(OptsBuilder::from_opts(opts(&url)).client_found_rows(true));
        let mut app = own.get_conn().await.unwrap();
        app.query_drop("CREATE TABLE printers (id INT)").await.unwrap();
        drop(app);
        let store = MysqlStore::from_pool(own.clone(), &Options::default()).await.unwrap();
        pool::works(Arc::new(store)).await;
        let mut app = own.get_conn().await.unwrap();
        app.query_drop("SELECT id FROM printers").await.unwrap();
        drop(app);
        own.disconnect().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn mariadb_a_pool_that_would_lose_or_cut_what_we_store_is_refused() {
    with_database(Mariadb, "unfit", async |url: String| {
        server::open(&url).await;
        let base = || OptsBuilder::from_opts(opts(&url));
        for (unfit, why) in [
            (base().client_found_rows(false), "client_found_rows"),
            (base().client_found_rows(true).init(vec!["SET sql_mode = ''"]), "strict"),
        ] {
            let own = Pool::new(unfit);
            let refused = MysqlStore::from_pool(own.clone(), &Options::default()).await;
            let said = format!("{:?}", refused.unwrap_err());
            assert!(said.contains(why), "{said}");
            own.disconnect().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn mariadb_the_script_run_by_hand_is_a_migration() {
    let dialect = migrations::Dialect::Mysql;
    upgrade::the_script_run_by_hand_is_a_migration(Mariadb, dialect).await;
}

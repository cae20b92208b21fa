//! Servers on real databases. `cargo xtask test` starts those.

use crate::outage;
use crate::tour::serve_passes;

/// The URL of a running database server, from the environment.
fn url(name: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "how xtask tells us where the services are")]
    let found = std::env::var(name);
    found.unwrap_or_else(|_| {
        panic!("{name} is not set; start the services: cargo xtask services -- cargo test …")
    })
}

/// The same server, another database.
fn at(url: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("the URL names a database");
    format!("{server}/{database}")
}

/// A name that no other run and no other test has.
fn name(what: &str) -> String {
    format!("kw_{what}_{}", std::process::id())
}

/// Does something with a database of its own on PostgreSQL.
async fn on_postgres(what: &str, work: fn(&str)) {
    let (url, name) = (url("KEYWARD_TEST_POSTGRES"), name(what));
    let run = async |sql: String| {
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let driving = tokio::spawn(connection);
        client.batch_execute(&sql).await.unwrap();
        driving.abort();
    };
    run(format!("CREATE DATABASE {name}")).await;
    let database = at(&url, &name);
    let worked = tokio::task::spawn_blocking(move || work(&database)).await;
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    worked.unwrap();
}

/// The same on MariaDB.
async fn on_mariadb(what: &str, work: fn(&str)) {
    use mysql_async::prelude::Queryable as _;
    let (url, name) = (url("KEYWARD_TEST_MARIADB"), name(what));
    let run = async |sql: String| {
        let url = url.replace("mariadb://", "mysql://");
        let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
        connection.query_drop(sql).await.unwrap();
        connection.disconnect().await.unwrap();
    };
    run(format!("CREATE DATABASE {name}")).await;
    let database = at(&url, &name);
    let worked = tokio::task::spawn_blocking(move || work(&database)).await;
    run(format!("DROP DATABASE {name}")).await;
    worked.unwrap();
}

#[tokio::test]
async fn the_tour_passes_on_postgres() {
    on_postgres("tour", |database| serve_passes(Some(database))).await;
}

#[tokio::test]
async fn the_tour_passes_on_mariadb() {
    on_mariadb("tour", |database| serve_passes(Some(database))).await;
}

#[tokio::test]
async fn while_postgres_is_away_the_answer_is_503_in_time_and_no_restart_is_needed() {
    on_postgres("outage", outage::is_told_in_time_and_ends_by_itself).await;
}

#[tokio::test]
async fn while_mariadb_is_away_the_answer_is_503_in_time_and_no_restart_is_needed() {
    on_mariadb("outage", outage::is_told_in_time_and_ends_by_itself).await;
}

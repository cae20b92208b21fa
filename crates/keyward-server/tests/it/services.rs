//! The tour against servers on real databases. `cargo xtask test` starts those.

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

/// A name that no other run has.
fn name() -> String {
    format!("kwtour_{}", std::process::id())
}

#[tokio::test]
async fn the_tour_passes_on_postgres() {
    let (url, name) = (url("KEYWARD_TEST_POSTGRES"), name());
    let run = async |sql: String| {
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let driving = tokio::spawn(connection);
        client.batch_execute(&sql).await.unwrap();
        driving.abort();
    };
    run(format!("CREATE DATABASE {name}")).await;
    let database = at(&url, &name);
    let toured = tokio::task::spawn_blocking(move || serve_passes(Some(&database))).await;
    run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    toured.unwrap();
}

#[tokio::test]
async fn the_tour_passes_on_mariadb() {
    use mysql_async::prelude::Queryable as _;
    let (url, name) = (url("KEYWARD_TEST_MARIADB"), name());
    let run = async |sql: String| {
        let url = url.replace("mariadb://", "mysql://");
        let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
        connection.query_drop(sql).await.unwrap();
        connection.disconnect().await.unwrap();
    };
    run(format!("CREATE DATABASE {name}")).await;
    let database = at(&url, &name);
    let toured = tokio::task::spawn_blocking(move || serve_passes(Some(&database))).await;
    run(format!("DROP DATABASE {name}")).await;
    toured.unwrap();
}

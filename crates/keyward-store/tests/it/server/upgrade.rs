//! Migrations on a server.

use keyward_store::migrations::{self, Dialect, State};
use keyward_store::{Migrate, Options};

use super::{Server, open, with_database};

/// Several nodes start at once on an empty database.
pub(crate) async fn many_may_migrate_at_once(server: impl Server) {
    with_database(server, "together", async |url: String| {
        let nodes: Vec<_> = (0..4)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { open(&url).await })
            })
            .collect();
        for node in nodes {
            let store = node.await.unwrap();
            store.ping().await.unwrap();
            store.close().await;
        }
        let options = Options::default();
        let again = migrations::up(&url, &options).await.unwrap();
        assert_eq!(again, [], "nothing is left to do");
        let status = migrations::status(&url, &options).await.unwrap();
        assert!(status.iter().all(|step| step.state == State::Done), "{status:?}");
    })
    .await;
}

/// Ours live beside the app's, and are taken for nothing else.
pub(crate) async fn the_apps_own_tables_are_left_alone(server: impl Server) {
    with_database(server, "beside", async |url: String| {
        server.sql(&url, "CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(20))").await;
        server.sql(&url, "INSERT INTO users VALUES (1, 'mine')").await;
        open(&url).await.close().await;
        assert_eq!(server.sql(&url, "SELECT name FROM users").await, ["mine"]);
        let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema \
                      IN (DATABASE_OR_SCHEMA) ORDER BY table_name";
        let schema = if url.starts_with("postgres") { "'public'" } else { "DATABASE()" };
        let found = server.sql(&url, &tables.replace("DATABASE_OR_SCHEMA", schema)).await;
        let (ours, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|name| name.starts_with("kw_"));
        assert_eq!(others, ["users"]);
        assert!(ours.len() > 10, "{ours:?}");
    })
    .await;
}

/// Check refuses, off goes on, newer is refused by all.
pub(crate) async fn a_store_opens_only_on_the_schema_it_knows(server: impl Server) {
    with_database(server, "modes", async |url: String| {
        let open = async |migrate| {
            let options = Options { migrate, ..Options::default() };
            keyward_store::open(&url, &options).await.map(|_| ())
        };
        let why = format!("{:?}", open(Migrate::Check).await.unwrap_err());
        assert!(why.contains("missing") && why.contains("migrate up"), "{why}");
        open(Migrate::Off).await.unwrap();
        open(Migrate::Auto).await.unwrap();
        open(Migrate::Check).await.unwrap();
        open(Migrate::Off).await.unwrap();

        let other = if url.starts_with("postgres") { "'\\x00'" } else { "0x00" };
        server.sql(&url, &format!("UPDATE kw_migrations SET checksum = {other}")).await;
        for mode in [Migrate::Auto, Migrate::Check] {
            let why = format!("{:?}", open(mode).await.unwrap_err());
            assert!(why.contains("in another form"), "{mode:?}: {why}");
        }
        open(Migrate::Off).await.unwrap();
        server.sql(&url, "UPDATE kw_migrations SET number = 99 WHERE number = 1").await;
        for mode in [Migrate::Auto, Migrate::Check, Migrate::Off] {
            let why = format!("{:?}", open(mode).await.unwrap_err());
            assert!(why.contains("schema version 99"), "{mode:?}: {why}");
            assert!(why.contains("newer program"), "{mode:?}: {why}");
        }
    })
    .await;
}

/// What `migrate sql` prints, run by hand, is a migration.
pub(crate) async fn the_script_run_by_hand_is_a_migration(server: impl Server, dialect: Dialect) {
    with_database(server, "script", async |url: String| {
        for text in migrations::sql(dialect, 0).split(";\n") {
            let bare = |line: &&str| !line.starts_with("--");
            let text: Vec<&str> = text.lines().filter(bare).collect();
            if !text.concat().trim().is_empty() {
                server.sql(&url, &text.join("\n")).await;
            }
        }
        let left = migrations::up(&url, &Options::default()).await.unwrap();
        assert_eq!(left, []);
        open(&url).await.ping().await.unwrap();
    })
    .await;
}

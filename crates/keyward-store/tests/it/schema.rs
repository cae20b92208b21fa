//! What `keyward migrate` shows and does, wherever it runs.

use keyward_store::migrations::{self, Dialect};
#[cfg(feature = "sqlite")]
use keyward_store::{Migrate, Options, migrations::State};

#[test]
fn the_script_says_all_that_will_run() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql] {
        let script = migrations::sql(dialect, 0);
        assert!(script.contains("CREATE TABLE kw_users"), "{dialect:?}");
        assert!(script.contains("CREATE TABLE IF NOT EXISTS kw_migrations"), "{dialect:?}");
        // What it makes, it makes under our prefix.
        for line in script.lines().filter(|line| line.contains("CREATE TABLE")) {
            assert!(line.contains(" kw_"), "{dialect:?}: {line}");
        }
        assert!(!script.contains(['{', '}', '?']), "{dialect:?}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn the_script_is_what_a_migration_makes() {
    let dir = tempfile::tempdir().unwrap();
    let shape = |db: &rusqlite::Connection| {
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = db.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let by_hand = rusqlite::Connection::open_in_memory().unwrap();
    by_hand.execute_batch(&migrations::sql(Dialect::Sqlite, 0)).unwrap();
    let run_by_hand = dir.path().join("by hand");
    by_hand.execute("VACUUM INTO ?", [run_by_hand.to_str().unwrap()]).unwrap();

    let path = dir.path().join("migrated");
    let url = format!("sqlite://{}", path.display());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(migrations::up(&url, &Options::default())).unwrap();
    let url = format!("sqlite://{}", run_by_hand.display());
    let left = runtime.block_on(migrations::up(&url, &Options::default())).unwrap();
    assert_eq!(left, [], "whoever ran the script has migrated");
    assert_eq!(shape(&by_hand), shape(&rusqlite::Connection::open(path).unwrap()));
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn sqlite_opens_only_on_the_schema_it_knows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("modes");
    let url = format!("sqlite://{}", path.display());
    let open = async |migrate| {
        keyward_store::open(&url, &Options { migrate, ..Options::default() }).await.map(drop)
    };
    let pending = migrations::status(&url, &Options::default()).await.unwrap();
    assert!(pending.iter().all(|step| step.state == State::Pending));
    let why = format!("{:?}", open(Migrate::Check).await.unwrap_err());
    assert!(why.contains("missing; run `keyward migrate up`"), "{why}");
    open(Migrate::Off).await.unwrap();
    open(Migrate::Auto).await.unwrap();
    open(Migrate::Check).await.unwrap();

    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute("UPDATE kw_migrations SET checksum = x'00'", []).unwrap();
    for mode in [Migrate::Auto, Migrate::Check] {
        let why = format!("{:?}", open(mode).await.unwrap_err());
        assert!(why.contains("in another form"), "{why}");
    }
    open(Migrate::Off).await.unwrap();
    db.execute("UPDATE kw_migrations SET number = 99 WHERE number = 1", []).unwrap();
    for mode in [Migrate::Auto, Migrate::Check, Migrate::Off] {
        let why = format!("{:?}", open(mode).await.unwrap_err());
        assert!(why.contains("schema version 99") && why.contains("newer program"), "{why}");
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_one_file_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("together").display());
    let nodes: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { migrations::up(&url, &Options::default()).await })
        })
        .collect();
    let mut applied = 0;
    for node in nodes {
        applied += node.await.unwrap().unwrap().len();
    }
    let all = migrations::status(&url, &Options::default()).await.unwrap();
    assert_eq!(applied, all.len(), "one of them did it");
}

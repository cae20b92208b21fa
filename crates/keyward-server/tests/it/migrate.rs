//! The tables, brought up to date by hand.

use rusqlite::Connection;

use crate::server::Place;

#[test]
fn what_is_missing_is_told_printed_and_applied() {
    let place = Place::new();
    std::fs::create_dir(place.path("data")).unwrap();
    place.run(&["migrate", "status"]).wants(2);
    let own = Connection::open(place.path("data/keyward.db")).unwrap();
    own.execute_batch("CREATE TABLE invoices (id INTEGER); INSERT INTO invoices VALUES (7)")
        .unwrap();
    let before = place.run(&["migrate", "status"]).wants(1);
    assert!(before.contains("missing"), "{before}");
    let sql = place.run(&["migrate", "sql"]).wants(0);
    assert!(sql.contains("CREATE TABLE kw_users"), "{sql}");
    let applied = place.run(&["migrate", "up"]).wants(0);
    assert!(applied.contains("applied"), "{applied}");
    assert_eq!(place.run(&["migrate", "sql"]).wants(0), "");
    assert_eq!(place.run(&["migrate", "up"]).wants(0), "");
    assert!(!place.run(&["migrate", "status"]).wants(0).contains("missing"));
    assert_eq!(own.query_row("SELECT id FROM invoices", [], |row| row.get(0)), Ok(7));
}

#[test]
fn tables_are_not_changed_under_a_running_server() {
    let place = Place::new();
    let server = place.serve();
    place.run(&["migrate", "up"]).refused(4, "server is running");
    place.run(&["migrate", "status"]).wants(0);
    server.stop();
    place.run(&["migrate", "up"]).wants(0);
}

#[test]
fn the_printed_sql_makes_the_same_tables() {
    let place = Place::new();
    let sql = place.run(&["migrate", "sql", "--database", "sqlite"]).wants(0);
    let by_hand = Connection::open_in_memory().unwrap();
    by_hand.execute_batch(&sql).unwrap();
    let server = place.serve();
    server.stop();
    let by_program = Connection::open(place.path("data/keyward.db")).unwrap();
    let tables = |from: &Connection| {
        let mut asked = from
            .prepare(
                "SELECT name, sql FROM sqlite_schema \
                   WHERE name LIKE 'kw_%' ORDER BY name",
            )
            .unwrap();
        let rows = asked.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect::<Vec<(String, Option<String>)>>()
    };
    assert_eq!(tables(&by_hand), tables(&by_program));
    for (database, word) in [("postgres", "BYTEA"), ("mysql", "utf8mb4")] {
        let sql = place.run(&["migrate", "sql", "--database", database]).wants(0);
        assert!(sql.to_uppercase().contains(&word.to_uppercase()), "{database}");
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    place.serve().stop();
    let tables = Connection::open(place.path("data/keyward.db")).unwrap();
    let newer = "INSERT INTO kw_migrations (number, name, checksum, statements_done, finished_at) \
                 VALUES (999, 'from the future', zeroblob(32), 1, 1)";
    tables.execute(newer, []).unwrap();
    drop(tables);
    for args in [
        &["migrate", "status"][..],
        &["migrate", "up"],
        &["migrate", "sql"],
        &["user", "list"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let said = place.run(args);
        said.refused(3, "schema version 999");
        said.refused(3, "newer program");
    }
}

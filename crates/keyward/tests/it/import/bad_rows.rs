//! Rows of databases of which nobody can be made: each is told with its place, none is in
//! by half, and the others come.

use keyward::import::{self, OpenOptions, System};
use keyward::port::PeopleQuery;
use keyward::testing::TestAuth;

use super::kit::{Import, fixture, person};
use super::second_factors::KEY;

/// A database of another system that keeps to no rules, with a change to it.
fn damaged(name: &str, change: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    let text = std::fs::read_to_string(fixture(name)).unwrap();
    let text = text.replace("UNIQUE (email),", "").replace(" UNIQUE", "").replace(" NOT NULL", "");
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;\n{text}\n{change}"
    ))
    .unwrap();
    (folder, file.to_string_lossy().into_owned())
}

/// Who of a system is damaged, and how she is found here.
struct Case {
    system: System,
    file: &'static str,
    secret: Option<&'static str>,
    /// A change before all others.
    before: &'static str,
    /// Her row, as SQL finds it.
    table: &'static str,
    row: &'static str,
    /// Her number in the table.
    place: u64,
    email: &'static str,
}

impl Case {
    fn import(&self, place: &str) -> Import {
        let import = Import::of(self.system, place);
        match self.secret {
            Some(secret) => import.secret(secret),
            None => import,
        }
    }

    /// Her column is of this value: she is refused for this reason, and nobody else. Once
    /// it is mended, she comes.
    async fn refuses(&self, column: &str, value: &str, reason: &str) {
        self.refuses_at(column, value, (self.place, reason)).await;
    }

    async fn refuses_at(&self, column: &str, value: &str, told: (u64, &str)) {
        let what = format!("{} {column} = {value}", self.file);
        let (_sound, sound) = damaged(self.file, self.before);
        let (was, before) = self.import(&sound).run(&TestAuth::new().await).await;
        let Self { table, row, before: first, .. } = self;
        let change = format!("{first} UPDATE {table} SET {column} = {value} WHERE {row};");
        let (_damaged, place) = damaged(self.file, &change);
        let t = TestAuth::new().await;
        let (report, refused) = self.import(&place).run(&t).await;
        let known: Vec<_> = before.iter().map(|row| row.reason).collect();
        let new: Vec<_> = refused.iter().filter(|row| !known.contains(&row.reason)).collect();
        let new: Vec<_> = new.iter().map(|row| (row.place, row.reason)).collect();
        assert_eq!(new, [told], "{what}: {refused:?}");
        assert_eq!((report.rows, report.imported), (was.rows, was.imported - 1), "{what}");
        assert_eq!(people(&t).await, report.imported, "{what}");
        let (mended, _) = self.import(&sound).run(&t).await;
        assert_eq!((mended.imported, mended.known), (1, was.imported - 1), "{what}");
        person(&t, self.email).await;
    }
}

/// How many people there are here.
async fn people(t: &TestAuth) -> u64 {
    let query = PeopleQuery { limit: 200, ..PeopleQuery::default() };
    t.kw.people(&query).await.unwrap().data.len() as u64
}

/// Bytes that are no UTF-8, in a column of bytes and in one of text.
const BYTES: &str = "x'ff61'";
const ODD_TEXT: &str = "CAST(x'ff61' AS TEXT)";
/// More than is read of a cell.
const LONG: &str = "printf('%.*c', 20000, 'a')";

#[tokio::test]
async fn a_bad_row_of_authnzerver_is_told() {
    let case = Case {
        system: System::Authnzerver,
        file: "authnzerver.sql",
        secret: None,
        before: "",
        table: "users",
        row: "user_id = 4",
        place: 4,
        email: "ada@example.com",
    };
    let costly = format!("'$argon2id$v=19$m=1048576,t=8,p=1$AAAAAAAAAAA${}'", "A".repeat(43));
    for (column, value, reason) in [
        ("email", "NULL", "value_missing"),
        ("email", "''", "identifier_required"),
        ("email", "7", "email_invalid"),
        ("email", "email || char(0) || 'x'", "email_invalid"),
        ("email", BYTES, "not_utf8"),
        ("email", ODD_TEXT, "not_utf8"),
        ("email", LONG, "too_long"),
        ("password", "NULL", "value_missing"),
        ("password", "'plain'", "password_hash_unknown"),
        ("password", "substr(password, 1, 60)", "password_hash_unknown"),
        ("password", "7.5", "password_hash_unknown"),
        ("password", &costly, "password_hash_costly"),
        ("password", BYTES, "not_utf8"),
        ("is_active", "NULL", "value_missing"),
        ("is_active", "'maybe'", "flag_invalid"),
        ("is_active", "7", "flag_invalid"),
        ("email_verified", "'perhaps'", "flag_invalid"),
        ("email_verified", BYTES, "not_utf8"),
        ("created_on", "'soon'", "time_invalid"),
        ("created_on", "'2022-13-41 10:00:00'", "time_invalid"),
        ("created_on", "7.5", "time_invalid"),
        ("user_role", "NULL", "value_missing"),
        ("full_name", ODD_TEXT, "not_utf8"),
        ("full_name", LONG, "too_long"),
    ] {
        case.refuses(column, value, reason).await;
    }
    // The second of two is the one too many.
    let staff = Case { row: "user_id = 5", place: 5, email: "staff@example.com", ..case };
    staff.refuses("email", "'Ada@example.com'", "email_repeated").await;
}

#[tokio::test]
async fn notes_of_authnzerver_that_are_no_object_are_told() {
    for (extra, reason) in [
        ("'null'", None),
        ("'{\"a\": [1]}'", None),
        ("'{'", Some("json_invalid")),
        ("'[1]'", Some("json_invalid")),
        ("7", Some("json_invalid")),
        (BYTES, Some("not_utf8")),
    ] {
        let change = format!(
            "ALTER TABLE users ADD COLUMN extra_info TEXT;
             UPDATE users SET extra_info = {extra} WHERE user_id = 4;"
        );
        let (_folder, path) = damaged("authnzerver.sql", &change);
        let t = TestAuth::new().await;
        let (report, refused) = Import::of(System::Authnzerver, path).run(&t).await;
        let told = refused.iter().find(|row| row.place == 4).map(|row| row.reason);
        assert_eq!(told, reason, "{extra}");
        assert_eq!(report.imported, if reason.is_some() { 4 } else { 5 }, "{extra}");
    }
}

#[tokio::test]
async fn a_bad_row_of_asyncauth_is_told() {
    let case = Case {
        system: System::Asyncauth,
        file: "asyncauth.sql",
        secret: Some("05jF8cSMAdjlXcXeS2ZJUHg7Tbyu"),
        before: "",
        table: "account",
        row: "id = 5",
        place: 5,
        email: "new@example.com",
    };
    for (column, value, reason) in [
        ("uid", "NULL", "value_missing"),
        ("uid", "''", "id_missing"),
        ("uid", BYTES, "not_utf8"),
        ("uid", "(SELECT uid FROM account WHERE id = 3)", "id_repeated"),
        ("email", "NULL", "value_missing"),
        ("email", ODD_TEXT, "not_utf8"),
        ("email", "'bob@example.com'", "email_repeated"),
        ("username", LONG, "too_long"),
        ("phone", "'+442079460000'", "phone_repeated"),
        ("password", "NULL", "value_missing"),
        ("password", "x'00ff'", "password_hash_unknown"),
        ("password", "'a text'", "password_hash_unknown"),
        ("password", "zeroblob(20000)", "too_long"),
        ("disabled", "NULL", "value_missing"),
        ("disabled", "'maybe'", "flag_invalid"),
        ("verified", "9", "flag_invalid"),
        ("deleted", "'maybe'", "flag_invalid"),
        ("date_created", "'yesterday'", "time_invalid"),
    ] {
        case.refuses(column, value, reason).await;
    }
}

#[tokio::test]
async fn a_bad_row_of_sanic_security_is_told() {
    let case = Case {
        system: System::SanicSecurity,
        file: "sanic-security.sql",
        secret: None,
        before: "",
        table: "account",
        row: "email = 'ada@example.com'",
        place: 3,
        email: "ada@example.com",
    };
    for (column, value, reason) in [
        ("email", "NULL", "value_missing"),
        ("email", BYTES, "not_utf8"),
        ("email", "'head@example.com'", "email_repeated"),
        ("username", LONG, "too_long"),
        ("password", "NULL", "value_missing"),
        ("password", "'$argon2id$v=19$m=64'", "password_hash_unknown"),
        ("disabled", "'no way'", "flag_invalid"),
        ("verified", "NULL", "value_missing"),
        ("deleted", "2", "flag_invalid"),
        ("date_created", "'2022-01-29 25:00:00'", "time_invalid"),
    ] {
        case.refuses(column, value, reason).await;
    }
    // Texts of any bytes are behind the others, bytes behind those, and nothing at the end.
    for (value, reason) in [(ODD_TEXT, "not_utf8"), (BYTES, "not_utf8"), ("NULL", "id_missing")] {
        case.refuses_at("id", value, (4, reason)).await;
    }
}

#[tokio::test]
async fn a_bad_row_of_django_is_told() {
    let case = Case {
        system: System::Django,
        file: "django.sql",
        secret: None,
        before: "",
        table: "auth_user",
        row: "id = 1",
        place: 1,
        email: "ada@example.com",
    };
    for (column, value, reason) in [
        ("username", "NULL", "value_missing"),
        ("username", ODD_TEXT, "not_utf8"),
        ("first_name", LONG, "too_long"),
        ("email", BYTES, "not_utf8"),
        ("password", "NULL", "value_missing"),
        ("password", "'nonsense'", "password_hash_unknown"),
        ("is_active", "'maybe'", "flag_invalid"),
        ("is_superuser", "3", "flag_invalid"),
        ("is_staff", "'x'", "flag_invalid"),
        ("date_joined", "'long ago'", "time_invalid"),
    ] {
        case.refuses(column, value, reason).await;
    }
    let bob = Case { row: "id = 3", place: 3, email: "bob@example.com", ..case };
    bob.refuses("email", "'ada@example.com'", "email_repeated").await;
}

#[tokio::test]
async fn a_bad_row_of_asok_is_told() {
    let case = Case {
        system: System::Asok,
        file: "asok.sql",
        secret: None,
        // To open a second factor takes its time.
        before: "DELETE FROM users WHERE totp_enabled;",
        table: "users",
        row: "id = 44",
        place: 2,
        email: "bob@example.com",
    };
    for (column, value, reason) in [
        ("email", "NULL", "value_missing"),
        ("email", ODD_TEXT, "not_utf8"),
        ("email", "'root@example.com'", "email_repeated"),
        ("name", LONG, "too_long"),
        ("password", "'pbkdf2:sha256:600000$salt'", "password_hash_unknown"),
        ("password", BYTES, "not_utf8"),
        ("is_admin", "'maybe'", "flag_invalid"),
        ("totp_enabled", "'maybe'", "flag_invalid"),
        ("created_at", "'long ago'", "time_invalid"),
    ] {
        case.refuses(column, value, reason).await;
    }
}

#[tokio::test]
async fn codes_of_asok_that_cannot_be_read_are_told() {
    for (change, reason) in [
        ("SET backup_codes = '{'", "json_invalid"),
        ("SET backup_codes = '[7]'", "json_invalid"),
        ("SET totp_secret = 'junk'", "second_factor_unreadable"),
        ("SET totp_secret = NULL", "second_factor_unreadable"),
        ("SET totp_secret = x'ff'", "not_utf8"),
    ] {
        let change = format!("UPDATE users {change} WHERE id = 42;");
        let (_folder, path) = damaged("asok.sql", &change);
        let t = TestAuth::new().await;
        let import = Import::of(System::Asok, path).secret(KEY);
        let (report, refused) = import.run(&t).await;
        let told: Vec<_> = refused.iter().map(|row| (row.place, row.reason)).collect();
        assert_eq!(told, [(2, reason)], "{change}");
        assert_eq!(report.imported, 3, "{change}");
    }
}

/// A table of nobody's system, and the columns of its people.
fn table(statements: &str) -> (tempfile::TempDir, String, OpenOptions) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch(statements).unwrap();
    let mut open = OpenOptions::default();
    open.columns.table = "members".into();
    for (field, column) in [
        ("id", "nr"),
        ("email", "mail"),
        ("password_hash", "hash"),
        ("email_verified", "ok"),
        ("created_at", "since"),
        ("properties.city", "city"),
    ] {
        open.columns.named.insert(field.into(), column.into());
    }
    (folder, path.to_string_lossy().into_owned(), open)
}

const MEMBERS: &str = "CREATE TABLE members (nr, mail, hash, ok, since, city);";

async fn import_of(place: String, open: OpenOptions) -> (import::Report, Vec<(u64, String)>) {
    let t = TestAuth::new().await;
    let mut import = Import::of(System::Table, place);
    import.open = open;
    let (report, refused) = import.run(&t).await;
    assert_eq!(people(&t).await.min(200), report.imported.min(200));
    assert_eq!(report.rows, report.imported + report.refused);
    (report, refused.into_iter().map(|row| (row.place, row.reason.to_owned())).collect())
}

#[tokio::test]
async fn each_bad_row_of_any_table_is_told_and_the_others_come() {
    let (_folder, path, open) = table(&format!(
        "{MEMBERS}
         INSERT INTO members VALUES
           (1, 'ada@example.com', NULL, 1, '2022-01-29', 'Paris'),
           (2, {BYTES}, NULL, 1, NULL, NULL),
           (3, 'c@example.com', 'plain', 1, NULL, NULL),
           (4, 'd@example.com', NULL, 'maybe', NULL, NULL),
           (5, 'e@example.com', NULL, NULL, 'soon', NULL),
           (6, 'f@example.com', NULL, NULL, NULL, {LONG}),
           (7, 'g@example.com', NULL, NULL, NULL, {ODD_TEXT}),
           (8, 'ADA@example.com', NULL, NULL, NULL, NULL),
           (9, NULL, NULL, NULL, NULL, NULL),
           (10, 'j@example.com', NULL, 'no', '0000-00-00 00:00:00', NULL),
           ('x', 'k@example.com', NULL, 'TRUE', 1643450400, NULL),
           ('x', 'l@example.com', NULL, 0, NULL, NULL),
           (NULL, 'm@example.com', NULL, 0, NULL, NULL),
           ('', 'n@example.com', NULL, 0, NULL, NULL),
           (x'00ff', 'o@example.com', NULL, 0, NULL, NULL),
           (CAST(x'ff' AS TEXT), 'p@example.com', NULL, 0, NULL, NULL);"
    ));
    let (report, refused) = import_of(path, open).await;
    let told: Vec<(u64, &str)> = refused.iter().map(|(at, why)| (*at, why.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, "not_utf8"),
            (4, "flag_invalid"),
            (5, "time_invalid"),
            (6, "too_long"),
            (7, "not_utf8"),
            (14, "not_utf8"),
            (15, "not_utf8"),
            (3, "password_hash_unknown"),
            (8, "email_repeated"),
            (9, "identifier_required"),
            (13, "id_repeated"),
            (16, "id_missing"),
        ]
    );
    assert_eq!((report.rows, report.imported), (16, 4));
}

#[tokio::test]
async fn rows_of_one_id_are_told_however_many_pages_they_fill() {
    let (_folder, path, open) = table(&format!(
        "{MEMBERS}
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
         INSERT INTO members SELECT CASE WHEN i <= 150 THEN 'a' || i WHEN i <= 650 THEN 'b' END,
           'p' || i || '@example.com', NULL, 0, NULL, NULL FROM n;
         INSERT INTO members VALUES ('c', 'last@example.com', NULL, 0, NULL, NULL);"
    ));
    let (report, refused) = import_of(path, open).await;
    assert_eq!((report.rows, report.imported), (701, 152), "{:?}", report.reasons);
    assert_eq!(report.reasons["id_repeated"], 499);
    assert_eq!(report.reasons["id_missing"], 50);
    let places: Vec<u64> = refused.iter().map(|(place, _)| *place).collect();
    assert!(places.is_sorted() && places.last() == Some(&701), "{places:?}");
}

#[tokio::test]
async fn ids_of_bytes_are_told_and_none_is_left_out_or_told_twice() {
    let (_folder, path, open) = table(&format!(
        "{MEMBERS}
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
         INSERT INTO members SELECT
           CASE WHEN i % 2 THEN x'ff' || i ELSE CAST(x'ff' || i AS BLOB) END,
           'p' || i || '@example.com', NULL, 0, NULL, NULL FROM n;
         INSERT INTO members VALUES ('good', 'good@example.com', NULL, 0, NULL, NULL);"
    ));
    let (report, _) = import_of(path, open).await;
    assert_eq!((report.rows, report.imported, report.reasons["not_utf8"]), (451, 1, 450));
}

#[tokio::test]
async fn ids_that_cannot_be_put_in_order_end_the_import_with_an_error() {
    let (_folder, path, open) = table(&format!(
        "{MEMBERS} INSERT INTO members VALUES (1.5, 'a@example.com', NULL, 0, NULL, NULL);"
    ));
    let t = TestAuth::new().await;
    let mut source = import::open(System::Table, &path, &open).await.unwrap();
    let said = t.kw.import(&mut *source, &Default::default(), &mut ()).await;
    assert!(said.unwrap_err().to_string().contains("database"));
    assert_eq!(people(&t).await, 0);
}

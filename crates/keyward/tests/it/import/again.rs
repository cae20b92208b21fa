//! The same import again, and one that was cut off.

use std::fmt::Write as _;

use keyward::import::{self, FoundPage, ImportOptions, Progress, Source, System, Watch};
use keyward::port::{Fut, PeopleQuery};
use keyward::testing::TestAuth;
use keyward::{Error, NewPerson};

use super::kit::{Import, database, file, fixture, keeps_password, person};

fn many(count: usize) -> String {
    let mut text = "id,email,name\n".to_owned();
    for at in 0..count {
        writeln!(text, "{at},p{at}@example.com,Person {at}").unwrap();
    }
    text
}

#[tokio::test]
async fn the_same_import_again_brings_nobody_twice() {
    let t = TestAuth::new().await;
    let (_folder, path) = database("authnzerver.sql");
    let import = Import::of(System::Authnzerver, path);
    let (first, _) = import.run(&t).await;
    let (again, _) = import.run(&t).await;
    assert_eq!((again.imported, again.known), (0, first.imported));
    assert_eq!((again.refused, again.went_on), (first.refused, false));
}

#[tokio::test]
async fn what_was_changed_here_since_is_left_as_it_is() {
    let t = TestAuth::new().await;
    let import = Import::of(System::Csv, fixture("people.csv"));
    import.run(&t).await;
    let ada = person(&t, "ada").await;
    let edit = keyward::EditPerson { name: Some("Countess".into()), ..Default::default() };
    t.kw.edit_person(ada.id, edit).await.unwrap().unwrap();
    import.run(&t).await;
    assert_eq!(person(&t, "ada").await.name, "Countess");
}

/// Fails behind a number of pages, as a machine does that is turned off.
struct CutOff(Box<dyn Source>, usize);

impl Source for CutOff {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint()
    }

    fn seek<'a>(&'a mut self, position: &'a str) -> Fut<'a, Result<(), Error>> {
        self.0.seek(position)
    }

    fn next(&mut self) -> Fut<'_, Result<Option<FoundPage>, Error>> {
        match self.1.checked_sub(1) {
            Some(left) => {
                self.1 = left;
                self.0.next()
            }
            None => Box::pin(async { Err(Error::new("read what is turned off")) }),
        }
    }

    fn read(&self) -> (u64, Option<u64>) {
        self.0.read()
    }
}

#[derive(Default)]
struct Seen(Vec<Progress>);

impl Watch for Seen {
    fn progress(&mut self, progress: Progress) {
        self.0.push(progress);
    }
}

async fn goes_on(system: System, place: &str, open: &import::OpenOptions) {
    let t = TestAuth::new().await;
    let options = ImportOptions::default();
    let source = import::open(system, place, open).await.unwrap();
    let cut = t.kw.import(&mut CutOff(source, 2), &options, &mut ()).await;
    assert!(cut.is_err());
    let mut source = import::open(system, place, open).await.unwrap();
    let mut seen = Seen::default();
    let rest = t.kw.import(&mut *source, &options, &mut seen).await.unwrap();
    assert!(rest.went_on, "{rest:?}");
    assert_eq!((rest.rows, rest.imported, rest.known), (550, 550, 0), "{rest:?}");
    let last = seen.0.last().unwrap();
    assert_eq!(Some(last.read), last.total);
    let query = PeopleQuery { text: "p949@".into(), limit: 5, ..PeopleQuery::default() };
    assert_eq!(t.kw.people(&query).await.unwrap().data.len(), 1);
    // The whole of it was seen: another one begins anew.
    let mut source = import::open(system, place, open).await.unwrap();
    let whole = t.kw.import(&mut *source, &options, &mut ()).await.unwrap();
    assert_eq!((whole.known, whole.went_on), (950, false));
}

#[tokio::test]
async fn a_cut_off_import_of_a_file_goes_on_where_it_was() {
    let (_folder, path) = file(many(950), "people.csv");
    goes_on(System::Csv, &path.to_string_lossy(), &Default::default()).await;
}

#[tokio::test]
async fn a_cut_off_import_of_a_packed_file_goes_on_where_it_was() {
    use std::io::Write as _;
    let packed = Vec::new();
    let mut packer = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packer.write_all(many(950).as_bytes()).unwrap();
    let (_folder, path) = file(packer.finish().unwrap(), "people.csv.gz");
    goes_on(System::Csv, &path.to_string_lossy(), &Default::default()).await;
}

#[tokio::test]
async fn a_cut_off_import_of_json_goes_on_where_it_was() {
    let mut text = r#"{"realm":"x","users":["#.to_owned();
    for at in 0..950 {
        let comma = if at == 0 { "" } else { ",\n" };
        let user = format!(r#"{{"id":"{at}","username":"u{at}x","email":"p{at}@example.com"}}"#);
        text += &format!("{comma}{user}");
    }
    let (_folder, path) = file(text + "]}", "realm.json");
    goes_on(System::Keycloak, &path.to_string_lossy(), &Default::default()).await;
}

#[tokio::test]
async fn a_cut_off_import_of_a_table_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    // Numbers in a column of no type, and out of the order in which texts sort.
    db.execute_batch("CREATE TABLE members (nr, mail TEXT)").unwrap();
    for at in 0..950 {
        db.execute("INSERT INTO members VALUES (?, ?)", (at, format!("p{at}@example.com")))
            .unwrap();
    }
    let mut open = import::OpenOptions::default();
    open.columns.table = "members".into();
    open.columns.named.insert("id".into(), "nr".into());
    open.columns.named.insert("email".into(), "mail".into());
    goes_on(System::Table, &path.to_string_lossy(), &open).await;
}

#[tokio::test]
async fn a_changed_file_is_read_from_its_beginning() {
    let t = TestAuth::new().await;
    let (_folder, path) = file(many(950), "people.csv");
    let place = path.to_string_lossy().into_owned();
    let source = import::open(System::Csv, &place, &Default::default()).await.unwrap();
    let options = ImportOptions::default();
    t.kw.import(&mut CutOff(source, 2), &options, &mut ()).await.unwrap_err();
    std::fs::write(&path, many(960)).unwrap();
    let (report, _) = Import::of(System::Csv, place).run(&t).await;
    assert_eq!((report.went_on, report.known, report.imported), (false, 400, 560));
}

#[tokio::test]
async fn two_systems_of_one_kind_have_names_of_their_own() {
    let t = TestAuth::new().await;
    let (_one, path) = file("id,email\n1,ada@example.com\n", "one.csv");
    Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
    let (_two, path) = file("id,email\n1,bob@example.com\n", "two.csv");
    let mut import = Import::of(System::Csv, path.to_string_lossy());
    let (taken_for_known, _) = import.run(&t).await;
    assert_eq!(taken_for_known.known, 1, "the same number of the same system");
    import.open.name = Some("shop-two".into());
    let (report, _) = import.run(&t).await;
    assert_eq!(report.imported, 1);
    import.open.name = Some("Shop Two".into());
    let mut source = import::open(System::Csv, &import.place, &import.open).await.unwrap();
    assert!(t.kw.import(&mut *source, &import.options, &mut ()).await.is_err());
}

#[tokio::test]
async fn a_dry_run_says_what_would_come_of_it_and_writes_nothing() {
    let t = TestAuth::new().await;
    t.user("bob@example.com").await;
    let (_folder, path) = file(
        "id,email,roles\n1,ada@example.com,editor\n2,bob@example.com,\n3,ADA@example.com,\n",
        "people.csv",
    );
    let mut import = Import::of(System::Csv, path.to_string_lossy()).dry();
    import.options.create_roles = true;
    let (dry, _) = import.run(&t).await;
    assert!(t.kw.find_person("ada@example.com").await.unwrap().is_none());
    assert!(t.kw.role("editor").await.unwrap().is_none());
    import.options.dry_run = false;
    let (real, _) = import.run(&t).await;
    assert_eq!(dry.reasons["email_taken"], 1);
    assert_eq!(dry.reasons, real.reasons);
    let numbers = |report: &import::Report| {
        (
            report.rows,
            report.imported,
            report.refused,
            report.roles_made.clone(),
            report.lost.clone(),
        )
    };
    assert_eq!(numbers(&dry), numbers(&real));
    assert_eq!(real.roles_made, ["editor"]);
}

#[tokio::test]
async fn a_dry_run_sees_a_name_that_comes_twice_far_apart() {
    let t = TestAuth::new().await;
    let text = many(450) + "x,P7@example.com,Twice\n";
    let (_folder, path) = file(text, "people.csv");
    let (dry, refused) = Import::of(System::Csv, path.to_string_lossy()).dry().run(&t).await;
    assert_eq!((dry.imported, dry.reasons["email_repeated"]), (450, 1));
    assert_eq!((refused[0].place, refused[0].id.as_str()), (452, "x"));
}

#[tokio::test]
async fn who_was_here_before_is_not_taken_over() {
    let t = TestAuth::new().await;
    t.user("ada@example.com").await;
    t.user_with(|new: &mut NewPerson| new.username = Some("coco".into())).await;
    let text = "id,email,username,password_hash,verified\n\
                1,ADA@example.com,,$2b$04$JxDlFI.NB5dlL5fA3NuA1ewS8cO8I0mGB4fo7Kq5UU4iG2VgyiLQO,yes\n\
                2,eve@example.com,c0co,,yes\n";
    let (_folder, path) = file(text, "people.csv");
    let (report, refused) = Import::of(System::Csv, path.to_string_lossy()).run(&t).await;
    assert_eq!((report.imported, report.refused), (0, 2));
    let reasons: Vec<&str> = refused.iter().map(|row| row.reason).collect();
    assert_eq!(reasons, ["email_taken", "username_taken"], "names that look alike are one");
    assert!(keeps_password(&t, "ada@example.com").await, "her own, from before");
    assert!(t.kw.find_person("eve@example.com").await.unwrap().is_none(), "not by half");
}

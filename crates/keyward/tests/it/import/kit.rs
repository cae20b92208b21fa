//! Fixtures, and short words for what every test does.

use std::path::{Path, PathBuf};

use keyward::import::{self, ImportOptions, OpenOptions, RefusedRow, Report, System, Watch};
use keyward::testing::{PASSWORD, TestAuth};
use keyward::{Refusal, Secret, UserView};

/// A file that another system wrote, or would have.
pub(super) fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/import");
    folder.join(name).to_string_lossy().into_owned()
}

/// A database of another system, made of its fixture.
pub(super) fn database(name: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    let text = std::fs::read_to_string(fixture(name)).unwrap();
    let db = rusqlite::Connection::open(&file).unwrap();
    db.execute_batch(&format!("PRAGMA foreign_keys = OFF;\nBEGIN;\n{text}\nCOMMIT;")).unwrap();
    (folder, file.to_string_lossy().into_owned())
}

/// A file with this text.
pub(super) fn file(text: impl AsRef<[u8]>, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// Keeps who was refused.
#[derive(Default)]
pub(super) struct Kept(pub(super) Vec<RefusedRow>);

impl Watch for Kept {
    fn refused(&mut self, row: &RefusedRow) {
        self.0.push(row.clone());
    }
}

/// One import, and how it is made.
pub(super) struct Import {
    pub(super) system: System,
    pub(super) place: String,
    pub(super) open: OpenOptions,
    pub(super) options: ImportOptions,
}

impl Import {
    pub(super) fn of(system: System, place: impl Into<String>) -> Self {
        let (open, options) = Default::default();
        Self { system, place: place.into(), open, options }
    }

    pub(super) fn secret(mut self, text: &str) -> Self {
        self.open.secret = Some(Secret::new(text));
        self
    }

    pub(super) fn role(mut self, there: &str, here: &str) -> Self {
        self.options.roles.insert(there.into(), here.into());
        self
    }

    pub(super) fn dry(mut self) -> Self {
        self.options.dry_run = true;
        self
    }

    pub(super) async fn run(&self, t: &TestAuth) -> (Report, Vec<RefusedRow>) {
        let mut kept = Kept::default();
        let mut source = import::open(self.system, &self.place, &self.open).await.unwrap();
        let report = t.kw.import(&mut *source, &self.options, &mut kept).await.unwrap();
        (report, kept.0)
    }
}

/// Whoever has this name.
pub(super) async fn person(t: &TestAuth, name: &str) -> UserView {
    t.kw.find_person(name).await.unwrap().unwrap_or_else(|| panic!("nobody is called {name}"))
}

/// Whether the password of old is right; an address that is not proven is no matter here.
pub(super) async fn knows(t: &TestAuth, name: &str, password: &str) -> bool {
    let said = t.kw.verify_credentials(name, &Secret::new(password)).await.unwrap();
    matches!(said, Ok(_) | Err(Refusal::Unverified { .. }))
}

/// Whether exactly the password of old opens an account.
pub(super) async fn keeps_password(t: &TestAuth, name: &str) -> bool {
    !knows(t, name, "an incorrect password").await && knows(t, name, PASSWORD).await
}

/// Roles of an account, by name.
pub(super) async fn roles(t: &TestAuth, name: &str) -> Vec<String> {
    t.kw.holdings(person(t, name).await.id).await.unwrap().roles
}

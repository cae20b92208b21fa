//! A data directory with people in it, made by the library: the server then
//! opens what an application made.

use std::path::Path;

use keyward::{Keyward, NewPerson, Secret};
use tempfile::TempDir;

use crate::Result;

/// The password of everyone here.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A data directory, removed when this is dropped.
pub(crate) struct Stage {
    dir: TempDir,
    /// `Cookie` header lines, one for each person, each with a live session.
    pub(crate) cookies: Vec<String>,
}

impl Stage {
    /// An empty one. Beside the build, because `/tmp` may not be on a disk.
    pub(crate) fn empty() -> Result<Self> {
        let target = std::env::current_exe()?;
        let beside = target.parent().ok_or("no directory")?;
        Ok(Self { dir: TempDir::new_in(beside)?, cookies: vec![] })
    }

    /// One with `count` people: `person-0@example.com` and so on.
    pub(crate) fn with_people(count: usize) -> Result<Self> {
        let mut stage = Self::empty()?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let auth = open(stage.path()).await?;
            for at in 0..count {
                stage.cookies.push(person(&auth, at).await?);
            }
            auth.shutdown().await;
            Ok(stage)
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// The address of a person.
pub(crate) fn email(at: usize) -> String {
    format!("person-{at}@example.com")
}

/// Opens the database in `data` as a library does.
pub(crate) async fn open(data: &Path) -> Result<Keyward> {
    Ok(Keyward::sqlite(data.join("keyward.db")).build().await?)
}

async fn person(auth: &Keyward, at: usize) -> Result<String> {
    let new = NewPerson {
        email: Some(email(at)),
        name: format!("Person {at}"),
        password: Some(Secret::new(PASSWORD)),
        verified: true,
        ..NewPerson::default()
    };
    let made = auth.add_person(new).await?.map_err(|refusal| format!("{refusal:?}"))?;
    let opened = auth.sign_in_user(&made.id).await?.map_err(|refusal| format!("{refusal:?}"))?;
    let cookie = opened.set_cookie().split(';').next().unwrap_or_default();
    Ok(format!("Cookie: {cookie}\r\n"))
}

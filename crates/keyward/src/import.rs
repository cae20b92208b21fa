//! Bring people in from another system: their names, roles, second factors and passwords,
//! as that system stored them.
//!
//! A [`Source`] reads people, a page at a time; [`open()`] finds the one for a file or a
//! database. [`Keyward::import`](crate::Keyward::import) brings them in: each whole or not
//! at all, nobody in place of somebody who is there, and nobody twice.
//!
//! ```
//! # use keyward::{Keyward, import::{self, ImportOptions, System}};
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # let folder = std::env::temp_dir().join(format!("keyward-import-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let file = folder.join("people.csv");
//! std::fs::write(&file, "id,email\n1,ada@example.com\n")?;
//! let auth = Keyward::memory().build().await?;
//! let mut source = import::open(System::Csv, &file.to_string_lossy(), &Default::default()).await?;
//! let report = auth.import(&mut *source, &ImportOptions::default(), &mut ()).await?;
//! assert_eq!(report.imported, 1);
//! # auth.shutdown().await;
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod columns;
pub(crate) mod csv;
mod file;
pub(crate) mod json;
mod open;
mod report;
mod row;
mod run;
mod source;
mod systems;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod tables;

pub use columns::Columns;
pub use keyward_core::crypto::otp::OtpSecret;
pub use keyward_core::flow::import::{Loss, Person, PersonName};
pub use open::{OpenOptions, open};
pub use report::{Progress, RefusedRow, Report, Watch};
pub use run::ImportOptions;
pub use source::{Fault, Found, FoundPage, PAGE, Source};
pub use systems::System;

#[doc(hidden)]
pub mod fuzzing {
    //! What reads files of strangers, for those who search for faults.

    pub use super::csv::read_all as csv;
    pub use super::json::read_all as json;
    pub use super::systems::asok::codes_of as asok_codes;
    pub use super::systems::firebase::stored_by as firebase_stored;
    pub use super::systems::read_text as people;
}

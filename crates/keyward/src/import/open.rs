//! The source that reads a system's people at a place.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use keyward_core::port::Fut;
use keyward_core::{Error, Secret};

use super::columns::Columns;
use super::file::{FileSource, Written};
use super::source::{FoundPage, Source};
use super::systems::{Reads, Rows, System, auth0, django, firebase, keycloak, supabase};
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
use super::{
    systems::{Tables, asok, asyncauth, authnzerver, sanic_security},
    tables::TableSource,
};

/// How to read people.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// The name under which they are recognised; that of the system, unless there are two
    /// of one kind.
    pub name: Option<String>,
    /// For `csv` and `table`: which column says what.
    pub columns: Columns,
    /// What their passwords or second factors cannot be read without: asyncauth's
    /// `AUTH.secret`, Asok's `TOTP_ENCRYPTION_KEY` or `SECRET_KEY`, Firebase's hash
    /// parameters.
    pub secret: Option<Secret>,
    /// Count every address as proven, whatever they say of it there.
    pub verified: bool,
    /// Allow a connection to a database beyond loopback that is not encrypted.
    pub plaintext: bool,
    /// Certificate authorities to trust (PEM) in place of the public ones.
    pub root_certificates: Option<PathBuf>,
}

const WHAT: &str = "open the import";

/// Opens `place`: a file, or the URL of a database: `sqlite://FILE`, `postgres://…`,
/// `mysql://…`. A file may be packed by gzip, and may be an SQLite database.
///
/// # Errors
/// It cannot be read, is not of this system, or needs a secret.
pub async fn open(
    system: System,
    place: &str,
    options: &OpenOptions,
) -> Result<Box<dyn Source>, Error> {
    let name = options.name.clone().unwrap_or_else(|| system.as_str().to_owned());
    let source: Box<dyn Source> = match database(place)? {
        Some(url) => of_database(system, &url, name, options).await?,
        None => {
            let path = Path::new(place);
            let reads = reads(system, options)?;
            Box::new(FileSource::open(name, path, written(system, path), reads)?)
        }
    };
    Ok(match options.verified {
        true => Box::new(Proven(source)),
        false => source,
    })
}

/// The URL of a database, if that is what is meant. Python names drivers in it.
fn database(place: &str) -> Result<Option<String>, Error> {
    if let Some((scheme, rest)) = place.split_once("://") {
        let scheme = scheme.split_once('+').map_or(scheme, |(scheme, _)| scheme);
        return Ok(Some(format!("{scheme}://{rest}")));
    }
    let mut magic = [0; 16];
    let read = std::fs::File::open(place).and_then(|mut file| file.read(&mut magic));
    let read =
        read.map_err(|error| Error::because("read the file", format!("`{place}`: {error}")))?;
    let is_sqlite = read == magic.len() && &magic == b"SQLite format 3\0";
    Ok(is_sqlite.then(|| format!("sqlite://{place}")))
}

fn written(system: System, path: &Path) -> Written {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name = name.unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match system {
        System::Csv => Written::Csv,
        _ if name.ends_with(".csv") => Written::Csv,
        _ => Written::Json,
    }
}

fn reads(system: System, options: &OpenOptions) -> Result<Box<dyn Reads>, Error> {
    Ok(match system {
        System::Csv => Box::new(Rows(options.columns.clone())),
        System::Django => Box::new(django::Django::default()),
        System::Auth0 => Box::new(auth0::Auth0),
        System::Keycloak => Box::new(keycloak::Keycloak),
        System::Supabase => Box::new(supabase::Supabase),
        System::Firebase => {
            let hash = options.secret.as_ref().map(|text| firebase::Hash::parse(text.reveal()));
            let hash = match hash {
                Some(None) => return Err(Error::because(WHAT, "these are no hash parameters")),
                Some(hash) => hash,
                None => None,
            };
            Box::new(firebase::Firebase::new(hash))
        }
        System::Table
        | System::Authnzerver
        | System::Asyncauth
        | System::SanicSecurity
        | System::Asok => {
            let what = format!("people of `{}` are read from a database", system.as_str());
            return Err(Error::because(WHAT, what));
        }
    })
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
async fn of_database(
    system: System,
    url: &str,
    name: String,
    options: &OpenOptions,
) -> Result<Box<dyn Source>, Error> {
    let how = keyward_store::Options {
        connections: 2,
        // A page of a large table may wait for the disk.
        timeout: std::time::Duration::from_secs(30),
        plaintext: options.plaintext,
        root_certificates: options.root_certificates.clone(),
        ..keyward_store::Options::default()
    };
    let db = keyward_store::OtherDatabase::open(url, &how).await?;
    let place = without_password(url);
    let tables: Box<dyn Tables> = match system {
        System::Table => {
            return Ok(Box::new(
                TableSource::of_columns(name, db, &place, &options.columns).await?,
            ));
        }
        System::Authnzerver => Box::new(authnzerver::Authnzerver),
        System::SanicSecurity => Box::new(sanic_security::SanicSecurity::default()),
        System::Asok => Box::new(asok::Asok::new(options.secret.clone())),
        System::Django => Box::new(django::Django::default()),
        System::Supabase => Box::new(supabase::Supabase),
        System::Asyncauth => {
            let secret = options.secret.clone();
            let missing = || Error::because(WHAT, "asyncauth's passwords need its `AUTH.secret`");
            Box::new(asyncauth::Asyncauth { secret: secret.ok_or_else(missing)? })
        }
        System::Csv | System::Auth0 | System::Firebase | System::Keycloak => {
            let what = format!("people of `{}` are read from a file", system.as_str());
            return Err(Error::because(WHAT, what));
        }
    };
    Ok(Box::new(TableSource::open(name, db, &place, tables).await?))
}

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
async fn of_database(
    _: System,
    _: &str,
    _: String,
    _: &OpenOptions,
) -> Result<Box<dyn Source>, Error> {
    Err(Error::because(WHAT, "this build reads no databases"))
}

/// What of a URL may be remembered.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    format!("{scheme}://{rest}")
}

/// The same people, with every address proven.
struct Proven(Box<dyn Source>);

impl Source for Proven {
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
        Box::pin(async move {
            let mut page = self.0.next().await?;
            let rows = page.iter_mut().flat_map(|page| &mut page.rows);
            let people = rows.filter_map(|row| row.person.as_mut().ok());
            people.flat_map(|person| &mut person.names).for_each(|name| name.is_verified = true);
            Ok(page)
        })
    }

    fn read(&self) -> (u64, Option<u64>) {
        self.0.read()
    }
}

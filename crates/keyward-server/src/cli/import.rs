//! `keyward import`: people of another system.

mod bar;
mod refusals;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use keyward::import::{self, Columns, ImportOptions, OpenOptions, Progress, RefusedRow, Report};
use keyward::{Secret, import::System, import::Watch};

use super::{beside, print};
use crate::args::{Globals, Output};
use crate::failure::{Failure, Outcome};
use crate::terminal::{answer, note};
use bar::Bar;
use refusals::Refusals;

/// Where people come from, and how they are read. It may be cut off and run again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A file, or the URL of a database: sqlite://FILE, postgres://…, mysql://…
    #[arg(value_name = "FILE|URL")]
    place: String,
    /// The system that wrote it
    #[arg(long, value_name = "SYSTEM", value_parser = systems())]
    from: System,
    /// Find out what would come of it, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Recognise people under this name; for two systems of one kind
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// A file with asyncauth's AUTH.secret, Asok's TOTP_ENCRYPTION_KEY or SECRET_KEY, or
    /// Firebase's hash parameters
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// The table, with `--from table`
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// Which column says what, with `--from csv` or `table`; may be repeated
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
    column: Vec<(String, String)>,
    /// Which role here stands for one there; may be repeated. Nobody becomes an
    /// administrator otherwise
    #[arg(long, value_name = "THERE=HERE", value_parser = pair)]
    role: Vec<(String, String)>,
    /// Make roles that are not there, without rules
    #[arg(long)]
    create_roles: bool,
    /// Count every address as proven
    #[arg(long)]
    verified: bool,
    /// Bring people in without a password or second factor that cannot be read, or would
    /// cost too much to check
    #[arg(long)]
    without_unreadable: bool,
    /// Write each row of which nobody was made into this file, a JSON object a line
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// Allow a connection to a database that is not encrypted
    #[arg(long)]
    plaintext: bool,
    /// Certificate authorities to trust for that connection (PEM)
    #[arg(long, value_name = "FILE")]
    ssl_root: Option<PathBuf>,
}

fn systems() -> impl TypedValueParser<Value = System> {
    let names = PossibleValuesParser::new(System::ALL.map(System::as_str));
    names.try_map(|name| System::parse(&name).ok_or("no such system"))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(one, other)| !one.is_empty() && !other.is_empty());
    pair.map(|(one, other)| (one.to_owned(), other.to_owned())).ok_or_else(|| "NAME=NAME".into())
}

/// Bytes of a secret, at most.
const MAX_SECRET: u64 = 8_192;

impl Args {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        let open = OpenOptions {
            name: self.name,
            columns: Columns {
                table: self.table.unwrap_or_default(),
                named: self.column.into_iter().collect(),
            },
            secret: self.secret_file.map(secret).transpose()?,
            verified: self.verified,
            plaintext: self.plaintext,
            root_certificates: self.ssl_root,
        };
        let options = ImportOptions {
            roles: self.role.into_iter().collect::<BTreeMap<_, _>>(),
            create_roles: self.create_roles,
            without_unreadable: self.without_unreadable,
            dry_run: self.dry_run,
        };
        let mut watch =
            Follow { bar: Bar::new(), refusals: Refusals::open(self.refused.as_deref())? };
        let (system, place) = (self.from, self.place);
        beside(globals, async |auth| {
            let mut source = import::open(system, &place, &open).await?;
            let done = auth.import(&mut *source, &options, &mut watch).await;
            watch.bar.end();
            watch.refusals.end()?;
            let report = done?;
            tell(globals, &report, watch.bar.per_second())?;
            match report.refused {
                0 => Ok(()),
                _ => Err(Failure::no()),
            }
        })
    }
}

/// The whole of a small file, without the end of its last line.
fn secret(path: PathBuf) -> Outcome<Secret> {
    use std::io::Read as _;
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("cannot read `{}`: {error}", path.display()))
    };
    let mut text = String::new();
    let file = std::fs::File::open(&path).map_err(|error| cannot(&error))?;
    file.take(MAX_SECRET).read_to_string(&mut text).map_err(|error| cannot(&error))?;
    let text = Secret::new(text);
    match text.reveal().trim_end_matches(['\r', '\n']) {
        "" => Err(cannot(&"it is empty")),
        text => Ok(Secret::new(text)),
    }
}

/// Draws the bar, and keeps who was refused.
struct Follow {
    bar: Bar,
    refusals: Refusals,
}

impl Watch for Follow {
    fn progress(&mut self, progress: Progress) {
        self.bar.draw(progress);
    }

    fn refused(&mut self, row: &RefusedRow) {
        self.bar.clear();
        self.refusals.take(row);
    }
}

fn tell(globals: &Globals, report: &Report, per_second: f64) -> Outcome {
    if globals.output == Output::Json {
        note(&format!("import_rows_per_s={per_second:.0}"));
        return print::json(report);
    }
    let Report { rows, imported, known, refused, .. } = report;
    if report.went_on {
        note("went on where the last import was cut off");
    }
    let would = if report.dry_run { "would be imported" } else { "imported" };
    answer(&format!(
        "{imported} {would}, {known} already known, {refused} refused, of {rows} rows"
    ))?;
    for (reason, count) in &report.reasons {
        answer(&format!("  refused: {count} {reason}"))?;
    }
    for (loss, count) in &report.lost {
        answer(&format!("  did not come along: {count} {loss}"))?;
    }
    if !report.roles_made.is_empty() {
        let made = if report.dry_run { "roles that would be made" } else { "roles made" };
        answer(&format!("  {made}: {}", report.roles_made.join(", ")))?;
    }
    Ok(())
}

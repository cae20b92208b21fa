//! How fast people come from a file, and what that takes of memory.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{self, Start};
use crate::stage::Stage;
use crate::{Result, figure};

/// Rows of the file.
const ROWS: usize = 1_000_000;
/// As other systems have them: nobody checks it here.
const HASH: &str = "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg\
                    $uKZLaN6muIyoyIYr5waqw3y+zaDbe9aLSPj6Ln/rbz4";
/// Between two looks at its memory.
const LOOK: Duration = Duration::from_millis(20);

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::empty()?;
    // The first start makes the database.
    server::start(binary, stage.path(), Start::default())?.stop()?;
    let file = stage.path().join("people.csv");
    write(&file)?;
    let began = Instant::now();
    let mut child = Command::new(binary)
        .args(["import", "--from", "csv", "-o", "json", "--data-dir"])
        .args([stage.path(), &file])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = 0.0f64;
    while child.try_wait()?.is_none() {
        // It may have ended in this moment.
        peak = peak.max(server::memory_mb(child.id(), "VmHWM").unwrap_or(0.0));
        std::thread::sleep(LOOK);
    }
    let took = began.elapsed().as_secs_f64();
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() || !said.contains(&format!("\"imported\":{ROWS}")) {
        return Err(format!("the import said: {said}").into());
    }
    figure::print("import_rows_per_s", ROWS as f64 / took);
    figure::print("import_peak_mb", peak);
    Ok(())
}

/// Each with an address, a username, a name and a password.
fn write(path: &Path) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "id,email,username,name,password_hash,email_verified,created_at")?;
    for at in 0..ROWS {
        writeln!(
            file,
            "{at},person-{at}@example.com,person{at}x,Person {at},\"{HASH}\",yes,2024-05-06T07:08:09Z"
        )?;
    }
    Ok(file.flush()?)
}

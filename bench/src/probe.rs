//! The probe of the storm: looks at one session a hundred times a second, and
//! prints how long each look took, in microseconds, one a line.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::http::{self, Connection};
use crate::{Result, session};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(10);

/// Plays the part for `secs` seconds. A look that is due while another is under
/// way waits for it, and its wait counts.
pub(crate) fn run(address: &str, cookie: &str, secs: &str) -> Result<()> {
    let (address, secs): (SocketAddr, u64) = (address.parse()?, secs.parse()?);
    let request = http::get(address, session::PATH, &format!("{cookie}\r\n"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let waits = runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let (mut waits, began) = (Vec::new(), Instant::now());
        for at in 0..secs * 100 {
            let due = began + EVERY * u32::try_from(at)?;
            tokio::time::sleep_until(due.into()).await;
            let answer = connection.ask(&request).await?;
            if !answer.is_success() {
                return Err(format!("a look was answered {}", answer.status).into());
            }
            waits.push(due.elapsed());
        }
        Result::Ok(waits)
    })?;
    let mut out = std::io::stdout().lock();
    for wait in waits {
        writeln!(out, "{}", wait.as_micros())?;
    }
    Ok(())
}

//! Makes a list in `data/` from a text, one entry a line:
//!
//! ```sh
//! gunzip -c common-passwords.txt.gz | cargo run --example blocklist > common-passwords.bin
//! ```

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};

use keyward_core::password::rules;

fn main() -> io::Result<()> {
    let mut list = String::new();
    io::stdin().read_to_string(&mut list)?;
    let entries: BTreeSet<_> =
        list.lines().map(str::trim).filter(|line| !line.is_empty()).map(rules::entry).collect();
    entries.iter().try_for_each(|entry| io::stdout().write_all(entry))
}

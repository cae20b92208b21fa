//! The documentation. Its snippets are documentation tests of `keyward`, and
//! run with those; `tidy` sees to it that no document is left out.

use crate::tally::Tally;
use crate::{Result, project, running};

/// `cargo doc` without a warning.
pub(crate) fn build() -> Result<Tally> {
    let mut doc = project::cargo();
    doc.args(["doc", "--workspace", "--all-features", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    Ok(Tally::one(running::succeeds(&mut doc)?))
}

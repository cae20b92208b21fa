//! Moving in: Keyward in authnzerver's place, its client beside starlette-auth-toolkit,
//! and people who come from a file.

pub(crate) mod authnzerver;
mod frontend;
pub(crate) mod import;
mod processor;
mod python;
pub(crate) mod tokens;

use std::path::Path;

use crate::Result;

pub(crate) fn run(binary: &Path) -> Result<()> {
    authnzerver::run(binary)?;
    tokens::run(binary)?;
    import::run(binary)
}

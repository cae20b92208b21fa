//! `keyward setup`: a new link for the first administrator, beside a running
//! server or before its first start.

use super::{block_on, open};
use crate::args::Globals;
use crate::failure::Outcome;
use crate::terminal::answer;

/// Takes nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Prints the link.
pub(crate) fn run(globals: &Globals, _: Args) -> Outcome {
    block_on(async {
        let auth = open::beside(globals).await?;
        let secret = auth.begin_setup().await?;
        answer(&auth.setup_link(&secret))?;
        auth.shutdown().await;
        Ok(())
    })
}

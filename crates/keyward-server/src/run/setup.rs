//! `keyward setup`: a new link for the first administrator, beside a running
//! server or before its first start.

use keyward::Keyward;

use super::{block_on, open};
use crate::args::Globals;
use crate::failure::Outcome;
use crate::terminal::{answer, note};

/// Takes nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Prints the link.
pub(crate) fn run(globals: &Globals, _: Args) -> Outcome {
    block_on(async {
        let auth = open::beside(globals).await?;
        let done = link(&auth).await;
        auth.shutdown().await;
        done
    })
}

async fn link(auth: &Keyward) -> Outcome {
    // Where the first one is lost, another is made; nobody should do it unawares.
    if auth.has_admin().await? {
        note("there is an administrator already: whoever uses this link becomes another");
    }
    let secret = auth.begin_setup().await?;
    Ok(answer(&auth.setup_link(&secret))?)
}

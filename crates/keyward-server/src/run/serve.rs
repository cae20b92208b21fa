//! `keyward serve`: production.

use super::open::{self, DATA};
use super::server::{Server, block_on};
use crate::args::Globals;
use crate::config::Config;
use crate::failure::Outcome;
use crate::terminal::note;

/// How to run for production.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:8080")]
    listen: String,
}

/// Runs until stopped.
pub(crate) fn run(globals: &Globals, args: Args) -> Outcome {
    let data_dir = globals.data_dir.clone().unwrap_or_else(|| DATA.into());
    block_on(serve(Config { data_dir, listen: args.listen, public_url: None }))
}

async fn serve(config: Config) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)?;
    let builder = open::builder(&config);
    let server = Server::start(builder, &config.listen, config.public_url.as_deref()).await?;
    note(&format!("keyward at {}", server.auth.public_url()));
    server.run().await;
    Ok(())
}

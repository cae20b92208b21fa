//! `keyward dev`: everything for trying things out, nothing for the world.

use std::net::ToSocketAddrs as _;

use keyward::{Keyward, NewPerson, Secret};

use super::open::{self, DEV_DATA};
use super::server::{Server, block_on};
use crate::args::Globals;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::terminal::note;

/// How to run for development.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:8080")]
    listen: String,
    /// Listen beyond this machine, as a container must
    #[arg(long)]
    i_know_this_is_dev: bool,
}

/// The password of every seeded person.
const PASSWORD: &str = "correct horse battery";

/// Who is there from the start: address, name, role.
const PEOPLE: [(&str, &str, Option<&str>); 3] = [
    ("admin@example.com", "Admin", Some("admin")),
    ("ada@example.com", "Ada", None),
    ("bob@example.com", "Bob", None),
];

/// Runs until stopped.
pub(crate) fn run(globals: &Globals, args: Args) -> Outcome {
    if !args.i_know_this_is_dev {
        refuse_beyond_loopback(&args.listen)?;
    }
    let data_dir = globals.data_dir.clone().unwrap_or_else(|| DEV_DATA.into());
    let config = Config { data_dir, listen: args.listen, public_url: None };
    block_on(serve(config))
}

async fn serve(config: Config) -> Outcome {
    std::fs::create_dir_all(&config.data_dir)?;
    let builder = open::builder(&config).dev();
    let server = Server::start(builder, &config.listen, config.public_url.as_deref()).await?;
    seed(&server.auth).await?;
    let url = server.auth.public_url();
    note(&format!("keyward dev at {url}, inbox at {url}/dev/inbox"));
    server.run().await;
    Ok(())
}

/// Development secrets are public: nobody else may reach them.
fn refuse_beyond_loopback(listen: &str) -> Outcome {
    let found = listen.to_socket_addrs();
    let found = found.map_err(|e| Failure::usage(format!("cannot listen at `{listen}`: {e}")))?;
    match found.into_iter().find(|address| !address.ip().is_loopback()) {
        None => Ok(()),
        Some(address) => Err(Failure::usage(format!(
            "dev mode refuses to listen at {address}, beyond this machine \
             (in a container: --i-know-this-is-dev)"
        ))),
    }
}

async fn seed(auth: &Keyward) -> Outcome {
    for (email, name, role) in PEOPLE {
        if auth.find_person(email).await?.is_some() {
            continue;
        }
        let person = NewPerson {
            email: Some(email.into()),
            name: name.into(),
            password: Some(Secret::new(PASSWORD)),
            verified: true,
            ..NewPerson::default()
        };
        let refused = |_| Failure::usage(format!("could not seed {email}"));
        let person = auth.add_person(person).await?.map_err(refused)?;
        if let Some(role) = role {
            auth.assign_role(person.id, role, true).await?.map_err(refused)?;
        }
    }
    Ok(())
}

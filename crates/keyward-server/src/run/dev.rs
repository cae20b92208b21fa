//! `keyward dev`: everything for trying things out, nothing for the world.

use std::net::ToSocketAddrs as _;

use keyward::{Builder, Keyward, NewPerson, Secret};

use super::flags::Common;
use super::open::DEV_DATA;
use super::server::{Server, block_on};
use crate::args::Globals;
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// How to run for development.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
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
pub(crate) fn run(globals: &Globals, args: &Args) -> Outcome {
    let config = Config::load(globals, |raw| args.common.read(raw))?;
    if !args.i_know_this_is_dev {
        refuse_beyond_loopback(&config.server.listen)?;
    }
    block_on(serve(globals, &config))
}

async fn serve(globals: &Globals, config: &Config) -> Outcome {
    let finish = |builder: Builder, _| Ok(builder.dev());
    let server = Server::start("dev", config, DEV_DATA, finish).await?;
    for person in PEOPLE {
        seed(&server.auth, person).await?;
    }
    server.tell_places();
    let (console, url) = (server.console, server.auth.public_url());
    console.place("Inbox", &format!("{url}/dev/inbox"), "every mail and text message");
    let names: Vec<&str> = PEOPLE.iter().map(|(email, ..)| *email).collect();
    console.say(&format!("\n  People   {}\n           password: {PASSWORD}", names.join(", ")));
    console.say("\n  DEV MODE: refuses to listen on non-loopback addresses");
    server.run(globals).await
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

async fn seed(auth: &Keyward, (email, name, role): (&str, &str, Option<&str>)) -> Outcome {
    if auth.find_person(email).await?.is_some() {
        return Ok(());
    }
    let person = NewPerson {
        email: Some(email.into()),
        name: name.into(),
        password: Some(Secret::new(PASSWORD)),
        verified: true,
        ..NewPerson::default()
    };
    let refused = |refusal| Failure::usage(format!("could not seed {email}: {refusal:?}"));
    let person = auth.add_person(person).await?.map_err(refused)?;
    if let Some(role) = role {
        auth.assign_role(person.id, role, true).await?.map_err(refused)?;
    }
    Ok(())
}

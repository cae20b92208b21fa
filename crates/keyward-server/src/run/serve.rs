//! `keyward serve`: production.

use keyward::{Keyward, Refusal};

use super::flags::{Common, Production};
use super::old;
use super::open::{self, DATA};
use super::server::{Server, block_on};
use crate::args::Globals;
use crate::config::{Admin, Config};
use crate::failure::{Failure, Outcome};

/// How to run for production.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    production: Production,
    #[command(flatten)]
    old: old::Args,
}

/// Runs until stopped.
pub(crate) fn run(globals: &Globals, args: &Args) -> Outcome {
    if args.old.alone() {
        let config = args.old.load(globals, args.common.listen(), |raw| {
            args.common.read_others(raw);
            args.production.read(raw);
        })?;
        return block_on(serve_frontends(globals, &config));
    }
    let config = Config::load(globals, |raw| {
        args.common.read(raw);
        args.production.read(raw);
    })?;
    block_on(serve(globals, &config))
}

/// In authnzerver's place: its frontends, and nobody else.
async fn serve_frontends(globals: &Globals, config: &Config) -> Outcome {
    old::refuse_theirs(config).await?;
    let carriers = (config.mail.as_ref(), config.sms.as_ref());
    let finish = |builder: keyward::Builder, outbox| {
        // Addresses are proven by the frontends: there is no page of ours for it.
        let builder = builder.settings(|settings| settings.verify = keyward::VerifyMode::None);
        open::with_carriers(builder, carriers, outbox)
    };
    let server = Server::start("serve for authnzerver's frontends", config, DATA, finish).await?;
    if let (false, Some(admin)) = (server.auth.has_admin().await?, &config.admin) {
        make_admin(&server.auth, admin).await?;
    }
    server.tell_warnings();
    server.run_frontends(globals).await
}

async fn serve(globals: &Globals, config: &Config) -> Outcome {
    let carriers = (config.mail.as_ref(), config.sms.as_ref());
    let finish = |builder, outbox| open::with_carriers(builder, carriers, outbox);
    let server = Server::start("serve", config, DATA, finish).await?;
    server.tell_places();
    if !server.auth.has_admin().await? {
        match &config.admin {
            Some(admin) => make_admin(&server.auth, admin).await?,
            None => {
                let secret = server.auth.begin_setup().await?;
                server.console.setup(&server.auth.setup_link(&secret));
            }
        }
    }
    server.tell_warnings();
    server.run(globals).await
}

/// Makes the administrator that the configuration names.
async fn make_admin(auth: &Keyward, admin: &Admin) -> Outcome {
    let made = auth.add_admin(&admin.email, admin.password.clone()).await?;
    let refused = |refusal| match refusal {
        Refusal::Invalid(problems) => {
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
            Failure::usage(format!("could not make the first administrator: {}", codes.join(", ")))
        }
        other => Failure::usage(format!("could not make the first administrator: {other:?}")),
    };
    made.map(drop).map_err(refused)
}

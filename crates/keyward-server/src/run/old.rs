//! `keyward serve --authnzerver`: authnzerver's own options, variables and files.

use clap::{Arg, ArgAction, ArgMatches};
use keyward::{TableColumns, TableUsers};

use super::autosetup;
use super::console::Console;
use crate::args::Globals;
use crate::config::authnzerver::old::{self, Given};
use crate::config::{Config, RawConfig, authnzerver_variables};
use crate::failure::{Failure, Outcome};

/// Whether to stand in authnzerver's place, and what its command line said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    alone: bool,
    autosetup: bool,
    env_file: Option<std::path::PathBuf>,
    given: Vec<(&'static str, String)>,
}

impl Args {
    /// Whether frontends alone are answered, at authnzerver's port.
    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    /// Reads options and variables of authnzerver's, and makes what is missing if that is
    /// asked for. `listen` is what our own option of that name said.
    pub(super) fn load(
        &self,
        globals: &Globals,
        listen: Option<&str>,
        more: impl FnOnce(&mut RawConfig),
    ) -> Outcome<Config> {
        let mut given = Given::default();
        for (name, value) in &self.given {
            given.take(name, value, crate::config::Origin::Option(name));
        }
        if let Some(listen) = listen {
            given.take("listen", listen, crate::config::Origin::Option("--listen"));
        }
        // As authnzerver has it: the environment goes before the command line.
        let file = self.env_file.as_deref().or(globals.env_file.as_deref());
        authnzerver_variables(file, &mut given)?;
        if self.autosetup {
            autosetup::run(&mut given)?;
        }
        let mut notices = vec![];
        let globals = Globals { env_file: None, ..globals.clone() };
        let config = Config::load(&globals, |raw| {
            more(raw);
            notices = given.apply(raw);
        })?;
        if let Some(authnzerver) = &config.authnzerver {
            notices.extend(authnzerver.notices(&config.password.breached));
        }
        let console = Console::new(config.log.json);
        notices.iter().for_each(|notice| console.say(&format!("  note     {notice}")));
        match config.authnzerver {
            Some(_) => Ok(config),
            None => Err(Failure::usage(
                "frontends need a key: AUTHNZERVER_SECRET, --secret, or --autosetup to make one",
            )),
        }
    }
}

/// The names of its options that have no other meaning here.
fn options() -> impl Iterator<Item = &'static str> {
    old::names().filter(|name| !name.contains('_') && *name != "listen")
}

impl clap::FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        Ok(Self {
            alone: matches.get_flag("authnzerver"),
            autosetup: matches.get_flag("autosetup"),
            env_file: text("envfile").map(Into::into),
            given: options().filter_map(|name| Some((name, text(name)?))).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Args {
    fn augment_args(command: clap::Command) -> clap::Command {
        let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let alone = flag("authnzerver").help_heading("Moving in").help(
            "Stand in authnzerver's place: its port (13431), its options and AUTHNZERVER_* variables",
        );
        let autosetup = flag("autosetup")
            .requires("authnzerver")
            .help_heading("Moving in")
            .help("Make a key, a salt and the first administrator, as authnzerver did");
        let quiet = |name: &'static str| {
            Arg::new(name).long(name).hide(true).requires("authnzerver").value_name("VALUE")
        };
        let command = command.arg(alone).arg(autosetup).arg(quiet("envfile"));
        options().fold(command, |command, name| command.arg(quiet(name)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// Refuses a database in which authnzerver's own tables are and ours are not: it is left
/// as it is.
pub(super) async fn refuse_theirs(config: &Config) -> Outcome {
    let Some(url) = &config.database.url else { return Ok(()) };
    if let Some(file) = url.strip_prefix("sqlite://")
        && !std::path::Path::new(file).is_file()
    {
        return Ok(());
    }
    let has = |columns: [&str; 4]| {
        let [table, id, login, password] = columns.map(str::to_owned);
        let columns = TableColumns { table, id, login, password, name: None, active: None };
        async move {
            match TableUsers::open(url, columns).await {
                Ok(table) => {
                    table.close().await;
                    true
                }
                Err(_) => false,
            }
        }
    };
    let theirs = has(["users", "user_id", "email", "password"]).await
        && has(["sessions", "session_token", "ip_address", "user_agent"]).await;
    if !theirs || has(["kw_users", "id", "name", "properties"]).await {
        return Ok(());
    }
    let shown = crate::config::shown_url(url);
    Err(Failure::usage(format!(
        "{shown} holds authnzerver's own tables, and is left as it is\n\
         bring its people over, then start with a database of Keyward's own:\n\
         \x20 keyward import {shown} --from authnzerver"
    )))
}

//! The roster of commands.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::failure::Outcome;
use crate::{cli, config, run, tour};

/// Sign-in, users and permissions.
#[derive(Debug, Parser)]
#[command(name = "keyward", version, arg_required_else_help = true)]
struct Args {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Globals {
    /// The configuration file; `keyward.toml` if it is there
    #[arg(short, long, value_name = "FILE", global = true, display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// Where the database, the root key and the outbox are kept
    #[arg(long, value_name = "DIR", global = true, display_order = 900)]
    pub(crate) data_dir: Option<PathBuf>,
    /// A file of `KEYWARD_…=value` lines, read as if they were in the environment
    #[arg(long, value_name = "FILE", global = true, display_order = 900)]
    pub(crate) env_file: Option<PathBuf>,
    /// How answers are written: text, json (one value a line) or table
    #[arg(
        short,
        long,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        global = true,
        display_order = 900
    )]
    pub(crate) output: Output,
    /// Do not ask before destroying something
    #[arg(short, long, global = true, display_order = 900)]
    pub(crate) yes: bool,
    /// No colours
    #[arg(long, global = true, display_order = 900)]
    pub(crate) no_color: bool,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Text,
    /// One JSON value a line
    Json,
    /// Aligned columns
    Table,
}

/// Every command. Adding one is a line here and a name in [`GROUPS`].
#[derive(Debug, Subcommand)]
enum Command {
    /// Run for development: seeded people, an inbox, loopback only
    Dev(run::dev::Args),
    /// Run for production
    Serve(run::serve::Args),
    /// Print a new link for the first administrator
    Setup(run::setup::Args),
    /// Check, show and explain the configuration
    #[command(subcommand)]
    Config(config::command::Command),
    /// Drive a running server through the whole journey
    Tour(tour::Args),
    #[command(flatten)]
    Cli(cli::Command),
}

/// How `keyward --help` groups them.
const GROUPS: [(&str, &[&str]); 7] = [
    ("Run", &["dev", "serve", "setup", "tour"]),
    ("Look", &["doctor", "config", "audit", "can", "why"]),
    ("People", &["user", "invite", "session"]),
    ("Access", &["role", "group", "acl", "relation", "policy", "routes", "apikey", "app"]),
    ("Operate", &["hash", "breached", "mail", "init", "migrate", "key", "backup"]),
    ("Exchange", &["import"]),
    ("Develop", &["openapi", "completions", "man"]),
];

impl Command {
    fn run(self, globals: &Globals) -> Outcome {
        match self {
            Self::Dev(args) => run::dev::run(globals, &args),
            Self::Serve(args) => run::serve::run(globals, &args),
            Self::Setup(args) => run::setup::run(globals, args),
            Self::Config(command) => command.run(globals),
            Self::Tour(args) => tour::run(globals, args),
            Self::Cli(command) => command.run(globals),
        }
    }
}

/// Reads the command line and does what it says.
pub(crate) fn main() -> ExitCode {
    let matches = command().get_matches();
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    match args.command.run(&args.globals) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

/// The whole command line, for parsing, completions and manual pages.
pub(crate) fn command() -> clap::Command {
    let command = Args::command();
    let groups = groups(&command);
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n{groups}\nOptions:\n{{options}}"
    ))
}

fn groups(command: &clap::Command) -> String {
    let mut text = String::new();
    for (group, names) in GROUPS {
        let known = names.iter().filter_map(|name| command.find_subcommand(name));
        let lines: Vec<String> = known
            .map(|c| format!("  {:<12} {}", c.get_name(), c.get_about().unwrap_or_default()))
            .collect();
        if !lines.is_empty() {
            text.push_str(&format!("\n{group}:\n{}\n", lines.join("\n")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_is_in_one_group() {
        for found in command().get_subcommands().filter(|c| !c.is_hide_set()) {
            let name = found.get_name();
            let groups = GROUPS.iter().filter(|(_, names)| names.contains(&name)).count();
            assert_eq!(groups, 1, "`{name}`");
        }
    }
}

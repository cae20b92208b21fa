//! What the program says about itself: routes, the API, completions, manual.

use std::path::PathBuf;

use clap_complete::Shell;
use keyward::RouteView;

use super::print::{self, Column};
use crate::args::{Globals, command};
use crate::failure::Outcome;
use crate::terminal::answer;

/// Which routes.
#[derive(Debug, clap::Args)]
pub(crate) struct RoutesArgs {
    /// With those that only `keyward dev` has
    #[arg(long)]
    dev: bool,
}

/// Whose completions.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Where the manual goes.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The folder; it is made if it is not there
    dir: PathBuf,
}

const ROUTES: &[Column<RouteView>] = &[
    ("METHOD", |route| route.method.to_owned()),
    ("PATH", |route| route.path.to_owned()),
    ("GUARD", |route| route.guard.clone()),
    ("LIMIT", |route| route.limit.clone()),
];

impl RoutesArgs {
    pub(super) fn run(self, globals: &Globals) -> Outcome {
        let mut routes = keyward::route_list(self.dev);
        routes.iter_mut().for_each(|route| route.guard = words(&route.guard));
        print::list(globals.output, &routes, ROUTES, "routes")
    }
}

/// Who may come in, in words; the list of the library has the names of the code.
fn words(guard: &str) -> String {
    let held = guard.strip_prefix("Holding(\"").and_then(|rest| rest.strip_suffix("\")"));
    if let Some(permission) = held {
        return format!("permission {permission}");
    }
    let words = match guard {
        "Anyone" => "anyone",
        "FromElsewhere" => "anyone, by a page elsewhere",
        "Proxy" => "trusted proxy",
        "SharedKey" => "shared key",
        "Enrolling" => "signed in, or enrolling",
        "SignedIn" => "signed in",
        "Known" => "signed in, or API key",
        other => other,
    };
    words.to_owned()
}

pub(super) fn openapi() -> Outcome {
    Ok(answer(&format!("{:#}", keyward::openapi()))?)
}

impl CompletionsArgs {
    pub(super) fn run(self) -> Outcome {
        let mut text = vec![];
        clap_complete::generate(self.shell, &mut command(), "keyward", &mut text);
        Ok(answer(String::from_utf8_lossy(&text).trim_end())?)
    }
}

impl ManArgs {
    pub(super) fn run(self) -> Outcome {
        std::fs::create_dir_all(&self.dir)?;
        Ok(clap_mangen::generate_to(command(), &self.dir)?)
    }
}

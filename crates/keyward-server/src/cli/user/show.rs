//! `keyward user show`.

use keyward::{Holdings, UserView};
use serde::Serialize;
use serde_json::Value;

use crate::args::Globals;
use crate::cli::{beside, person, print};
use crate::failure::Outcome;

/// An account with what it holds.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    user: UserView,
    #[serde(flatten)]
    held: Holdings,
}

pub(super) fn run(globals: &Globals, name: &str) -> Outcome {
    beside(globals, async |auth| {
        let user = person(auth, name).await?;
        let held = auth.holdings(user.id).await?;
        let shown = Shown { user, held };
        print::one(globals.output, &shown, &lines(&shown))
    })
}

fn lines(Shown { user, held }: &Shown) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("id", user.id.to_string()),
        ("name", user.name.clone()),
        ("status", user.status.to_owned()),
        ("created", print::time(user.created_at)),
    ];
    lines.extend(user.identifiers.iter().map(|known| {
        let proven = if known.verified { "" } else { " (not verified)" };
        (known.kind.as_str(), format!("{}{proven}", known.value))
    }));
    lines.push(("roles", held.roles.join(" ")));
    lines.push(("groups", held.groups.join(" ")));
    for grant in &held.grants {
        lines.push(("grant", format!("{} {}", grant.effect, grant.permission)));
    }
    if user.properties.as_object().is_some_and(|all| !all.is_empty()) {
        lines.push(("properties", Value::to_string(&user.properties)));
    }
    lines
}

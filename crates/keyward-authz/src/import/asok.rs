//! Asok's roles: a name and its permissions, separated by commas, as its table
//! `roles` has them.
//!
//! Verbs become what a role allows. The rules about rows (`posts.own`: one's own
//! alone) and fields (`posts.lock:title`: not this one) become conditions: as in
//! Asok, one role that has such a rule restricts whoever holds it, whatever their
//! other roles allow, but neither somebody with `*` nor an administrator. The app
//! tells the owner with the resource, and the field that is written, if it is one,
//! as `context.field`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::{Imported, NotImported, array, quoted};

/// The role of somebody whose `is_admin` is set.
const ADMIN: &str = "is_admin";

/// Reads an object of names and their permissions:
/// `{"editor": "posts.view,posts.edit,posts.own"}`.
///
/// # Errors
/// When it is no such object.
pub fn asok(text: &str) -> Result<Imported, NotImported> {
    let roles: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|error| NotImported::new(error.to_string()))?;
    let (mut policy, mut free) = (String::new(), Vec::<&str>::new());
    let mut limits: BTreeMap<Limit<'_>, Vec<&str>> = BTreeMap::new();
    for (name, list) in &roles {
        if name == ADMIN {
            return Err(NotImported::new(format!("a role is called `{ADMIN}`")));
        }
        let list = list.as_str().ok_or_else(|| NotImported::new(format!("`{name}` is no text")))?;
        let all = list.split(',').map(str::trim).filter(|one| !one.is_empty());
        let (narrow, allow): (Vec<&str>, Vec<&str>) = all.partition(|one| Limit::of(one).is_some());
        for limit in narrow.into_iter().filter_map(Limit::of) {
            limits.entry(limit).or_default().push(name);
        }
        if allow.contains(&"*") {
            free.push(name);
        }
        let _ = writeln!(policy, "{} = {{ allow = {} }}", quoted(name), array(allow));
    }
    let mut whole = format!(
        "version = 1\ndialect = \"asok\"\n\n[roles]\n{ADMIN} = {{ superuser = true }}\n{policy}"
    );
    for (limit, roles) in limits {
        limit.write(&roles, &free, &mut whole);
    }
    Ok(Imported { policy: whole, ..Imported::default() })
}

/// What narrows a role.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Limit<'a> {
    /// One's own rows of this alone.
    Own(&'a str),
    /// Not this field of it.
    Lock(&'a str, &'a str),
}

impl<'a> Limit<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (slug, rule) = text.rsplit_once('.')?;
        match (rule, rule.strip_prefix("lock:")) {
            ("own", _) => Some(Self::Own(slug)),
            (_, Some(field)) => Some(Self::Lock(slug, field)),
            _ => None,
        }
    }

    fn write(self, roles: &[&str], free: &[&str], to: &mut String) {
        // A row that is not there yet has no owner, and a page of them is no row.
        let (id, about, when) = match self {
            Self::Own(slug) => {
                let when = "resource has owner && resource.owner != principal.id".to_owned();
                (format!("{slug}.own"), format!("{slug}.*"), when)
            }
            Self::Lock(slug, field) => {
                let when = format!("context has field && context.field == {}", text(field));
                (format!("{slug}.lock:{field}"), format!("{slug}.edit"), when)
            }
        };
        // An administrator stands above rules anyway.
        let free = free.iter().map(|role| format!(" && !({} in principal.roles)", text(role)));
        let when = when + &free.collect::<String>();
        let _ = write!(
            to,
            "\n[[rules]]\nid = {}\nforbid = {}\nroles = {}\nwhen = {}\n",
            quoted(&id),
            array([about.as_str()]),
            array(roles.iter().copied()),
            quoted(&when),
        );
    }
}

/// A text as conditions write it.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

//! Who may what by Asok's roles, imported as a user would import them.

use keyward_authz::policy::Policy;
use keyward_authz::{Access, Dialect, Effect, Permission, import};
use serde_json::{Value, json};

use crate::Result;
use crate::vectors::comparison::Comparison;

/// Compares `rbac` (a role's permissions, asked, allowed) and `rbac_user`.
pub(super) fn compare(
    rbac: &[(String, String, bool)],
    users: &[Value],
    comparison: &mut Comparison,
) -> Result<()> {
    for (permissions, asked, allowed) in rbac {
        let one = Person { roles: json!({ "role": permissions }), ..Person::default() };
        comparison.row(format!("rbac `{permissions}` {asked}"), one.may(asked)?, *allowed);
    }
    for row in users {
        match row[0].as_str().and_then(person) {
            Some(one) => comparison.row_in("rbac_user", row, one.may(ASKED)?, &row[1])?,
            None => comparison.leave_out(format_args!("rbac_user {row}"), 1, "who that is"),
        }
    }
    Ok(())
}

/// What every person of `rbac_user` is asked for.
const ASKED: &str = "posts.edit";

/// Somebody in Asok: the roles there are, all of which they have, and what they have
/// besides.
struct Person {
    roles: Value,
    is_admin: bool,
    permissions: &'static [&'static str],
}

impl Default for Person {
    fn default() -> Self {
        Self { roles: json!({}), is_admin: false, permissions: &[] }
    }
}

/// The people of `rbac_user`, by what the rows call them.
fn person(name: &str) -> Option<Person> {
    let with = |roles| Person { roles, ..Person::default() };
    Some(match name {
        "is_admin" => Person { is_admin: true, ..Person::default() },
        "no roles" => Person::default(),
        "roles [view only]" => with(json!({ "viewer": "posts.view" })),
        "two roles union" => with(json!({ "viewer": "posts.view", "editor": ASKED })),
        "role object with empty permissions named admin" => with(json!({ "admin": "" })),
        "permissions list" => Person { permissions: &[ASKED], ..Person::default() },
        // A text in place of roles: a name that stands for nothing but itself.
        _ => with(json!({ (name.strip_prefix("role string \"")?.strip_suffix('"')?): "" })),
    })
}

impl Person {
    fn may(&self, asked: &str) -> Result<bool> {
        let imported = import::asok(&self.roles.to_string())?;
        let policy = Policy::parse("asok.toml", &imported.policy)?;
        let names = self.roles.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let held = names.chain(self.is_admin.then_some("is_admin"));
        let grants = self.permissions.iter().map(|one| (Effect::Allow, *one));
        let access = Access::compile(policy.snapshot(), held, grants);
        let wanted = Permission::parse_as(Dialect::Asok, asked)?;
        Ok(access.check(&wanted).allowed())
    }
}

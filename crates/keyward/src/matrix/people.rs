//! Who holds a permission.

use keyward_authz::{Decision, Effect, Pattern, Permission, Snapshot};
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::port::PeopleQuery;
use schemars::JsonSchema;
use serde::Serialize;

use super::grid::Column;
use crate::context::Context;
use crate::engine::Keyward;
use crate::view::UserView;

/// Who holds a permission.
#[derive(Clone, Debug)]
pub struct HolderQuery {
    /// The permission.
    pub permission: Permission,
    /// Only holders of this role.
    pub role: Option<String>,
    /// Only accounts older than this one.
    pub after: Option<UserId>,
    /// Accounts that are looked at; 1 to 200.
    pub limit: u32,
}

/// Who holds a permission, as far as was looked.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct HoldersView {
    /// The permission.
    pub permission: String,
    /// The roles that speak of it, by name.
    pub roles: Vec<HoldingRole>,
    /// The accounts that may, newest first, of those that were looked at.
    pub data: Vec<Holder>,
    /// How many accounts were looked at.
    pub looked_at: usize,
    /// Where to look on, when there are more accounts.
    pub next_cursor: Option<String>,
}

/// A role that speaks of the permission.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct HoldingRole {
    /// Its name.
    pub name: String,
    /// `allow` or `deny`.
    pub effect: &'static str,
    /// The role whose rule decides, when it is inherited.
    pub from: Option<String>,
    /// What that rule covers.
    pub by: String,
}

/// An account that may, and why.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Holder {
    /// Who.
    pub user: UserView,
    /// From the account to the deciding rule: names of roles; none for a
    /// permission given directly.
    pub path: Vec<String>,
    /// The deciding rule, such as `roles.editor.allow[0]`.
    pub rule: String,
}

impl Keyward {
    /// Who holds a permission. Accounts are looked at one by one, newest first,
    /// so that roles, terms and permissions given directly all count; a part of
    /// them at a time, so an empty part does not mean that nobody does.
    pub async fn holders(&self, query: &HolderQuery) -> Result<HoldersView, Error> {
        let policy = self.policy();
        let page = self.0.store.people(&query.to_people()).await?;
        let mut data = Vec::new();
        for (user, identifiers) in &page.data {
            let Some(account) = self.account(user.id).await? else { continue };
            let (asker, context) = (account.asker(), Context::new());
            let why = self.reasons(asker, &query.permission, None, &context).await?;
            if why.decision == Decision::Allow {
                data.push(Holder {
                    user: UserView::new(user, identifiers),
                    rule: why.decided_by().map(|by| by.rule).unwrap_or_default(),
                    path: why.path.into_iter().skip(1).collect(),
                });
            }
        }
        Ok(HoldersView {
            permission: query.permission.to_string(),
            roles: roles(&policy.snapshot, &query.permission),
            data,
            looked_at: page.data.len(),
            next_cursor: page.next.map(|next| next.to_string()),
        })
    }
}

impl HolderQuery {
    fn to_people(&self) -> PeopleQuery {
        PeopleQuery {
            role: self.role.clone(),
            after: self.after,
            limit: self.limit,
            ..PeopleQuery::default()
        }
    }
}

fn roles(snapshot: &Snapshot, wanted: &Permission) -> Vec<HoldingRole> {
    let Ok(pattern) = Pattern::parse_as(snapshot.dialect(), wanted.as_str()) else {
        return vec![];
    };
    let columns = snapshot.roles().map(|role| Column::new(snapshot, role));
    let speaking = columns.filter_map(|column| Some((column.word(&pattern)?, column.role.name())));
    let mut roles: Vec<HoldingRole> = speaking
        .map(|(word, name)| HoldingRole {
            name: name.to_owned(),
            effect: if word.effect == Effect::Allow { "allow" } else { "deny" },
            from: (word.role != name).then(|| word.role.to_owned()),
            by: word.pattern.to_owned(),
        })
        .collect();
    roles.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    roles
}

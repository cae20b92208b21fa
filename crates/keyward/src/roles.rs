//! Roles, for the app and the command line: the same decisions as over HTTP.

use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::role::{ChangeRole, RoleChange};
use keyward_core::port::Page;

use crate::engine::Keyward;
use crate::people::Answer;
use crate::view::RoleView;

/// Which roles, by name.
#[derive(Clone, Debug, Default)]
pub struct RoleQuery {
    /// Only roles whose name contains this text.
    pub text: String,
    /// Only after the role of this name.
    pub after: Option<String>,
    /// At most this many.
    pub limit: usize,
}

impl Keyward {
    /// Changes the definition of a role. What would leave nobody who can
    /// administer is refused.
    pub async fn change_role(&self, role: &str, change: RoleChange) -> Answer<()> {
        self.redefine(ChangeRole::new(role, change)).await
    }

    /// The same, with all that can be said of it: which version was seen, and
    /// whether nobody need be left who can administer.
    pub async fn redefine(&self, change: ChangeRole) -> Answer<()> {
        self.run(&change, &Client::default()).await
    }

    /// Every role with its rules.
    pub async fn role_list(&self) -> Result<Vec<RoleView>, Error> {
        let stored = RoleView::all(&self.0.store.definitions().await?);
        let policy = self.policy();
        let fixed = policy.base.fixed().rows.roles.iter();
        let fixed = fixed.filter_map(|role| policy.snapshot.role(&role.name));
        let fixed = fixed.map(|role| RoleView::fixed(role, &policy.snapshot));
        Ok(stored.into_iter().chain(fixed).collect())
    }

    /// A role by its name.
    pub async fn role(&self, name: &str) -> Result<Option<RoleView>, Error> {
        Ok(self.role_list().await?.into_iter().find(|role| role.name == name))
    }

    /// A page of the roles, by name.
    pub async fn role_page(&self, query: &RoleQuery) -> Result<Page<RoleView, String>, Error> {
        let mut data = self.role_list().await?;
        let is_asked = |role: &RoleView| {
            role.name.contains(&query.text)
                && query.after.as_ref().is_none_or(|after| role.name > *after)
        };
        data.retain(is_asked);
        data.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let more = data.len() > query.limit;
        data.truncate(query.limit);
        let next = data.last().filter(|_| more).map(|role| role.name.clone());
        Ok(Page { data, next })
    }
}

//! The permission model: roles, items and limits.

use std::sync::Arc;

use keyward_authz::items::{Item, ItemAnswer, SharedWith, Subject};
use keyward_authz::policy::Policy;
use keyward_authz::{Snapshot, import};
use keyward_core::Error;
use serde_json::Value;

use keyward_core::flow::authnzerver::ANONYMOUS;

/// authnzerver's own, as a policy file of ours.
const DEFAULT: &str = include_str!("default_model.toml");

/// What decides whether somebody may do something to an item.
#[derive(Clone, Debug)]
pub(super) struct Model(Arc<Snapshot>);

impl Default for Model {
    fn default() -> Self {
        // That it can be read is a test.
        Self::parse(DEFAULT).unwrap_or_else(|_| Self(Arc::default()))
    }
}

/// What somebody wants to do to what.
pub(super) struct Wish<'a> {
    pub(super) user: i64,
    pub(super) role: &'a str,
    pub(super) action: &'a str,
    pub(super) item: &'a str,
    pub(super) owner: i64,
    pub(super) visibility: &'a str,
    pub(super) shared: &'a str,
}

impl Model {
    pub(super) fn read(json: &str) -> Result<Self, Error> {
        let bad = |cause| Error::because("read the permission model", cause);
        let imported = import::authnzerver(json).map_err(bad)?;
        Self::parse(&imported.policy)
    }

    fn parse(policy: &str) -> Result<Self, Error> {
        let bad = |cause| Error::because("read the permission model", cause);
        let policy = Policy::parse("the permission model", policy).map_err(bad)?;
        Ok(Self(Arc::new(policy.snapshot().clone())))
    }

    /// The roles that there are, the mightiest first.
    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.0.roles().map(keyward_authz::RoleView::name)
    }

    pub(super) fn has(&self, role: &str) -> bool {
        self.0.role(role).is_some()
    }

    pub(super) fn allows(&self, wish: &Wish<'_>) -> bool {
        if !self.has(wish.role) {
            return false;
        }
        let (user, owner) = (wish.user.to_string(), wish.owner.to_string());
        let item = Item {
            owner: Some(&owner),
            visibility: wish.visibility.parse().ok(),
            shared: SharedWith::Csv { list: wish.shared, everybody: ANONYMOUS },
        };
        let subject = Subject { id: Some(&user), roles: &[Arc::from(wish.role)] };
        let answer = self.0.items().decide(subject, wish.action, wish.item, &item);
        matches!(answer, ItemAnswer::Allow { .. })
    }

    /// Whether a value keeps within the limit of a role; there may be none.
    pub(super) fn admits(&self, role: &str, limit: &str, value: &Value) -> bool {
        if !self.has(role) {
            return false;
        }
        let limit = self.0.limits().of([role], limit);
        limit.is_none_or(|limit| whole(value).is_some_and(|value| limit.admits(value)))
    }
}

/// A number as authnzerver reads it: whole, in digits or in a text.
fn whole(value: &Value) -> Option<i64> {
    let cut = |number: f64| format!("{:.0}", number.trunc()).parse().ok();
    let text = || value.as_str()?.trim().parse().ok();
    value.as_i64().or_else(|| cut(value.as_f64()?)).or_else(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_that_comes_along_can_be_read() {
        let model = Model::parse(DEFAULT).unwrap();
        let roles: Vec<_> = model.roles().collect();
        assert_eq!(roles, ["superuser", "staff", "authenticated", "anonymous", "locked"]);
        let wish = Wish {
            user: 4,
            role: "authenticated",
            action: "edit",
            item: "dataset",
            owner: 5,
            visibility: "shared",
            shared: "4,9",
        };
        assert!(model.allows(&wish));
        assert!(!model.allows(&Wish { shared: "9", ..wish }));
        assert!(model.admits("authenticated", "max_requests_per_minute", &5_999.into()));
        assert!(!model.admits("authenticated", "max_requests_per_minute", &"6000".into()));
    }
}

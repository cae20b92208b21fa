//! The groups that an account is in right now.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use keyward_authz::acl::Groups;
use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::port::Fut;

use super::Keyward;
use super::cache::Entry;
use super::hooks::in_time;
use super::key_limits::KeyLimits;

/// The groups of one account, as access control lists and conditions see them.
#[derive(Debug)]
pub(crate) struct InGroups {
    pub(crate) listed: Groups,
    /// Sorted.
    pub(crate) names: Box<[Arc<str>]>,
}

impl InGroups {
    /// In these groups, in a group of its own that is called like the account,
    /// and in those of everyone and of everyone known. Nobody is in the group of
    /// another account, whatever the groups are called.
    pub(crate) fn of<'a>(user: UserId, names: impl IntoIterator<Item = &'a str>) -> Self {
        let own = user.to_string();
        let names = names.into_iter().filter(|name| UserId::parse(name).is_none());
        let mut names: Vec<Arc<str>> = names.map(Arc::from).collect();
        names.sort_unstable();
        names.dedup();
        let listed = names.iter().map(|name| &**name).chain([own.as_str()]);
        Self { listed: Groups::of(listed).authenticated(), names: names.into() }
    }

    /// In that of everyone alone.
    pub(crate) fn of_strangers() -> Self {
        Self { listed: Groups::of([]), names: Box::default() }
    }

    /// In none at all: banned.
    pub(crate) fn none() -> Self {
        Self { listed: Groups::none(), names: Box::default() }
    }
}

/// Asks the app which groups an account is in.
pub(crate) type GroupsOf =
    Arc<dyn Fn(UserId) -> Fut<'static, Result<Option<Vec<String>>, Error>> + Send + Sync>;

/// A function of the app's as one that can be kept.
pub(crate) fn groups_of<F>(ask: impl Fn(UserId) -> F + Send + Sync + 'static) -> GroupsOf
where
    F: Future<Output = Result<Option<Vec<String>>, Error>> + Send + 'static,
{
    Arc::new(move |user| Box::pin(ask(user)))
}

/// A live session, and the groups that its account is in right now.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) entry: Arc<Entry>,
    /// Where the app adds some to those that are stored.
    groups: Option<Arc<InGroups>>,
    /// Where the request came from, if that is known.
    pub(crate) address: Option<IpAddr>,
    /// What is left of what the API key may that it came with, if that is counted.
    pub(crate) limits: Option<Arc<KeyLimits>>,
}

impl Known {
    /// The groups that the account is in right now.
    pub(crate) fn groups(&self) -> &Arc<InGroups> {
        self.groups.as_ref().unwrap_or(&self.entry.groups)
    }
}

impl Keyward {
    /// Adds what the app says now to the groups that are stored.
    pub(crate) async fn known(
        &self,
        entry: Arc<Entry>,
        address: Option<IpAddr>,
    ) -> Result<Known, Error> {
        let groups = match &self.0.hooks.groups_of {
            // In a box, so that every other request is small.
            Some(ask) => Some(Box::pin(told(ask, entry.user.id, &entry.groups)).await?),
            None => None,
        };
        Ok(Known { entry, groups, address, limits: None })
    }

    pub(crate) async fn groups_now(
        &self,
        user: UserId,
        stored: &Arc<InGroups>,
    ) -> Result<Arc<InGroups>, Error> {
        match &self.0.hooks.groups_of {
            Some(ask) => told(ask, user, stored).await,
            None => Ok(Arc::clone(stored)),
        }
    }
}

/// Those that are stored, and those that the app tells.
async fn told(ask: &GroupsOf, user: UserId, stored: &InGroups) -> Result<Arc<InGroups>, Error> {
    let told = in_time(ask(user)).await?;
    let Some(told) = told else { return Ok(Arc::new(InGroups::none())) };
    let told = told.iter().map(String::as_str);
    Ok(Arc::new(InGroups::of(user, stored.names.iter().map(|name| &**name).chain(told))))
}

#[cfg(test)]
mod tests {
    use keyward_authz::Effect;
    use keyward_authz::acl::Acl;
    use keyward_core::testing::{SeededRandom, epoch};

    use super::*;

    #[test]
    fn nobody_is_in_the_group_that_is_called_like_another_account() {
        let mut rng = SeededRandom::new(1);
        let (ada, eve) = (UserId::mint(epoch(), &mut rng), UserId::mint(epoch(), &mut rng));
        let acl = Acl::parse([&*format!("allow {ada} edit")]).unwrap();
        let named = ada.to_string();
        for (who, groups, allowed) in [(ada, &[][..], true), (eve, &[named.as_str()], false)] {
            let groups = InGroups::of(who, groups.iter().copied());
            let hit = acl.decide(&groups.listed, "edit").map(|hit| hit.effect);
            assert_eq!(hit == Some(Effect::Allow), allowed, "{who}");
        }
    }
}

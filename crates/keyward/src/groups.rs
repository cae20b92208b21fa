//! Groups, exclusive roles and what is held for a time, for the app and the
//! command line: the same decisions as over HTTP.

use keyward_authz::Effect;
use keyward_core::Error;
use keyward_core::flow::group::{ChangeExclusive, ChangeGroup, ChangeMembership, GroupChange};
use keyward_core::flow::role::{AssignRole, ChangeGrant};
use keyward_core::flow::{Client, Flow};
use keyward_core::id::UserId;
use keyward_core::port::{MemberQuery, Page};
use keyward_core::record::Term;

use crate::engine::Keyward;
use crate::people::Answer;
use crate::view::{ExclusiveView, GroupView, MemberView};

impl Keyward {
    /// Every group with the roles that it gives, by name.
    pub async fn group_list(&self) -> Result<Vec<GroupView>, Error> {
        let known = self.0.store.definitions().await?;
        Ok(known.groups.iter().map(|group| GroupView::new(group, &known)).collect())
    }

    /// A group by its name.
    pub async fn group(&self, name: &str) -> Result<Option<GroupView>, Error> {
        Ok(self.group_list().await?.into_iter().find(|group| group.name == name))
    }

    /// A page of the members of a group, those whose time is over or has not
    /// come included.
    pub async fn group_members(
        &self,
        query: &MemberQuery,
    ) -> Result<Page<MemberView, UserId>, Error> {
        let page = self.0.store.members(query).await?;
        Ok(Page { data: page.data.iter().map(MemberView::new).collect(), next: page.next })
    }

    /// Makes a group, removes it, or changes the roles that it gives. What would
    /// leave nobody who can administer is refused.
    pub async fn change_group(&self, group: &str, change: GroupChange) -> Answer<()> {
        self.regroup(ChangeGroup::new(group, change)).await
    }

    /// The same, with all that can be said of it: which version was seen, and
    /// whether nobody need be left who can administer.
    pub async fn regroup(&self, change: ChangeGroup) -> Answer<()> {
        self.as_app(change).await
    }

    /// Puts an account into a group for a time.
    pub async fn join_group(&self, user: UserId, group: &str, term: Term) -> Answer<()> {
        let group = group.to_owned();
        self.as_app(ChangeMembership { user, group, give: true, term, actor: None }).await
    }

    /// Takes an account out of a group.
    pub async fn leave_group(&self, user: UserId, group: &str) -> Answer<()> {
        let (group, term) = (group.to_owned(), Term::ALWAYS);
        self.as_app(ChangeMembership { user, group, give: false, term, actor: None }).await
    }

    /// Gives a role to an account for a time.
    pub async fn assign_role_for(&self, user: UserId, role: &str, term: Term) -> Answer<()> {
        let role = role.to_owned();
        self.as_app(AssignRole { user, role, give: true, term, actor: None }).await
    }

    /// Gives a permission to an account directly, for a time.
    pub async fn grant_for(
        &self,
        user: UserId,
        effect: Effect,
        permission: &str,
        term: Term,
    ) -> Answer<()> {
        let pattern = permission.to_owned();
        self.as_app(ChangeGrant { user, effect, pattern, give: true, term, actor: None }).await
    }

    /// Every set of roles that exclude each other, by name.
    pub async fn exclusive_list(&self) -> Result<Vec<ExclusiveView>, Error> {
        let known = self.0.store.definitions().await?;
        Ok(known.exclusive.iter().map(|set| ExclusiveView::new(set, &known)).collect())
    }

    /// Lets nobody be given two of these roles; `None` removes the set.
    pub async fn change_exclusive(&self, set: &str, roles: Option<Vec<String>>) -> Answer<()> {
        let set = set.to_owned();
        self.as_app(ChangeExclusive { set, roles, seen: None, actor: None }).await
    }

    async fn as_app<F: Flow>(&self, flow: F) -> Answer<F::Yes> {
        self.run(&flow, &Client::default()).await
    }
}

//! Who may do what: definitions, what accounts hold, and who holds something.

use std::collections::BTreeMap;

use keyward_core::Error;
use keyward_core::id::UserId;
use keyward_core::port::{MemberQuery, MembersPage, Page};
use keyward_core::record::{Definitions, ExclusiveSet, Group, Held, Membership, Role, User};

use super::super::decode::{first, records};
use super::super::driver::Driver;
use super::super::search;
use super::super::statement::Statement as S;
use super::super::value::params;
use super::SqlStore;

#[expect(private_bounds, reason = "nobody outside can bring a driver")]
impl<D: Driver> SqlStore<D> {
    pub(super) async fn all_definitions(&self) -> Result<Definitions, Error> {
        let parts = [
            S::PolicyVersion,
            S::Roles,
            S::RoleParents,
            S::Rules,
            S::Groups,
            S::GroupRoles,
            S::ExclusiveRoles,
            S::Acls,
            S::PolicyDocument,
        ];
        let queries = parts.map(|statement| self.query(statement, vec![]));
        let mut answers = self.driver.read(queries.into()).await?.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        // The version is read first: if the rest is newer, it is read again.
        let version = first(next())?.unwrap_or(0);
        let mut roles: Vec<Role> = records(next())?;
        let mut parents = by_owner(records(next())?);
        for role in &mut roles {
            role.inherits = parents.remove(&role.name).unwrap_or_default();
        }
        let rules = records(next())?;
        let mut groups: Vec<Group> = records(next())?;
        let mut given = by_owner(records(next())?);
        for group in &mut groups {
            group.roles = given.remove(&group.name).unwrap_or_default();
        }
        let sets = by_owner(records(next())?).into_iter();
        let exclusive = sets.map(|(name, roles)| ExclusiveSet { name, roles }).collect();
        let acls = records(next())?;
        let document = first(next())?;
        Ok(Definitions { version, roles, rules, groups, exclusive, acls, document })
    }

    pub(super) async fn access_of(&self, user: UserId) -> Result<Held, Error> {
        let parts = [S::Assignments, S::Grants, S::Memberships];
        let queries = parts.map(|statement| self.query(statement, params![user]));
        let mut answers = self.driver.read(queries.into()).await?.into_iter();
        let mut next = || answers.next().unwrap_or_default();
        Ok(Held { roles: records(next())?, grants: records(next())?, groups: records(next())? })
    }

    pub(super) async fn members_page(&self, query: &MemberQuery) -> Result<MembersPage, Error> {
        let question = search::members(self.driver.texts().dialect(), query);
        let rows: Vec<(Membership, User)> = self.search(question).await?;
        let page = search::page(rows, search::members_limit(query), |(_, user)| user.id);
        if page.data.is_empty() {
            return Ok(Page { data: vec![], next: None });
        }
        let ids: Vec<UserId> = page.data.iter().map(|(_, user)| user.id).collect();
        let names = self.names_of(&ids).await?;
        let with_names = |(member, user): (Membership, User)| {
            let own = names.iter().filter(|name| name.user == user.id).cloned().collect();
            (member, user, own)
        };
        Ok(Page { data: page.data.into_iter().map(with_names).collect(), next: page.next })
    }
}

/// The names that belong to each owner, in the order of the rows.
fn by_owner(rows: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (owner, name) in rows {
        owners.entry(owner).or_default().push(name);
    }
    owners
}

//! The workload in Cedar, in two encodings of two policies each; wildcards and
//! inherited roles are written out beforehand, and all users are in one set of
//! entities, so that none need be fetched.
//!
//! *By role* is how Cedar's own examples do it: users below roles, and each
//! permission names the roles that allow or deny it. *By permission* turns it
//! round: each permission is below the roles that allow it, so that a check
//! looks up as many parents as the user has roles. The faster counts.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::str::FromStr;

use allocation_counter::measure;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression,
};
use keyward_authz::Effect;

use crate::Result;
use crate::figure::{self, Batches};
use crate::workload::{
    ROLES, Random, TYPES, USERS, VERBS, Workload, parent, permission, role_name, user_name,
    with_parents,
};

const BY_ROLE: &str = r#"
permit (principal, action == Action::"use", resource) when { principal in resource.allow };
forbid (principal, action == Action::"use", resource) when { principal in resource.deny };
"#;

const BY_PERMISSION: &str = r#"
permit (principal, action == Action::"use", resource) when { resource in principal.roles };
forbid (principal, action == Action::"use", resource) when { resource in principal.denials };
"#;

/// Cedar with the workload in it.
pub(crate) struct Cedar {
    names: Names,
    by_role: Encoding,
    by_permission: Encoding,
}

/// Policies and entities.
struct Encoding {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

/// Names that are made once; cloning one is cheap.
struct Names {
    action: EntityUid,
    users: Vec<EntityUid>,
    roles: Vec<EntityUid>,
    /// What a permission is below where a role denies it.
    denials: Vec<EntityUid>,
    permissions: Vec<EntityUid>,
}

impl Cedar {
    pub(crate) fn of(workload: &Workload) -> Result<Self> {
        let names = Names::new()?;
        let by_role = Encoding::of(BY_ROLE, by_role(workload, &names)?)?;
        let by_permission = Encoding::of(BY_PERMISSION, by_permission(workload, &names)?)?;
        Ok(Self { names, by_role, by_permission })
    }

    pub(crate) fn may_by_role(&self, user: usize, wanted: usize) -> Result<bool> {
        Ok(self.by_role.allows(&self.names.request(user, wanted)?))
    }

    pub(crate) fn may(&self, user: usize, wanted: usize) -> Result<bool> {
        Ok(self.by_permission.allows(&self.names.request(user, wanted)?))
    }

    /// Prints what decisions take, in nanoseconds, and gives the better.
    pub(crate) fn run(&self, workload: &Workload) -> Result<f64> {
        let mut random = Random(31);
        let mut ask = || {
            let user = workload.somebody(&mut random);
            self.names.request(user, random.below(TYPES * VERBS))
        };
        let requests = (0..QUESTIONS).map(|_| ask()).collect::<Result<Vec<_>>>()?;
        let [by_role, by_permission] = [&self.by_role, &self.by_permission].map(|encoding| {
            let mut next = requests.iter().cycle();
            Batches { count: 100, calls: 1_000 }
                .time(|| next.next().is_some_and(|request| encoding.allows(request)))
        });
        let counted = measure(|| {
            let yes = requests.iter().filter(|it| self.by_permission.allows(it)).count();
            black_box(yes);
        });
        figure::print("cedar_by_role_ns", by_role);
        figure::print("cedar_by_permission_ns", by_permission);
        figure::print("cedar_ns", by_role.min(by_permission));
        figure::print("cedar_allocs", counted.count_total as f64 / QUESTIONS as f64);
        Ok(by_role.min(by_permission))
    }
}

/// Requests that are made beforehand, because making them is not deciding.
const QUESTIONS: usize = 10_000;

impl Encoding {
    fn of(policies: &str, entities: Vec<Entity>) -> Result<Self> {
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(policies)?,
            entities: Entities::from_entities(entities, None)?,
        })
    }

    fn allows(&self, request: &Request) -> bool {
        let answer = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        answer.decision() == Decision::Allow
    }
}

impl Names {
    fn new() -> Result<Self> {
        let named = |kind: &str, count: usize, name: fn(usize) -> String| {
            let kind = EntityTypeName::from_str(kind)?;
            let uid =
                |nth| EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(name(nth)));
            Result::Ok((0..count).map(uid).collect::<Vec<_>>())
        };
        Ok(Self {
            action: EntityUid::from_str("Action::\"use\"")?,
            users: named("User", USERS, user_name)?,
            roles: named("Role", ROLES, role_name)?,
            denials: named("Denial", ROLES, role_name)?,
            permissions: named("Permission", TYPES * VERBS, permission)?,
        })
    }

    fn request(&self, user: usize, wanted: usize) -> Result<Request> {
        let (user, wanted) = (self.users[user].clone(), self.permissions[wanted].clone());
        Ok(Request::new(user, self.action.clone(), wanted, Context::empty(), None)?)
    }
}

/// For each permission, the roles that allow it and those that deny it.
fn granted(workload: &Workload) -> Vec<[HashSet<usize>; 2]> {
    let mut granted = vec![[HashSet::new(), HashSet::new()]; TYPES * VERBS];
    for grant in &workload.grants {
        for wanted in grant.covers() {
            granted[wanted][usize::from(grant.effect == Effect::Deny)].insert(grant.role);
        }
    }
    granted
}

fn by_role(workload: &Workload, names: &Names) -> Result<Vec<Entity>> {
    let mut entities = Vec::new();
    for (nth, uid) in names.roles.iter().enumerate() {
        let parents = parent(nth).map(|it| names.roles[it].clone()).into_iter().collect();
        entities.push(Entity::new_no_attrs(uid.clone(), parents));
    }
    for (uid, user) in names.users.iter().zip(&workload.users) {
        let parents = user.roles.iter().map(|it| names.roles[*it].clone()).collect();
        entities.push(Entity::new_no_attrs(uid.clone(), parents));
    }
    for (uid, sets) in names.permissions.iter().zip(granted(workload)) {
        let [allow, deny] = sets.map(|roles| set(roles, &names.roles));
        let attributes = HashMap::from([("allow".to_owned(), allow), ("deny".to_owned(), deny)]);
        entities.push(Entity::new(uid.clone(), attributes, HashSet::new())?);
    }
    Ok(entities)
}

fn by_permission(workload: &Workload, names: &Names) -> Result<Vec<Entity>> {
    let mut entities = Vec::new();
    for uid in names.roles.iter().chain(&names.denials) {
        entities.push(Entity::new_no_attrs(uid.clone(), HashSet::new()));
    }
    for (uid, user) in names.users.iter().zip(&workload.users) {
        let held: HashSet<usize> = user.roles.into_iter().flat_map(with_parents).collect();
        let [roles, denials] =
            [&names.roles, &names.denials].map(|all| set(held.iter().copied(), all));
        let attributes =
            HashMap::from([("roles".to_owned(), roles), ("denials".to_owned(), denials)]);
        entities.push(Entity::new(uid.clone(), attributes, HashSet::new())?);
    }
    for (uid, [allow, deny]) in names.permissions.iter().zip(granted(workload)) {
        let allow = allow.into_iter().map(|role| names.roles[role].clone());
        let deny = deny.into_iter().map(|role| names.denials[role].clone());
        entities.push(Entity::new_no_attrs(uid.clone(), allow.chain(deny).collect()));
    }
    Ok(entities)
}

fn set(members: impl IntoIterator<Item = usize>, all: &[EntityUid]) -> RestrictedExpression {
    let uid = |nth: usize| RestrictedExpression::new_entity_uid(all[nth].clone());
    RestrictedExpression::new_set(members.into_iter().map(uid))
}

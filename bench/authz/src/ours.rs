//! The engine itself.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use allocation_counter::measure;
use keyward_authz::{
    Access, BadPermission, Permission, PermissionId, Question, RoleId, Snapshot, SnapshotBuilder,
};
use quick_cache::sync::Cache;

use crate::Result;
use crate::figure::{self, Batches};
use crate::workload::{
    ROLES, Random, TYPES, USERS, VERBS, Workload, parent, permission, role_name, user_name,
};

/// Users whose sessions are kept.
const SESSIONS: usize = 1_000;
/// How often a snapshot is built.
const BUILDS: usize = 20;

/// Builds the snapshot, and prints what that takes.
pub(crate) fn build(workload: &Workload) -> Result<Snapshot> {
    let mut best = f64::INFINITY;
    for _ in 0..BUILDS {
        let begin = Instant::now();
        black_box(policy(workload)?);
        best = best.min(begin.elapsed().as_secs_f64() * 1e3);
    }
    let mut built = None;
    let heap = measure(|| built = Some(policy(workload)));
    figure::print("snapshot_build_ms", best);
    figure::print("snapshot_heap_mb", heap.bytes_current as f64 / 1e6);
    Ok(built.ok_or("no policy")??)
}

fn policy(workload: &Workload) -> std::result::Result<Snapshot, BadPermission> {
    let mut policy = SnapshotBuilder::new();
    for nth in 0..TYPES * VERBS {
        policy.permission(&permission(nth))?;
    }
    for role in 0..ROLES {
        policy.role(&role_name(role), "");
        if let Some(parent) = parent(role) {
            policy.inherit(&role_name(role), &role_name(parent));
        }
    }
    for grant in &workload.grants {
        policy.rule(&role_name(grant.role), grant.effect, &grant.pattern())?;
    }
    Ok(policy.build())
}

/// What a user holds.
type Held = Arc<[RoleId]>;

/// The users of a policy, and questions about them.
pub(crate) struct House<'s> {
    snapshot: &'s Snapshot,
    by_id: Cache<u128, Held>,
    by_name: HashMap<String, Held>,
    ids: Vec<u128>,
    names: Vec<String>,
    permissions: Vec<(PermissionId, Permission)>,
    sessions: Vec<Access>,
}

impl<'s> House<'s> {
    pub(crate) fn of(snapshot: &'s Snapshot, workload: &Workload) -> Self {
        let held = |roles: [usize; 2]| -> Held {
            roles.iter().filter_map(|role| snapshot.role_id(&role_name(*role))).collect()
        };
        let users = || workload.users.iter().enumerate();
        let by_id = Cache::new(USERS * 2);
        users().for_each(|(_, user)| by_id.insert(user.id, held(user.roles)));
        let known = snapshot.catalogue().iter();
        Self {
            snapshot,
            by_id,
            by_name: users().map(|(nth, user)| (user_name(nth), held(user.roles))).collect(),
            ids: users().map(|(_, user)| user.id).collect(),
            names: users().map(|(nth, _)| user_name(nth)).collect(),
            permissions: known.map(|(id, it)| (id, it.clone())).collect(),
            sessions: users()
                .step_by(USERS / SESSIONS)
                .map(|(_, user)| session(snapshot, user.roles))
                .collect(),
        }
    }

    /// Whether a user may, by every way to ask; they must agree.
    pub(crate) fn may(&self, workload: &Workload, user: usize, wanted: usize) -> Result<bool> {
        let name = permission(wanted);
        let id = self.snapshot.permission_id(&name).ok_or("an unknown permission")?;
        let access = session(self.snapshot, workload.users[user].roles);
        let by_id = self.by_id(&self.ids[user], id);
        let by_name = self.by_name(&self.names[user], &name);
        let whole = self
            .snapshot
            .decide(&Question::new(&access, &Permission::parse(&name)?))
            .decision
            .allowed();
        match [access.check_id(id).allowed(), by_name, whole] == [by_id; 3] {
            true => Ok(by_id),
            false => Err(format!("Keyward disagrees with itself on {user} and {name}").into()),
        }
    }

    fn by_id(&self, user: &u128, wanted: PermissionId) -> bool {
        let held = self.by_id.get(user);
        held.is_some_and(|held| self.snapshot.check_roles(&held, wanted).allowed())
    }

    fn by_name(&self, user: &str, wanted: &str) -> bool {
        let held = self.by_name.get(user).zip(self.snapshot.permission_id(wanted));
        held.is_some_and(|(held, wanted)| self.snapshot.check_roles(held, wanted).allowed())
    }

    /// Prints the figures, and gives those by user id and by strings.
    pub(crate) fn run(&self) -> [f64; 2] {
        self.sessions();
        let mut random = Random(3);
        let by_user_id = Batches::OURS.time(|| {
            let (user, wanted) = (random.pick(&self.ids), random.pick(&self.permissions).0);
            self.by_id(user, wanted)
        });
        let by_strings = Batches::OURS.time(|| {
            let (user, wanted) = (random.pick(&self.names), &random.pick(&self.permissions).1);
            self.by_name(user, wanted.as_str())
        });
        figure::print("check_by_user_id_ns", by_user_id);
        figure::print("check_by_strings_ns", by_strings);
        self.decisions();
        self.lists();
        [by_user_id, by_strings]
    }

    fn sessions(&self) {
        let mut random = Random(3);
        let each = Batches::OURS.time(|| {
            let access = random.pick(&self.sessions);
            access.check_id(random.pick(&self.permissions).0).allowed()
        });
        figure::print("check_in_session_ns", each);
    }

    /// The whole procedure, and what any way to ask allocates.
    fn decisions(&self) {
        let mut random = Random(5);
        let mut decide = || {
            let access = random.pick(&self.sessions);
            let question = Question::new(access, &random.pick(&self.permissions).1);
            self.snapshot.decide(&question).decision.allowed()
        };
        figure::print("decide_ns", Batches::OURS.time(&mut decide));
        let calls = self.sessions.len();
        let counted = measure(|| {
            for (nth, (id, wanted)) in self.permissions.iter().take(calls).enumerate() {
                black_box(decide());
                black_box(self.sessions[nth].check_id(*id).allowed());
                black_box(self.by_id(&self.ids[nth], *id));
                black_box(self.by_name(&self.names[nth], wanted.as_str()));
            }
        });
        figure::print("allocs_per_check", counted.count_total as f64 / calls as f64);
    }

    fn lists(&self) {
        let nothing = &self.permissions[0].1;
        let mut random = Random(17);
        let each = Batches { count: 200, calls: 100 }.time(|| {
            let question = Question::new(random.pick(&self.sessions), nothing);
            self.snapshot.list_permissions(&question).iter().count() > 0
        });
        figure::print("list_permissions_us", each / 1e3);
    }
}

fn session(snapshot: &Snapshot, roles: [usize; 2]) -> Access {
    let roles = roles.map(role_name);
    Access::compile(snapshot, roles.iter().map(String::as_str), [])
}

//! What checks cost with 1,000 roles (three deep), 10,000 permissions, 100,000
//! users and 10,000 grants, of which a tenth are wildcards and one in fifty
//! denies. Prints `name=value` lines; run it with `--release`.

#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use allocation_counter::measure;
use keyward_authz::acl::{Acl, Groups};
use keyward_authz::condition::{Cell, Condition, Facts, Schema};
use keyward_authz::{
    Access, BadPermission, Effect, Permission, PermissionId, Question, RoleId, Snapshot,
    SnapshotBuilder,
};

const ROLES: usize = 1_000;
const TYPES: usize = 500;
const VERBS: usize = 20;
const USERS: usize = 100_000;
const GRANTS: usize = 10_000;
const ROUNDS: usize = 300;
/// Calls in one round.
const CALLS: usize = 5_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut snapshot = None;
    let heap = measure(|| snapshot = Some(policy()));
    let builds = (0..10).map(|_| {
        let begin = now();
        let built = policy().is_ok();
        (begin.elapsed(), built)
    });
    let build = builds.filter(|(_, built)| *built).map(|(took, _)| took).min();
    let build = build.unwrap_or_default();
    let snapshot = snapshot.ok_or("no policy")??;
    println!("snapshot_build_ms={:.1}", build.as_secs_f64() * 1e3);
    println!("snapshot_heap_mb={:.2}", heap.bytes_current as f64 / 1e6);
    println!("snapshot_heap_peak_mb={:.2}", heap.bytes_max as f64 / 1e6);
    let house = House::of(&snapshot);
    house.checks();
    house.strings();
    house.lists()?;
    conditions()?;
    lists_of_entries()?;
    Ok(())
}

fn policy() -> Result<Snapshot, BadPermission> {
    let mut policy = SnapshotBuilder::new();
    let mut random = Random(7);
    for nth in 0..TYPES * VERBS {
        policy.permission(&permission(nth))?;
    }
    for role in 0..ROLES {
        policy.role(&role_name(role), "");
        if role % 3 > 0 {
            policy.inherit(&role_name(role), &role_name(role - 1));
        }
    }
    for _ in 0..GRANTS {
        let name = permission(random.below(TYPES * VERBS));
        let (kind, verb) = name.split_once(':').unwrap_or((&name, ""));
        let pattern = match random.below(20) {
            0 => format!("{kind}:*"),
            1 => format!("*:{verb}"),
            _ => name.clone(),
        };
        let effect = if random.below(50) == 0 { Effect::Deny } else { Effect::Allow };
        policy.rule(&role_name(random.below(ROLES)), effect, &pattern)?;
    }
    Ok(policy.build())
}

/// The users of a policy, and questions about them.
struct House<'s> {
    snapshot: &'s Snapshot,
    by_id: HashMap<u128, Box<[RoleId]>>,
    by_name: HashMap<String, Box<[RoleId]>>,
    ids: Vec<u128>,
    names: Vec<String>,
    permissions: Vec<(PermissionId, String)>,
    accesses: Vec<Access>,
}

impl<'s> House<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let mut random = Random(11);
        let mut house = Self {
            snapshot,
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            ids: Vec::new(),
            names: Vec::new(),
            permissions: Vec::new(),
            accesses: Vec::new(),
        };
        for user in 0..USERS {
            let roles = [random.below(ROLES), random.below(ROLES)].map(role_name);
            let held: Box<[RoleId]> =
                roles.iter().filter_map(|role| snapshot.role_id(role)).collect();
            let id = u128::from(random.next()) << 64 | u128::from(random.next());
            house.by_id.insert(id, held.clone());
            house.by_name.insert(format!("user-{user}"), held);
            if user % 100 == 0 {
                let roles = roles.iter().map(String::as_str);
                house.accesses.push(Access::compile(snapshot, roles, []));
            }
            house.ids.push(id);
            house.names.push(format!("user-{user}"));
        }
        let all = snapshot.catalogue().iter();
        house.permissions = all.map(|(id, it)| (id, it.as_str().to_owned())).collect();
        house
    }

    fn checks(&self) {
        let mut random = Random(3);
        time("check_in_session_ns", || {
            let access = pick(&self.accesses, &mut random);
            let wanted = pick(&self.permissions, &mut random);
            access.zip(wanted).is_some_and(|(access, (id, _))| access.check_id(*id).allowed())
        });
        time("check_by_user_id_ns", || {
            let roles = pick(&self.ids, &mut random).and_then(|id| self.by_id.get(id));
            let wanted = pick(&self.permissions, &mut random);
            roles
                .zip(wanted)
                .is_some_and(|(roles, (id, _))| self.snapshot.check_roles(roles, *id).allowed())
        });
    }

    fn strings(&self) {
        let mut random = Random(5);
        time("check_by_strings_ns", || {
            let roles = pick(&self.names, &mut random).and_then(|name| self.by_name.get(name));
            let wanted = pick(&self.permissions, &mut random);
            let wanted = wanted.and_then(|(_, name)| self.snapshot.permission_id(name));
            roles
                .zip(wanted)
                .is_some_and(|(roles, id)| self.snapshot.check_roles(roles, id).allowed())
        });
        let wanted: Vec<Permission> =
            self.permissions.iter().filter_map(|(_, name)| Permission::parse(name).ok()).collect();
        time("check_by_pattern_ns", || {
            let access = pick(&self.accesses, &mut random);
            access
                .zip(pick(&wanted, &mut random))
                .is_some_and(|(access, wanted)| access.check(wanted).allowed())
        });
        time("decide_ns", || {
            let access = pick(&self.accesses, &mut random);
            access.zip(pick(&wanted, &mut random)).is_some_and(|(access, wanted)| {
                self.snapshot.decide(&Question::new(access, wanted)).decision.allowed()
            })
        });
        let counted = measure(|| {
            for (access, wanted) in self.accesses.iter().zip(&wanted) {
                let question = Question::new(access, wanted);
                let _ = black_box(self.snapshot.decide(&question));
                let _ = black_box(access.check(wanted));
            }
        });
        println!("allocs_per_check={}", counted.count_total);
    }

    fn lists(&self) -> Result<(), BadPermission> {
        let nothing = Permission::parse("type-0:verb-0")?;
        let begin = now();
        for access in &self.accesses {
            let question = Question::new(access, &nothing);
            black_box(self.snapshot.list_permissions(&question));
        }
        let each = begin.elapsed().as_secs_f64() / self.accesses.len() as f64;
        println!("list_permissions_us={:.2}", each * 1e6);
        let begin = now();
        let listed: usize = self.accesses.iter().map(|it| it.permissions().iter().count()).sum();
        let each = begin.elapsed().as_secs_f64() / self.accesses.len() as f64;
        println!("list_permissions_walk_us={:.2}", each * 1e6);
        println!("list_permissions_mean={}", listed / self.accesses.len().max(1));
        Ok(())
    }
}

fn conditions() -> Result<(), Box<dyn std::error::Error>> {
    let text = "resource.owner == principal.id && resource.status in ['draft', 'review']";
    let condition = Condition::compile(text, &Schema::new())?;
    let principal = [("id", Cell::Text("user-4711"))];
    let resource = [("owner", Cell::Text("user-4711")), ("status", Cell::Text("review"))];
    let facts = Facts { principal: &principal, resource: &resource, ..Facts::default() };
    time("condition_ns", || condition.holds(black_box(&facts)) == Ok(true));
    let counted = measure(|| {
        let _ = black_box(condition.holds(&facts));
    });
    println!("allocs_per_condition={}", counted.count_total);
    Ok(())
}

fn lists_of_entries() -> Result<(), Box<dyn std::error::Error>> {
    let entries: Vec<String> =
        (0..200).map(|nth| format!("allow group-{} verb-{}", nth % 40, nth % VERBS)).collect();
    let acl = Acl::parse(entries.iter().map(String::as_str))?;
    let member = acl.member(&Groups::of(["group-7", "group-39"]));
    let wanted: Vec<_> = (0..VERBS).map(|nth| acl.permission(&format!("verb-{nth}"))).collect();
    let mut random = Random(13);
    time("acl_check_ns", || {
        let wanted = pick(&wanted, &mut random);
        wanted.is_some_and(|wanted| acl.decide_by_id(&member, *wanted).is_some())
    });
    Ok(())
}

/// Prints the best of many short rounds, in nanoseconds for one call: a machine
/// that does other things as well then disturbs few of them. What choosing the
/// questions costs is in it.
fn time(name: &str, mut call: impl FnMut() -> bool) {
    let rounds = (0..ROUNDS).map(|_| {
        let begin = now();
        let yes = (0..CALLS).filter(|_| black_box(call())).count();
        black_box(yes);
        begin.elapsed().as_secs_f64() * 1e9 / CALLS as f64
    });
    println!("{name}={:.1}", rounds.fold(f64::INFINITY, f64::min));
}

#[expect(clippy::disallowed_methods, reason = "it measures time")]
fn now() -> Instant {
    Instant::now()
}

fn permission(nth: usize) -> String {
    format!("type-{}:verb-{}", nth / VERBS, nth % VERBS)
}

fn role_name(nth: usize) -> String {
    format!("role-{nth}")
}

fn pick<'a, T>(all: &'a [T], random: &mut Random) -> Option<&'a T> {
    all.get(random.below(all.len()))
}

/// The same sequence in every run; SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ it >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ it >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ it >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }
}

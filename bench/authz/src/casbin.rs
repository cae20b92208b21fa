//! The workload in Casbin.
//!
//! Denials come first and the first line that fits decides, which gives the same
//! answers as looking for a denial everywhere and lets it stop early. The parts
//! of a permission are compared before the role graph is walked. Its cache of
//! decisions is off: the others decide each time as well.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter};
use keyward_authz::Effect;

use crate::Result;
use crate::figure::{self, Batches};
use crate::workload::{ROLES, Random, TYPES, USERS, VERBS, Workload, parent, role_name, user_name};

const MODEL: &str = r#"
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[role_definition]
g = _, _
[policy_effect]
e = priority(p.eft) || deny
[matchers]
m = (p.act == r.act || p.act == "*") && (p.obj == r.obj || p.obj == "*") && g(r.sub, p.sub)
"#;

/// Casbin with the workload in it.
pub(crate) struct Casbin(Enforcer);

impl Casbin {
    pub(crate) fn of(workload: &Workload) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut adapter = MemoryAdapter::default();
            lines(workload, &mut adapter).await?;
            Enforcer::new(model, adapter).await
        })?;
        Ok(Self(enforcer))
    }

    pub(crate) fn may(&self, user: usize, wanted: usize) -> Result<bool> {
        Ok(self.0.enforce(request(user, wanted))?)
    }

    /// Prints what a decision takes, in nanoseconds, and gives it.
    pub(crate) fn run(&self, workload: &Workload) -> Result<f64> {
        let mut random = Random(29);
        let mut failed = None;
        let each = Batches { count: 20, calls: 20 }.time(|| {
            let user = workload.somebody(&mut random);
            let wanted = random.below(TYPES * VERBS);
            let may = self.0.enforce(request(user, wanted));
            may.unwrap_or_else(|error| {
                failed = Some(error);
                false
            })
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        figure::print("casbin_ns", each);
        Ok(each)
    }
}

fn request(user: usize, wanted: usize) -> (String, String, String) {
    (user_name(user), format!("type-{}", wanted / VERBS), format!("verb-{}", wanted % VERBS))
}

async fn lines(workload: &Workload, adapter: &mut MemoryAdapter) -> casbin::Result<()> {
    use casbin::Adapter as _;

    let mut grants: Vec<_> = workload.grants.iter().collect();
    grants.sort_by_key(|grant| grant.effect == Effect::Allow);
    let part = |kind: &str, nth: Option<usize>| {
        nth.map_or_else(|| "*".to_owned(), |nth| format!("{kind}-{nth}"))
    };
    let line = |sec: &str, fields: Vec<String>| (sec.to_owned(), fields);
    let rules = grants.into_iter().map(|grant| {
        let (kind, verb) = (part("type", grant.kind), part("verb", grant.verb));
        line("p", vec![role_name(grant.role), kind, verb, grant.effect.to_string()])
    });
    let inherited = (0..ROLES).filter_map(|role| Some((role, parent(role)?)));
    let inherited =
        inherited.map(|(role, parent)| line("g", vec![role_name(role), role_name(parent)]));
    let held = (0..USERS).flat_map(|user| workload.users[user].roles.map(|role| (user, role)));
    let held = held.map(|(user, role)| line("g", vec![user_name(user), role_name(role)]));
    for (sec, fields) in rules.chain(inherited).chain(held) {
        adapter.add_policy(&sec, &sec, fields).await?;
    }
    Ok(())
}

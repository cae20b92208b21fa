//! Access control lists: aiohttp_auth_autz and Pyramid.

use keyward_authz::Effect;
use keyward_authz::acl::{Acl, AclEntry, Groups, What, Who};
use serde::Deserialize;
use serde_json::Value;

use super::comparison::Comparison;
use crate::Result;

/// Effect, group, and names or `"*"`.
type Entry = (String, String, Value);
type List = Vec<Entry>;

#[derive(Deserialize)]
struct Aiohttp {
    cases: Vec<Permit>,
    #[serde(default)]
    bulk: Vec<Permit>,
}

#[derive(Deserialize)]
struct Decisions {
    cases: Vec<Permit>,
}

#[derive(Deserialize)]
struct Permit {
    user: Option<String>,
    #[serde(alias = "acl_groups")]
    groups: Option<Vec<String>>,
    permission: String,
    local_context: Option<List>,
    global_context: Option<List>,
    #[serde(alias = "result")]
    expected: Value,
}

/// Compares `aiohttp_acl.json`.
pub(super) fn aiohttp(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Aiohttp = serde_json::from_str(text)?;
    permits("cases", &rows.cases, comparison)?;
    permits("bulk", &rows.bulk, comparison)
}

/// Compares `acl_decisions.json`.
pub(super) fn decisions(text: &str, comparison: &mut Comparison) -> Result<()> {
    permits("cases", &serde_json::from_str::<Decisions>(text)?.cases, comparison)
}

fn permits(section: &str, rows: &[Permit], comparison: &mut Comparison) -> Result<()> {
    for (place, row) in rows.iter().enumerate() {
        // Any text instead of an answer is an error of the configuration.
        comparison.row(format!("{section}[{place}]"), row.ours()?, row.expected.as_bool());
    }
    Ok(())
}

impl Permit {
    fn ours(&self) -> Result<Option<bool>> {
        let mut groups = self
            .groups
            .as_ref()
            .map_or_else(Groups::none, |names| Groups::of(names.iter().map(String::as_str)));
        if self.user.is_some() {
            groups = groups.authenticated();
        }
        let [local, global] =
            [&self.local_context, &self.global_context].map(|list| list.as_ref().map(acl));
        let (local, global) = (local.transpose()?, global.transpose()?);
        let Some(acl) = Acl::in_force(local.as_ref(), global.as_ref()) else { return Ok(None) };
        let hit = acl.decide(&groups, &self.permission);
        Ok(Some(hit.is_some_and(|hit| hit.effect == Effect::Allow)))
    }
}

#[derive(Deserialize)]
struct Pyramid {
    cases: Vec<Lineage>,
}

#[derive(Deserialize)]
struct Lineage {
    lineage_root_first: Vec<Option<List>>,
    principals: Vec<String>,
    permission: String,
    expected: bool,
    because: Option<(usize, usize)>,
}

/// Compares `pyramid_acl.json`: the decision, and the level and entry behind it.
pub(super) fn pyramid(text: &str, comparison: &mut Comparison) -> Result<()> {
    let rows: Pyramid = serde_json::from_str(text)?;
    for (place, row) in rows.cases.iter().enumerate() {
        comparison.row(format!("cases[{place}]"), row.ours()?, (row.expected, row.because));
    }
    Ok(())
}

impl Lineage {
    fn ours(&self) -> Result<(bool, Option<(usize, usize)>)> {
        let lists = self.lineage_root_first.iter();
        let chain: Vec<Option<Acl>> =
            lists.map(|list| list.as_ref().map(acl).transpose()).collect::<Result<_>>()?;
        let names = self.principals.iter().map(String::as_str);
        let mut groups = Groups::of(names.filter(|name| !name.starts_with('@')));
        if self.principals.iter().any(|name| name == "@authenticated") {
            groups = groups.authenticated();
        }
        let hit =
            Acl::decide_chain(chain.iter().rev().map(Option::as_ref), &groups, &self.permission);
        let allowed = hit.is_some_and(|hit| hit.effect == Effect::Allow);
        Ok((allowed, hit.map(|hit| (chain.len() - 1 - hit.level, hit.entry))))
    }
}

fn acl(list: &List) -> Result<Acl> {
    Ok(Acl::new(list.iter().map(entry).collect::<Result<Vec<_>>>()?))
}

fn entry((effect, who, what): &Entry) -> Result<AclEntry> {
    let effect = match effect.as_str() {
        "allow" | "Allow" => Effect::Allow,
        "deny" | "Deny" => Effect::Deny,
        other => return Err(format!("no effect `{other}`").into()),
    };
    let who = match who.as_str() {
        "@everyone" | "@Everyone" => Who::Everyone,
        "@authenticated" | "@AuthenticatedUser" => Who::Authenticated,
        name => Who::Group(name.into()),
    };
    let what = match what {
        Value::String(all) if all == "*" => What::Everything,
        names => What::Permissions(serde_json::from_value(names.clone())?),
    };
    Ok(AclEntry { effect, who, what })
}

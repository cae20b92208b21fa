//! A Casbin model and its policy lines, as far as they are roles, denials,
//! domains, groups of resources or an order of priority. Subjects and roles are
//! one thing in Casbin, so each becomes a role. The free language of matchers,
//! and answering yes where nothing denies, are not supported.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Imported, NotImported, array, quoted};
use crate::dialect::Dialect;
use crate::permission::Permission;

/// A Casbin policy that was imported, and how to ask it.
#[derive(Clone, Debug)]
pub struct Casbin {
    /// The policy file and who has which role.
    pub imported: Imported,
    model: Model,
}

#[derive(Clone, Debug, Default)]
struct Model {
    /// The names of a request's fields, such as `sub`, `obj`, `act`.
    request: Vec<String>,
    /// Those of a policy line.
    line: Vec<String>,
    has_domains: bool,
    has_resource_groups: bool,
    effect: Effect,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Effect {
    /// One line that allows is enough.
    #[default]
    AllowAny,
    DenyOverrides,
    /// The first line decides.
    Priority,
}

/// One `p` line.
struct Line {
    priority: i64,
    role: String,
    permissions: Vec<String>,
    allows: bool,
}

/// Reads a model and its policy lines.
///
/// # Errors
/// When they say what is not supported.
pub fn casbin(model: &str, policy: &str) -> Result<Casbin, NotImported> {
    let model = Model::read(model)?;
    let rows = rows(policy);
    let groups = resource_groups(&rows);
    let mut lines = Vec::new();
    for (nth, row) in rows.iter().filter(|(_, row)| row.first().is_some_and(|it| it == "p")) {
        lines.extend(model.line(*nth, row, &groups)?);
    }
    lines.sort_by_key(|line| line.priority);
    let imported = Imported { policy: model.write(&lines, &rows), assignments: Vec::new() };
    Ok(Casbin { imported, model })
}

impl Casbin {
    /// The role, and the permission in the dialect of the policy, that a request
    /// asks about; nothing when it
    /// has not as many fields as the model says.
    pub fn ask(&self, request: &[&str]) -> Option<(String, String)> {
        let fields = self.model.request.iter().map(String::as_str).zip(request.iter().copied());
        let fields: BTreeMap<&str, &str> = fields.collect();
        let complete = request.len() == self.model.request.len();
        complete.then(|| (role_of(&fields), permission_of(&fields)))
    }
}

impl Model {
    fn read(text: &str) -> Result<Self, NotImported> {
        let joined = text.replace("\\\n", " ");
        let mut model = Self::default();
        for (nth, line) in joined.lines().enumerate() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value: String = value.split_whitespace().collect();
            match key.trim() {
                "r" => model.request = value.split(',').map(str::to_owned).collect(),
                "p" => model.line = value.split(',').map(str::to_owned).collect(),
                "g" => model.has_domains = value == "_,_,_",
                "g2" => model.has_resource_groups = true,
                "e" => model.effect = Effect::read(nth, &value)?,
                "m" => model.accept(nth, &value)?,
                _ => {}
            }
        }
        Ok(model)
    }

    /// Accepts matchers that only compare fields with their like.
    fn accept(&self, nth: usize, matcher: &str) -> Result<(), NotImported> {
        let known = [
            "g(r.sub,p.sub)",
            "g(r.sub,p.sub,r.dom)",
            "g2(r.obj,p.obj)",
            "r.sub==p.sub",
            "r.dom==p.dom",
            "r.obj==p.obj",
            "r.act==p.act",
        ];
        match matcher.split("&&").find(|part| !known.contains(part)) {
            Some(part) => Err(NotImported::at(nth, format!("matcher `{part}` is not supported"))),
            None => Ok(()),
        }
    }

    fn line(
        &self,
        nth: usize,
        row: &[String],
        groups: &Groups,
    ) -> Result<Option<Line>, NotImported> {
        let values = row.iter().skip(1).map(String::as_str);
        let fields: BTreeMap<&str, &str> =
            self.line.iter().map(String::as_str).zip(values).collect();
        let needed = self.line.iter().filter(|name| *name != "eft").count();
        if fields.len() < needed {
            return Err(NotImported::at(nth, "has fewer fields than the model"));
        }
        let allows = match fields.get("eft").copied().unwrap_or("allow") {
            "allow" => true,
            "deny" if self.effect != Effect::AllowAny => false,
            _ => return Ok(None),
        };
        let object = fields.get("obj").copied().unwrap_or_default();
        let members = match self.has_resource_groups {
            true => members(groups, object),
            false => BTreeSet::from([object.to_owned()]),
        };
        let permissions = members.iter().map(|object| {
            let mut fields = fields.clone();
            if fields.contains_key("obj") {
                fields.insert("obj", object);
            }
            permission_of(&fields)
        });
        let priority = fields.get("priority").map_or(Ok(0), |text| text.parse());
        let priority =
            priority.map_err(|_| NotImported::at(nth, "has no number for a priority"))?;
        Ok(Some(Line {
            priority,
            role: role_of(&fields),
            permissions: permissions.collect(),
            allows,
        }))
    }

    fn write(&self, lines: &[Line], rows: &[(usize, Vec<String>)]) -> String {
        let mut heirs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in lines {
            heirs.entry(line.role.clone()).or_default();
        }
        for (_, row) in rows.iter().filter(|(_, row)| row.first().is_some_and(|it| it == "g")) {
            let domain = row.get(3).filter(|_| self.has_domains);
            let role = |place: usize| {
                let name = row.get(place).map(String::as_str).unwrap_or_default();
                in_domain(name, domain.map(String::as_str))
            };
            heirs.entry(role(2)).or_default();
            heirs.entry(role(1)).or_default().push(role(2));
        }
        let ordered = self.effect == Effect::Priority;
        let mut permissions = lines.iter().flat_map(|line| &line.permissions);
        // Names such as `/data` fit another language than ours.
        let plain = permissions.all(|text| Permission::parse(text).is_ok());
        let dialect = if plain { Dialect::Keyward } else { Dialect::ShiroCaseSensitive };
        let mut policy = format!("version = 1\ndialect = \"{dialect}\"\n");
        let _ = writeln!(policy, "ordered_rules = {ordered}\n\n[roles]");
        for (role, parents) in &heirs {
            let _ = write!(policy, "{} = {{ inherits = ", quoted(role));
            let _ = write!(policy, "{}", array(parents.iter().map(String::as_str)));
            if !ordered {
                let of = |allows: bool| {
                    let own = lines.iter().filter(|line| line.role == *role);
                    let own = own.filter(|line| line.allows == allows);
                    array(own.flat_map(|line| &line.permissions).map(String::as_str))
                };
                let _ = write!(policy, ", allow = {}, deny = {}", of(true), of(false));
            }
            policy.push_str(" }\n");
        }
        for (nth, line) in lines.iter().enumerate().filter(|_| ordered) {
            let effect = if line.allows { "allow" } else { "forbid" };
            let permissions = array(line.permissions.iter().map(String::as_str));
            let _ = writeln!(policy, "\n[[rules]]\nid = \"p{nth}\"\n{effect} = {permissions}");
            let _ = writeln!(policy, "roles = {}", array([line.role.as_str()]));
        }
        policy
    }
}

impl Effect {
    fn read(nth: usize, text: &str) -> Result<Self, NotImported> {
        match text {
            "some(where(p.eft==allow))" => Ok(Effect::AllowAny),
            "some(where(p.eft==allow))&&!some(where(p.eft==deny))" => Ok(Effect::DenyOverrides),
            "priority(p.eft)||deny" => Ok(Effect::Priority),
            _ => Err(NotImported::at(nth, format!("effect `{text}` is not supported"))),
        }
    }
}

/// Which names are in which group of resources.
type Groups = BTreeMap<String, BTreeSet<String>>;

fn resource_groups(rows: &[(usize, Vec<String>)]) -> Groups {
    let mut groups = Groups::new();
    for (_, row) in rows {
        if let [kind, member, group, ..] = row.as_slice()
            && kind == "g2"
        {
            groups.entry(group.clone()).or_default().insert(member.clone());
        }
    }
    groups
}

/// A name and all that is in it.
fn members(groups: &Groups, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(groups.get(&name).into_iter().flatten().cloned());
        }
    }
    found
}

/// The rows of a policy file with the places of their lines.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let lines = text.lines().enumerate().map(|(nth, line)| (nth, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let fields = |line: &str| line.split(',').map(|it| it.trim().to_owned()).collect();
    lines.map(|(nth, line)| (nth, fields(line))).collect()
}

/// A role holds in its domain; what has no subject is about everyone.
fn role_of(fields: &BTreeMap<&str, &str>) -> String {
    let name = fields.get("sub").copied().unwrap_or("everyone");
    in_domain(name, fields.get("dom").copied())
}

fn in_domain(name: &str, domain: Option<&str>) -> String {
    domain.map_or_else(|| name.to_owned(), |domain| format!("{domain}/{name}"))
}

/// `object:action`, or as much of it as the model has.
fn permission_of(fields: &BTreeMap<&str, &str>) -> String {
    let parts = ["obj", "act"].into_iter().filter_map(|name| fields.get(name).copied());
    parts.collect::<Vec<_>>().join(":")
}

//! Casbin's models that are roles, or rules in order.
//!
//! A subject of a policy line is a role, `g` inherits, and what is asked for is
//! the rest of the request joined by colons. Other matchers are not compared.

use keyward_authz::rules::{Rule, Rules};
use keyward_authz::{Access, Effect, Pattern, Permission, Question, SnapshotBuilder};
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    test: String,
    model: String,
    policy: String,
    requests: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    request: Vec<String>,
    expected: bool,
}

/// Compares the `cases` of `casbin_rbac.json` whose model is in scope.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    for case in serde_json::from_str::<Vectors>(text)?.cases {
        let Some(model) = Model::read(&case.model) else { continue };
        let policy = Policy::read(&model, &case.policy);
        for (place, asked) in case.requests.iter().enumerate() {
            let id = format!("{} requests[{place}]", case.test);
            let ours = policy.decide(&model, &asked.request);
            comparison.row(id, ours, Some(asked.expected));
        }
    }
    Ok(())
}

/// How policy lines combine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Combine {
    /// One line that allows is enough, unless another denies.
    Roles,
    /// The first line that applies decides.
    InOrder,
}

/// What a model says, as far as it is in scope.
struct Model {
    /// Names of the parts of a request, and of a policy line.
    request: Vec<String>,
    line: Vec<String>,
    combine: Combine,
    /// `g` has a third part: where the role counts.
    has_domains: bool,
    /// `g2` puts objects into groups.
    groups_objects: bool,
}

impl Model {
    /// Reads a model; nothing when it is out of scope.
    fn read(text: &str) -> Option<Self> {
        let text = text.replace("\\\n", " ");
        let value = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.split_whitespace().collect::<String>())
            })
        };
        let names = |name| Some(value(name)?.split(',').map(str::to_owned).collect::<Vec<_>>());
        let combine = match value("e")?.as_str() {
            "some(where(p.eft==allow))"
            | "some(where(p.eft==allow))&&!some(where(p.eft==deny))" => Combine::Roles,
            "priority(p.eft)||deny" => Combine::InOrder,
            _ => return None,
        };
        let matcher = value("m")?;
        let terms: Vec<&str> = matcher.split("&&").collect();
        let model = Self {
            request: names("r")?,
            line: names("p")?,
            combine,
            has_domains: terms.contains(&"g(r.sub,p.sub,r.dom)"),
            groups_objects: terms.contains(&"g2(r.obj,p.obj)"),
        };
        terms.iter().all(|term| model.knows(term)).then_some(model)
    }

    /// Whether a term of the matcher is one that roles express.
    fn knows(&self, term: &str) -> bool {
        let equal = |name: &String| *term == format!("r.{name}==p.{name}");
        ["g(r.sub,p.sub)", "g(r.sub,p.sub,r.dom)", "g2(r.obj,p.obj)"].contains(&term)
            || self.request.iter().any(equal)
    }

    fn part<'v>(&self, names: &[String], values: &'v [String], name: &str) -> Option<&'v str> {
        let place = names.iter().position(|found| found == name)?;
        values.get(place).map(String::as_str)
    }

    /// What a request or a policy line is about: all its parts but the subject.
    fn permission(&self, names: &[String], values: &[String]) -> String {
        let about = names
            .iter()
            .zip(values)
            .filter(|(name, _)| *name != "sub" && self.request.contains(name));
        about.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(":")
    }
}

/// The lines of a policy.
#[derive(Default)]
struct Policy {
    /// `p`, in the order in which they count.
    lines: Vec<Vec<String>>,
    /// `g`: heir, role and, with domains, where.
    roles: Vec<Vec<String>>,
    /// `g2`: object and group.
    objects: Vec<Vec<String>>,
}

/// Stands for the subject in models that have none.
const EVERYBODY: &str = "everybody";

impl Policy {
    fn read(model: &Model, text: &str) -> Self {
        let mut policy = Self::default();
        for line in text.lines() {
            let mut parts: Vec<_> = line.split(',').map(|part| part.trim().to_owned()).collect();
            match parts.remove(0).as_str() {
                "p" => policy.lines.push(parts),
                "g" => policy.roles.push(parts),
                "g2" => policy.objects.push(parts),
                _ => {}
            }
        }
        let priority = |line: &Vec<String>| -> i64 {
            let text = model.part(&model.line, line, "priority");
            text.and_then(|text| text.parse().ok()).unwrap_or_default()
        };
        policy.lines.sort_by_key(priority);
        policy
    }

    /// Decides; nothing when Keyward cannot hold the policy or the question.
    fn decide(&self, model: &Model, request: &[String]) -> Option<bool> {
        let mut builder = SnapshotBuilder::new();
        let domain = model.part(&model.request, request, "dom").filter(|_| model.has_domains);
        for role in self
            .roles
            .iter()
            .filter(|role| domain.is_none() || role.get(2).map(String::as_str) == domain)
        {
            builder.inherit(role.first()?, role.get(1)?);
        }
        let mut ordered = Rules::ordered();
        for line in &self.lines {
            let role = model.part(&model.line, line, "sub").unwrap_or(EVERYBODY);
            let effect = match model.part(&model.line, line, "eft").unwrap_or("allow") {
                "allow" => Effect::Allow,
                "deny" => Effect::Deny,
                _ => continue,
            };
            for pattern in self.patterns(model, line) {
                match model.combine {
                    Combine::Roles => {
                        builder.rule(role, effect, &pattern).ok()?;
                    }
                    Combine::InOrder => {
                        let mut rule = Rule::new("line", effect, [Pattern::parse(&pattern).ok()?]);
                        rule.roles = [role.into()].into();
                        ordered.push(rule);
                    }
                }
            }
        }
        builder.rules(ordered);
        let subject = model.part(&model.request, request, "sub").unwrap_or(EVERYBODY);
        // A subject that no line names is a role without rules.
        builder.role(subject, "");
        let snapshot = builder.build();
        let access = Access::compile(&snapshot, [subject], []);
        let wanted = Permission::parse(&model.permission(&model.request, request)).ok()?;
        Some(snapshot.decide(&Question::new(&access, &wanted)).decision.allowed())
    }

    /// What a line is about; a line about a group of objects is one about each.
    fn patterns(&self, model: &Model, line: &[String]) -> Vec<String> {
        let mut patterns = vec![model.permission(&model.line, line)];
        let object = model.line.iter().position(|name| name == "obj");
        if let Some(object) = object.filter(|_| model.groups_objects) {
            let group = line.get(object).cloned();
            for member in self.objects.iter().filter(|pair| pair.get(1) == group.as_ref()) {
                let mut line = line.to_vec();
                if let (Some(place), Some(member)) = (line.get_mut(object), member.first()) {
                    place.clone_from(member);
                }
                patterns.push(model.permission(&model.line, &line));
            }
        }
        patterns
    }
}

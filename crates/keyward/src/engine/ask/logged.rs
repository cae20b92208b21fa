//! A decision as a line of the log.

use std::collections::BTreeMap;

use keyward_authz::condition::{Cell, Net, Value};
use keyward_authz::relations::{Reads, Tuples};
use keyward_authz::{Ceiling, Effect, Opinion, Question};
use keyward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::laid::{Names, Records};
use super::{Asked, Asker};
use crate::resource::Resource;

/// Bytes of a line; a decision that needs more is not logged.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// The form of the lines.
const VERSION: u8 = 1;

type Attributes = BTreeMap<String, Json>;

/// All that a decision was made of, and what it was.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    v: u8,
    /// Microseconds since the Unix epoch.
    pub(super) at: i64,
    /// None is a stranger.
    pub(super) user: Option<String>,
    /// Locked or deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) shut_out: bool,
    /// Given, not inherited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    /// Given directly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allow: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) deny: Vec<String>,
    /// None is a ban.
    pub(super) groups: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ceilings: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scopes: Option<Vec<String>>,
    pub(super) permission: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<About>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) principal: Attributes,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) context: Attributes,
    #[serde(default, skip_serializing_if = "Looked::is_nothing")]
    pub(super) relations: Looked,
    /// What the app's own blocks said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) blocks: Vec<Said>,
    pub(super) decision: Answered,
    pub(super) code: String,
}

/// The resource that it was about.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(super) r#type: String,
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) visibility: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) shared_with: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) shared_with_everybody: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) acl: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attributes: Attributes,
}

/// The relations that were looked at.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    /// `docs:1#viewer@user:usr_…`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) found: Vec<String>,
    /// Of these, who has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) members: Vec<String>,
    /// Of these, which objects have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) objects: Vec<String>,
}

/// An answer, as it is written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Answered {
    Allow,
    Deny,
    Indeterminate,
}

/// An opinion, as it is written.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    Nothing,
    Failed,
    Allow,
    MayDeny,
    Deny,
}

impl Looked {
    fn is_nothing(&self) -> bool {
        self.found.is_empty() && self.members.is_empty() && self.objects.is_empty()
    }

    fn of(tuples: [&Tuples; 2], read: &Reads) -> Self {
        let texts = tuples.into_iter().flat_map(Tuples::iter);
        let found = texts.map(|it| format!("{}#{}@{}", it.object(), it.relation(), it.subject()));
        let node = |(object, relation): &(String, String)| format!("{object}#{relation}");
        Self {
            found: found.collect(),
            members: read.members.iter().map(node).collect(),
            objects: read.objects.iter().map(node).collect(),
        }
    }
}

impl About {
    fn of(it: &Resource) -> Self {
        Self {
            r#type: it.kind.clone(),
            id: it.id.clone(),
            owner: it.owner.clone(),
            visibility: it.visibility.map(|it| it.name().to_owned()),
            shared_with: it.shared.clone(),
            shared_with_everybody: it.with_everybody,
            acl: it.acl.clone(),
            attributes: written(it.attributes.iter().map(|(name, it)| (name.as_str(), it.cell()))),
        }
    }

    /// The resource again, if its parts can be read.
    pub(super) fn read(&self) -> Option<Resource> {
        let mut it = Resource::new(self.r#type.as_str(), &self.id);
        it.owner.clone_from(&self.owner);
        it.visibility = self.visibility.as_ref().map(|name| name.parse()).transpose().ok()?;
        it.shared.clone_from(&self.shared_with);
        it.with_everybody = self.shared_with_everybody;
        it.acl.clone_from(&self.acl);
        it.attributes = read(&self.attributes)?;
        Some(it)
    }
}

impl Line {
    /// What was decided, of what.
    pub(super) fn of(
        asker: Asker<'_>,
        asked: &Asked<'_>,
        now: Timestamp,
        (answer, code, blocks): (Answered, &str, Vec<Said>),
    ) -> Self {
        let names = Names::of(asker, asked);
        let facts = Records::of(asker, asked, &names, now);
        let direct = |wanted| {
            let all = asker.access.direct().filter(move |(effect, _)| *effect == wanted);
            all.map(|(_, pattern)| pattern.to_owned()).collect()
        };
        // A denial that could not be read denies what cannot be told, here and there.
        let flaws = asker.access.flaws().iter().filter(|(effect, _)| *effect == Effect::Deny);
        let unread = flaws.map(|_| String::new());
        let denied: Vec<String> = direct(Effect::Deny);
        let roles = asker.access.roles().iter().map(|role| role.to_string());
        let unknown = asker.access.unknown_roles().iter().map(|role| role.to_string());
        let groups = asker.groups.names.iter().map(|name| name.to_string()).collect();
        let patterns = |it: &Ceiling| it.patterns().map(ToString::to_string).collect();
        let nothing = (Tuples::new(), Reads::default());
        let stored = asked.around.map_or((&nothing.0, &nothing.1), |it| (&it.tuples, &it.read));
        let own = asked.resource.map_or(&nothing.0, |it| &it.tuples);
        Self {
            v: VERSION,
            at: now.as_micros(),
            user: asker.user.map(|user| user.id.to_string()),
            shut_out: asker.is_shut_out(),
            roles: roles.chain(unknown).collect(),
            allow: direct(Effect::Allow),
            deny: denied.into_iter().chain(unread).collect(),
            groups: (!asker.groups.listed.are_none()).then_some(groups),
            ceilings: asker.ceilings.iter().map(patterns).collect(),
            scopes: asked.context.scopes.clone(),
            permission: asked.wanted.to_string(),
            resource: asked.resource.map(About::of),
            principal: written(
                facts.principal.iter().copied().filter(|(name, _)| !HELD.contains(name)),
            ),
            context: written(facts.context.iter().copied()),
            relations: Looked::of([stored.0, own], stored.1),
            blocks,
            decision: answer,
            code: code.to_owned(),
        }
    }

    /// Reads a line, and looks whether it is of this form.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        let line: Self = serde_json::from_slice(text).map_err(|flaw| flaw.to_string())?;
        match line.v {
            VERSION => Ok(line),
            other => Err(format!("it is of version {other}")),
        }
    }
}

/// What the blocks of the app's own say.
pub(super) fn opinions(question: &Question<'_>) -> Vec<Said> {
    question.custom.iter().map(|block| block.opinion(question).into()).collect()
}

/// What conditions see of who asks, and the policy says again.
pub(super) const HELD: [&str; 2] = ["roles", "groups"];

fn written<'a>(facts: impl Iterator<Item = (&'a str, Cell<'a>)>) -> Attributes {
    let mut all = Attributes::new();
    for (name, cell) in facts {
        // Of two of one name the first counts.
        all.entry(name.to_owned()).or_insert_with(|| write(cell));
    }
    all
}

fn write(cell: Cell<'_>) -> Json {
    match cell {
        Cell::Bool(it) => it.into(),
        Cell::Int(it) => it.into(),
        Cell::Text(it) => it.into(),
        Cell::Set(all) => all.iter().map(|it| write(it.cell())).collect(),
        Cell::Names(all) => all.iter().map(|it| Json::from(&**it)).collect(),
        Cell::Time(it) => json!({ "time": it }),
        Cell::Span(it) => json!({ "span": it }),
        Cell::Net(it) => json!({ "net": it.to_string() }),
    }
}

/// The attributes again, if each has a meaning.
pub(super) fn read(all: &Attributes) -> Option<Vec<(String, Value)>> {
    all.iter().map(|(name, it)| Some((name.clone(), value(it)?))).collect()
}

fn value(from: &Json) -> Option<Value> {
    Some(match from {
        Json::Bool(it) => (*it).into(),
        Json::Number(it) => Value::Int(it.as_i64()?),
        Json::String(it) => it.as_str().into(),
        Json::Array(all) => Value::Set(all.iter().map(value).collect::<Option<_>>()?),
        Json::Object(it) => match it.iter().next().filter(|_| it.len() == 1)? {
            (kind, micros) if kind == "time" => Value::Time(micros.as_i64()?),
            (kind, micros) if kind == "span" => Value::Span(micros.as_i64()?),
            (kind, net) if kind == "net" => Value::Net(Net::parse(net.as_str()?)?),
            _ => return None,
        },
        Json::Null => return None,
    })
}

impl From<Opinion> for Said {
    fn from(opinion: Opinion) -> Self {
        match opinion {
            Opinion::NoOpinion => Self::Nothing,
            Opinion::Failed => Self::Failed,
            Opinion::Allow => Self::Allow,
            Opinion::MayDeny => Self::MayDeny,
            Opinion::Deny => Self::Deny,
        }
    }
}

impl From<Said> for Opinion {
    fn from(said: Said) -> Self {
        match said {
            Said::Nothing => Self::NoOpinion,
            Said::Failed => Self::Failed,
            Said::Allow => Self::Allow,
            Said::MayDeny => Self::MayDeny,
            Said::Deny => Self::Deny,
        }
    }
}

impl From<keyward_authz::Decision> for Answered {
    fn from(decision: keyward_authz::Decision) -> Self {
        match decision {
            keyward_authz::Decision::Allow => Self::Allow,
            keyward_authz::Decision::Deny => Self::Deny,
            keyward_authz::Decision::Indeterminate => Self::Indeterminate,
        }
    }
}

impl From<Answered> for keyward_authz::Decision {
    fn from(answered: Answered) -> Self {
        match answered {
            Answered::Allow => Self::Allow,
            Answered::Deny => Self::Deny,
            Answered::Indeterminate => Self::Indeterminate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_attribute_is_read_as_it_was_written() {
        let all = [
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Text("a\n\"b".into()),
            Value::Set(Box::new([Value::Int(1), Value::Text("x".into())])),
            Value::Time(-1),
            Value::Span(i64::MAX),
            Value::Net(Net::parse("10.0.0.0/8").unwrap()),
            Value::Net(Net::parse("::1").unwrap()),
        ];
        for it in all {
            assert_eq!(value(&write(it.cell())), Some(it));
        }
    }
}

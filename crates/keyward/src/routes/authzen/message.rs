//! The entities of a message: section 5 of the Authorization API 1.0.

use keyward_authz::Permission;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::asked::bad;
use super::malformed;
use crate::context::{Context, attributes};
use crate::engine::policy::parse;
use crate::http::Fault;
use crate::resource::{Resource, is_id, is_kind};

/// Properties of an entity.
pub(super) type Properties = Map<String, Value>;

/// An entity by type, and by id except where it is searched for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entity {
    pub(super) r#type: String,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) properties: Properties,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub(super) name: String,
    #[serde(default)]
    properties: Properties,
}

impl Entity {
    /// Its id, which must be there.
    pub(super) fn id(&self, field: &str) -> Result<&str, Fault> {
        let id = self.id.as_deref().filter(|id| is_id(id));
        id.ok_or_else(|| malformed(bad(&format!("{field}.id"), "missing")))
    }

    pub(super) fn check_type(&self, field: &str) -> Result<(), Fault> {
        let fine = is_kind(&self.r#type);
        if fine { Ok(()) } else { Err(malformed(bad(&format!("{field}.type"), "wrong_type"))) }
    }

    /// As a resource. `owner`, `visibility` and `acl` among its properties say whose it
    /// is, who sees it and which lists it is under, and nothing else: one that was not
    /// understood might be the one that denies. All are attributes for conditions as well.
    pub(super) fn resource(&self) -> Result<Resource, Fault> {
        self.check_type("resource")?;
        let mut resource = Resource::new(self.r#type.as_str(), self.id("resource")?);
        let own = &self.properties;
        resource.owner = text("resource", own, "owner")?;
        resource.acl = texts("resource", own, "acl")?.unwrap_or_default();
        if let Some(name) = text("resource", own, "visibility")? {
            let wrong = |()| malformed(bad("resource.properties.visibility", "wrong_type"));
            resource.visibility = Some(name.parse().map_err(wrong)?);
        }
        resource.attributes = facts("resource", &self.properties)?;
        Ok(resource)
    }
}

impl Action {
    /// The permission to do this to resources of this type. Nothing when there
    /// cannot be such a permission.
    pub(super) fn permission(&self, kind: &str) -> Option<Permission> {
        match self.name.contains(':') {
            true => parse(&self.name).ok(),
            false => parse(&format!("{kind}:{}", self.name)).ok(),
        }
    }

    /// The circumstances of a question: the message's context, the action's
    /// properties as `action_NAME`, and what is said of the subject.
    pub(super) fn context(
        &self,
        subject: &Properties,
        context: &Properties,
    ) -> Result<Context, Fault> {
        let mut all = circumstances(subject, context)?;
        let own = facts("action", &self.properties)?;
        all.facts.extend(own.into_iter().map(|(name, it)| (format!("action_{name}"), it)));
        Ok(all)
    }
}

/// The circumstances of a question without an action of its own.
pub(super) fn circumstances(subject: &Properties, context: &Properties) -> Result<Context, Fault> {
    // A text with spaces between them, as OAuth has it, or a list.
    let scopes = texts("subject", subject, "scopes")?.map(|given| {
        given
            .iter()
            .flat_map(|text| text.split(' '))
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect()
    });
    Ok(Context { facts: facts("context", context)?, principal: facts("subject", subject)?, scopes })
}

/// A property that is a text or a list of texts; anything else is refused.
fn texts(entity: &str, from: &Properties, name: &str) -> Result<Option<Vec<String>>, Fault> {
    let wrong = || malformed(bad(&format!("{entity}.properties.{name}"), "wrong_type"));
    match from.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(vec![text.clone()])),
        Some(Value::Array(all)) => {
            let text = |it: &Value| it.as_str().map(str::to_owned).ok_or_else(wrong);
            all.iter().map(text).collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(wrong()),
    }
}

/// The same where there is one text at most.
fn text(entity: &str, from: &Properties, name: &str) -> Result<Option<String>, Fault> {
    let mut all = texts(entity, from, name)?.unwrap_or_default();
    match all.len() {
        0 | 1 => Ok(all.pop()),
        _ => Err(malformed(bad(&format!("{entity}.properties.{name}"), "wrong_type"))),
    }
}

fn facts(
    field: &str,
    from: &Properties,
) -> Result<Vec<(String, keyward_authz::condition::Value)>, Fault> {
    attributes(from).ok_or_else(|| malformed(bad(field, "too_large")))
}

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

    /// As a resource. `owner` and `acl` among its properties say whose it is and
    /// which lists it is under; the rest are attributes for conditions.
    pub(super) fn resource(&self) -> Result<Resource, Fault> {
        self.check_type("resource")?;
        let mut resource = Resource::new(self.r#type.as_str(), self.id("resource")?);
        let text = |name: &str| self.properties.get(name).and_then(Value::as_str);
        resource.owner = text("owner").map(str::to_owned);
        resource.visibility = text("visibility").and_then(|name| name.parse().ok());
        resource.acl.extend(text("acl").map(str::to_owned));
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
    let scopes = subject.get("scopes").and_then(Value::as_array);
    let scopes = scopes.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned));
    Ok(Context {
        facts: facts("context", context)?,
        principal: facts("subject", subject)?,
        scopes: scopes.map(Iterator::collect),
    })
}

fn facts(
    field: &str,
    from: &Properties,
) -> Result<Vec<(String, keyward_authz::condition::Value)>, Fault> {
    attributes(from).ok_or_else(|| malformed(bad(field, "too_large")))
}

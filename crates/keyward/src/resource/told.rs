//! A resource as a request or a command tells of it, read strictly.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Resource, is_id, is_kind};
use crate::context::attributes;

/// A resource that somebody tells of. What the app knows of it goes before.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceInput {
    r#type: String,
    id: String,
    #[serde(default)]
    owner: Option<String>,
    /// `public`, `unlisted`, `shared` or `private`.
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    shared_with: Vec<String>,
    /// Names of access control lists, from its own up to the root.
    #[serde(default)]
    acl: Vec<String>,
    /// For conditions: true or false, whole numbers, texts and lists of those; or
    /// `{"datetime": …}`, `{"duration": …}`, `{"ip": …}`.
    #[serde(default)]
    attributes: Map<String, Value>,
}

/// A field, and the code of what is wrong with it.
pub(crate) type Flaw = (&'static str, &'static str);

impl ResourceInput {
    pub(crate) fn read(&self) -> Result<Resource, Flaw> {
        let checks = [
            (is_kind(&self.r#type), ("resource.type", "wrong_type")),
            (is_id(&self.id), ("resource.id", "wrong_type")),
            (self.shared_with.len() <= MAX_SHARED, ("resource.shared_with", "too_large")),
            (self.acl.len() <= MAX_CHAIN, ("resource.acl", "too_large")),
        ];
        if let Some((_, flaw)) = checks.into_iter().find(|(fine, _)| !fine) {
            return Err(flaw);
        }
        let mut resource = Resource::new(self.r#type.as_str(), &self.id);
        if let Some(name) = &self.visibility {
            let known = name.parse().map_err(|()| ("resource.visibility", "wrong_type"))?;
            resource.visibility = Some(known);
        }
        resource.owner.clone_from(&self.owner);
        resource.shared.clone_from(&self.shared_with);
        resource.acl.clone_from(&self.acl);
        let too_many = ("resource.attributes", "too_large");
        resource.attributes = attributes(&self.attributes).ok_or(too_many)?;
        Ok(resource)
    }
}

/// Accounts that a resource of a request is shared with.
const MAX_SHARED: usize = 100;
/// Lists in the chain of a resource of a request.
const MAX_CHAIN: usize = 25;

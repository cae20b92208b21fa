//! What a question may be about.

mod told;

use std::str::FromStr;

use keyward_authz::condition::Value;
use keyward_authz::items::{SharedWith, Visibility};
use keyward_authz::relations::{Tuple, Tuples};
use keyward_core::Error;

pub(crate) use told::ResourceInput;

/// Something of the app's that a permission is asked for on.
///
/// ```
/// # use keyward::{Resource, authz::items::Visibility};
/// let post = Resource::new("posts", "42")
///     .owned_by("usr_01j")
///     .visible(Visibility::Shared)
///     .shared_with(["usr_01k"])
///     .attribute("status", "draft")
///     .acl("site");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resource {
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) owner: Option<String>,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) shared: Vec<String>,
    pub(crate) with_everybody: bool,
    pub(crate) attributes: Vec<(String, Value)>,
    pub(crate) acl: Vec<String>,
    pub(crate) tuples: Tuples,
}

/// What the app's own types say of themselves when somebody asks for a
/// permission on one.
///
/// ```
/// # use keyward::{Protected, Resource};
/// struct Post { id: u64, author: String, status: String }
///
/// impl Protected for Post {
///     fn resource(&self) -> Resource {
///         Resource::new("posts", self.id).owned_by(&self.author).attribute("status", &*self.status)
///     }
/// }
/// ```
pub trait Protected {
    /// The value as a decision sees it.
    fn resource(&self) -> Resource;
}

impl Protected for Resource {
    fn resource(&self) -> Resource {
        self.clone()
    }
}

impl Resource {
    /// A resource of this type and id: `posts` and `42`. Conditions see them as
    /// `resource.type` and `resource.id`, relations as `posts:42`.
    pub fn new(kind: impl Into<String>, id: impl ToString) -> Self {
        Self { kind: kind.into(), id: id.to_string(), ..Self::default() }
    }

    /// Whose it is: a `usr_…`, or whatever the policy compares with.
    #[must_use]
    pub fn owned_by(mut self, owner: impl ToString) -> Self {
        self.owner = Some(owner.to_string());
        self
    }

    /// How far it may be seen. Tables of items look at it.
    #[must_use]
    pub fn visible(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    /// With whom it is shared. Counts where it is [`Visibility::Shared`].
    #[must_use]
    pub fn shared_with<S: ToString>(mut self, who: impl IntoIterator<Item = S>) -> Self {
        self.shared.extend(who.into_iter().map(|who| who.to_string()));
        self
    }

    /// Shares it with everybody.
    #[must_use]
    pub fn shared_with_everybody(mut self) -> Self {
        self.with_everybody = true;
        self
    }

    /// An attribute for conditions: `resource.status`.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The next access control list of its chain: first its own, then that of
    /// what it lies in, up to the root. A list that the policy does not have is
    /// an error, not a no.
    #[must_use]
    pub fn acl(mut self, name: &str) -> Self {
        self.acl.push(name.to_owned());
        self
    }

    /// A relation that the app knows beside the stored ones: who
    /// (`user:usr_…`, `group:staff#member`) has it with this resource.
    #[must_use]
    pub fn relation(mut self, relation: &str, subject: &str) -> Self {
        self.tuples.insert(Tuple::new(&self.object(), relation, subject));
        self
    }

    /// As relations name it: `posts:42`.
    pub(crate) fn object(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }

    /// Whether it is an item of a table: something with an owner or a visibility.
    pub(crate) fn is_item(&self) -> bool {
        self.owner.is_some() || self.visibility.is_some()
    }

    /// The names of those with whom it is shared.
    pub(crate) fn shared_names(&self) -> Vec<&str> {
        self.shared.iter().map(String::as_str).collect()
    }

    /// With whom it is shared; `these` are its names, laid out.
    pub(crate) fn sharing<'a>(&self, these: &'a [&'a str]) -> SharedWith<'a> {
        match (self.with_everybody, these) {
            (true, _) => SharedWith::Everybody,
            (false, []) => SharedWith::Nobody,
            (false, these) => SharedWith::These(these),
        }
    }
}

/// Reads `posts:42`, or an object as `POST /api/v1/can` takes it:
/// `{"type": "posts", "id": "42", "owner": "usr_…", "attributes": {"status": "draft"}}`.
impl FromStr for Resource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = |flaw: String| Error::because("read the resource", flaw);
        if !text.starts_with('{') {
            return Self::named(text).ok_or_else(|| bad("write type:id, or JSON".into()));
        }
        let told: ResourceInput =
            serde_json::from_str(text).map_err(|flaw| bad(flaw.to_string()))?;
        told.read().map_err(|(field, code)| bad(format!("{field}: {code}")))
    }
}

impl Resource {
    /// Reads `posts:42`.
    pub(crate) fn named(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        (is_kind(kind) && is_id(id)).then(|| Self::new(kind, id))
    }
}

/// Whether a request may call a type so.
pub(crate) fn is_kind(kind: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=MAX_KIND).contains(&kind.len()) && kind.bytes().all(plain)
}

/// Whether a request may call a resource so.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && !id.chars().any(|c| c.is_control() || c == '#')
}

/// Bytes of a type.
const MAX_KIND: usize = 64;
/// Bytes of an id.
const MAX_ID: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_named_by_type_and_id() {
        for (text, read) in [
            ("posts:42", Some(("posts", "42"))),
            ("doc:a:b", Some(("doc", "a:b"))),
            ("posts", None),
            (":42", None),
            ("posts:", None),
            ("po sts:1", None),
            ("group:a#member", None),
            (r#"{"type":"posts","id":"42","owner":"ada"}"#, Some(("posts", "42"))),
            (r#"{"type":"posts"}"#, None),
            (r#"{"type":"posts","id":"42","colour":"red"}"#, None),
            (r#"{"type":"posts","id":"42","visibility":"odd"}"#, None),
        ] {
            let found = text.parse::<Resource>().ok();
            let found = found.as_ref().map(|it| (it.kind.as_str(), it.id.as_str()));
            assert_eq!(found, read, "{text}");
        }
    }
}

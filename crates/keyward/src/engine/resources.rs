//! What the app knows of its resources, for questions that come over HTTP.

use keyward_core::Error;
use keyward_core::port::Fut;

use super::Keyward;
use super::hooks::in_time;
use crate::resource::Resource;

/// Where the app keeps its resources. With it a question over HTTP needs to
/// name a resource only, cannot tell lies about one, and AuthZEN can search
/// them; without it a question says of a resource what there is to say.
pub trait Resources: Send + Sync + 'static {
    /// The resource of this type and id, if there is one.
    fn find<'a>(&'a self, kind: &'a str, id: &'a str) -> Fut<'a, Result<Option<Resource>, Error>>;

    /// At most `limit` resources of this type, in an order that stays, beginning
    /// behind the one with the id `after`.
    fn list<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
        limit: usize,
    ) -> Fut<'a, Result<Vec<Resource>, Error>>;
}

impl Keyward {
    /// At most `limit` resources of a type, behind the one with this id. None
    /// where the app does not say where it keeps them.
    pub(crate) async fn resources_after(
        &self,
        kind: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Resource>, Error> {
        match &self.0.hooks.resources {
            Some(resources) => in_time(resources.list(kind, after, limit)).await,
            None => Ok(vec![]),
        }
    }

    /// A resource as the app knows it, or else as a request tells of it.
    pub(crate) async fn as_the_app_knows(
        &self,
        told: Option<Resource>,
    ) -> Result<Option<Resource>, Error> {
        let (Some(told), Some(resources)) = (&told, &self.0.hooks.resources) else {
            return Ok(told);
        };
        let known = in_time(resources.find(&told.kind, &told.id)).await?;
        Ok(known.or_else(|| Some(told.clone())))
    }
}

//! The stored relations that a decision about a resource looks at, level by level
//! from the resource on. They are looked for where nothing else decides: relations
//! never deny.

use keyward_authz::relations::{MAX_DEPTH, Node, Reads, Tuples};
use keyward_authz::{By, Decision, Permission};
use keyward_core::Error;
use keyward_core::port::{Related, RelatedQuery};
use keyward_core::record::{Tuple, object_of};

use super::laid::with_question;
use super::{Asked, Asker};
use crate::context::Context;
use crate::engine::Keyward;
use crate::resource::Resource;

/// Stored relations that one decision may look at.
const MAX_TUPLES: u32 = 10_000;

/// The stored relations around a resource.
#[derive(Debug)]
pub(crate) struct Around {
    pub(super) tuples: Tuples,
    /// Whether these are all that matter; else nothing is decided by them.
    pub(super) whole: bool,
    /// What was looked at.
    pub(super) read: Reads,
}

impl Around {
    fn nothing() -> Self {
        Self { tuples: Tuples::new(), whole: true, read: Reads::default() }
    }
}

impl Keyward {
    /// The stored relations that this decision looks at; nothing where it is made
    /// without them.
    pub(super) async fn around(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        resource: Option<&Resource>,
        context: &Context,
    ) -> Result<Around, Error> {
        if !gives(asker, wanted, resource) {
            return Ok(Around::nothing());
        }
        let asked = Asked { wanted, resource, context, around: None };
        let (now, blocks) = (self.now(), self.blocks());
        let verdict = with_question(asker, &asked, blocks, now, |policy, it| policy.decide(it))?;
        let is_open = verdict.by == By::NoMatch || verdict.decision == Decision::Indeterminate;
        match is_open {
            true => self.all_around(asker, wanted, resource).await,
            false => Ok(Around::nothing()),
        }
    }

    /// Same, whatever else decides.
    pub(super) async fn all_around(
        &self,
        asker: Asker<'_>,
        wanted: &Permission,
        resource: Option<&Resource>,
    ) -> Result<Around, Error> {
        let (Some(resource), Some(user)) = (resource, asker.user) else {
            return Ok(Around::nothing());
        };
        let (object, policy) = (resource.object(), &asker.policy.snapshot);
        let relations: Vec<&str> = policy.relations_giving(wanted, &resource.kind).collect();
        let (mut found, mut read, mut left) = (Tuples::new(), Reads::default(), MAX_TUPLES);
        // A check goes no deeper, and says so itself.
        for _ in 0..MAX_DEPTH {
            let known = [&found, &resource.tuples];
            let next = policy.model().unread(&object, relations.iter().copied(), &known, &read);
            if next.is_empty() {
                break;
            }
            let query = query(&next, &user.id.to_string(), left);
            let Some(rows) = self.0.store.related(&query).await? else {
                return Ok(Around { whole: false, ..Around::nothing() });
            };
            left = left.saturating_sub(u32::try_from(rows.len()).unwrap_or(left));
            found.extend(rows.iter().map(Tuple::to_authz));
            read.extend(next);
        }
        Ok(Around { tuples: found, whole: true, read })
    }
}

/// Whether some relation with this resource gives what is wanted.
fn gives(asker: Asker<'_>, wanted: &Permission, resource: Option<&Resource>) -> bool {
    let policy = &asker.policy.snapshot;
    let relations = resource.map(|it| policy.relations_giving(wanted, &it.kind));
    asker.user.is_some() && relations.into_iter().flatten().next().is_some()
}

fn query(next: &Reads, subject: &str, limit: u32) -> RelatedQuery {
    RelatedQuery {
        members: next.members.iter().filter_map(stored).collect(),
        objects: next.objects.iter().filter_map(stored).collect(),
        subject_type: Tuple::ACCOUNT.to_owned(),
        subject_id: subject.to_owned(),
        limit,
    }
}

/// What the store may have; it has nothing of an object whose name it would refuse.
fn stored((object, relation): &Node) -> Option<Related> {
    let (object_type, object_id) = object_of(object)?;
    Some(Related { object_type, object_id, relation: relation.clone() })
}

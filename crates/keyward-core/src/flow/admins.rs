//! Somebody must be able to administer, also when two administrators take each
//! other away in the same moment.

use super::Gather;
use super::setup::ADMIN_ROLE;
use crate::Error;
use crate::id::UserId;
use crate::port::{PeopleQuery, Status, Write};
use crate::refusal::Refusal;

/// The administrators, as they were seen by whoever is about to take one away.
#[derive(Debug, Default)]
pub(super) struct Admins {
    /// Whether the account in question is one.
    is_one: bool,
    /// Whether there is another.
    has_other: bool,
    /// How often one was taken away, as stored.
    taken: Option<Vec<u8>>,
}

/// Where it is counted how often an administrator was taken away.
const TAKEN: &str = "administrators_taken";

impl Admins {
    /// Looks whether `user` is an active administrator, and whether another is.
    pub(super) async fn gather(user: UserId, cx: Gather<'_>) -> Result<Self, Error> {
        let query = PeopleQuery {
            status: Some(Status::Active),
            role: Some(ADMIN_ROLE.into()),
            limit: 2,
            ..PeopleQuery::default()
        };
        // Read before the list: a list that is newer than the count is safe.
        let taken = cx.store.meta(TAKEN).await?;
        let found = cx.store.people(&query).await?.data;
        // With two or more, `user` may be any of those not listed.
        let is_one = found.len() > 1 || found.iter().any(|(one, _)| one.id == user);
        let has_other = found.iter().any(|(one, _)| one.id != user);
        Ok(Self { is_one, has_other, taken })
    }

    /// What to write so that nobody takes the other one away meanwhile.
    pub(super) fn without_one(self) -> Result<Option<Write>, Refusal> {
        if !self.is_one {
            return Ok(None);
        }
        if !self.has_other {
            return Err(Refusal::LastAdministrator);
        }
        let count =
            self.taken.as_deref().and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
        let now = count.wrapping_add(1).to_be_bytes().to_vec();
        Ok(Some(Write::SwapMeta { name: TAKEN.into(), was: self.taken, now }))
    }
}

//! Who there is.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyward::password::{Hashers, Policy};
use keyward::port::Fut;
use keyward::{Error, Secret, StoredUser, Users};

/// Name, password and groups of each.
const MEMBERS: [(&str, &str, &[&str]); 2] =
    [("bob", "bob_password", &["guest", "staff"]), ("alice", "alice_password", &["guest"])];

/// The members, with their passwords hashed: what is in a source is no secret, but
/// Keyward compares with nothing else.
#[derive(Clone)]
pub(crate) struct Members(Arc<BTreeMap<&'static str, String>>);

impl Members {
    pub(crate) async fn new() -> Result<Self, Error> {
        let hashers = Hashers::new(Policy::default());
        let mut all = BTreeMap::new();
        for (name, password, _) in MEMBERS {
            let hash = hashers.hash(&Secret::new(password)).await;
            all.insert(name, hash.map_err(|why| Error::because("hash a password", why))?);
        }
        Ok(Self(Arc::new(all)))
    }

    /// The groups of a member; none of a stranger.
    pub(crate) fn groups(&self, id: &str) -> Vec<String> {
        let found = MEMBERS.iter().find(|(name, ..)| *name == id);
        let groups = found.map_or(&[][..], |(_, _, groups)| groups);
        groups.iter().map(|group| (*group).to_owned()).collect()
    }

    fn find(&self, name: &str) -> Option<StoredUser> {
        let hash = self.0.get(name)?;
        let password = Secret::new(hash.as_str());
        Some(StoredUser { id: name.to_owned(), name: name.to_owned(), password })
    }
}

/// What is in the source does not change.
impl Users for Members {
    fn name(&self) -> &str {
        "members"
    }

    fn find_by_login<'a>(&'a self, login: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async move { Ok(self.find(login)) })
    }

    fn load_by_id<'a>(&'a self, id: &'a str) -> Fut<'a, Result<Option<StoredUser>, Error>> {
        Box::pin(async move { Ok(self.find(id)) })
    }

    fn save_hash<'a>(
        &'a self,
        _: &'a str,
        _: &'a Secret,
        _: &'a Secret,
    ) -> Fut<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}

//! Access control lists, for the app and the command line: the same decisions as
//! over HTTP.

use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::acl::ChangeAcl;

use crate::engine::Keyward;
use crate::people::Answer;
use crate::view::AclView;

impl Keyward {
    /// Every access control list, by name: those that are stored and those of the
    /// policy file.
    pub async fn acl_list(&self) -> Result<Vec<AclView>, Error> {
        let stored = self.0.store.definitions().await?.acls;
        let policy = self.policy();
        let fixed = &policy.base.fixed().snapshot;
        let fixed = fixed.acl_names().filter_map(|name| Some((name, fixed.acl(name)?)));
        let mut all: Vec<AclView> = stored.iter().map(AclView::new).collect();
        all.extend(fixed.map(|(name, acl)| AclView::fixed(name, acl)));
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// An access control list by its name.
    pub async fn acl(&self, name: &str) -> Result<Option<AclView>, Error> {
        Ok(self.acl_list().await?.into_iter().find(|acl| acl.name == name))
    }

    /// Stores an access control list in place of the one that has its name; it
    /// counts from the next question on. With `seen`, only if it is still at that
    /// version: else a [`Conflict`](crate::Refusal::Conflict).
    pub async fn put_acl(
        &self,
        name: &str,
        entries: Vec<String>,
        seen: Option<i64>,
    ) -> Answer<AclView> {
        let (name, entries) = (name.to_owned(), Some(entries));
        let flow = ChangeAcl { name: name.clone(), entries, seen, actor: None };
        let stored = self.run(&flow, &Client::default()).await?;
        let missing = || Error::because("store an access control list", name);
        match stored {
            Ok(row) => Ok(Ok(AclView::new(&row.ok_or_else(missing)?))),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Removes an access control list. What is asked about a resource that names
    /// it cannot be decided from then on.
    pub async fn remove_acl(&self, name: &str, seen: Option<i64>) -> Answer<()> {
        let flow = ChangeAcl { name: name.to_owned(), entries: None, seen, actor: None };
        Ok(self.run(&flow, &Client::default()).await?.map(drop))
    }
}

//! Who services elsewhere say that somebody is.

use keyward_core::id::CredentialId;
use keyward_core::record::Identity;

use super::{Done, Run, expect};

impl Run<'_> {
    /// Unique by its name, and by its credential.
    pub(super) fn add_identity(&mut self, row: &Identity) -> Done {
        let is_taken = self.state.identities.values().any(|i| i.credential == row.credential);
        expect(!is_taken)?;
        let key = (row.tenant, row.issuer.clone(), row.subject.clone());
        self.add(|s| &mut s.identities, key, row.clone())
    }

    /// With what it was found by.
    pub(super) fn spend_credential(&mut self, id: CredentialId) -> Done {
        let own = self.state.identities.iter().find(|(_, row)| row.credential == id);
        if let Some(key) = own.map(|(key, _)| key.clone()) {
            self.put(|s| &mut s.identities, key, None);
        }
        expect(self.put(|s| &mut s.credentials, id, None))
    }
}

//! What is left of a deleted account goes.

use keyward_core::id::UserId;
use keyward_core::record::{EventRow, Tuple};

use super::{Done, Run, expect};

impl Run<'_> {
    pub(super) fn erase_user(&mut self, user: UserId, was: i64) -> Done {
        let found = self.state.users.get(&user);
        expect(found.is_some_and(|row| row.version == was && row.deleted_at.is_some()))?;
        self.put(|s| &mut s.users, user, None);
        self.erase_skeletons(user);
        self.remove_if(|s| &mut s.identifiers, |row| row.user == user);
        self.remove_if(|s| &mut s.identities, |row| row.user == user);
        self.remove_if(|s| &mut s.credentials, |row| row.user == user);
        self.remove_if(|s| &mut s.sessions, |row| row.user == user);
        self.remove_if(|s| &mut s.challenges, |row| row.user == Some(user));
        self.remove_if(|s| &mut s.messages, |row| row.user == Some(user));
        self.remove_if(|s| &mut s.assignments, |row| row.user == user);
        self.remove_if(|s| &mut s.grants, |row| row.user == user);
        self.remove_if(|s| &mut s.memberships, |row| row.user == user);
        let named: Vec<Tuple> =
            self.state.tuples.keys().filter(|tuple| tuple.names(user)).cloned().collect();
        for tuple in named {
            self.put(|s| &mut s.tuples, tuple, None);
        }
        self.erase_personal(user);
        Ok(())
    }

    fn erase_skeletons(&mut self, user: UserId) {
        let own = self.state.identifiers.values().filter(|row| row.user == user);
        let keys: Vec<_> =
            own.filter_map(|row| Some((row.tenant, row.skeleton.clone()?))).collect();
        for key in keys {
            self.put(|s| &mut s.skeletons, key, None);
        }
    }

    fn erase_personal(&mut self, user: UserId) {
        let is_own = |row: &&EventRow| row.subject == Some(user) || row.actor == Some(user);
        let own: Vec<_> = self.state.events.values().filter(is_own).map(|row| row.id).collect();
        for id in own {
            self.change(
                |s| &mut s.events,
                id,
                |row| {
                    row.personal = None;
                    true
                },
            );
        }
    }
}

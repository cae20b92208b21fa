//! Access control lists.

use keyward_core::port::Write;
use keyward_core::record::AclRow;

use super::{Done, Run, expect};

impl Run<'_> {
    pub(super) fn write_lists(&mut self, write: &Write) -> Done {
        match write {
            Write::PutAcl { was, now } => {
                expect(self.version_of(&now.name) == *was)?;
                self.put_acl(&now.name, Some(now.clone()))
            }
            Write::RemoveAcl { name, was } => {
                expect(self.version_of(name) == Some(*was))?;
                self.put_acl(name, None)
            }
            rest => self.write_rest(rest),
        }
    }

    fn version_of(&self, acl: &str) -> Option<i64> {
        self.state.acls.get(acl).map(|row| row.version)
    }

    fn put_acl(&mut self, name: &str, row: Option<AclRow>) -> Done {
        self.put(|s| &mut s.acls, name.to_owned(), row);
        self.bump_policy()
    }
}

//! Access control lists and stored relations.

use keyward_core::port::Write;

use super::{Done, Run, expect};

impl Run<'_> {
    pub(super) fn write_lists(&mut self, write: &Write) -> Done {
        match write {
            Write::SwapAcl { name, was, now } => {
                let version = self.state.acls.get(name).map(|row| row.version);
                expect(version == *was && (was.is_some() || now.is_some()))?;
                self.put(|s| &mut s.acls, name.clone(), now.clone());
                self.bump_policy()
            }
            Write::Relate { add, remove } => {
                for tuple in remove {
                    self.put(|s| &mut s.tuples, tuple.clone(), None);
                }
                for tuple in add {
                    self.put(|s| &mut s.tuples, tuple.clone(), Some(()));
                }
                Ok(())
            }
            rest => self.write_rest(rest),
        }
    }
}

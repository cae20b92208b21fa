//! The policy document.

use std::sync::Arc;

use keyward_core::record::PolicyDocument;

use super::{Done, Run, expect};

impl Run<'_> {
    pub(super) fn swap_document(&mut self, was: i64, text: &Arc<str>) -> Done {
        expect(self.state.documents.get(&()).map_or(0, |row| row.version) == was)?;
        let row = PolicyDocument { version: was.saturating_add(1), text: Arc::clone(text) };
        self.put(|s| &mut s.documents, (), Some(row));
        self.bump_policy()
    }
}

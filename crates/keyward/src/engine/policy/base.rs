//! What the policy file and the policy document say: definitions that rows are
//! added to and cannot change.

use std::borrow::Cow;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::flow::fixed::Fixed;
use keyward_core::record::PolicyDocument;

/// The definitions of the policy file and the policy document.
#[derive(Debug)]
pub(crate) struct Base(pub(super) Fixed);

impl Default for Base {
    /// Neither.
    fn default() -> Self {
        Self(Fixed::nothing(crate::routes::own_permissions()))
    }
}

impl Base {
    /// The same with this document.
    pub(super) fn at(
        self: Arc<Self>,
        document: Option<&PolicyDocument>,
    ) -> Result<Arc<Self>, Error> {
        let fixed = match self.0.at(document)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(fixed) => Some(fixed),
        };
        Ok(fixed.map_or(self, |fixed| Arc::new(Self(fixed))))
    }

    /// What it says, for whoever compares what people hold.
    pub(crate) fn fixed(&self) -> &Fixed {
        &self.0
    }
}

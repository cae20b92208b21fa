//! The door for authnzerver's frontends.

use super::Builder;
use crate::authnzerver::Authnzerver;

impl Builder {
    /// Answers authnzerver's frontends at `POST /compat/authnzerver`: see
    /// [`authnzerver`](crate::authnzerver).
    #[must_use]
    pub fn authnzerver(mut self, how: Authnzerver) -> Self {
        match how.finish() {
            Ok(room) => self.frontends = Some(room),
            Err(error) => self.bad = Some(error),
        }
        self
    }
}

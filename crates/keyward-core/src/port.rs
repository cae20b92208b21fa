//! Holes in the wall: the traits the outside world fills in.

/// Source of unpredictable bytes.
pub trait Random: Send {
    /// Fills `buf` completely.
    fn fill(&mut self, buf: &mut [u8]);
}

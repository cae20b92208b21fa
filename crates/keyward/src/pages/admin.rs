//! The admin site.
use crate::http::Route;
pub(crate) const ROUTES: &[Route] = &[];

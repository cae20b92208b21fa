//! Pages for administrators.

use crate::http::Route;

pub(crate) const ROUTES: &[Route] = &[];

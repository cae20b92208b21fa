//! Hosted pages.

pub(crate) mod admin;

use keyward_core::id::RequestId;

use crate::engine::Keyward;
use crate::http::{Problem, Reply, Request, Route};

pub(crate) const ROUTES: &[Route] = &[];

/// A problem, told to a person.
pub(crate) fn error_page(_: &Keyward, _: &Request, problem: &Problem, id: RequestId) -> Reply {
    problem.reply(id)
}

/// The language to answer in.
pub(crate) fn language(_: &Keyward, _: &Request) -> String {
    "en".into()
}

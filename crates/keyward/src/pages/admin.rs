//! Pages for administrators: what the API for them does, with forms.

mod acl;
mod check;
mod exclusive;
mod explained;
mod grants;
mod group;
mod groups;
mod invitations;
mod listed;
mod log;
mod matrix;
mod people;
mod person;
#[cfg(feature = "policy-file")]
mod policy;
mod relations;
mod role;
mod roles;
mod told;
mod who;

use keyward_core::port::Fut;

use super::{go, nav};
use crate::http::{Code, Cx, Fault, Guard, Problem, Reply, Route};

pub(super) use acl::ROUTES as ACL;
pub(super) use check::ROUTES as CHECK;
pub(super) use exclusive::ROUTES as EXCLUSIVE;
#[cfg(test)]
pub(super) use explained::KEYS;
pub(super) use grants::ROUTES as GRANTS;
pub(super) use group::ROUTES as GROUP;
pub(super) use groups::ROUTES as GROUPS;
pub(super) use invitations::ROUTES as INVITATIONS;
pub(super) use log::ROUTES as LOG;
pub(super) use matrix::ROUTES as MATRIX;
pub(super) use people::ROUTES as PEOPLE;
pub(super) use person::{ROUTES as PERSON, refused as person_refused};
#[cfg(feature = "policy-file")]
pub(super) use policy::ROUTES as POLICY;
pub(super) use relations::ROUTES as RELATIONS;
pub(super) use role::ROUTES as ROLE;
pub(super) use roles::ROUTES as ROLES;
pub(super) use who::ROUTES as WHO;

pub(super) const ROUTES: &[Route] = &[Route::get("/admin", Guard::SignedIn, first)];

/// On to the first page that this person may open.
fn first(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        match nav::of(Some(cx.caller.entry()?)).first() {
            Some(page) => go(&cx, &format!("/admin/{page}")),
            None => {
                Err(Problem::new(Code::MissingPermission).param("permission", "users:view").into())
            }
        }
    })
}

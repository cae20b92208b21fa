//! The route table: every door there is, with who may use it.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod acl;
mod addresses;
pub(crate) mod anonymous;
pub(crate) mod answer;
pub(crate) mod api_keys;
mod app_doors;
mod app_factors;
mod asked;
pub(crate) mod audit;
#[cfg(feature = "authnzerver")]
mod authnzerver;
pub(crate) mod authzen;
#[cfg(feature = "captcha")]
pub(crate) mod captcha;
pub(crate) mod dev;
pub(crate) mod factors;
#[cfg(feature = "forward-auth")]
mod forward;
pub(crate) mod given;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod impersonation;
pub(crate) mod invitations;
pub(crate) mod matrix;
pub(crate) mod methods;
pub(crate) mod mfa;
pub(crate) mod ops;
pub(crate) mod own;
#[cfg(feature = "passkeys")]
pub(crate) mod passkeys;
pub(crate) mod people;
#[cfg(feature = "policy-file")]
pub(crate) mod policy;
#[cfg(feature = "oauth")]
pub(crate) mod providers;
pub(crate) mod recovery;
pub(crate) mod relations;
pub(crate) mod roles;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod sign_in_link;
pub(crate) mod sign_up;
pub(crate) mod signed_in;
#[cfg(feature = "tokens")]
mod tokens;
pub(crate) mod verification;

use crate::http::{Guard, Route};

/// Every route, in the order of the golden file.
pub(crate) fn all(dev: bool) -> Vec<Route> {
    let groups: &[&[Route]] = &[
        ops::ROUTES,
        #[cfg(feature = "captcha")]
        captcha::ROUTES,
        sign_up::ROUTES,
        sign_in::ROUTES,
        methods::ROUTES,
        app_factors::ROUTES,
        anonymous::ROUTES,
        mfa::ROUTES,
        sign_in_link::ROUTES,
        verification::ROUTES,
        app_doors::ROUTES,
        recovery::ROUTES,
        #[cfg(feature = "passkeys")]
        passkeys::ROUTES,
        #[cfg(feature = "oauth")]
        providers::ROUTES,
        session::ROUTES,
        #[cfg(feature = "tokens")]
        tokens::ROUTES,
        account::ROUTES,
        addresses::ROUTES,
        own::ROUTES,
        factors::ROUTES,
        api_keys::ROUTES,
        access::ROUTES,
        authzen::ROUTES,
        setup::ROUTES,
        people::ROUTES,
        impersonation::ROUTES,
        grants::ROUTES,
        invitations::ROUTES,
        roles::ROUTES,
        groups::ROUTES,
        matrix::ROUTES,
        acl::ROUTES,
        #[cfg(feature = "policy-file")]
        policy::ROUTES,
        relations::ROUTES,
        audit::ROUTES,
        #[cfg(feature = "forward-auth")]
        forward::ROUTES,
        #[cfg(feature = "authnzerver")]
        authnzerver::ROUTES,
    ];
    let groups = groups.iter().chain(crate::pages::ROUTES);
    let mut all: Vec<Route> = groups.flat_map(|group| group.iter().copied()).collect();
    if dev {
        all.extend_from_slice(dev::ROUTES);
        all.extend_from_slice(crate::pages::DEV_ROUTES);
    }
    all
}

/// The permissions that Keyward's own doors ask for, sorted. A policy with a
/// catalogue must have them, or nobody administers.
pub fn own_permissions() -> Vec<&'static str> {
    let asked = all(true).into_iter().filter_map(|route| match route.guard {
        Guard::Holding(permission) => Some(permission),
        Guard::Anyone
        | Guard::FromElsewhere
        | Guard::Proxy
        | Guard::SharedKey
        | Guard::Enrolling
        | Guard::SignedIn
        | Guard::Known => None,
    });
    let mut all: Vec<&str> = asked.chain([access::EXPLAIN]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a path belongs to an API, below the mount point.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
        || path.starts_with("/access/v1/")
        || path == "/.well-known/authzen-configuration"
        || path == "/.well-known/jwks.json"
        || path == "/.well-known/webauthn"
}

/// The paths that are wanted, each once, for a framework's own router.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) fn paths(dev: bool, wanted: fn(&str) -> bool) -> Vec<&'static str> {
    let all = all(dev).into_iter().map(|route| route.path);
    let mut paths: Vec<&str> = all.filter(|path| wanted(path)).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// A route, for people.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
pub struct RouteView {
    /// The verb.
    pub method: &'static str,
    /// Path below the mount point; `{name}` stands for one part.
    pub path: &'static str,
    /// Who may come in: `Anyone`, `Enrolling`, `SignedIn`, `Holding("users:view")`.
    pub guard: String,
    /// How often from one address: `Free`, `Request`, `Attempt`.
    pub limit: String,
}

/// Every route, by verb and path; with those of development only, if `dev`.
pub fn list(dev: bool) -> Vec<RouteView> {
    let view = |r: &Route| RouteView {
        method: r.method.as_str(),
        path: r.path,
        guard: format!("{:?}", r.guard),
        limit: format!("{:?}", r.limit),
    };
    let mut rows: Vec<RouteView> = all(dev).iter().map(view).collect();
    rows.sort();
    rows
}

/// One line for each route: method, path, guard and limit. The golden file.
pub fn table(dev: bool) -> String {
    let line = |r: RouteView| format!("{:<6} {:<44} {} {}\n", r.method, r.path, r.guard, r.limit);
    list(dev).into_iter().map(line).collect()
}

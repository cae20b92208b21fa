//! Every step of the tour, in order.

use keyward::port::Fut;

use super::journey::Journey;
use super::steps::{abuse, access, mail, password, session, start};
use super::trouble::Trouble;

/// One step: what it is called, and what it does. It answers with a remark.
pub(super) struct Step {
    /// `{url}`, `{email}` and `{role}` are filled in.
    pub(super) title: &'static str,
    pub(super) run: for<'a> fn(&'a mut Journey) -> Fut<'a, Result<String, Trouble>>,
}

macro_rules! steps {
    ($($title:literal => $run:path;)*) => {
        &[$(Step { title: $title, run: |journey| Box::pin($run(journey)) }),*]
    };
}

/// The whole journey.
pub(super) const STEPS: &[Step] = steps! {
    "reach {url}" => start::reach;
    "sign up {email}" => start::sign_up;
    "read the code in the mail" => mail::read_code;
    "a mail scanner opens the link first" => mail::scanner;
    "verify the address" => mail::verify;
    "spend the code and the link a second time" => mail::double_spend;
    "wrong password and unknown account look alike" => password::look_alike;
    "sign in" => password::sign_in;
    "look at the session" => session::look;
    "patch the session's data" => session::patch;
    "GET /api/v1/admin/users without the permission" => access::refused;
    "GET /api/v1/admin/users with the role {role}" => access::granted;
    "a password change closes other sessions" => password::change;
    "ask for recovery, read the link" => password::ask_recovery;
    "recover by the link, twice at once: one wins" => password::recover;
    "a lock ends the session, and looks like a wrong password" => access::lock;
    "sign out, old cookie is dead" => session::sign_out;
    "bad input is a 4xx problem" => abuse::bad_input;
    "a page elsewhere cannot post here" => abuse::cross_site;
    "leave nothing behind" => access::tidy;
    "audit chain verifies" => access::audit;
};

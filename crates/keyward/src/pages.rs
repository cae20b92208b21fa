//! Hosted pages: the same decisions as the API, for people with a browser.
//! Every page works without a script; every form is answered by a redirect,
//! or by the same form with what is wrong with it.

mod account;
mod addresses;
mod admin;
mod api_keys;
mod app_factors;
mod assets;
mod captcha;
mod dev;
mod factors;
#[cfg(feature = "forward-auth")]
mod hand_over;
mod impersonation;
mod language;
mod methods;
mod mfa;
mod nav;
mod own;
#[cfg(feature = "passkeys")]
mod passkeys;
mod profile;
#[cfg(feature = "oauth")]
mod providers;
mod recover;
mod render;
mod roster;
mod setup;
mod sign_in;
mod sign_in_link;
mod sign_up;
mod templates;
mod texts;
mod verify;
mod words;

use std::path::Path;
use std::sync::Arc;

use ::http::Method;
use keyward_core::flow::open::Opened;
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::{FlowId, RequestId};
use keyward_core::{Error, Secret};

use crate::deliver::letters;
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::http::{Code, Cx, Fault, Problem, Reply, Request, Route, reply};
use crate::routes::sign_in::{keep, remember_flow};

/// Every page, by subject.
pub(crate) const ROUTES: &[&[Route]] = &[
    assets::ROUTES,
    sign_in::ROUTES,
    methods::ROUTES,
    app_factors::ROUTES,
    mfa::ROUTES,
    sign_in_link::ROUTES,
    sign_up::ROUTES,
    verify::ROUTES,
    recover::ROUTES,
    setup::ROUTES,
    account::ROUTES,
    addresses::ROUTES,
    own::ROUTES,
    impersonation::ROUTES,
    factors::ROUTES,
    api_keys::ROUTES,
    #[cfg(feature = "passkeys")]
    passkeys::ROUTES,
    #[cfg(feature = "oauth")]
    providers::ROUTES,
    #[cfg(feature = "forward-auth")]
    hand_over::ROUTES,
    admin::ROUTES,
    admin::PEOPLE,
    admin::PERSON,
    admin::ROLES,
    admin::ROLE,
    admin::GROUPS,
    admin::EXCLUSIVE,
    admin::ACL,
    admin::RELATIONS,
    admin::GRANTS,
    admin::GROUP,
    admin::MATRIX,
    admin::WHO,
    #[cfg(feature = "policy-file")]
    admin::POLICY,
    admin::CHECK,
    admin::INVITATIONS,
    admin::LOG,
];

/// The pages of development.
pub(crate) use dev::ROUTES as DEV_ROUTES;

/// What pages are made of.
pub(crate) struct Pages {
    texts: Arc<texts::Texts>,
    templates: templates::Templates,
    assets: assets::Assets,
}

impl Pages {
    /// The embedded pages; files of `folder` replace templates of the same name.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, Error> {
        let texts = Arc::new(texts::Texts::load());
        let templates = templates::Templates::load(&texts, folder)?;
        let pages = Self { texts, templates, assets: assets::Assets::load() };
        if folder.is_some() {
            letters::check(&pages)?;
        }
        Ok(pages)
    }

    /// The text of a key; empty if there is none.
    pub(crate) fn text(&self, language: &str, key: &str) -> &'static str {
        self.texts.find(language, key).unwrap_or_default()
    }

    /// Renders a letter, `mail.html` say, by the template of this letter alone
    /// if there is one.
    pub(crate) fn letter(
        &self,
        format: &str,
        letter: &str,
        values: serde_json::Map<String, serde_json::Value>,
    ) -> Result<String, Error> {
        let own = templates::own_name(format, letter);
        let name = if self.templates.has(&own) { &own } else { format };
        self.templates.render(name, values)
    }
}

/// A path on this very host, to come back to.
pub(crate) use nav::is_own_path;
#[cfg(feature = "forward-auth")]
pub(crate) use nav::path;

/// The language to write in to somebody who speaks this one.
pub(crate) fn spoken(language: &str) -> &'static str {
    texts::known(language).unwrap_or("en")
}

/// Every language that we write in.
pub(crate) fn languages() -> impl Iterator<Item = &'static str> {
    texts::LANGUAGES.iter().map(|language| language.code)
}

/// A problem, told to a person. Whoever is not signed in any more is shown
/// the way in, and comes back here from there.
pub(crate) fn error_page(
    auth: &Keyward,
    request: &Request,
    entry: Option<&Entry>,
    problem: &Problem,
    id: RequestId,
) -> Reply {
    let here = request.uri().path_and_query().map_or("", |p| p.as_str());
    let form = match (request.method(), problem.code) {
        (&Method::GET, _) => here.to_owned(),
        (_, Code::StepUpRequired) => nav::form_of(auth, request),
        _ => String::new(),
    };
    let back = form.as_str();
    let elsewhere = match problem.code {
        Code::Unauthenticated => Some([("notice", ""), ("return_to", back)]),
        Code::SessionExpired | Code::SessionRevoked => {
            Some([("notice", "ended"), ("return_to", back)])
        }
        Code::AccountLocked => Some([("notice", "locked"), ("return_to", "")]),
        Code::StepUpRequired | Code::MfaNotEnrolled => Some([("notice", ""), ("return_to", back)]),
        // The front door of a server that serves nothing but these pages.
        Code::NotFound if request.uri().path() == "/" => Some([("notice", ""), ("return_to", "")]),
        _ => None,
    };
    let to = elsewhere.map(|pairs| nav::path(remedy(problem.code), &pairs));
    match to.map(|to| reply::see_other(&format!("{}{to}", auth.0.web.base))) {
        Some(Ok(reply)) => reply,
        _ => render::error_page(auth, request, entry, problem, id),
    }
}

/// Where somebody mends what they lack.
fn remedy(code: Code) -> &'static str {
    match code {
        Code::StepUpRequired => "/account/step-up",
        Code::MfaNotEnrolled => "/account/totp",
        _ => "/login",
    }
}

/// The language to answer in.
pub(crate) fn language(auth: &Keyward, request: &Request) -> String {
    language::language(auth, request).to_owned()
}

/// Whether a page may offer passkeys.
pub(crate) fn offers_passkeys(auth: &Keyward) -> bool {
    #[cfg(feature = "passkeys")]
    let offered = auth.has_passkeys();
    #[cfg(not(feature = "passkeys"))]
    let offered = {
        let _ = auth;
        false
    };
    offered
}

#[cfg(feature = "oauth")]
use providers::{buttons, connected_ones};

/// Whether people may sign in at another service.
pub(crate) fn offers_services(auth: &Keyward) -> bool {
    !buttons(auth).is_empty()
}

/// The services that people may sign in at: none.
#[cfg(not(feature = "oauth"))]
fn buttons(_: &Keyward) -> Vec<serde_json::Value> {
    vec![]
}

/// The services that an account is connected to: none.
#[cfg(not(feature = "oauth"))]
async fn connected_ones(_: &Cx<'_>) -> Result<Vec<serde_json::Value>, Fault> {
    Ok(vec![])
}

/// On to another page of ours.
fn go(cx: &Cx<'_>, path: &str) -> Result<Reply, Fault> {
    reply::see_other(&format!("{}{path}", cx.auth.0.web.base))
}

/// On to where the person wanted to go, or to the account.
fn on(cx: &Cx<'_>) -> Result<Reply, Fault> {
    let back = nav::return_to(cx.request);
    let lack = cx.caller.entry().ok().and_then(|entry| entry.mfa.lack());
    match (lack, back.as_str()) {
        (Some(lack), back) if cx.request.method() == Method::GET => {
            go(cx, &nav::path(remedy(lack), &[("return_to", back)]))
        }
        (_, "") => go(cx, "/account"),
        (_, back) => reply::see_other(back),
    }
}

/// What a proof led to: in, or on to the page of the next step. The one place
/// for every method.
fn signed_in(cx: &Cx<'_>, signed_in: SignedIn) -> Result<Reply, Fault> {
    match signed_in {
        SignedIn::Complete { opened, .. } => enter(cx, &opened),
        SignedIn::NeedsVerification { flow, browser } => {
            to_code(cx, flow, &browser, &nav::return_to(cx.request))
        }
        SignedIn::NeedsMfa { flow, browser, .. } => {
            mfa::ask(cx, flow, &browser, &nav::return_to(cx.request))
        }
        SignedIn::Checked(_) => go(cx, "/login"),
    }
}

/// A session was opened.
fn enter(cx: &Cx<'_>, opened: &Opened) -> Result<Reply, Fault> {
    let mut reply = on(cx)?;
    keep(cx, &mut reply, opened);
    Ok(reply)
}

/// A code was sent: on to where it is entered.
fn to_code(cx: &Cx<'_>, flow: FlowId, browser: &Secret, back: &str) -> Result<Reply, Fault> {
    let flow = flow.to_string();
    let mut reply = go(cx, &nav::path("/verify", &[("flow", &flow), ("return_to", back)]))?;
    remember_flow(cx, &mut reply, browser);
    Ok(reply)
}

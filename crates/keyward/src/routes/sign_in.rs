//! Sign in and out.

use keyward_core::Secret;
use keyward_core::flow::open::{Opened, Opening, Replaced};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::session::{CloseSession, CloseSessions};
use keyward_core::port::Fut;
use keyward_core::record::SessionKind;
use keyward_core::refusal::Refusal;
use keyward_core::settings::CaptchaFor;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Outcome;
use super::given::{Given, pass};
use super::signed_in::signed_in;
use crate::http::input::{self, Flag};
use crate::http::{Cx, Fault, Guard, Limit, Reply, Request, Route, cookie, no_content};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/sign-in", Guard::Anyone, sign_in)
        .at(Limit::Attempt)
        .takes::<Input>()
        .gives::<Outcome>(),
    Route::post("/api/v1/sign-out", Guard::Anyone, sign_out),
    Route::post("/api/v1/sign-out/all", Guard::SignedIn, sign_out_all),
];

/// How the client wants to hold its session.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holding {
    /// In a cookie.
    #[default]
    Cookie,
    /// As a token in the reply.
    Token,
}

impl Holding {
    /// How a session of this kind is held.
    pub(crate) fn of(kind: SessionKind) -> Self {
        match kind {
            SessionKind::Browser => Self::Cookie,
            SessionKind::Token | SessionKind::Family => Self::Token,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    identifier: String,
    #[schemars(with = "String")]
    password: Secret,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    captcha_token: Option<String>,
}

/// How a new session is opened for this caller.
pub(crate) fn opening(cx: &Cx<'_>, holding: Holding, remember: bool) -> Opening {
    let kind = match holding {
        Holding::Cookie => SessionKind::Browser,
        Holding::Token => SessionKind::Token,
    };
    // A browser holds one session: the one it came with ends.
    let old = cx.caller.entry().ok().filter(|_| cx.caller.by_cookie && holding == Holding::Cookie);
    let remember = remember || holding == Holding::Token;
    let replaces = old.map(|old| Replaced { session: old.session.id, user: old.user.id });
    Opening { kind, remember, replaces }
}

/// Signs in with a password. The one way in for the API and the pages.
pub(crate) async fn attempt(
    cx: &Cx<'_>,
    identifier: String,
    password: Secret,
    open: Opening,
    captcha: Given,
) -> Result<SignedIn, Fault> {
    pass(cx, CaptchaFor::SignIn, &identifier, captcha).await?;
    Ok(cx.auth.by_password(identifier, password, Some(open), &cx.caller.client).await??)
}

fn sign_in(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { identifier, password, remember, session, captcha, captcha_token } =
            input::body(cx.request)?;
        let open = opening(&cx, session, remember.0);
        let given = Given { token: captcha_token, answer: captcha };
        let led_to = attempt(&cx, identifier, password, open, given).await?;
        signed_in(&cx, led_to, session)
    })
}

/// Sets the cookies of a new session.
pub(crate) fn keep(cx: &Cx<'_>, reply: &mut Reply, opened: &Opened) {
    let session = &opened.session;
    let lasts = session.expires_at.since(session.created_at);
    let keep = session.remember.then_some(lasts);
    cookie::set(cx.auth, reply, cookie::SESSION, opened.token.reveal(), keep);
    cookie::clear(cx.auth, reply, cookie::FLOW);
    if cx.caller.client.device.is_none_or(|(user, _)| user != opened.user.id) {
        let year = std::time::Duration::from_secs(365 * 24 * 3600);
        let device = cx.auth.device_cookie(opened.user.id, opened.device);
        cookie::set(cx.auth, reply, cookie::DEVICE, &device, Some(year));
    }
}

/// The browser that asked is known again when it answers.
pub(crate) fn remember_flow(cx: &Cx<'_>, reply: &mut Reply, browser: &Secret) {
    let keep = cx.auth.0.settings.challenge_lifetime;
    cookie::set(cx.auth, reply, cookie::FLOW, browser.reveal(), Some(keep));
}

/// The secret of a flow that this browser began.
pub(crate) fn flow_secret(cx: &Cx<'_>, request: &Request) -> Result<Option<Secret>, Fault> {
    Ok(cookie::get(cx.auth, request.headers(), cookie::FLOW)?.map(Secret::new))
}

/// Closes the session that came in, if there is one.
pub(crate) async fn close(cx: &Cx<'_>) -> Result<(), Fault> {
    let Ok(entry) = cx.caller.entry() else { return Ok(()) };
    let flow = CloseSession {
        user: entry.user.id,
        session: entry.session.id,
        actor: Some(entry.user.id),
        by: "sign_out",
    };
    match cx.auth.run(&flow, &cx.caller.client).await? {
        Err(refusal @ Refusal::Impersonating) => Err(refusal.into()),
        // Closed in between is closed as well.
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sign_out(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        close(&cx).await?;
        let mut reply = no_content();
        forget_browser(&cx, &mut reply);
        Ok(reply)
    })
}

/// Removes what recognised this browser.
pub(crate) fn forget_browser(cx: &Cx<'_>, reply: &mut Reply) {
    cookie::clear(cx.auth, reply, cookie::SESSION);
    #[cfg(feature = "tickets")]
    if let Some(line) = cx.auth.forget().and_then(|line| line.parse().ok()) {
        reply.headers_mut().append(::http::header::SET_COOKIE, line);
    }
}

fn sign_out_all(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = cx.caller.user()?;
        let flow = CloseSessions { user, except: None, actor: Some(user), by: "owner" };
        cx.auth.run(&flow, &cx.caller.client).await??;
        let mut reply = no_content();
        forget_browser(&cx, &mut reply);
        Ok(reply)
    })
}

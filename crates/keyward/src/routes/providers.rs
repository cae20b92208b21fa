//! Sign in at other services, and look after the connected ones.

use keyward_core::Secret;
use keyward_core::flow::provider::{Aim, LIFETIME};
use keyward_core::id::CredentialId;
use keyward_core::port::Fut;
use keyward_core::refusal::{ProviderFault, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{List, Outcome, Status};
use super::sign_in::{Holding, opening};
use super::signed_in::signed_in;
use crate::http::input::{self, Flag};
use crate::http::{
    Code, Cx, Fault, Guard, Limit, Method4, Reply, Route, cookie, no_content, reply,
};
use crate::providers::{Authorized, Callback, CameBack, ConnectionView, ProviderView, Way};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/providers", Guard::Anyone, list).gives::<List<ProviderView>>(),
    Route::post("/api/v1/sign-in/provider", Guard::Anyone, begin)
        .at(Limit::Attempt)
        .takes::<BeginInput>()
        .gives::<SetOut>(),
    Route::post("/api/v1/sign-in/provider/callback", Guard::Anyone, finish)
        .at(Limit::Attempt)
        .takes::<FinishInput>()
        .gives::<Outcome>(),
    Route::get("/api/v1/me/connections", Guard::SignedIn, own).gives::<List<ConnectionView>>(),
    Route::post("/api/v1/me/connections", Guard::SignedIn, connect)
        .at(Limit::Attempt)
        .takes::<ConnectInput>()
        .gives::<SetOut>(),
    Route::post("/api/v1/me/connections/{id}", Guard::SignedIn, remove).by(Method4::Delete),
];

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { reply::ok(&List { data: cx.auth.providers() }) })
}

/// Where to go.
#[derive(Debug, JsonSchema, Serialize)]
struct SetOut {
    /// The page of the service. A browser that goes there must keep the cookie that
    /// comes along here.
    authorize_url: String,
    /// Given back at the end, where the session will be a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_token: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BeginInput {
    /// `google`
    provider: String,
    /// Where the hosted page goes once signed in: a path on this host.
    #[serde(default)]
    return_to: Option<String>,
    #[serde(default)]
    remember: Flag,
    /// Whether the service shall ask who it is, even if it knows: for a recent proof.
    #[serde(default)]
    again: Flag,
    #[serde(default)]
    session: Holding,
}

/// Sets out for a service. The one way for the API and the pages.
pub(crate) async fn set_out(
    cx: &Cx<'_>,
    provider: &str,
    aim: Aim,
    way: Way<'_>,
) -> Result<Authorized, Fault> {
    Ok(cx.auth.set_out(provider, aim, way, &cx.caller.client).await??)
}

/// What whoever is signed in sets out for.
pub(crate) fn connecting(cx: &Cx<'_>) -> Result<Aim, Fault> {
    let session = &cx.caller.entry()?.session;
    Ok(Aim::Connect { user: session.user, session: session.id })
}

/// The browser that sets out is known again when it comes back.
pub(crate) fn remember_browser(cx: &Cx<'_>, reply: &mut Reply, set_out: &Authorized) {
    cookie::set(cx.auth, reply, cookie::PROVIDER, set_out.browser.reveal(), Some(LIFETIME));
}

fn told(cx: &Cx<'_>, set_out: &Authorized, holding: Holding) -> Result<Reply, Fault> {
    let token = set_out.browser.reveal().to_owned();
    let flow_token = (holding == Holding::Token).then_some(token);
    let mut reply = reply::ok(&SetOut { authorize_url: set_out.url.clone(), flow_token })?;
    if holding == Holding::Cookie {
        remember_browser(cx, &mut reply, set_out);
    }
    Ok(reply)
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let given: BeginInput = input::body(cx.request)?;
        let BeginInput { provider, return_to, remember, again, session } = given;
        let to = return_to.unwrap_or_default();
        let way = Way { return_to: &to, remember: remember.0, again: again.0 };
        let out = set_out(&cx, &provider, Aim::SignIn, way).await?;
        told(&cx, &out, session)
    })
}

/// What the service put into the address that it sent the browser to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FinishInput {
    provider: String,
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    code: Option<Secret>,
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    state: Option<Secret>,
    /// Who answers (RFC 9207).
    #[serde(default)]
    iss: Option<String>,
    #[serde(default)]
    error: Option<String>,
    /// What Apple tells of a person when they first come.
    #[serde(default)]
    user: Option<String>,
    /// Where the session will be a token: what the beginning answered.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    flow_token: Option<Secret>,
    #[serde(default)]
    remember: Flag,
    #[serde(default)]
    session: Holding,
}

/// Takes what a service gave back. The one way for the API and the pages.
pub(crate) async fn come_back(
    cx: &Cx<'_>,
    provider: &str,
    back: Callback,
    flow_token: Option<Secret>,
) -> Result<CameBack, Fault> {
    let kept = cookie::get(cx.auth, cx.request.headers(), cookie::PROVIDER)?.map(Secret::new);
    let browser = flow_token.or(kept);
    Ok(cx.auth.callback(provider, back, browser, &cx.caller.client).await??)
}

/// Connects a service to the caller's account. The one way for the API and the pages.
pub(crate) async fn connect_own(cx: &Cx<'_>, came: CameBack) -> Result<(), Fault> {
    let session = &cx.caller.entry()?.session;
    let whose = (session.user, session.id);
    cx.auth.connect_provider(whose, came, &cx.caller.client).await??;
    Ok(())
}

fn finish(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let given: FinishInput = input::body(cx.request)?;
        let FinishInput { code, state, iss, error, user, .. } = given;
        let back = Callback { code, state, iss, error, user };
        let came = come_back(&cx, &given.provider, back, given.flow_token).await?;
        if came.connect.is_some() {
            connect_own(&cx, came).await?;
            return reply::ok(&Outcome::new(Status::Connected));
        }
        let open = opening(&cx, given.session, given.remember.0 || came.remember);
        let led_to = cx.auth.sign_in_with_provider(came, open, &cx.caller.client).await??;
        let mut reply = signed_in(&cx, led_to, given.session)?;
        cookie::clear(cx.auth, &mut reply, cookie::PROVIDER);
        Ok(reply)
    })
}

fn own(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let data = cx.auth.connections(cx.caller.user()?).await?;
        reply::ok(&List { data })
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConnectInput {
    /// `google`
    provider: String,
    /// Where the hosted page goes once connected: a path on this host.
    #[serde(default)]
    return_to: Option<String>,
    /// How the session that asks is held.
    #[serde(default)]
    session: Holding,
}

fn connect(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let ConnectInput { provider, return_to, session } = input::body(cx.request)?;
        let to = return_to.unwrap_or_default();
        let way = Way { return_to: &to, ..Way::default() };
        let out = set_out(&cx, &provider, connecting(&cx)?, way).await?;
        told(&cx, &out, session)
    })
}

/// Takes a connected account of the caller's away. The one way for the API and the
/// pages.
pub(crate) async fn remove_own(cx: &Cx<'_>, connection: &str) -> Result<(), Fault> {
    let connection = CredentialId::parse(connection).ok_or(Code::NotFound)?;
    let session = &cx.caller.entry()?.session;
    let (user, id) = (session.user, session.id);
    Ok(cx.auth.disconnect(user, id, connection, &cx.caller.client).await??)
}

fn remove(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        remove_own(&cx, cx.params.get("id")).await?;
        Ok(no_content())
    })
}

/// Parameters of the way back that are ours; whatever else a service adds is passed
/// over.
const OURS: [&str; 5] = ["code", "state", "iss", "error", "user"];

/// Reads a query or a form. A parameter that occurs twice is refused: nobody can say
/// which was meant.
pub(crate) fn read_back(bytes: &[u8]) -> Result<Callback, Fault> {
    let mut given = input::pairs(bytes)?;
    given.retain(|(name, _)| OURS.contains(&name.as_str()));
    let odd = given.iter().any(|(_, value)| value.contains(char::is_control));
    let twice = OURS.iter().any(|ours| given.iter().filter(|(name, _)| name == ours).count() > 1);
    if odd || twice {
        return Err(Refusal::Provider(ProviderFault::StateMismatch).into());
    }
    let mut take = |wanted: &str| {
        let at = given.iter().position(|(name, _)| name == wanted)?;
        Some(given.swap_remove(at).1)
    };
    Ok(Callback {
        code: take("code").map(Secret::new),
        state: take("state").map(Secret::new),
        iss: take("iss"),
        error: take("error"),
        user: take("user"),
    })
}

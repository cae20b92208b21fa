//! Access and refresh tokens: get them, change them, ask about them, end them.

use ::http::{HeaderValue, StatusCode, header};
use keyward_core::Secret;
use keyward_core::flow::open::Opening;
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::tokens::Origin;
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::Fut;
use keyward_core::record::SessionKind;
use keyward_core::refusal::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::given::Given;
use super::sign_in::{Holding, attempt};
use super::signed_in::signed_in;
use crate::http::{Code, Cx, Fault, Guard, Limit, Reply, Route, input, reply};
use crate::tokens::{Introspection, TokenPair, TokenTerms};

const INTROSPECT: Guard = Guard::Holding("tokens:introspect");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/.well-known/jwks.json", Guard::Anyone, key_set),
    Route::post("/api/v1/token", Guard::Anyone, token).takes::<TokenInput>().gives::<Pair>(),
    Route::post("/api/v1/token/introspect", INTROSPECT, introspect)
        .takes::<OneToken>()
        .gives::<Introspection>(),
    Route::post("/api/v1/token/revoke", Guard::Anyone, revoke).takes::<OneToken>(),
];

/// Seconds for which whoever verifies may go on with the keys that it has.
const KEYS_FRESH: &str = "public, max-age=300";

fn key_set(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let mut reply = reply::ok(&cx.auth.jwks().await?)?;
        let fresh = HeaderValue::from_static(KEYS_FRESH);
        reply.headers_mut().insert(header::CACHE_CONTROL, fresh);
        Ok(reply)
    })
}

/// What tokens are asked for with.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
enum GrantType {
    /// The session that came in.
    #[default]
    Session,
    /// A name and a password.
    Password,
    /// A refresh token.
    RefreshToken,
}

/// As JSON, or as a form (RFC 6749 section 4.3.2, section 6).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenInput {
    #[serde(default)]
    grant_type: GrantType,
    /// The client's name for itself, at most 100 characters.
    #[serde(default)]
    client_id: String,
    /// Patterns of what the tokens may at most do, with spaces between; all that the
    /// account may, if absent. A refresh keeps what was asked for first.
    #[serde(default)]
    scope: Option<String>,
    /// With `password`: e-mail address, username or phone number.
    #[serde(default)]
    username: Option<String>,
    /// With `password`.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    password: Option<Secret>,
    /// The answer to a captcha, where one is asked for.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    captcha: Option<Secret>,
    /// The captcha that it answers.
    #[serde(default)]
    captcha_token: Option<String>,
    /// With `refresh_token`: `kwr_…`
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    refresh_token: Option<Secret>,
}

/// An access token and the refresh token that follows it (RFC 6749 section 5.1).
#[derive(Debug, JsonSchema, Serialize)]
struct Pair {
    /// A JSON web token (RFC 9068), for `Authorization: Bearer`.
    access_token: String,
    token_type: &'static str,
    /// Seconds for which the access token works.
    expires_in: u64,
    /// `kwr_…`: works once.
    refresh_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The session that is their family.
    #[schemars(with = "String")]
    session_id: SessionId,
    #[schemars(with = "String")]
    user_id: UserId,
}

fn render(pair: TokenPair) -> Result<Reply, Fault> {
    reply::json(
        StatusCode::OK,
        &Pair {
            access_token: pair.access.reveal().to_owned(),
            token_type: "Bearer",
            expires_in: pair.expires_in.as_secs(),
            refresh_token: pair.refresh.reveal().to_owned(),
            scope: pair.scopes.map(|all| all.join(" ")),
            session_id: pair.session,
            user_id: pair.user,
        },
    )
}

fn missing(field: &'static str) -> Fault {
    Refusal::invalid(field, "missing").into()
}

fn token(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: TokenInput = input::body(cx.request)?;
        match input.grant_type {
            GrantType::Session => by_session(&cx, input).await,
            GrantType::Password => by_password(&cx, input).await,
            GrantType::RefreshToken => {
                let token = input.refresh_token.ok_or_else(|| missing("refresh_token"))?;
                let client = &cx.caller.client;
                render(cx.auth.refresh_tokens(&token, &input.client_id, client).await??)
            }
        }
    })
}

impl TokenInput {
    fn terms(&self) -> TokenTerms {
        let scopes = self.scope.as_ref();
        let scopes = scopes.map(|all| all.split(' ').map(str::to_owned).collect());
        TokenTerms { client_id: self.client_id.clone(), scopes }
    }
}

/// From the session that came in, which stays. A program's key is none, nor are tokens.
async fn by_session(cx: &Cx<'_>, input: TokenInput) -> Result<Reply, Fault> {
    let entry = cx.caller.entry()?;
    if !entry.is_session() || entry.session.family.is_some() {
        return Err(Code::SessionRequired.into());
    }
    if let Some(lack) = entry.mfa.lack() {
        return Err(lack.into());
    }
    let origin = Origin::Session { session: entry.session.id, close: false };
    let (user, client) = (entry.user.id, &cx.caller.client);
    render(cx.auth.issue_tokens_for(user, origin, input.terms(), client).await??)
}

/// From a name and a password, under the limits of a sign-in. Where more is needed, the
/// answer is that of a sign-in, and what follows ends in a session token.
async fn by_password(cx: &Cx<'_>, input: TokenInput) -> Result<Reply, Fault> {
    cx.slow_down(Limit::Attempt)?;
    let terms = input.terms();
    let name = input.username.ok_or_else(|| missing("username"))?;
    let password = input.password.ok_or_else(|| missing("password"))?;
    let given = Given { token: input.captcha_token, answer: input.captcha };
    let open = Opening { kind: SessionKind::Token, remember: true, replaces: None };
    match attempt(cx, name, password, open, given).await? {
        SignedIn::Complete { opened, .. } => {
            let origin = Origin::Session { session: opened.session.id, close: true };
            let (user, client) = (opened.user.id, &cx.caller.client);
            render(cx.auth.issue_tokens_for(user, origin, terms, client).await??)
        }
        led_to => signed_in(cx, led_to, Holding::Token),
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OneToken {
    /// An access or a refresh token.
    #[schemars(with = "String")]
    token: Secret,
    /// `access_token` or `refresh_token`; not needed.
    #[serde(default)]
    #[expect(dead_code, reason = "clients send it, and a token says itself what it is")]
    token_type_hint: Option<String>,
}

/// RFC 7662. Of a token that opens nothing, nothing is said but that.
fn introspect(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let OneToken { token, .. } = input::body(cx.request)?;
        reply::ok(&cx.auth.introspect_token(token.reveal()).await?)
    })
}

/// RFC 7009: whoever has a token may end its family. The same answer whether it was one.
fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let OneToken { token, .. } = input::body(cx.request)?;
        cx.auth.revoke_token(token.reveal(), &cx.caller.client).await??;
        reply::ok(&serde_json::json!({}))
    })
}

//! Probes, configuration for clients, the API's description.

use ::http::StatusCode;
use keyward_core::flow::anonymous::is_offered;
use keyward_core::flow::sign_in_link::Sent;
use keyward_core::identifier::Kind;
use keyward_core::password::rules::MAX_BYTES;
use keyward_core::port::Fut;
use keyward_core::settings::{SignUpMode, VerifyMode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::engine::Keyward;
use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/healthz", Guard::Anyone, health).at(Limit::Free),
    Route::get("/readyz", Guard::Anyone, ready).at(Limit::Free),
    Route::get("/version", Guard::Anyone, version).at(Limit::Free),
    Route::get("/openapi.json", Guard::Anyone, openapi),
    Route::get("/api/v1/config", Guard::Anyone, config).gives::<Config<'_>>(),
];

fn health(_: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async { reply::ok(&json!({ "status": "ok" })) })
}

fn ready(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        cx.auth.ready().await?;
        reply::ok(&json!({ "status": "ready" }))
    })
}

fn version(_: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async { reply::ok(&json!({ "version": env!("CARGO_PKG_VERSION") })) })
}

fn openapi(_: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async {
        Ok(reply::json_bytes(StatusCode::OK, crate::openapi::document().to_string().into()))
    })
}

/// What a client must know to show the right forms.
#[derive(Debug, JsonSchema, Serialize)]
struct Config<'a> {
    brand: &'a str,
    /// `email`, `username`, `phone`: what one may sign in with.
    #[schemars(with = "Vec<String>")]
    identifiers: &'a [Kind],
    /// `open`, `domain` or `closed`.
    sign_up: &'static str,
    /// `none` or `any`.
    verify: &'static str,
    /// The ways to sign in that are on: `password`, `link`, `code`, `passkey`, `provider`
    /// (see the pages, or `/login`, for which), and those of the app's own by their names.
    methods: Vec<&'a str>,
    password: PasswordRules,
    /// Whether people set a new password themselves who have forgotten theirs.
    recovery: bool,
    /// Whether somebody gets an account without a name.
    anonymous: bool,
    /// Whether the doors are closed for a while: administrators alone sign in.
    maintenance: bool,
    locales: &'static [&'static str],
}

/// There are no rules about kinds of characters.
#[derive(Debug, JsonSchema, Serialize)]
struct PasswordRules {
    min_length: usize,
    max_bytes: usize,
}

fn config(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let settings = &cx.auth.0.settings;
        let sign_up = match settings.sign_up {
            SignUpMode::Open => "open",
            SignUpMode::Domains(_) => "domain",
            SignUpMode::Invited => "invite",
            SignUpMode::Closed => "closed",
        };
        let verify = match settings.verify {
            VerifyMode::None => "none",
            VerifyMode::Any => "any",
            VerifyMode::Email => "email",
            VerifyMode::Phone => "phone",
            VerifyMode::Both => "both",
        };
        reply::ok(&Config {
            brand: &settings.brand,
            identifiers: &settings.identifiers,
            sign_up,
            verify,
            methods: methods(cx.auth),
            password: PasswordRules { min_length: settings.password_min, max_bytes: MAX_BYTES },
            recovery: settings.recovery,
            anonymous: is_offered(settings),
            maintenance: cx.auth.is_in_maintenance(),
            locales: &["en", "de"],
        })
    })
}

/// In the order of the page to sign in.
fn methods(auth: &Keyward) -> Vec<&str> {
    let settings = &auth.0.settings;
    let ours = [
        ("password", true),
        ("link", Sent::Link.is_on(settings)),
        ("code", Sent::Code.is_on(settings)),
        ("passkey", crate::pages::offers_passkeys(auth)),
        ("provider", crate::pages::offers_services(auth)),
    ];
    let on = ours.into_iter().filter(|(_, on)| *on).map(|(name, _)| name);
    on.chain(auth.0.methods.names()).collect()
}

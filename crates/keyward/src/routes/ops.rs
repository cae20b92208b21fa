//! Probes, configuration for clients, the API's description.

use ::http::StatusCode;
use keyward_core::port::Fut;
use keyward_core::settings::{SignUpMode, VerifyMode};
use serde_json::json;

use crate::http::{Cx, Fault, Guard, Limit, Reply, Route, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::get("/healthz", Guard::Anyone, health).at(Limit::Free),
    Route::get("/readyz", Guard::Anyone, ready).at(Limit::Free),
    Route::get("/version", Guard::Anyone, version).at(Limit::Free),
    Route::get("/openapi.json", Guard::Anyone, openapi),
    Route::get("/api/v1/config", Guard::Anyone, config),
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

fn config(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let settings = &cx.auth.0.settings;
        reply::ok(&json!({
            "brand": settings.brand,
            "identifiers": settings.identifiers,
            "sign_up": match settings.sign_up {
                SignUpMode::Open => "open",
                SignUpMode::Domains(_) => "domain",
                SignUpMode::Closed => "closed",
            },
            "verify": match settings.verify {
                VerifyMode::None => "none",
                VerifyMode::Any => "any",
            },
            "methods": ["password"],
            "password": { "min_length": settings.password_min, "max_bytes": 1024 },
            "locales": ["en", "de"],
        }))
    })
}

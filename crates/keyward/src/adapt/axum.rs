//! Keyward in an axum application: extractors, layers, routes, `serve`.
//!
//! A handler that asks for a [`User`](crate::User) belongs to an application
//! whose state holds a [`Keyward`]. One that forgot it does not compile:
//!
//! ```compile_fail,E0277
//! # use axum::{Router, routing::get};
//! # use keyward::User;
//! #[derive(Clone)]
//! struct App;
//! let app: Router<()> = Router::new().route("/me", get(|user: User| async {})).with_state(App);
//! ```
//!
//! With `FromRef` it does:
//!
//! ```
//! # use axum::{Router, extract::FromRef, routing::get};
//! # use keyward::{Keyward, User};
//! #[derive(Clone)]
//! struct App(Keyward);
//! impl FromRef<App> for Keyward {
//!     fn from_ref(app: &App) -> Self {
//!         app.0.clone()
//!     }
//! }
//! # fn with(app: App) {
//! let app: Router<()> = Router::new().route("/me", get(|user: User| async {})).with_state(app);
//! # }
//! ```

mod extract;
mod layer;
mod proof;
mod rate;

use std::net::SocketAddr;

use ::axum::Router;
use ::axum::body::Body;
use ::axum::extract::{ConnectInfo, Request};
use ::axum::response::Response;
use ::axum::routing::any;
use keyward_core::Error;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

pub use layer::{AuthLayer, RequireLayer};
pub use proof::ProofLayer;
pub use rate::RateLimitLayer;

use crate::engine::Keyward;
use crate::routes;
use crate::serve::{Listening, Plain, stop_signal};

impl Keyward {
    /// The hosted pages, the API behind them and their assets, for any router.
    pub fn pages<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(|_| true)
    }

    /// The HTTP API alone, for apps with pages of their own.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.router(routes::is_api)
    }

    fn router<S: Clone + Send + Sync + 'static>(&self, wanted: fn(&str) -> bool) -> Router<S> {
        let mut router = Router::new();
        for path in routes::paths(self.0.web.dev, wanted) {
            let auth = self.clone();
            let answer = move |request: Request| async move {
                let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
                auth.receive(request, peer).await.map(Body::new)
            };
            router = router.route(&format!("{}{path}", self.0.web.base), any(answer));
        }
        router
    }

    /// Serves `app` at `address` with Keyward as its state, behind
    /// [`layer`](Self::layer), until the process is asked to stop.
    pub async fn serve(&self, app: Router<Self>, address: &str) -> Result<(), Error> {
        let listening = Listening::bind(address).await?;
        let port = listening.address()?.port();
        self.0.web.public_url.get_or_init(|| format!("http://localhost:{port}"));
        let app = app.layer(self.layer()).with_state(self.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            stop_signal().await;
            stopped.cancel();
        });
        listening.run_with(handler(app), Plain, stop).await;
        self.shutdown().await;
        Ok(())
    }
}

/// A router as a plain function of request and peer.
fn handler(
    app: Router,
) -> impl Fn(
    Request<hyper::body::Incoming>,
    SocketAddr,
) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>>
+ Clone
+ Send
+ Sync
+ 'static {
    move |mut request: Request<hyper::body::Incoming>, peer| {
        let mut app = app.clone();
        Box::pin(async move {
            request.extensions_mut().insert(ConnectInfo(peer));
            match app.call(request.map(Body::new)).await {
                Ok(reply) => reply,
                Err(never) => match never {},
            }
        })
    }
}

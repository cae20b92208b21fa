//! Keyward in an actix-web application: the same route table, extractors, guards.

mod body;
mod convert;
mod extract;
mod gate;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::{HttpRequest, HttpResponse, web};

pub use extract::Rejection;
#[cfg(feature = "captcha")]
pub use gate::require_captcha;
pub use gate::{Gate, layer, rate_limit, require, require_role, require_verification};

use crate::engine::Keyward;
use crate::routes;

/// Doors of ours, to be given to `App::service`.
#[derive(Clone, Debug)]
pub struct Doors {
    auth: Keyward,
    wanted: fn(&str) -> bool,
}

/// The hosted pages, the API behind them and their assets.
pub fn pages(auth: &Keyward) -> Doors {
    Doors { auth: auth.clone(), wanted: |_| true }
}

/// The HTTP API alone, for apps with pages of their own.
pub fn routes(auth: &Keyward) -> Doors {
    Doors { auth: auth.clone(), wanted: routes::is_api }
}

impl HttpServiceFactory for Doors {
    fn register(self, config: &mut AppService) {
        for path in routes::paths(self.auth.0.web.dev, self.wanted) {
            let auth = self.auth.clone();
            let answer = move |request: HttpRequest, payload: web::Payload| {
                let auth = auth.clone();
                async move { receive(&auth, &request, payload).await }
            };
            // The rest of a path is written otherwise here.
            let path = path.replace("{*path}", "{path:.*}");
            let path = format!("{}{path}", self.auth.0.web.base);
            web::resource(path).route(web::route().to(answer)).register(config);
        }
    }
}

async fn receive(auth: &Keyward, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let reply = match convert::request(request, payload) {
        Ok(request) => auth.receive(request, peer).await,
        Err(code) => auth.refuse(code),
    };
    convert::reply(reply)
}

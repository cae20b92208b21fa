//! What stands between the world and the doors: proxies, sites behind them, cookies for
//! a domain, pages elsewhere, problems in words of the app's.

use std::sync::Arc;

use ::http::{Request, Response};
use bytes::Bytes;
use keyward_core::Error;

use super::Builder;
use crate::http::cors::Cors;
use crate::http::network::Network;
use crate::http::shape::ProblemView;

impl Builder {
    /// Leads links to sign in with to a page of the app's own, which finds the
    /// secret in the fragment and sends it to `/sign-in/link/confirm` when the
    /// person says so: `https://app.example.com/enter`.
    #[must_use]
    pub fn sign_in_link_url(mut self, url: &str) -> Self {
        match crate::http::host::page_url(url) {
            Some(url) => self.web.sign_in_link_url = Some(url),
            None => {
                let text = "lead links there: use https://HOST/PATH without a fragment";
                self.bad = Some(Error::new(text));
            }
        }
        self
    }

    /// Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count: `10.0.0.0/8`.
    #[must_use]
    pub fn trusted_proxies<'a>(mut self, networks: impl IntoIterator<Item = &'a str>) -> Self {
        for text in networks {
            match Network::parse(text) {
                Some(network) => self.web.trusted_proxies.push(network),
                None => self.bad = Some(Error::new("read the trusted proxies: use 10.0.0.0/8")),
            }
        }
        self
    }

    /// Requests from one address each minute: attempts to prove something, and all others.
    #[must_use]
    pub fn rate_limits(mut self, attempts: u32, requests: u32) -> Self {
        self.web.attempts_per_minute = attempts.max(1);
        self.web.requests_per_minute = requests.max(1);
        self
    }

    /// Starts with its [doors closed](crate::Keyward::set_maintenance).
    #[must_use]
    pub fn maintenance(mut self, on: bool) -> Self {
        self.maintenance = on;
        self
    }

    /// Lets pages elsewhere ask the API, and the app behind [`Keyward::layer`](crate::Keyward::layer), from a
    /// browser. Nobody may by default.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.web.cors = Some(cors);
        self
    }

    /// Adds `X-XSS-Protection: 1; mode=block` to every answer, for auditors who ask for
    /// it: browsers have dropped what it steered, and the policy of the pages
    /// (`Content-Security-Policy`) does the work.
    #[must_use]
    pub fn legacy_xss_header(mut self) -> Self {
        self.web.xss_header = true;
        self
    }

    /// Lets every host of a domain (`example.com`) see the session's cookie: sites
    /// below it need no hand-over, and any of them can act as whoever visits it.
    /// Without, the cookie is for this host alone (`__Host-`), which is safer.
    #[must_use]
    pub fn cookie_domain(mut self, domain: &str) -> Self {
        self.web.cookie_domain = Some(domain.trim_start_matches('.').to_ascii_lowercase());
        self
    }

    /// Lets a proxy ask about the requests of a site: see [`forward`](crate::forward).
    /// The proxy must be one of [`trusted_proxies`](Self::trusted_proxies).
    #[cfg(feature = "forward-auth")]
    #[must_use]
    pub fn site(mut self, site: crate::forward::Site) -> Self {
        self.web.sites.add(site);
        self
    }

    /// Lets the app answer problems in a form of its own, of our API and of the app's
    /// routes behind [`Keyward::layer`](crate::Keyward::layer); `None` leaves one as it is (RFC 9457). Headers
    /// that belong to the problem (`Retry-After`, `WWW-Authenticate`, `Allow`) are added.
    ///
    /// This is the envelope of asyncauth, with its classes, statuses and words. Where it
    /// has no such error, ours is told:
    ///
    /// ```
    /// # mod asyncauth {
    #[doc = include_str!("../../../tests/it/frameworks/asyncauth.rs")]
    /// # }
    /// # use asyncauth::envelope;
    /// # use keyward::Keyward;
    /// let builder = Keyward::memory().on_error(envelope);
    /// ```
    #[must_use]
    pub fn on_error(
        mut self,
        shape: impl Fn(&ProblemView, &Request<()>) -> Option<Response<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.on_error = Some(Arc::new(shape));
        self
    }
}

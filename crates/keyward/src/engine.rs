//! A running Keyward: the parts, and the one way through them.

pub(crate) mod api_key;
pub(crate) mod ask;
mod blocks;
mod bots;
pub(crate) mod builder;
pub(crate) mod cache;
pub(crate) mod chain;
mod claim;
pub(crate) mod counters;
pub(crate) mod demand;
pub(crate) mod groups;
pub(crate) mod hash_pool;
pub(crate) mod hooks;
pub(crate) mod key_limits;
pub(crate) mod limiter;
pub(crate) mod os;
pub(crate) mod policy;
mod profile;
pub(crate) mod resources;
pub(crate) mod rng;
pub(crate) mod run;
mod running;
pub(crate) mod session;
pub(crate) mod stripes;
#[cfg(all(test, feature = "testing"))]
mod tests;
#[cfg(feature = "tokens")]
pub(crate) mod tokens;
pub(crate) mod wake;
mod web;
pub(crate) mod work;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use keyward_core::Secret;
use keyward_core::crypto::keys::Keys;
use keyward_core::port::{Clock, Store};
use keyward_core::record::{Event, What};
use keyward_core::settings::Settings;
use keyward_core::time::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::authn::Steps;
use crate::deliver::Sender;
use crate::deliver::inbox::Inbox;
use crate::deliver::outbox::Sending;
use crate::http::{RequestIds, Router};
use crate::pages::Pages;
use cache::SessionCache;
use hash_pool::HashPool;
use hooks::Hooks;
use limiter::Limiter;
use policy::in_force::InForce;
use rng::Rng;
use wake::Wake;

/// A running Keyward: accounts, sessions and permissions. Cheap to clone; all
/// clones are the same one.
#[derive(Clone)]
pub struct Keyward(pub(crate) Arc<Inner>);

impl std::fmt::Debug for Keyward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyward({})", self.0.store.name())
    }
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Rng,
    pub(crate) hashes: HashPool,
    pub(crate) keys: Keys,
    pub(crate) settings: Settings,
    pub(crate) cache: SessionCache,
    #[cfg(feature = "tokens")]
    pub(crate) tokens: tokens::TokenState,
    pub(crate) policy: InForce,
    /// Held while definitions are read and put in force.
    pub(crate) policy_turn: tokio::sync::Mutex<()>,
    #[cfg(feature = "policy-file")]
    pub(crate) policy_file: Option<policy::file::PolicyFile>,
    #[cfg(feature = "oauth")]
    pub(crate) providers: crate::providers::Providers,
    pub(crate) hooks: Hooks,
    pub(crate) authenticators: Steps,
    pub(crate) users: crate::own_users::OwnUsers,
    pub(crate) bots: bots::Bots,
    /// Ways to sign in of the app's own.
    pub(crate) methods: crate::methods::Methods,
    /// Second factors of the app's own.
    pub(crate) app_factors: crate::second_factors::AppFactors,
    pub(crate) watch: ask::Watch,
    pub(crate) counters: counters::Counters,
    pub(crate) decisions: Option<ask::log::DecisionLog>,
    /// The door for authnzerver's frontends.
    #[cfg(feature = "authnzerver")]
    pub(crate) frontends: Option<crate::authnzerver::Room>,
    pub(crate) sender: Arc<dyn Sender>,
    pub(crate) inbox: Option<Inbox>,
    pub(crate) router: Router,
    pub(crate) pages: Pages,
    pub(crate) limiter: Limiter,
    pub(crate) request_ids: RequestIds,
    pub(crate) web: Web,
    /// Whether the doors are closed.
    pub(crate) maintenance: AtomicBool,
    /// Held while messages are sent: they leave in the order they were asked for.
    pub(crate) sending: Sending,
    pub(crate) wake: Wake,
    pub(crate) changed: tokio::sync::watch::Sender<u64>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// How the world reaches us.
#[derive(Debug)]
pub(crate) struct Web {
    /// Scheme, host and port; without a trailing slash. Set once.
    pub(crate) public_url: OnceLock<String>,
    /// Page of the app's own that links to sign in with lead to.
    pub(crate) sign_in_link_url: Option<String>,
    /// Path that everything is mounted under; empty or `/auth`.
    pub(crate) base: String,
    /// Domain whose hosts share the session's cookie.
    pub(crate) cookie_domain: Option<String>,
    /// Pages elsewhere that may ask us from a browser.
    pub(crate) cors: Option<crate::http::cors::Cors>,
    /// Send the header of old browsers against scripts in addresses.
    pub(crate) xss_header: bool,
    /// Sites behind proxies that ask.
    #[cfg(feature = "forward-auth")]
    pub(crate) sites: crate::forward::Sites,
    /// Networks whose `X-Forwarded-*` headers count.
    pub(crate) trusted_proxies: Vec<crate::http::network::Network>,
    /// Redirect plain HTTP that came through a trusted proxy.
    pub(crate) https_redirect: bool,
    /// Development mode: seeded people, an inbox, simulated scanners.
    pub(crate) dev: bool,
    /// Attempts from one address each minute, for sign-in and the like.
    pub(crate) attempts_per_minute: u32,
    /// Other requests from one address each minute.
    pub(crate) requests_per_minute: u32,
}

impl Keyward {
    /// What time it is here.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// An event that nobody in particular caused.
    pub(crate) fn own_event(&self, what: What) -> Event {
        Event::new(self.now(), &mut self.0.rng.clone(), what)
    }

    /// Scheme, host and port under which people reach this service.
    pub fn public_url(&self) -> &str {
        self.0.web.public_url.get().map_or("http://localhost:8080", String::as_str)
    }

    /// Whether cookies may be marked `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// Whether the session's cookie is seen at a site behind a proxy as well.
    #[cfg(feature = "forward-auth")]
    pub(crate) fn shares_cookie_with(&self, site: &crate::forward::Site) -> bool {
        web::shares(&self.0.web, site)
    }

    /// The full address from which somebody gets to a path of a site, signed in.
    #[cfg(feature = "forward-auth")]
    pub(crate) fn way_in(&self, site: &crate::forward::Site, to: &str) -> String {
        if self.shares_cookie_with(site) {
            let pairs = [("site", site.host()), ("to", to)];
            return self.link(&crate::pages::path("/hand-over", &pairs), "");
        }
        let path = crate::pages::path("/.keyward/start", &[("to", to)]);
        format!("{}{}{path}", site.origin(), self.0.web.base)
    }

    /// The full address of a path of ours with a secret at its end.
    pub(crate) fn link(&self, path: &str, secret: &str) -> String {
        format!("{}{}{path}{secret}", self.public_url(), self.0.web.base)
    }

    /// The address of a link to sign in with: a page of ours, or one of the app's,
    /// which finds the secret in the fragment.
    pub(crate) fn sign_in_link(&self, secret: &str) -> String {
        match &self.0.web.sign_in_link_url {
            Some(url) => format!("{url}#{secret}"),
            None => self.link("/login/link/", secret),
        }
    }

    /// Closes the doors for a while, or opens them again: nobody new signs in, signs up or
    /// sets a new password by recovery, by any door, but whoever holds the role `admin`.
    /// Sessions that are open go on. Of several nodes each has its own doors.
    pub fn set_maintenance(&self, on: bool) {
        if self.0.maintenance.swap(on, Ordering::SeqCst) != on {
            tracing::info!(on, "maintenance");
        }
    }

    /// Whether the doors are [closed](Self::set_maintenance).
    pub fn is_in_maintenance(&self) -> bool {
        self.0.maintenance.load(Ordering::SeqCst)
    }

    /// The inbox of development and tests, if messages go there.
    pub fn inbox(&self) -> Option<&Inbox> {
        self.0.inbox.as_ref()
    }

    /// The name of the store: `sqlite`, `postgres`, `mysql`, `memory`.
    pub fn store_name(&self) -> &'static str {
        self.0.store.name()
    }

    /// Finishes what was begun, stops the background work, closes the store.
    pub async fn shutdown(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.finish_decision_log().await;
        self.0.store.close().await;
    }

    /// Whether the store answers.
    pub async fn ready(&self) -> Result<(), crate::Error> {
        let wait = std::time::Duration::from_millis(1500);
        match tokio::time::timeout(wait, self.0.store.ping()).await {
            Ok(answer) => answer,
            Err(late) => Err(crate::Error::because("hear from the store in time", late)),
        }
    }

    /// A fresh secret for the first administrator's link; older ones die.
    pub async fn begin_setup(&self) -> Result<Secret, crate::Error> {
        let flow = keyward_core::flow::setup::BeginSetup;
        let answer = self.run(&flow, &keyward_core::flow::Client::default()).await?;
        answer.map_err(|_| crate::Error::new("begin the setup"))
    }

    /// The address of the setup page with a secret in its fragment.
    pub fn setup_link(&self, secret: &Secret) -> String {
        format!("{}{}/setup#{}", self.public_url(), self.0.web.base, secret.reveal())
    }

    /// Whether an active account is an administrator for good: given the role
    /// itself, by a group, or by a role that inherits it.
    pub async fn has_admin(&self) -> Result<bool, crate::Error> {
        let known = self.0.store.definitions().await?;
        let ways = keyward_core::flow::admins::ways(&known);
        let query = keyward_core::port::LastingQuery { now: self.now(), limit: 1, ..ways };
        Ok(!self.0.store.lasting_holders(&query).await?.is_empty())
    }
}

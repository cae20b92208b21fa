//! Collects the parts. Only the store has no default.

#[cfg(feature = "authnzerver")]
mod authnzerver;
mod begin;
mod web;

#[cfg(feature = "sqlite")]
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

use keyward_core::Error;
use keyward_core::crypto::keys::RootKey;
use keyward_core::crypto::password::Policy;
use keyward_core::flow::Client;
use keyward_core::flow::setup::SeedRoles;
use keyward_core::id::UserId;
use keyward_core::port::{Clock, Random, Store};
use keyward_core::record::Definitions;
use keyward_core::settings::Settings;
use keyward_store::Migrate;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ask::Watch;
use super::ask::log::{DecisionLog, LogTo};
use super::cache::SessionCache;
use super::counters::Counters;
use super::groups::groups_of;
use super::hash_pool::HashPool;
use super::hooks::{Hooks, SignInAttempt, SignUpAttempt, Veto};
use super::limiter::Limiter;
use super::os::SystemClock;
use super::policy::PolicyState;
#[cfg(feature = "policy-file")]
use super::policy::file::PolicyFile;
use super::policy::in_force::InForce;
use super::resources::Resources;
use super::rng::Rng;
use super::wake::Wake;
use super::{Inner, Keyward, Web};
use crate::authn::{Authenticator, Steps};
use crate::deliver::Sender;
use crate::deliver::folder::Folder;
use crate::deliver::inbox::Inbox;
use crate::deliver::outbox::Sending;
use crate::http::{RequestIds, Router};
use crate::own_users::{OwnUsers, Users};
use crate::pages::Pages;
use crate::view::EventView;
use begin::{hasher, keys, mark, store};

/// Sessions kept in memory.
const CACHE: usize = 50_000;

/// Where things are remembered.
enum Place {
    Url(String),
    Store(Arc<dyn Store>),
}

/// Where the root key comes from.
enum KeySource {
    /// A file beside the database, made at the first start.
    File(PathBuf),
    /// Given by whoever builds.
    Given(RootKey),
    /// Forgotten with the process: for the memory store only.
    Fleeting,
    /// Not said; refused.
    Missing,
}

/// Collects the parts of a [`Keyward`].
pub struct Builder {
    place: Place,
    key: KeySource,
    migrate: Migrate,
    plaintext: bool,
    root_certificates: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    rng: Rng,
    pub(crate) settings: Settings,
    hash: Policy,
    hash_threads: usize,
    pepper: bool,
    pub(super) hooks: Hooks,
    authenticators: Steps,
    users: OwnUsers,
    pub(super) bots: super::bots::Choices,
    pub(crate) methods: crate::methods::Methods,
    pub(crate) app_factors: crate::second_factors::AppFactors,
    sender: Option<Arc<dyn Sender>>,
    inbox: Option<Inbox>,
    folder: PathBuf,
    templates: Option<PathBuf>,
    #[cfg(feature = "policy-file")]
    policy_file: Option<PolicyFile>,
    #[cfg(feature = "oauth")]
    providers: crate::providers::Given,
    web: Web,
    #[cfg(feature = "authnzerver")]
    frontends: Option<crate::authnzerver::Room>,
    pub(super) decisions: Option<LogTo>,
    beside: bool,
    maintenance: bool,
    pub(crate) bad: Option<Error>,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Keyward {
    /// Accounts in an SQLite file, which may be the app's own: tables carry
    /// the prefix `kw_`. The root key is kept beside it in `FILE.keys`.
    #[cfg(feature = "sqlite")]
    pub fn sqlite(path: impl AsRef<Path>) -> Builder {
        let path = path.as_ref();
        let mut keys = path.as_os_str().to_owned();
        keys.push(".keys");
        let mut outbox = path.as_os_str().to_owned();
        outbox.push(".outbox");
        let place = Place::Url(format!("sqlite://{}", path.display()));
        let mut builder = Builder::new(place, KeySource::File(keys.into()));
        builder.folder = outbox.into();
        builder
    }

    /// Accounts in the database at `url`: `sqlite://FILE`, `postgres://…`,
    /// `mysql://…`. Servers need a root key: see [`Builder::root_key`].
    pub fn connect(url: impl Into<String>) -> Builder {
        Builder::new(Place::Url(url.into()), KeySource::Missing)
    }

    /// Accounts in memory, gone with the process.
    pub fn memory() -> Builder {
        let store = Arc::new(keyward_store::MemoryStore::new());
        Builder::new(Place::Store(store), KeySource::Fleeting)
    }

    /// Accounts in a store that is open already: one that lives in the app's
    /// own connection pool, from [`store`](crate::store), say. Servers need a
    /// root key: see [`Builder::root_key`].
    pub fn with_store(store: Arc<dyn Store>) -> Builder {
        Builder::new(Place::Store(store), KeySource::Missing)
    }
}

impl Builder {
    fn new(place: Place, key: KeySource) -> Self {
        Self {
            place,
            key,
            migrate: Migrate::Auto,
            plaintext: false,
            root_certificates: None,
            clock: Arc::new(SystemClock),
            rng: Rng::Os,
            settings: Settings::default(),
            hash: Policy::default(),
            hash_threads: std::thread::available_parallelism().map_or(1, usize::from),
            pepper: false,
            hooks: Hooks::default(),
            authenticators: Steps::usual(),
            users: None,
            bots: super::bots::Choices::default(),
            methods: crate::methods::Methods::default(),
            app_factors: crate::second_factors::AppFactors::default(),
            sender: None,
            inbox: None,
            folder: PathBuf::from("keyward-outbox"),
            templates: None,
            #[cfg(feature = "policy-file")]
            policy_file: None,
            #[cfg(feature = "oauth")]
            providers: crate::providers::Given::default(),
            web: Web {
                public_url: OnceLock::new(),
                base: String::new(),
                sign_in_link_url: None,
                trusted_proxies: vec![],
                https_redirect: true,
                dev: false,
                attempts_per_minute: 30,
                requests_per_minute: 6000,
                cookie_domain: None,
                cors: None,
                xss_header: false,
                #[cfg(feature = "forward-auth")]
                sites: crate::forward::Sites::default(),
            },
            #[cfg(feature = "authnzerver")]
            frontends: None,
            decisions: None,
            beside: false,
            maintenance: false,
            bad: None,
        }
    }

    /// Changes what an operator may choose.
    #[must_use]
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Scheme, host and port under which people reach the service:
    /// `https://auth.example.com`. It stands in every link that is mailed.
    #[must_use]
    pub fn public_url(mut self, url: &str) -> Self {
        match crate::http::host::public_url(url) {
            Some(url) => self.web.public_url = OnceLock::from(url),
            None => {
                self.bad = Some(Error::new("use the public URL: it is not http(s)://HOST[:PORT]"))
            }
        }
        self
    }

    /// Serves everything under this path: `/auth`.
    #[must_use]
    pub fn mount(mut self, base: &str) -> Self {
        let base = base.trim_end_matches('/');
        let plain = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        match base.strip_prefix('/').map(|rest| rest.split('/').all(plain)) {
            Some(true) => self.web.base = base.to_owned(),
            None if base.is_empty() => self.web.base.clear(),
            _ => self.bad = Some(Error::new("mount there: use a path such as /auth")),
        }
        self
    }

    /// Uses this root key: 64 hexadecimal digits, or base64 of 32 bytes or more.
    #[must_use]
    pub fn root_key(mut self, text: &str) -> Self {
        match RootKey::parse(text) {
            Ok(key) => self.key = KeySource::Given(key),
            Err(cause) => self.bad = Some(Error::because("use the root key", cause)),
        }
        self
    }

    /// Keeps the root key in this file, made at the first start (mode 0600).
    #[must_use]
    pub fn keys(mut self, path: impl Into<PathBuf>) -> Self {
        self.key = KeySource::File(path.into());
        self
    }

    /// Brings the tables up to date at start, or not.
    #[must_use]
    pub fn migrate(mut self, how: Migrate) -> Self {
        self.migrate = how;
        self
    }

    /// Talks to a database server beyond this machine without TLS.
    #[must_use]
    pub fn allow_plaintext_database(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Trusts these certificate authorities (PEM) for the database server, in
    /// place of the public ones.
    #[must_use]
    pub fn database_roots(mut self, path: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(path.into());
        self
    }

    /// How new password hashes are made, and on how many threads.
    #[must_use]
    pub fn hashing(mut self, policy: Policy, threads: usize) -> Self {
        (self.hash, self.hash_threads) = (policy, threads.max(1));
        self
    }

    /// Mixes a key into every password before it is hashed, so that a stolen
    /// database is no use for guessing. The key comes from the root key: whoever
    /// loses that loses the passwords too. What is stored without it is renewed at
    /// the next sign-in, and cannot go back.
    #[must_use]
    pub fn pepper(mut self) -> Self {
        self.pepper = true;
        self
    }

    /// Hands messages to this carrier. Without one they go to a folder.
    #[must_use]
    pub fn sender(mut self, sender: impl Sender) -> Self {
        self.sender = Some(Arc::new(sender));
        self
    }

    /// Keeps messages in memory, readable by [`Keyward::inbox`].
    #[must_use]
    pub fn with_inbox(self) -> Self {
        self.inbox(Inbox::default())
    }

    /// The same in an inbox that several instances may share: each sends what any of
    /// them wrote.
    #[must_use]
    pub fn inbox(mut self, inbox: Inbox) -> Self {
        self.sender = Some(Arc::new(inbox.clone()));
        self.inbox = Some(inbox);
        self
    }

    /// Where messages go while no carrier is configured.
    #[must_use]
    pub fn outbox_folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = path.into();
        self
    }

    /// Replaces templates of the hosted pages, and of letters, by files of the
    /// same name in this folder; `mail_verify.html` replaces `mail.html` for one
    /// letter. A file that replaces nothing, or does not parse, and a letter that
    /// cannot be written are refused at start.
    #[must_use]
    pub fn templates(mut self, folder: impl Into<PathBuf>) -> Self {
        self.templates = Some(folder.into());
        self
    }

    /// Puts a policy file in force, beside the roles that are stored. What it
    /// defines cannot be changed at run time; a name that is stored as well is
    /// an error at the start. It is read again when it changes, and by
    /// [`Keyward::reload_policy_file`]; a file with a mistake changes nothing.
    ///
    /// Where the file lists permissions, no others may be asked for, except
    /// [our own](crate::own_permissions).
    #[cfg(feature = "policy-file")]
    #[must_use]
    pub fn policy(mut self, path: impl Into<PathBuf>) -> Self {
        self.policy_file = Some(PolicyFile::new(path.into()));
        self
    }

    /// Uses another clock; for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Uses other randomness; for tests.
    #[must_use]
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.rng = Rng::Seeded(Arc::new(Mutex::new(random)));
        self
    }

    /// Recognises requests by this, in place of API keys, session tokens and session
    /// cookies: one authenticator, or [`FirstOf`](crate::authn::FirstOf) several. The
    /// hosted pages need [`SessionCookie`](crate::authn::SessionCookie).
    #[must_use]
    pub fn authenticate_with(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticators = authenticator.into_steps();
        self
    }

    /// Asks the app for people by their login before the accounts here are: they stay in
    /// its own table, and so do their passwords. See [`TableUsers`](crate::TableUsers).
    #[must_use]
    pub fn users(mut self, users: impl Users) -> Self {
        self.users = Some(Arc::new(users));
        self
    }

    /// Asked before every sign-up; may refuse.
    #[must_use]
    pub fn before_sign_up(
        mut self,
        gate: impl Fn(&SignUpAttempt) -> Result<(), Veto> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.before_sign_up.push(Arc::new(gate));
        self
    }

    /// Asked before every sign-in; may refuse.
    #[must_use]
    pub fn before_sign_in(
        mut self,
        gate: impl Fn(&SignInAttempt) -> Result<(), Veto> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.before_sign_in.push(Arc::new(gate));
        self
    }

    /// Told of every event, in order, at least once, surviving restarts. An
    /// error means: tell me again.
    #[must_use]
    pub fn on(
        mut self,
        listener: impl Fn(&EventView) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.on_event.push(Arc::new(listener));
        self
    }

    /// Asked for the groups of an account in each request in which it is signed
    /// in, and added to those that are stored, for access control lists and
    /// conditions; roles come from stored ones alone. `None` is a ban: whatever else the
    /// account holds, it may do nothing. An error, or no answer in five seconds,
    /// is a failure to know: the request is answered with 503.
    #[must_use]
    pub fn groups_of<F>(mut self, ask: impl Fn(UserId) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Option<Vec<String>>, Error>> + Send + 'static,
    {
        self.hooks.groups_of = Some(groups_of(ask));
        self
    }

    /// Where the app keeps its resources, for questions that come over HTTP. It
    /// has five seconds for each answer.
    #[must_use]
    pub fn resources(mut self, resources: impl Resources) -> Self {
        self.hooks.resources = Some(Arc::new(resources));
        self
    }

    /// Development mode: an inbox page, and helpers that no production has.
    #[must_use]
    pub fn dev(mut self) -> Self {
        self.web.dev = true;
        self.with_inbox()
    }

    /// For a tool beside a running server, in production or development:
    /// nothing is migrated, no root key is made, and whatever the tool causes
    /// is delivered by the server.
    #[must_use]
    pub fn beside(mut self) -> Self {
        (self.beside, self.migrate) = (true, Migrate::Check);
        self
    }

    #[cfg(feature = "oauth")]
    pub(crate) fn given_providers(&mut self) -> &mut crate::providers::Given {
        &mut self.providers
    }

    /// The database's URL, and whether it may be talked to in the clear; nothing
    /// when the store is not one of ours.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(crate) fn database(&self) -> Option<(&str, bool)> {
        match &self.place {
            Place::Url(url) => Some((url, self.plaintext)),
            Place::Store(_) => None,
        }
    }

    /// What can be seen to be wrong before anything is opened.
    fn check(&mut self) -> Result<(), Error> {
        self.bad.take().map_or(Ok(()), Err)?;
        super::web::check(&self.web)?;
        super::profile::check(&self.settings)?;
        self.authenticators.check()?;
        crate::own_users::check(&self.users)?;
        self.hash.check().map_err(|cause| Error::because("use these hash parameters", cause))
    }

    /// What the policy file says at first.
    #[cfg_attr(not(feature = "policy-file"), expect(clippy::unused_self, reason = "no file"))]
    #[cfg_attr(not(feature = "policy-file"), expect(clippy::unnecessary_wraps, reason = "no file"))]
    fn policy_base(&self) -> Result<Arc<super::policy::base::Base>, Error> {
        #[cfg(feature = "policy-file")]
        let base = PolicyFile::base(self.policy_file.as_ref())?;
        #[cfg(not(feature = "policy-file"))]
        let base = Arc::default();
        Ok(base)
    }

    /// Opens the store, checks the key, starts the background work.
    pub async fn build(mut self) -> Result<Keyward, Error> {
        self.check()?;
        let base = self.policy_base()?;
        let bots = self.bots.open(&self.settings)?;
        let Self { migrate, plaintext, root_certificates, .. } = self;
        let store = store(self.place, migrate, plaintext, root_certificates).await?;
        let (keys, is_new) = keys(&*store, self.key, &mut self.rng.clone()).await?;
        if !self.beside {
            mark(&*store, self.web.dev, is_new).await?;
        }
        let hashes = HashPool::start(self.hash_threads, hasher(self.hash, self.pepper, &keys))?;
        let auth = Keyward(Arc::new(Inner {
            store,
            clock: self.clock,
            rng: self.rng,
            hashes,
            keys,
            settings: self.settings,
            cache: SessionCache::new(CACHE),
            #[cfg(feature = "tokens")]
            tokens: super::tokens::TokenState::new(),
            policy: InForce::new(PolicyState::build(&Definitions::default(), base)?),
            policy_turn: tokio::sync::Mutex::new(()),
            #[cfg(feature = "policy-file")]
            policy_file: self.policy_file,
            #[cfg(feature = "oauth")]
            providers: self.providers.finish(self.web.public_url.get().map(String::as_str))?,
            hooks: self.hooks,
            authenticators: self.authenticators,
            users: self.users,
            bots,
            methods: self.methods,
            app_factors: self.app_factors,
            watch: Watch::new(),
            counters: Counters::default(),
            decisions: self.decisions.map(DecisionLog::open).transpose()?,
            #[cfg(feature = "authnzerver")]
            frontends: self.frontends,
            sender: self.sender.unwrap_or_else(|| Arc::new(Folder::new(self.folder))),
            inbox: self.inbox,
            router: Router::new(self.web.dev)?,
            pages: Pages::load(self.templates.as_deref())?,
            limiter: Limiter::new(),
            request_ids: RequestIds::default(),
            web: self.web,
            maintenance: AtomicBool::new(self.maintenance),
            sending: Sending::default(),
            wake: Wake::default(),
            changed: tokio::sync::watch::Sender::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        auth.run(&SeedRoles, &Client::default()).await?.ok();
        auth.reload_policy().await?;
        if !self.beside {
            auth.start();
        }
        Ok(auth)
    }
}

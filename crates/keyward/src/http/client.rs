//! What the flows learn about whoever asks.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use ::http::{HeaderMap, header};
use keyward_core::crypto::mac::mac;
use keyward_core::crypto::token;
use keyward_core::flow::Client;
use keyward_core::id::{SessionId, UserId};

use super::{Head, Request, cookie};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::hex::{from_hex, to_hex};

/// A [`Client`] that is put together when a flow first asks for it: most
/// requests only look at their session.
#[derive(Debug)]
pub(crate) struct LazyClient<'a> {
    auth: &'a Keyward,
    request: &'a Request,
    address: Option<IpAddr>,
    bound: Bound,
    made: OnceLock<Client>,
}

/// What is other about whoever asks than with an ordinary session.
#[derive(Debug)]
pub(crate) enum Bound {
    /// Nothing: nobody was known, or it is one.
    Nothing(Option<(UserId, SessionId)>),
    /// It is no session, and may do all that its account may.
    InPlaceOf(UserId),
    /// It may do less, or somebody else acts in it.
    To(Arc<Entry>),
}

impl Bound {
    pub(crate) fn of(entry: &Arc<Entry>) -> Self {
        // An entry that many requests share is not counted where it need not be.
        match (entry.is_session(), entry.ceilings(), entry.session.impersonator) {
            (true, [], None) => Self::Nothing(Some((entry.user.id, entry.session.id))),
            (false, [], None) => Self::InPlaceOf(entry.user.id),
            _ => Self::To(Arc::clone(entry)),
        }
    }

    fn narrowed(&self) -> Option<(UserId, Vec<Vec<String>>)> {
        match self {
            Self::Nothing(_) => None,
            Self::InPlaceOf(user) => Some((*user, vec![])),
            Self::To(entry) => entry.narrowed(),
        }
    }

    fn impersonator(&self) -> Option<UserId> {
        match self {
            Self::To(entry) => entry.session.impersonator.map(|by| by.user),
            Self::Nothing(_) | Self::InPlaceOf(_) => None,
        }
    }

    fn session(&self) -> Option<(UserId, SessionId)> {
        match self {
            Self::Nothing(session) => *session,
            Self::InPlaceOf(_) => None,
            Self::To(entry) => entry.is_session().then_some((entry.user.id, entry.session.id)),
        }
    }
}

impl<'a> LazyClient<'a> {
    pub(crate) fn new(
        auth: &'a Keyward,
        request: &'a Request,
        address: Option<IpAddr>,
        bound: Bound,
    ) -> Self {
        Self { auth, request, address, bound, made: OnceLock::new() }
    }
}

impl LazyClient<'_> {
    /// Where the request came from.
    #[cfg(feature = "tokens")]
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

impl Deref for LazyClient<'_> {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.made.get_or_init(|| Client {
            narrowed: self.bound.narrowed(),
            impersonator: self.bound.impersonator(),
            session: self.bound.session(),
            ..self.auth.client(self.request, self.address)
        })
    }
}

impl Keyward {
    /// What the flows learn of a request whose body was not read: nothing of its
    /// device, which is a browser's.
    pub(crate) fn client_of(&self, head: Head<'_>) -> Client {
        let address = head.address.map(|a| a.to_string()).unwrap_or_default();
        Client { address, agent: agent(head.headers), ..Client::default() }
    }

    fn client(&self, request: &Request, address: Option<IpAddr>) -> Client {
        let agent = agent(request.headers());
        // Two device cookies, of which one was planted, prove no device.
        let device = cookie::find(self, request.headers(), cookie::DEVICE).ok().flatten();
        Client {
            address: address.map(|a| a.to_string()).unwrap_or_default(),
            agent,
            device: device.and_then(|text| self.read_device(text)),
            language: crate::pages::language(self, request),
            narrowed: None,
            impersonator: None,
            session: None,
        }
    }

    fn read_device(&self, text: &str) -> Option<(UserId, [u8; 16])> {
        let mut parts = text.split('.');
        let user = UserId::parse(parts.next()?)?;
        let device = from_hex(parts.next()?)?.try_into().ok()?;
        let proof = from_hex(parts.next()?)?;
        token::eq(&proof, &self.device_proof(user, &device)).then_some((user, device))
    }

    fn device_proof(&self, user: UserId, device: &[u8; 16]) -> [u8; 32] {
        mac(&self.0.keys.device, &[&user.to_bytes(), device])
    }

    /// The cookie that makes a browser a known device of `user`, under a name of
    /// its own if none was decided.
    pub(crate) fn device_cookie(&self, user: UserId, decided: Option<[u8; 16]>) -> String {
        use keyward_core::port::Random as _;
        let device = decided.unwrap_or_else(|| {
            let mut device = [0; 16];
            self.0.rng.clone().fill(&mut device);
            device
        });
        let proof = self.device_proof(user, &device);
        format!("{user}.{}.{}", to_hex(&device), to_hex(&proof))
    }
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).map(|v| v.as_bytes());
    let agent = String::from_utf8_lossy(agent.unwrap_or_default());
    agent.chars().filter(|c| !c.is_control()).take(200).collect()
}

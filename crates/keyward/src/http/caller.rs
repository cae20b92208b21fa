//! Who came in: recognised once, before the route.

use std::sync::Arc;

use ::http::header;
use keyward_authz::{Decision, Permission};
use keyward_core::crypto::mac::mac;
use keyward_core::crypto::token;
use keyward_core::flow::Client;
use keyward_core::id::UserId;

use super::cookie;
use super::network::Near;
use super::{Code, Fault, Guard, Problem, Request, csrf, single};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::policy::parse;
use crate::engine::session::Ended;

/// Who came in, and from where.
#[derive(Debug)]
pub(crate) struct Caller {
    /// Their session, if they have a live one.
    pub(crate) entry: Option<Arc<Entry>>,
    /// How they brought it.
    pub(crate) by_cookie: bool,
    /// What the flows learn about them.
    pub(crate) client: Client,
}

impl Caller {
    /// The session of whoever is signed in.
    pub(crate) fn entry(&self) -> Result<&Arc<Entry>, Fault> {
        self.entry.as_ref().ok_or_else(|| Code::Unauthenticated.into())
    }

    /// The account of whoever is signed in.
    pub(crate) fn user(&self) -> Result<UserId, Fault> {
        self.entry().map(|entry| entry.user.id)
    }
}

/// A token and how it was brought.
enum Brought {
    Nothing,
    Cookie(String),
    Bearer(String),
}

impl Keyward {
    pub(crate) async fn caller(
        &self,
        request: &Request,
        near: Near,
        guard: Guard,
    ) -> Result<Caller, Fault> {
        let brought = self.brought(request)?;
        let is_unsafe = !request.method().is_safe();
        let by_cookie = matches!(brought, Brought::Cookie(_));
        if is_unsafe && !matches!(brought, Brought::Bearer(_)) {
            csrf::check_open(self, request)?;
        }
        let (entry, ended) = match &brought {
            Brought::Nothing => (None, None),
            Brought::Cookie(token) | Brought::Bearer(token) => {
                match self.session_of(token).await? {
                    Ok(entry) => (Some(entry), None),
                    Err(ended) => (None, Some(ended)),
                }
            }
        };
        if let (true, true, Some(entry)) = (is_unsafe, by_cookie, &entry) {
            csrf::check(self, request, &entry.session.id.to_string())?;
        }
        self.admit_by(guard, entry.as_deref(), ended, &brought)?;
        let client = self.client(request, near)?;
        Ok(Caller { entry, by_cookie, client })
    }

    fn brought(&self, request: &Request) -> Result<Brought, Fault> {
        if let Some(value) = single(request.headers(), &header::AUTHORIZATION)? {
            // Other schemes belong to the app, or to doors that are not built yet.
            return Ok(match value.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                    Brought::Bearer(token.trim().to_owned())
                }
                _ => Brought::Bearer(String::new()),
            });
        }
        let found = cookie::get(self, request.headers(), cookie::SESSION)?;
        Ok(found.map_or(Brought::Nothing, Brought::Cookie))
    }

    fn admit_by(
        &self,
        guard: Guard,
        entry: Option<&Entry>,
        ended: Option<Ended>,
        brought: &Brought,
    ) -> Result<(), Fault> {
        // A credential that was brought and refused is never ignored, except
        // that an old cookie must not keep anyone from signing in.
        if let (Brought::Bearer(_), Some(ended)) = (brought, ended) {
            return Err(ended_code(ended).into());
        }
        match (guard, entry) {
            (Guard::Anyone, _) | (Guard::SignedIn, Some(_)) => Ok(()),
            (_, None) => Err(ended.map_or(Code::Unauthenticated, ended_code).into()),
            (Guard::Holding(wanted), Some(entry)) => self.require_held(entry, wanted),
        }
    }

    /// A permission that whoever came in must hold.
    pub(crate) fn require_held(&self, entry: &Entry, wanted: &str) -> Result<(), Fault> {
        let wanted: Permission = parse(wanted)?;
        match entry.access.check(&wanted) {
            Decision::Allow => Ok(()),
            Decision::Deny => {
                let detail = format!("This needs the permission {wanted}.");
                Err(Problem::new(Code::MissingPermission)
                    .param("permission", wanted.to_string())
                    .detail(detail)
                    .into())
            }
            Decision::Indeterminate => Err(Code::DecisionUnavailable.into()),
        }
    }

    fn client(&self, request: &Request, near: Near) -> Result<Client, Fault> {
        let agent = request.headers().get(header::USER_AGENT).map(|v| v.as_bytes());
        let agent = String::from_utf8_lossy(agent.unwrap_or_default());
        let agent = agent.chars().filter(|c| !c.is_control()).take(200).collect();
        let device = cookie::get(self, request.headers(), cookie::DEVICE)?;
        Ok(Client {
            address: near.address,
            agent,
            device: device.and_then(|text| self.read_device(&text)),
            language: crate::pages::language(self, request),
        })
    }

    fn read_device(&self, text: &str) -> Option<(UserId, [u8; 16])> {
        let mut parts = text.split('.');
        let user = UserId::parse(parts.next()?)?;
        let device = hex(parts.next()?)?.try_into().ok()?;
        let proof = hex(parts.next()?)?;
        token::eq(&proof, &self.device_proof(user, &device)).then_some((user, device))
    }

    fn device_proof(&self, user: UserId, device: &[u8; 16]) -> [u8; 32] {
        mac(&self.0.keys.device, &[&user.to_bytes(), device])
    }

    /// The cookie that makes a browser a known device of `user`.
    pub(crate) fn device_cookie(&self, user: UserId) -> String {
        use keyward_core::port::Random as _;
        let mut device = [0; 16];
        self.0.rng.clone().fill(&mut device);
        let proof = self.device_proof(user, &device);
        format!("{user}.{}.{}", to_hex(&device), to_hex(&proof))
    }
}

pub(crate) fn ended_code(ended: Ended) -> Code {
    match ended {
        Ended::Unknown => Code::Unauthenticated,
        Ended::Expired => Code::SessionExpired,
        Ended::Revoked => Code::SessionRevoked,
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 != 0 || text.len() > 128 {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

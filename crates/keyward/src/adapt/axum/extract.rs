//! What a handler may ask for.

use std::sync::Arc;

use ::axum::body::Body;
use ::axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use ::axum::http::request::Parts;
use ::axum::response::{IntoResponse, Response};
use keyward_authz::{Access, Decision};
use keyward_core::Error;
use keyward_core::id::{SessionId, UserId};
use keyward_core::identifier::Kind;
use keyward_core::record::Identifier;
use serde::Serialize;

use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::engine::policy::parse;
use crate::http::{Code, Fault, Guard, Head};
use crate::serve::body::ReplyBody;

/// Whoever is signed in. As an extractor it refuses with 401 if nobody is;
/// `Option<User>` is `None` then. Serialises without secrets.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// `usr_…`
    pub id: UserId,
    /// What to call them; may be empty.
    pub name: String,
    /// Their e-mail address, if they have one.
    pub email: Option<String>,
    /// Their username, if they have one.
    pub username: Option<String>,
    #[serde(skip)]
    access: Arc<Access>,
}

impl User {
    fn new(entry: &Entry) -> Self {
        let first = |kind| {
            let mut all = entry.identifiers.iter();
            all.find(|i| i.kind == kind).map(|i: &Identifier| i.value.clone())
        };
        Self {
            id: entry.user.id,
            name: entry.user.name.clone(),
            email: first(Kind::Email),
            username: first(Kind::Username),
            access: Arc::clone(&entry.access),
        }
    }

    /// Whether they may do `permission`. What cannot be decided is an error,
    /// never a no.
    pub fn can(&self, permission: &str) -> Result<bool, Error> {
        match self.access.check(&parse(permission)?) {
            Decision::Allow => Ok(true),
            Decision::Deny => Ok(false),
            Decision::Indeterminate => Err(Error::new("decide the permission")),
        }
    }
}

/// The session of whoever is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// `ses_…`
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// Authenticator assurance level.
    pub aal: u8,
    /// What was proven.
    pub methods: Vec<String>,
    /// The app's own data: a JSON object.
    pub data: serde_json::Value,
}

/// Whoever or whatever the request comes from.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody that is known.
    Anonymous,
    /// A person.
    User(User),
}

/// Who came in, as [`Keyward::handle`] would recognise them: once for each request.
pub(super) async fn recognise(
    auth: &Keyward,
    parts: &mut Parts,
) -> Result<Option<Arc<Entry>>, Fault> {
    if let Some(Recognised(known)) = parts.extensions.get() {
        return Ok(known.clone());
    }
    let head = Head { method: &parts.method, headers: &parts.headers, body: &[] };
    let (entry, _) = auth.recognise(head, Guard::Anyone, auth.now()).await?;
    parts.extensions.insert(Recognised(entry.clone()));
    Ok(entry)
}

/// Who came in, kept with the request for the next one who asks.
#[derive(Clone)]
struct Recognised(Option<Arc<Entry>>);

/// A fault as a reply of ours.
pub(super) fn refusal(auth: &Keyward, fault: Fault) -> Response {
    let id = auth.0.request_ids.mint(auth.now());
    auth.problem_reply(fault, id).map(|body| Body::new(ReplyBody::from(body)))
}

/// Why an extractor refused; a problem (RFC 9457) as a reply.
#[derive(Debug)]
pub struct Rejection(Response);

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.0
    }
}

async fn entry<S>(parts: &mut Parts, state: &S) -> Result<Option<Arc<Entry>>, Rejection>
where
    Keyward: FromRef<S>,
{
    let auth = Keyward::from_ref(state);
    recognise(&auth, parts).await.map_err(|fault| Rejection(refusal(&auth, fault)))
}

async fn signed_in<S>(parts: &mut Parts, state: &S) -> Result<Arc<Entry>, Rejection>
where
    Keyward: FromRef<S>,
{
    let found = entry(parts, state).await?;
    let auth = Keyward::from_ref(state);
    found.ok_or_else(|| Rejection(refusal(&auth, Code::Unauthenticated.into())))
}

impl<S> FromRequestParts<S> for User
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        signed_in(parts, state).await.map(|entry| Self::new(&entry))
    }
}

impl<S> OptionalFromRequestParts<S> for User
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        Ok(entry(parts, state).await?.map(|entry| Self::new(&entry)))
    }
}

impl<S> FromRequestParts<S> for Session
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let entry = signed_in(parts, state).await?;
        Ok(Self {
            id: entry.session.id,
            user: entry.user.id,
            aal: entry.session.aal,
            methods: entry.session.methods.clone(),
            data: serde_json::from_str(&entry.session.data).unwrap_or_default(),
        })
    }
}

impl<S> FromRequestParts<S> for Principal
where
    Keyward: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let entry = entry(parts, state).await?;
        Ok(entry.map_or(Self::Anonymous, |entry| Self::User(User::new(&entry))))
    }
}

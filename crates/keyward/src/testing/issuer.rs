//! An issuer of OpenID Connect on this machine: a real server, with doors that can
//! be made to do what an issuer must not.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::http::{StatusCode, header};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyward_core::Error;
use keyward_core::crypto::jose::Algorithm;
use keyward_core::crypto::jose::signer::{Signer, unsigned};
use keyward_core::crypto::token;
use keyward_core::port::Clock as _;
use serde_json::{Value, json};

use super::FakeClock;
use crate::outbound::{HttpClient as _, Outbound, OutboundOptions};
use crate::providers::ProviderOptions;

/// The id and the secret of its only client.
const CLIENT: (&str, &str) = ("keyward", "a secret with = and : in it");

/// What an issuer does otherwise than it should.
#[derive(Clone, Debug, Default)]
pub struct Quirks {
    /// It says no, with this code.
    pub denies: Option<String>,
    /// It says that another answers (RFC 9207); empty says that nobody does.
    pub says_iss: Option<String>,
    /// Claims of the ID token in place of the right ones; null leaves one out.
    pub claims: Vec<(String, Value)>,
    /// The token is not signed, or by a public key: `none`, `HS256`.
    pub algorithm: Option<&'static str>,
    /// It is signed by another key than the one that it names.
    pub signs_with_another: bool,
    /// The token endpoint answers with this status and body.
    pub token_answer: Option<(u16, String)>,
    /// It takes for ever, at the doors whose path contains this.
    pub hangs_at: Option<&'static str>,
    /// So many bytes stand in front of its keys.
    pub keys_padding: usize,
    /// Its configuration says that it is another.
    pub poses_as: Option<String>,
    /// Claims that only the door for whoever has an access token tells.
    pub user: Option<Value>,
}

/// A request that came to one of its doors.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `/token`, …
    pub path: &'static str,
    /// The form or the query.
    pub pairs: HashMap<String, String>,
    /// The header.
    pub authorization: String,
}

struct Inside {
    url: String,
    clock: FakeClock,
    person: Value,
    keys: Vec<Signer>,
    quirks: Quirks,
    codes: HashMap<String, (HashMap<String, String>, Value)>,
    refreshes: u64,
    count: u64,
    asked: Vec<Asked>,
}

/// An issuer with one client and whoever signs in next.
#[derive(Clone)]
pub struct Issuer(Arc<Mutex<Inside>>);

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issuer({})", self.url())
    }
}

impl Issuer {
    /// Opens its doors on a port of this machine.
    #[expect(clippy::expect_used, reason = "a test without its issuer cannot go on")]
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its own address").port();
        let key = Signer::generate(Algorithm::Es256, "key-1").expect("a key");
        let issuer = Self(Arc::new(Mutex::new(Inside {
            url: format!("http://127.0.0.1:{port}"),
            clock: FakeClock::default(),
            person: json!({}),
            keys: vec![key],
            quirks: Quirks::default(),
            codes: HashMap::new(),
            refreshes: 0,
            count: 0,
            asked: vec![],
        })));
        issuer.is("ada", "ada@example.com", true);
        let doors = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/authorize", get(authorize))
            .route("/token", post(give))
            .route("/keys", get(keys))
            .route("/user", get(user))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, doors).await });
        issuer
    }

    fn inside<T>(&self, look: impl FnOnce(&mut Inside) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its name.
    pub fn url(&self) -> String {
        self.inside(|inside| inside.url.clone())
    }

    /// Goes by this clock.
    pub fn follow(&self, clock: &FakeClock) {
        self.inside(|inside| inside.clock = clock.clone());
    }

    /// What it takes to sign in here, under this name.
    pub fn options(&self, name: &str) -> ProviderOptions {
        ProviderOptions::oidc(name, &self.url(), CLIENT.0, CLIENT.1)
    }

    /// A client that may ask servers of this machine, and waits a moment only.
    #[expect(clippy::expect_used, reason = "a test without its client cannot go on")]
    pub fn client() -> Outbound {
        let options = OutboundOptions {
            allow: vec!["127.0.0.1".into()],
            timeout: std::time::Duration::from_secs(2),
            ..OutboundOptions::default()
        };
        Outbound::new(&options).expect("the options can be read")
    }

    /// Whoever signs in next is this one.
    pub fn is(&self, subject: &str, email: &str, verified: bool) {
        let person = json!({
            "sub": subject, "email": email, "email_verified": verified,
            "name": "Ada Lovelace", "picture": "https://issuer.example.com/ada.png",
        });
        self.inside(|inside| inside.person = person);
    }

    /// Whoever signs in next has these claims.
    pub fn is_person(&self, claims: Value) {
        self.inside(|inside| inside.person = claims);
    }

    /// Does this otherwise from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Quirks)) {
        self.inside(|inside| {
            inside.quirks = Quirks::default();
            change(&mut inside.quirks);
        });
    }

    /// Signs with a new key from now on; old ones are not published any more.
    #[expect(clippy::expect_used, reason = "a test without its keys cannot go on")]
    pub fn rotate(&self, how: Algorithm) {
        self.inside(|inside| {
            inside.count += 1;
            let id = format!("key-{}", inside.count + 1);
            inside.keys = vec![Signer::generate(how, &id).expect("a key")];
        });
    }

    /// What was asked so far, at this door.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.inside(|inside| {
            inside.asked.iter().filter(|asked| asked.path == path).cloned().collect()
        })
    }

    /// What a browser does that is sent to its page: whoever is there signs in, and is
    /// sent back. Where to: path and query.
    #[expect(clippy::expect_used, reason = "a test that cannot go there has failed")]
    pub async fn visit(&self, url: &str) -> String {
        let request = ::http::Request::get(url).body(bytes::Bytes::new()).expect("an address");
        let reply = Self::client().send(request).await.expect("the issuer is there");
        let to = reply.headers().get(header::LOCATION).map(|to| to.to_str().unwrap_or_default());
        let to = to.unwrap_or_default();
        to.strip_prefix("http://localhost").unwrap_or(to).to_owned()
    }

    fn note(&self, path: &'static str, pairs: &HashMap<String, String>, authorization: &str) {
        let (pairs, authorization) = (pairs.clone(), authorization.to_owned());
        self.inside(|inside| inside.asked.push(Asked { path, pairs, authorization }));
    }

    async fn hang(&self, path: &str) {
        if self.inside(|inside| inside.quirks.hangs_at.is_some_and(|at| path.contains(at))) {
            std::future::pending::<()>().await;
        }
    }
}

impl Inside {
    fn token(&mut self, asked: &HashMap<String, String>, person: &Value) -> Result<String, Error> {
        let now = self.clock.now().as_secs();
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT.0, "iat": now, "exp": now + 300,
            "nonce": asked.get("nonce"),
        });
        let Some(all) = claims.as_object_mut() else { return Ok(String::new()) };
        all.extend(person.as_object().cloned().unwrap_or_default());
        for (name, value) in &self.quirks.claims {
            match value {
                Value::Null => all.remove(name),
                value => all.insert(name.clone(), value.clone()),
            };
        }
        let Some(key) = self.keys.last() else { return Ok(String::new()) };
        match self.quirks.algorithm {
            Some("none") => Ok(unsigned(&claims)),
            Some(_) => Ok(key.forged(&claims)),
            None if self.quirks.signs_with_another => {
                Signer::generate(key.algorithm(), key.id())?.token(&claims)
            }
            None => key.token(&claims),
        }
    }
}

async fn configuration(State(issuer): State<Issuer>) -> Response {
    issuer.note("/.well-known/openid-configuration", &HashMap::new(), "");
    issuer.hang("/.well-known").await;
    issuer.inside(|inside| {
        let url = &inside.url;
        axum::Json(json!({
            "issuer": inside.quirks.poses_as.as_ref().unwrap_or(url),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "userinfo_endpoint": format!("{url}/user"),
            "authorization_response_iss_parameter_supported": true,
        }))
        .into_response()
    })
}

async fn authorize(State(issuer): State<Issuer>, RawQuery(query): RawQuery) -> Response {
    let asked = pairs(query.unwrap_or_default().as_bytes());
    issuer.note("/authorize", &asked, "");
    let to = issuer.inside(|inside| {
        inside.count += 1;
        let code = format!("code-{}", inside.count);
        let mut query = form_urlencoded::Serializer::new(String::new());
        match &inside.quirks.denies {
            Some(error) => {
                query.append_pair("error", error);
                query.append_pair("error_description", "<script>alert(1)</script>");
            }
            None => {
                query.append_pair("code", &code);
                inside.codes.insert(code, (asked.clone(), inside.person.clone()));
            }
        }
        query.append_pair("state", asked.get("state").map_or("", String::as_str));
        match &inside.quirks.says_iss {
            Some(iss) if iss.is_empty() => {}
            other => {
                query.append_pair("iss", other.as_ref().unwrap_or(&inside.url));
            }
        }
        let to = asked.get("redirect_uri").cloned().unwrap_or_default();
        format!("{to}?{}", query.finish())
    });
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

fn pairs(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn refused(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": code }))).into_response()
}

/// Whether the client showed its secret, in the header.
fn is_client(authorization: &str) -> bool {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(CLIENT.0), encode(CLIENT.1));
    authorization == format!("Basic {}", STANDARD.encode(pair))
}

async fn give(
    State(issuer): State<Issuer>,
    headers: ::http::HeaderMap,
    body: bytes::Bytes,
) -> Response {
    let asked = pairs(&body);
    let authorization = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let authorization = authorization.unwrap_or_default();
    issuer.note("/token", &asked, authorization);
    issuer.hang("/token").await;
    if let Some((status, body)) = issuer.inside(|inside| inside.quirks.token_answer.clone()) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        return (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    }
    if !is_client(authorization) {
        return refused("invalid_client");
    }
    let given = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    if given("grant_type") == "refresh_token" {
        return issuer.inside(|inside| again(inside, given("refresh_token")));
    }
    // A code works once, for whoever has what its challenge was made of.
    let begun = issuer.inside(|inside| inside.codes.remove(given("code")));
    let Some((begun, person)) = begun else {
        return refused("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(token::digest(given("code_verifier")));
    let is_same = |name: &str, value: &str| begun.get(name).is_some_and(|known| known == value);
    if !is_same("code_challenge", &challenge)
        || !is_same("code_challenge_method", "S256")
        || !is_same("redirect_uri", given("redirect_uri"))
    {
        return refused("invalid_grant");
    }
    issuer.inside(|inside| match inside.token(&begun, &person) {
        Ok(id_token) => axum::Json(json!({
            "access_token": "access-0", "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": "refresh-0", "scope": "openid email", "id_token": id_token,
        }))
        .into_response(),
        Err(_) => refused("server_error"),
    })
}

/// A refresh token works once: another comes with the answer.
fn again(inside: &mut Inside, refresh: &str) -> Response {
    if refresh != format!("refresh-{}", inside.refreshes) {
        return refused("invalid_grant");
    }
    inside.refreshes += 1;
    let n = inside.refreshes;
    axum::Json(json!({
        "access_token": format!("access-{n}"), "token_type": "Bearer", "expires_in": 3600,
        "refresh_token": format!("refresh-{n}"),
    }))
    .into_response()
}

async fn keys(State(issuer): State<Issuer>) -> Response {
    issuer.note("/keys", &HashMap::new(), "");
    issuer.hang("/keys").await;
    issuer.inside(|inside| {
        let keys: Vec<Value> = inside.keys.iter().map(Signer::jwk).collect();
        let text = json!({ "keys": keys }).to_string();
        let padding = " ".repeat(inside.quirks.keys_padding);
        ([(header::CONTENT_TYPE, "application/json")], format!("{padding}{text}")).into_response()
    })
}

async fn user(State(issuer): State<Issuer>, headers: ::http::HeaderMap) -> Response {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    issuer.note("/user", &HashMap::new(), authorization.unwrap_or_default());
    if authorization != Some("Bearer access-0") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    issuer.inside(|inside| {
        let told = inside.quirks.user.clone().unwrap_or_else(|| inside.person.clone());
        axum::Json(told).into_response()
    })
}

//! authnzerver's frontends, unchanged: they talk to Keyward as they talked to
//! [authnzerver](https://github.com/waqasbhatti/authnzerver), by encrypted messages to
//! `POST /compat/authnzerver`, or to
//! [`Keyward::answer_frontend`](crate::Keyward::answer_frontend) behind a listener of its
//! own.
//!
//! All 38 requests of its last version are answered, by the names of every version, in
//! its words and its shapes. What they do is done by Keyward's own flows: limits,
//! locks, hashes and the log are the same as at every other door.
//!
//! ```
//! use keyward::authnzerver::{Authnzerver, Frontend};
//! # use keyward::Keyward;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let key = Frontend::new_key();
//! let shop = Frontend::new("shop", [&key])?.only(["session-*", "user-*"])?;
//! let auth = Keyward::memory().authnzerver(Authnzerver::new().frontend(shop)).build().await?;
//! # auth.shutdown().await;
//! # Ok::<(), keyward::Error>(())
//! # }).unwrap();
//! ```

mod access;
mod accounts;
mod answer;
mod call;
mod edits;
mod envelope;
mod keys;
mod letters;
mod lists;
mod model;
mod people;
mod repeats;
mod reserved;
mod roster;
mod schema;
mod sessions;
mod settle;
mod times;
mod words;

use std::time::Duration;

pub(crate) use envelope::Turned;
pub use envelope::request_of;
use keyward_authz::Pattern;
use keyward_core::Error;
use keyward_core::crypto::fernet::FernetKey;
use keyward_core::crypto::keys::RootKey;
pub use keyward_core::crypto::message::Cipher;
use keyward_core::crypto::message::MessageKey;
use keyward_core::password::likeness::LikenessRules;
use model::Model;
use quick_cache::sync::Cache;

use crate::engine::os::OsRandom;
use people::Seen;
use repeats::Repeats;

/// Bytes of a message, at most.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// A frontend, or several that share a key: what it seals its messages with, and what
/// it may ask.
#[derive(Debug)]
pub struct Frontend {
    pub(crate) name: String,
    keys: Vec<MessageKey>,
    /// Names of requests, with `*`; none for all.
    only: Option<Vec<String>>,
}

impl Frontend {
    /// A frontend with its keys, as texts: 32 bytes in base64, before which the cipher
    /// may stand that they are for, as in `chacha20poly1305:KEY`. Without, they are for
    /// Fernet. Answers are sealed with the key that the question was sealed with, and by
    /// its cipher; while a key or a cipher is changed, both are given.
    ///
    /// # Errors
    /// There is none, or one is no such key, or nobody drew it at random.
    pub fn new<K: AsRef<str>>(
        name: &str,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Self, Error> {
        let bad = |cause| Error::because("read the key of a frontend", cause);
        let mut read = vec![];
        for key in keys {
            let text = key.as_ref().trim();
            let (_, bytes) = Cipher::of(text).map_err(bad)?;
            RootKey::parse(bytes)
                .map_err(|cause| Error::because("use this key of a frontend", cause))?;
            read.push(MessageKey::parse(text).map_err(bad)?);
        }
        match read.is_empty() {
            true => Err(Error::new("talk to a frontend without a key")),
            false => Ok(Self { name: name.to_owned(), keys: read, only: None }),
        }
    }

    /// A new key for Fernet, to be kept where only its holders can read it. It is as good
    /// for another cipher, whose name goes before it.
    pub fn new_key() -> String {
        FernetKey::mint(&mut OsRandom).to_string()
    }

    /// Narrows what it may ask to requests of these names, in which `*` stands for any
    /// text: `session-*`, `user-login`. With none of them it may ask nothing. Where this is
    /// not called it may ask everything, `internal-*` included, and whoever has its key is
    /// root.
    ///
    /// # Errors
    /// No request is called so.
    pub fn only<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        let only = self.only.get_or_insert_default();
        for name in names {
            if !roster::ROSTER.iter().any(|kind| is_called(kind.name, name)) {
                let why = format!("there is no request `{}`", name.escape_debug());
                return Err(Error::because("narrow a frontend", why));
            }
            only.push(name.to_owned());
        }
        Ok(self)
    }

    fn may(&self, request: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| is_called(request, name)))
    }
}

fn is_called(request: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begins) => request.starts_with(begins),
        None => request == pattern,
    }
}

/// What the door for authnzerver's frontends needs. Give it to
/// [`Builder::authnzerver`](crate::Builder::authnzerver).
#[derive(Debug)]
pub struct Authnzerver {
    frontends: Vec<Frontend>,
    fresh_for: Option<Duration>,
    once: bool,
    model: Model,
    password: LikenessRules,
    domain: String,
    salt: String,
    rates: Vec<(String, u32)>,
    limited: bool,
}

impl Default for Authnzerver {
    fn default() -> Self {
        Self {
            frontends: vec![],
            fresh_for: Some(Duration::from_secs(60)),
            once: true,
            model: Model::default(),
            password: LikenessRules::default(),
            domain: String::new(),
            salt: String::new(),
            rates: vec![],
            limited: true,
        }
    }
}

impl Authnzerver {
    /// Without frontends, with authnzerver's own permission model and rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets a frontend ask.
    #[must_use]
    pub fn frontend(mut self, frontend: Frontend) -> Self {
        self.frontends.push(frontend);
        self
    }

    /// How long a message may have travelled; one minute unless said otherwise.
    #[must_use]
    pub fn fresh_for(mut self, age: Duration) -> Self {
        self.fresh_for = Some(age);
        self
    }

    /// Answers messages of every age, and the same one again, as authnzerver did: for
    /// frontends whose clocks are wrong. Whoever has copied a message can send it then.
    #[must_use]
    pub fn accept_repeats(mut self) -> Self {
        (self.fresh_for, self.once) = (None, false);
        self
    }

    /// Decides by this permission model: authnzerver's JSON.
    ///
    /// # Errors
    /// It is no such file.
    pub fn permissions(mut self, json: &str) -> Result<Self, Error> {
        self.model = Model::read(json)?;
        Ok(self)
    }

    /// What a password must be, beside our own rules: at least so many characters, less
    /// like a name than so many percent, of one character at most this part.
    #[must_use]
    pub fn password_rules(mut self, min: usize, similarity: f64, frequency: f64) -> Self {
        self.password =
            LikenessRules { min_length: min, max_similarity: similarity, max_frequency: frequency };
        self
    }

    /// The domain of the frontends, which a password must not be like.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.domain);
        self
    }

    /// With what the data of people is hashed where the log names it: see
    /// [`pii_hash`]. `none` writes it as it is; without a salt none is written.
    #[must_use]
    pub fn pii_salt(mut self, salt: &str) -> Self {
        salt.clone_into(&mut self.salt);
        self
    }

    /// Requests of this name from one address of a client each minute, in place of what
    /// is usual for it.
    #[must_use]
    pub fn rate(mut self, request: &str, per_minute: u32) -> Self {
        self.rates.push((request.to_owned(), per_minute.max(1)));
        self
    }

    /// Leaves requests uncounted. Guesses at passwords are limited still.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.limited = false;
        self
    }

    /// Looks whether it can be used.
    pub(crate) fn finish(self) -> Result<Room, Error> {
        if self.frontends.is_empty() {
            return Err(Error::new("answer frontends: give the key of one"));
        }
        for role in self.model.roles() {
            let fine = Pattern::parse(role).is_ok() && role.len() <= 64;
            if !fine {
                let why = format!("`{}` is no name of a role", role.escape_debug());
                return Err(Error::because("use the permission model", why));
            }
        }
        Ok(Room {
            repeats: Repeats::new(),
            people: Cache::new(PEOPLE),
            numbers: Cache::new(PEOPLE),
            settled: tokio::sync::OnceCell::new(),
            how: self,
        })
    }
}

/// The keyed hash by which authnzerver's logs name people: BLAKE2b of 96 bits.
pub use keyward_core::crypto::pii::pii_hash;

/// People remembered.
const PEOPLE: usize = 50_000;

/// What the door knows while it is open.
pub(crate) struct Room {
    how: Authnzerver,
    repeats: Repeats,
    people: Cache<keyward_core::id::UserId, std::sync::Arc<Seen>>,
    numbers: Cache<i64, keyward_core::id::UserId>,
    /// The accounts that stand for nobody in particular.
    settled: tokio::sync::OnceCell<settle::Settled>,
}

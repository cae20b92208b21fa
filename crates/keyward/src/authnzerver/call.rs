//! One request of a frontend, with what it needs to be answered.

use std::net::IpAddr;
use std::sync::Arc;

use keyward_core::Error;
use keyward_core::Secret;
use keyward_core::flow::authnzerver::native_token;
use keyward_core::flow::{Client, Flow};
use serde_json::{Map, Value};

use super::Room;
use super::answer::Answer;
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::people::Answer as Decided;

/// What every request is answered with.
pub(super) type Told = Result<Answer, Error>;

/// Whether something is done, or only looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Look,
    Do,
}

/// One request.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) auth: &'a Keyward,
    pub(super) room: &'a Room,
    /// Its parameters; of the types that the roster says.
    pub(super) body: &'a Map<String, Value>,
    /// Where the client of the frontend is, if it says so.
    pub(super) address: Option<IpAddr>,
}

impl<'a> Call<'a> {
    /// A text; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &'a str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text that must not be printed.
    pub(super) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.text(name))
    }

    /// A whole number; 0 where there is none.
    pub(super) fn int(&self, name: &str) -> i64 {
        self.body.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    /// Seconds, whole or not.
    pub(super) fn seconds(&self, name: &str) -> f64 {
        self.body.get(name).and_then(Value::as_f64).unwrap_or(0.0)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// An object; empty where there is none.
    pub(super) fn object(&self, name: &str) -> Map<String, Value> {
        self.body.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// What the flows learn of the client: of the frontend nothing.
    pub(super) fn client(&self) -> Client {
        self.client_at(self.address.map(|it| it.to_string()).unwrap_or_default())
    }

    /// The same, from an address that is known otherwise where the frontend says none.
    pub(super) fn client_from(&self, address: &str) -> Client {
        match self.address {
            Some(_) => self.client(),
            None => self.client_at(address.to_owned()),
        }
    }

    fn client_at(&self, address: String) -> Client {
        Client { address, language: "en".into(), ..Client::default() }
    }

    pub(super) async fn run<F: Flow>(&self, flow: &F) -> Decided<F::Yes> {
        self.auth.run(flow, &self.client()).await
    }

    /// Runs it, or only looks whether it would be refused.
    pub(super) async fn go<F: Flow>(&self, way: Way, flow: &F) -> Decided<()> {
        match way {
            Way::Look => self.auth.would(flow, &self.client()).await,
            Way::Do => Ok(self.run(flow).await?.map(drop)),
        }
    }

    /// The live session whose token is the parameter of this name.
    pub(super) async fn session(&self, name: &str) -> Result<Option<Arc<Entry>>, Error> {
        let Some(token) = native_token(&self.auth.0.keys, self.text(name)) else {
            return Ok(None);
        };
        let found = self.auth.session_of(token.reveal(), self.auth.now()).await?;
        Ok(found.ok().filter(|entry| entry.is_session() && entry.session.impersonator.is_none()))
    }
}

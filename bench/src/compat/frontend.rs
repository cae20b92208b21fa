//! A frontend as authnzerver knows them: it seals what it asks and opens what it is
//! answered.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward::SystemClock;
use keyward_core::crypto::message::MessageKey;
use keyward_core::port::Clock as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::Result;
use crate::http::{self, Answer, Connection};

/// A question and its body.
pub(crate) type Question = (&'static str, Value);

/// Whoever has the key of the server at `address`.
pub(crate) struct Frontend {
    key: MessageKey,
    address: SocketAddr,
    /// Messages so far: no two have one number.
    made: u64,
}

impl Frontend {
    pub(crate) fn new(key: &str, address: SocketAddr) -> Result<Self> {
        Ok(Self { key: MessageKey::parse(key)?, address, made: 0 })
    }

    /// A whole request, sealed now.
    pub(crate) fn seal(&mut self, (request, body): &Question) -> Result<Vec<u8>> {
        self.made += 1;
        let message = json!({
            "request": request, "body": body, "reqid": self.made, "client_ipaddr": "192.0.2.7",
        });
        let plain = message.to_string();
        let sealed = self.key.seal(plain.as_bytes(), SystemClock.now(), &mut keyward::OsRandom)?;
        Ok(http::post(self.address, "/", &STANDARD.encode(sealed)))
    }

    /// What an answer says. Any other than a yes is an error.
    pub(crate) fn open(&self, answer: &Answer) -> Result<Value> {
        if !answer.is_success() {
            return Err(format!("{} answered {}", self.address, answer.status).into());
        }
        let opened = self.key.open(&STANDARD.decode(&answer.body)?, None);
        let plain = opened.ok_or("an answer was sealed with another key")?.plain;
        let mut said: Value = serde_json::from_slice(&plain)?;
        if said["success"] != true {
            return Err(format!("{} refused: {said}", self.address).into());
        }
        Ok(said["response"].take())
    }

    /// Asks one question.
    pub(crate) fn ask(&mut self, request: &'static str, body: Value) -> Result<Value> {
        let message = self.seal(&(request, body))?;
        self.open(&http::once(self.address, &message)?)
    }
}

/// Kept connections.
const CLIENTS: usize = 16;

/// Sends each message once; what came back. A client sends its next message when its
/// last is answered.
pub(crate) fn send(address: SocketAddr, messages: Vec<Vec<u8>>) -> Result<Vec<Answer>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stock = Arc::new(Mutex::new(messages.into_iter()));
    runtime.block_on(async move {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let stock = Arc::clone(&stock);
            let next = move || stock.lock().unwrap_or_else(PoisonError::into_inner).next();
            clients.spawn(client(address, next));
        }
        let mut answers = vec![];
        while let Some(one) = clients.join_next().await {
            answers.extend(one??);
        }
        Ok(answers)
    })
}

async fn client(
    address: SocketAddr,
    next: impl Fn() -> Option<Vec<u8>> + Send + Sync,
) -> Result<Vec<Answer>> {
    let mut connection = Connection::open(address).await?;
    let mut answers = vec![];
    while let Some(message) = next() {
        answers.push(connection.ask(&message).await?);
    }
    Ok(answers)
}

//! The keys that sign: made, published, changed.

use std::sync::Arc;

use keyward_core::Error;
use keyward_core::crypto::jose;
use keyward_core::flow::Client;
use keyward_core::flow::tokens::{AddTokenKey, NewKey, RetireTokenKey};
use keyward_core::id::UserId;
use keyward_core::port::Random as _;
use keyward_core::settings::Signing;
use keyward_core::time::Timestamp;
use serde_json::{Value, json};

use super::OpenRing;
use crate::engine::Keyward;
use crate::people::Answer;

impl Keyward {
    /// The keys, with one to sign with: the first is made when it is needed.
    pub(super) async fn signing_ring(&self, now: Timestamp) -> Result<Arc<OpenRing>, Error> {
        let ring = self.ring(now).await?;
        if !ring.keys.is_empty() {
            return Ok(ring);
        }
        let new = self.new_key(self.0.settings.tokens.signing).await?;
        let flow = AddTokenKey { new, only_first: true, actor: None };
        // Somebody else may be first: what is stored counts.
        let _ = self.run(&flow, &Client::default()).await?;
        self.read_ring(now).await
    }

    /// The published keys as a JSON web key set (RFC 7517 section 5): those that sign,
    /// that will, and whose tokens may still be about.
    pub(crate) async fn key_set(&self, now: Timestamp) -> Result<Value, Error> {
        let ring = self.signing_ring(now).await?;
        let keys: Vec<Value> = ring.verifying(self, now).filter_map(|key| key.jwk()).collect();
        Ok(json!({ "keys": keys }))
    }

    pub(crate) async fn add_key(&self, actor: Option<UserId>, client: &Client) -> Answer<String> {
        let new = self.new_key(self.0.settings.tokens.signing).await?;
        let flow = AddTokenKey { new, only_first: false, actor };
        let answer = self.run(&flow, client).await?;
        self.read_ring(self.now()).await?;
        Ok(answer.map(Option::unwrap_or_default))
    }

    pub(crate) async fn retire_key(
        &self,
        id: &str,
        at_once: bool,
        actor: Option<UserId>,
        client: &Client,
    ) -> Answer<()> {
        let at_once = match at_once {
            true => Some(self.new_key(self.0.settings.tokens.signing).await?),
            false => None,
        };
        let flow = RetireTokenKey { id: id.to_owned(), at_once, actor };
        let answer = self.run(&flow, client).await?;
        self.read_ring(self.now()).await?;
        Ok(answer)
    }

    /// A new key. RSA takes some tenths of a second, so no request waits on its thread.
    async fn new_key(&self, how: Signing) -> Result<NewKey, Error> {
        let mut name = [0; 8];
        self.0.rng.clone().fill(&mut name);
        let id: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let made = tokio::task::spawn_blocking(move || jose::generate(how)).await;
        let secret = made.map_err(|cause| Error::because("make a key", cause))??;
        Ok(NewKey { id, how, secret })
    }
}

//! Several Keywards on one store, as nodes of one service.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should say so and stop"
)]

mod chain;
mod listeners;
mod outbox;

use std::sync::Arc;

use keyward_core::port::Store;
use keyward_core::testing::FakeClock;
use keyward_store::MemoryStore;

use super::Keyward;
use super::builder::Builder;
use crate::testing::{CHEAP, PASSWORD, TestAuth};

const KEY: &str = "7d1f0a52c98e4b36a1f4e07b5d92c8836e1b4fa7d05932c8b7614e9fa2d3805c";

/// What all nodes share.
#[derive(Clone)]
struct Shared {
    store: Arc<dyn Store>,
    clock: FakeClock,
}

impl Shared {
    fn new() -> Self {
        Self { store: Arc::new(MemoryStore::new()), clock: FakeClock::default() }
    }

    async fn node(&self, change: impl FnOnce(Builder) -> Builder) -> Keyward {
        let builder = Keyward::with_store(Arc::clone(&self.store))
            .root_key(KEY)
            .clock(Arc::new(self.clock.clone()))
            .hashing(CHEAP, 1)
            .public_url("http://localhost")
            .rate_limits(10_000, 1_000_000)
            .with_inbox();
        change(builder).build().await.unwrap()
    }
}

/// Signs up, which sends a message and lets events happen.
async fn sign_up(auth: &Keyward, email: &str) {
    let client = TestAuth::around(auth.clone(), FakeClock::default()).pages();
    let body = serde_json::json!({ "email": email, "password": PASSWORD, "name": "Ada" });
    let reply = client.post("/api/v1/sign-up", &body).await;
    assert_eq!(reply.status(), 202, "{}", reply.text());
}

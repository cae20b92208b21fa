//! Closed-loop clients: each sends its next request when the last is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Result;
use crate::http::Connection;

/// What clients did together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Answered with success.
    pub(crate) done: u64,
    /// Told to come back later, and did.
    pub(crate) sent_back: u64,
}

/// How clients behave.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) clients: usize,
    pub(crate) lasts: Duration,
    /// 503 is an answer: wait as long as it says, and ask again.
    pub(crate) is_patient: bool,
}

impl Load {
    /// Runs all clients; `request` makes the next one of a client, by its number
    /// and how many it has made. Any other answer than success voids the whole.
    pub(crate) fn run(
        self,
        request: impl Fn(usize, u64) -> Vec<u8> + Send + Sync + 'static,
    ) -> Result<Tally> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let request = Arc::new(request);
        runtime.block_on(async move {
            let mut clients = JoinSet::new();
            for number in 0..self.clients {
                let request = Arc::clone(&request);
                clients.spawn(async move { self.client(|made| request(number, made)).await });
            }
            let mut sum = Tally::default();
            while let Some(one) = clients.join_next().await {
                let one = one??;
                sum.done += one.done;
                sum.sent_back += one.sent_back;
            }
            Ok(sum)
        })
    }

    async fn client(self, request: impl Fn(u64) -> Vec<u8>) -> Result<Tally> {
        let mut connection = Connection::open(self.address).await?;
        let (mut tally, began) = (Tally::default(), Instant::now());
        while began.elapsed() < self.lasts {
            let answer = connection.ask(&request(tally.done)).await?;
            if answer.is_success() {
                tally.done += 1;
                continue;
            }
            if answer.status != 503 || !self.is_patient {
                let body = String::from_utf8_lossy(&answer.body);
                return Err(format!("an answer was {}: {body}", answer.status).into());
            }
            tally.sent_back += 1;
            let wait = answer.header("retry-after").ok_or("503 without Retry-After")?.parse()?;
            tokio::time::sleep(Duration::from_secs(wait)).await;
        }
        Ok(tally)
    }
}

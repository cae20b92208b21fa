//! The part that `dev` and `serve` share: bind, build, answer, stop.

use keyward::serve::{Listening, Plain, stop_signal};
use keyward::{Builder, Keyward};
use tokio_util::sync::CancellationToken;

use crate::failure::{Exit, Failure, Outcome};

/// Runs `work` on as many threads as there are cores.
pub(crate) fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("could not start the threads: {error}"))
    })?;
    runtime.block_on(work)
}

/// A server that is built and bound, but answers nobody yet.
pub(super) struct Server {
    pub(super) auth: Keyward,
    listening: Listening,
}

impl Server {
    /// Binds first, so that the public URL is the listener's when none was given.
    pub(super) async fn start(
        builder: Builder,
        listen: &str,
        public_url: Option<&str>,
    ) -> Outcome<Self> {
        let listening = Listening::bind(listen).await?;
        let port = listening.address()?.port();
        let own = format!("http://localhost:{port}");
        let auth = builder.public_url(public_url.unwrap_or(&own)).build().await?;
        Ok(Self { auth, listening })
    }

    /// Answers until the process is asked to stop, then finishes what was begun.
    pub(super) async fn run(self) {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            stop_signal().await;
            stopped.cancel();
        });
        self.listening.run(self.auth.clone(), Plain, stop).await;
        self.auth.shutdown().await;
    }
}

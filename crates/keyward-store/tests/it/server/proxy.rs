//! Stands between a store and its server, and misbehaves when told to.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the network is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Weather {
    /// Everything gets through.
    Fair,
    /// Nothing gets through, and nobody is told.
    Frozen,
    /// What the server says is held back, and comes when it is fair again.
    Slow,
    /// Every connection is closed, the old ones and the new ones.
    Cut,
}

/// A way to the server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    weather: watch::Sender<Weather>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens at `bind` for connections to `server`, `HOST:PORT`.
    pub(crate) async fn start(bind: &str, server: &str) -> Self {
        let listener = TcpListener::bind((bind, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = watch::Sender::new(Weather::Fair);
        let (server, seen): (Arc<str>, _) = (server.into(), weather.subscribe());
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, Arc::clone(&server), seen.clone()));
            }
        });
        Self { address, weather, accepting }
    }

    /// Changes the weather.
    pub(crate) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.weather.send_replace(Weather::Cut);
    }
}

async fn carry(client: TcpStream, server: Arc<str>, mut weather: watch::Receiver<Weather>) {
    let Ok(server) = TcpStream::connect(&*server).await else { return };
    let ((from_client, to_client), (from_server, to_server)) =
        (client.into_split(), server.into_split());
    let up = pump(from_client, to_server, weather.clone(), &[Weather::Frozen]);
    let down = pump(from_server, to_client, weather.clone(), &[Weather::Frozen, Weather::Slow]);
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = weather.wait_for(|now| *now == Weather::Cut) => {}
    }
}

async fn pump(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut weather: watch::Receiver<Weather>,
    stopped_by: &[Weather],
) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let passes = weather.wait_for(|now| !stopped_by.contains(now)).await.is_ok();
        if !passes || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

//! A server in this process, and stand-ins that answer whatever a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyward::testing::TestAuth;
use keyward_client::{Builder, Client, Retries};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// Keyward as its server serves it, and a client of it. It ends with the test.
pub(crate) struct Server {
    pub(crate) kit: TestAuth,
    pub(crate) client: Client,
    task: AbortHandle,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let kit = TestAuth::new().await;
        let app = kit.kw.pages().layer(kit.kw.layer()).with_state(kit.kw.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        // The server answers to its public name alone.
        let client = Client::builder(&url).host("localhost").build().unwrap();
        Self { kit, client, task }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a stand-in does once it has heard a request.
#[derive(Clone)]
pub(crate) enum Then {
    Say(String),
    /// Nothing, and does not hang up either.
    Wait,
    /// Hangs up.
    Leave,
}

/// Answers one after the other, the last one again and again, each over a connection of
/// its own; keeps what it heard.
pub(crate) struct StandIn {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: AbortHandle,
}

impl StandIn {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Then>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, answers) = (Arc::clone(&heard), answers.into_iter().collect::<Vec<_>>());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, answers) = (Arc::clone(&kept), answers.clone());
                tokio::spawn(async move {
                    let mut stream = stream;
                    let request = read(&mut stream).await;
                    let number = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(request);
                        kept.len() - 1
                    };
                    let then = answers.get(number).or(answers.last()).unwrap();
                    answer(&mut stream, then).await;
                });
            }
        });
        Self { address, heard, task: task.abort_handle() }
    }

    /// A client that does not wait between its attempts.
    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    pub(crate) fn builder(&self) -> Builder {
        let retries = Retries { first: Duration::ZERO, ..Retries::default() };
        Client::builder(&format!("http://{}", self.address)).retries(retries)
    }

    /// The requests, as they came.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer with a body.
pub(crate) fn say(status: u16, headers: &str, body: &str) -> Then {
    let length = body.len();
    Then::Say(format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))
}

/// A problem, as the server writes it.
pub(crate) fn problem(status: u16, code: &str, headers: &str) -> Then {
    let body = format!("{{\"status\":{status},\"code\":\"{code}\",\"title\":\"No.\"}}");
    say(status, headers, &body)
}

/// One request, to the end of its body.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut heard = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        if stream.read_buf(&mut heard).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), then: &Then) {
    match then {
        Then::Say(text) => drop(stream.write_all(text.as_bytes()).await),
        Then::Wait => std::future::pending().await,
        Then::Leave => {}
    }
    stream.shutdown().await.ok();
}

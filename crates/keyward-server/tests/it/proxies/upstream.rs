//! The application behind the proxy: it answers with the request that reached it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What its answers begin with, so that nobody else's are taken for them.
pub(super) const REACHED: &str = "the application was reached:\n";

/// Runs until it is dropped.
pub(super) struct Upstream {
    pub(super) port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopping.load(Ordering::Relaxed) {
                    return;
                }
                stream.ok().and_then(|stream| answer(stream).ok());
            }
        });
        Self { port, stop, thread: Some(thread) }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes it.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
        self.thread.take().and_then(|thread| thread.join().ok());
    }
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let (mut head, mut bytes) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|w| w == b"\r\n\r\n") {
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(&bytes[..read]);
    }
    let body = format!("{REACHED}{}", String::from_utf8_lossy(&head));
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

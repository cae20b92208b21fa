//! The way between a server and its database, on which nothing may get through.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What the network is like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Weather {
    /// Everything gets through.
    Fair,
    /// Nothing gets through, and nobody is told.
    Frozen,
    /// Every connection is closed, the old ones and the new ones.
    Cut,
}

/// A way to a server. It is closed when dropped.
pub(super) struct Way {
    /// Where it begins.
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

struct State {
    weather: Mutex<(Weather, Vec<TcpStream>)>,
    changed: Condvar,
}

impl Way {
    /// A way to `HOST:PORT`.
    pub(super) fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Mutex::new((Weather::Fair, Vec::new()));
        let state = Arc::new(State { weather, changed: Condvar::new() });
        let (shared, server) = (Arc::clone(&state), server.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                carry(&shared, client, &server);
            }
        });
        Self { address, state }
    }

    /// Changes the weather.
    pub(super) fn set(&self, weather: Weather) {
        let mut now = self.state.weather.lock().unwrap();
        now.0 = weather;
        if weather == Weather::Cut {
            // Some of them are closed already.
            now.1.drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        }
        self.state.changed.notify_all();
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.set(Weather::Cut);
    }
}

fn carry(state: &Arc<State>, client: TcpStream, server: &str) {
    let mut now = state.weather.lock().unwrap();
    if now.0 == Weather::Cut {
        return;
    }
    let server = TcpStream::connect(server).unwrap();
    let copy = |stream: &TcpStream| stream.try_clone().unwrap();
    now.1.extend([copy(&client), copy(&server)]);
    for (from, to) in [(copy(&client), copy(&server)), (server, client)] {
        let state = Arc::clone(state);
        std::thread::spawn(move || pump(&state, from, to));
    }
}

fn pump(state: &State, mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let now = state.weather.lock().unwrap();
        let frozen = |now: &mut (Weather, _)| now.0 == Weather::Frozen;
        let now = state.changed.wait_while(now, frozen).unwrap();
        drop(now);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

//! What was acknowledged survives.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

use crate::server::Place;

/// How often the server is killed.
const ROUNDS: usize = 20;
/// Clients that sign up at the same time.
const CLIENTS: usize = 8;

/// Addresses whose sign-up was acknowledged.
#[derive(Default)]
struct Acknowledged {
    all: Mutex<Vec<String>>,
    more: Condvar,
}

impl Acknowledged {
    fn add(&self, email: String) {
        self.all.lock().unwrap().push(email);
        self.more.notify_all();
    }

    fn wait_for(&self, count: usize) {
        let all = self.all.lock().unwrap();
        drop(self.more.wait_while(all, |all| all.len() < count).unwrap());
    }

    fn count(&self) -> usize {
        self.all.lock().unwrap().len()
    }
}

#[test]
fn kill_nine_under_load_loses_no_acknowledged_account() {
    let place = Place::new().env("KEYWARD_SIGN_IN_VERIFY", "none");
    let (acknowledged, next) = (Acknowledged::default(), AtomicUsize::new(0));
    for round in 0..ROUNDS {
        let server = place.serve();
        let client = server.client();
        // Another moment in every round: right after the first, or far into it.
        let enough = acknowledged.count() + 1 + 7 * (round % 5);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let email =
                            format!("p{}@example.com", next.fetch_add(1, Ordering::Relaxed));
                        match client.sign_up(&email) {
                            Ok(reply) if reply.status == 200 || reply.status == 201 => {
                                acknowledged.add(email)
                            }
                            Ok(reply) => panic!("{} {}", reply.status, reply.body),
                            // Killed in the middle of it: nothing was promised.
                            Err(_) => return,
                        }
                    }
                });
            }
            acknowledged.wait_for(enough);
            server.kill();
            stop.store(true, Ordering::Relaxed);
        });
    }
    let server = place.serve();
    let all = acknowledged.all.into_inner().unwrap();
    assert!(all.len() >= ROUNDS, "{} were acknowledged", all.len());
    for email in &all {
        let reply = server.client().sign_in(email);
        assert_eq!(reply.status, 200, "{email} was promised an account: {}", reply.body);
    }
    server.stop();
    assert_eq!(audit_faults(&place.path("data/keyward.db")), [""; 0], "and the audit log is whole");
}

/// What is wrong with the chain of events.
fn audit_faults(path: &std::path::Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let auth = keyward::Keyward::sqlite(path).beside().build().await.unwrap();
        let report = auth.verify_audit().await.unwrap();
        assert!(report.events > 0, "something is chained");
        auth.shutdown().await;
        report.faults
    })
}

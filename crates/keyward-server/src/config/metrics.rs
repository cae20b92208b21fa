//! `[metrics]`: numbers for operators.

use keyward::Secret;

use super::key::{Key, Takes};
use super::reader::Reader;
use super::server::is_address;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "metrics.listen",
        takes: Takes::Text,
        default: "",
        what: "HOST:PORT at which GET /metrics is answered, in the text format of Prometheus, without TLS. Without it there are no metrics; nothing else is answered there.",
    },
    Key {
        name: "metrics.token",
        takes: Takes::Secret,
        default: "",
        what: "What whoever reads the metrics must bear: Authorization: Bearer TOKEN, 16 characters or more. An address that others reach needs one.",
    },
];

/// Shorter ones are guessed.
const MIN_TOKEN: usize = 16;

/// Numbers for operators.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    /// Where they are, if anywhere.
    pub(crate) listen: Option<String>,
    pub(crate) token: Option<Secret>,
}

impl Metrics {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let (listen, token) = (r.text("metrics.listen"), r.secret("metrics.token"));
        if let Some(address) = &listen {
            if !is_address(address) {
                r.refuse("metrics.listen", "must be HOST:PORT, such as \"127.0.0.1:9464\"");
            } else if !is_own(address) && !r.is_given("metrics.token") {
                r.refuse("metrics.listen", "is reached by others: it needs metrics.token as well");
            }
        }
        if token.as_ref().is_some_and(|token| token.reveal().len() < MIN_TOKEN) {
            r.refuse("metrics.token", "must have 16 characters or more");
        }
        if listen.is_none() && r.is_given("metrics.token") {
            r.refuse("metrics.token", "needs metrics.listen as well");
        }
        Self { listen, token }
    }
}

/// Whether only this machine reaches it.
fn is_own(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || plain.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

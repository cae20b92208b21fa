//! Client addresses, and which proxies may speak for others.

use std::net::IpAddr;

use ::http::{HeaderMap, HeaderName};
pub(crate) use keyward_core::network::Network;

use crate::engine::Web;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The client as the nearest trustworthy party saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Near {
    /// Its address, if it is known.
    pub(crate) address: Option<IpAddr>,
    /// A trusted proxy says that it came over plain HTTP.
    pub(crate) is_plain: bool,
    /// A trusted proxy sent it.
    pub(crate) by_proxy: bool,
}

/// The right-most address that is not a trusted proxy's.
pub(crate) fn near(web: &Web, headers: &HeaderMap, peer: Option<IpAddr>) -> Near {
    let Some(peer) = peer.map(|p| p.to_canonical()) else { return Near::default() };
    let trusted = |address| web.trusted_proxies.iter().any(|n| n.contains(address));
    if !trusted(peer) {
        return Near { address: Some(peer), ..Near::default() };
    }
    let address = Some(right_most(headers, peer, trusted));
    let proto = headers.get_all(&FORWARDED_PROTO).iter().next_back();
    let is_plain = proto.is_some_and(|p| p.as_bytes().eq_ignore_ascii_case(b"http"));
    Near { address, is_plain, by_proxy: true }
}

/// The right-most address of `X-Forwarded-For` that is not `trusted`.
pub(crate) fn right_most(
    headers: &HeaderMap,
    peer: IpAddr,
    trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    // Each by itself: whatever a client put on the left spoils nothing on the right.
    let lines = headers.get_all(&FORWARDED_FOR).iter().rev();
    let hops = lines.flat_map(|line| line.as_bytes().rsplit(|b| *b == b','));
    let mut address = peer;
    for hop in hops {
        // What cannot be read was not written by a trusted proxy.
        let hop = std::str::from_utf8(hop).unwrap_or_default().trim();
        let Ok(found) = hop.parse::<IpAddr>() else { break };
        address = found.to_canonical();
        if !trusted(address) {
            break;
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;

    use super::*;
    use std::sync::OnceLock;

    fn web(networks: &[&str]) -> Web {
        Web {
            public_url: OnceLock::new(),
            base: String::new(),
            sign_in_link_url: None,
            trusted_proxies: networks.iter().map(|n| Network::parse(n).unwrap()).collect(),
            https_redirect: true,
            dev: false,
            attempts_per_minute: 1,
            requests_per_minute: 1,
            cookie_domain: None,
            cors: None,
            xss_header: false,
            #[cfg(feature = "forward-auth")]
            sites: crate::forward::Sites::default(),
        }
    }

    fn check(trusted: &[&str], peer: &str, forwarded: &[&[u8]], expected: &str) {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append("x-forwarded-for", value);
        }
        let found = near(&web(trusted), &headers, Some(peer.parse().unwrap()));
        assert_eq!(found.address, expected.parse().ok(), "{trusted:?} {peer} {forwarded:?}");
    }

    #[test]
    fn forwarded_addresses_count_from_trusted_proxies_only() {
        check(&[], "203.0.113.9", &[b"198.51.100.7"], "203.0.113.9");
        check(&["10.0.0.0/8"], "10.0.0.1", &[b"198.51.100.7"], "198.51.100.7");
        check(&["10.0.0.0/8"], "203.0.113.9", &[b"198.51.100.7"], "203.0.113.9");
    }

    #[test]
    fn the_right_most_untrusted_address_counts() {
        check(&["10.0.0.0/8"], "10.0.0.1", &[b"6.6.6.6, 198.51.100.7, 10.0.0.2"], "198.51.100.7");
        check(&["10.0.0.0/8"], "10.0.0.1", &[b"6.6.6.6", b"198.51.100.7"], "198.51.100.7");
        check(&["10.0.0.0/8"], "10.0.0.1", &[b"6.6.6.6, a"], "10.0.0.1");
        check(&["10.0.0.0/8", "::1"], "::1", &[b"::ffff:198.51.100.7"], "198.51.100.7");
        check(&["10.0.0.0/8"], "10.0.0.1", &[b"\xff, 198.51.100.7"], "198.51.100.7");
    }

    #[test]
    fn networks_compare_the_bits_that_count() {
        let check = |network: &str, address: &str, expected: bool| {
            let network = Network::parse(network).unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), expected, "{address}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("0.0.0.0/0", "8.8.8.8", true);
        check("fd00::/8", "fd12::1", true);
        check("fd00::/8", "10.0.0.1", false);
        assert_eq!(Network::parse("10.0.0.0/33"), None);
    }
}

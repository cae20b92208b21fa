//! Which addresses are anybody's, and which belong to the network we stand in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::http::network::Network;

/// Networks that are nobody's business from outside: the IANA special-purpose
/// registries (RFC 6890), multicast and reserved. The metadata services of
/// clouds are link-local.
const V4_SPECIAL: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

/// Parts of the global unicast range 2000::/3 that are special: protocol
/// assignments with Teredo, documentation, and 6to4, which hides a v4 address.
const V6_SPECIAL: &[([u16; 2], u32)] =
    &[([0x2001, 0], 23), ([0x2001, 0xdb8], 32), ([0x2002, 0], 16), ([0x3fff, 0], 20)];

/// What an operator allows beside public addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed(pub(super) Vec<Network>);

impl Allowed {
    /// Whether a connection may go to `address`; in the clear only to this very machine.
    pub(super) fn may(&self, address: IpAddr, in_the_clear: bool) -> bool {
        let named = self.0.iter().any(|network| network.contains(address));
        if in_the_clear {
            return named && address.to_canonical().is_loopback();
        }
        named || is_public(address)
    }
}

/// Whether `address` is one that anybody on the Internet could reach.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => translated(v6).map_or_else(|| is_public_v6(v6), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !V4_SPECIAL
        .iter()
        .any(|(network, bits)| same(address.to_bits(), u32::from_be_bytes(*network), *bits))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let head = (u32::from(a) << 16) | u32::from(b);
    let in_net = |network: [u16; 2], bits| {
        let [a, b] = network;
        same(head, (u32::from(a) << 16) | u32::from(b), bits)
    };
    in_net([0x2000, 0], 3) && !V6_SPECIAL.iter().any(|(network, bits)| in_net(*network, *bits))
}

/// The v4 address behind a NAT64 translator (RFC 6052: 64:ff9b::/96).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
        }
        _ => None,
    }
}

fn same(one: u32, two: u32, bits: u32) -> bool {
    (one ^ two).checked_shr(32 - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(address: &str, expected: bool) {
        assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for address in ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255"] {
            check(address, true);
            check(&format!("::ffff:{address}"), true);
            check(&format!("64:ff9b::{address}"), true);
        }
        check("2606:4700:4700::1111", true);
        check("2a00:1450:4001::200e", true);
    }

    #[test]
    fn addresses_of_networks_we_may_stand_in_are_not() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.0.1",
            "198.19.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            check(address, false);
            check(&format!("::ffff:{address}"), false);
            check(&format!("64:ff9b::{address}"), false);
        }
        for address in [
            "::",
            "::1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "64:ff9b:1::1",
            "100::1",
        ] {
            check(address, false);
        }
    }

    #[test]
    fn what_is_not_public_must_be_allowed_by_name() {
        let allowed = Allowed(vec![Network::parse("10.0.0.0/8").unwrap()]);
        let may = |address: &str, clear| allowed.may(address.parse().unwrap(), clear);
        assert!(may("10.9.9.9", false) && may("8.8.8.8", false));
        assert!(may("::ffff:10.9.9.9", false));
        assert!(!may("127.0.0.1", false) && !may("169.254.169.254", false));
        assert!(!may("10.9.9.9", true) && !may("8.8.8.8", true), "in the clear to loopback only");
        let here = Allowed(vec![Network::parse("127.0.0.0/8").unwrap()]);
        assert!(here.may("127.0.0.1".parse().unwrap(), true));
        assert!(!here.may("::1".parse().unwrap(), true));
    }
}

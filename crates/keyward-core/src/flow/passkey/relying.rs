//! The relying party: in whose name passkeys are made, and which pages may ask.

use crate::settings::Settings;

/// In whose name passkeys are made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RelyingParty {
    /// A domain: `example.com`. A passkey is good for it and for no other.
    pub id: String,
    /// Pages that may ask: the public URL first, then related origins.
    pub origins: Vec<String>,
}

impl RelyingParty {
    /// Of a service that is reached under `site` (`https://auth.example.com`).
    /// `None` if passkeys cannot work there: not under the number of a machine,
    /// not without https except on this machine (WebAuthn section 5.1.3), and
    /// not for a domain that the site is no part of.
    pub fn of(site: &str, settings: &Settings) -> Option<Self> {
        let chosen = &settings.passkeys;
        let (scheme, authority) = site.split_once("://")?;
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let is_here = host == "localhost" || host.ends_with(".localhost");
        let is_number = host.starts_with('[') || host.parse::<core::net::Ipv4Addr>().is_ok();
        let id = chosen.relying_party.as_deref().unwrap_or(host);
        let is_part = host == id || host.strip_suffix(id).is_some_and(|sub| sub.ends_with('.'));
        let works = chosen.enabled
            && (scheme == "https" || is_here)
            && !is_number
            && is_part
            && !id.is_empty();
        works.then(|| Self {
            id: id.to_owned(),
            origins: core::iter::once(origin(scheme, authority))
                .chain(chosen.related_origins.clone())
                .collect(),
        })
    }
}

/// As browsers write it: without the port that the scheme implies.
fn origin(scheme: &str, authority: &str) -> String {
    let implied = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}", authority.strip_suffix(implied).unwrap_or(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_the_domain_of_the_site_or_one_above_it() {
        let check = |site: &str, domain: Option<&str>, wanted: Option<(&str, &str)>| {
            let mut settings = Settings::default();
            settings.passkeys.relying_party = domain.map(str::to_owned);
            let found = RelyingParty::of(site, &settings);
            let found = found.as_ref().map(|rp| (rp.id.as_str(), rp.origins[0].as_str()));
            assert_eq!(found, wanted, "{site} {domain:?}");
        };
        check("https://example.com", None, Some(("example.com", "https://example.com")));
        check("https://example.com:443", None, Some(("example.com", "https://example.com")));
        let port = "https://auth.example.com:8443";
        check(port, None, Some(("auth.example.com", port)));
        check(port, Some("example.com"), Some(("example.com", port)));
        check("https://badexample.com", Some("example.com"), None);
        check("https://example.com", Some("auth.example.com"), None);
        check("https://example.com", Some(""), None);
        check("http://localhost:8080", None, Some(("localhost", "http://localhost:8080")));
        check("http://example.com", None, None);
        check("http://127.0.0.1:8080", None, None);
        check("https://127.0.0.1", None, None);
        check("https://[::1]:8443", None, None);
    }
}

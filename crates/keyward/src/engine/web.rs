//! What the builder was told of hosts, checked before anything starts.

use keyward_core::Error;

use super::Web;

/// # Errors
/// Names that do not go together, in words.
pub(super) fn check(web: &Web) -> Result<(), Error> {
    let ours = web.public_url.get().map_or("localhost", |url| host(url));
    if let Some(domain) = web.cookie_domain.as_deref()
        && !is_below(ours, domain)
    {
        let why = format!("{ours} is no host of {domain}");
        return Err(Error::because("share the session's cookie", why));
    }
    #[cfg(feature = "forward-auth")]
    check_sites(web)?;
    Ok(())
}

#[cfg(feature = "forward-auth")]
fn check_sites(web: &Web) -> Result<(), Error> {
    let refuse = |why: String| Err(Error::because("serve sites behind a proxy", why));
    if web.sites.is_empty() {
        return Ok(());
    }
    if web.trusted_proxies.is_empty() {
        return refuse("name the proxy among the trusted ones".into());
    }
    if let Some(host) = web.sites.twice() {
        return refuse(format!("{host} is there twice"));
    }
    let ours = web.public_url.get().and_then(|url| url.split_once("://"));
    match ours.filter(|(_, host)| web.sites.find(host).is_some()) {
        Some((_, host)) => refuse(format!("{host} is Keyward's own")),
        None => Ok(()),
    }
}

/// The name in `scheme://name:port`.
fn host(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a host is a domain or below it. A single word is no domain: browsers take
/// no cookie for one.
fn is_below(host: &str, domain: &str) -> bool {
    let below =
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    below && domain.contains('.') && domain.parse::<std::net::IpAddr>().is_err()
}

/// Whether the session's cookie is seen at this host as well.
#[cfg(feature = "forward-auth")]
pub(super) fn shares(web: &Web, site: &crate::forward::Site) -> bool {
    web.cookie_domain.as_deref().is_some_and(|domain| is_below(host(site.origin()), domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_below_its_own_domain_alone() {
        for (host, domain, below) in [
            ("auth.example.com", "example.com", true),
            ("example.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("example.com.evil.example", "example.com", false),
            ("auth.example.com", "com", false),
            ("localhost", "localhost", false),
            ("127.0.0.1", "127.0.0.1", false),
        ] {
            assert_eq!(is_below(host, domain), below, "{host} {domain}");
        }
    }
}

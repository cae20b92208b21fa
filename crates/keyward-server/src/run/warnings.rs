//! What is worth mending before people come.

use super::console::Warning;
use crate::config::Config;

/// Everything of this configuration; `outbox` is where unsent mails go.
pub(super) fn of(config: &Config, outbox: &str) -> Vec<Warning> {
    let url = config.root.public_url.as_deref();
    let https = url.is_some_and(|url| url.starts_with("https://"));
    let server = &config.server;
    let checks = [
        (
            url.is_none(),
            "DR-101",
            "public_url is not set: cookies and links work on localhost only".to_owned(),
        ),
        (
            https && server.tls.is_none() && server.trusted_proxies.is_empty(),
            "DR-102",
            "public_url is https, but there is neither a certificate nor a trusted proxy: \
             every client looks like the proxy"
                .to_owned(),
        ),
        (
            url.is_some_and(|url| !https && !is_local(url)),
            "DR-170",
            "public_url is http: passwords and cookies cross the network in the clear".to_owned(),
        ),
        (
            config.mail.is_none(),
            "DR-121",
            format!("mail is not configured: messages go to {outbox}"),
        ),
    ];
    let found = checks.into_iter().filter(|(is_so, ..)| *is_so);
    found.map(|(_, id, text)| Warning { id, text }).collect()
}

fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for (url, local) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:80", true),
            ("http://localhost.example.com", false),
            ("http://auth.example.com", false),
        ] {
            assert_eq!(is_local(url), local, "{url}");
        }
    }
}

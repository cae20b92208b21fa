//! URLs that may be used: https, or http on this machine.

use ::http::Uri;

/// Whether a service may be asked there, or people be sent there.
pub(super) fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let plain = url.bytes().all(|b| b.is_ascii_graphic()) && !url.contains(['#', '@', '\\', '"']);
    let host = uri.host().unwrap_or_default();
    let near = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    plain
        && match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => near,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_this_machine_is_encrypted() {
        for good in [
            "https://issuer.example.com",
            "https://issuer.example.com/a?b=c",
            "http://127.0.0.1:81/",
            "http://localhost/x",
            "http://[::1]:8080/x",
        ] {
            assert!(is_safe(good), "{good}");
        }
        for bad in [
            "http://issuer.example.com",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "https://",
            "https://user@issuer.example.com",
            "https://issuer.example.com/#part",
            "https://issuer.example.com/a b",
            "ftp://issuer.example.com",
            "javascript:alert(1)",
            "/path",
            "",
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
    }
}

//! Mailboxes that authnzerver takes from nobody: the 101 names of its list, which is
//! django-registration's.

/// Whether an address with this before the `@` is none of a person's. Letters of either
/// case are alike; authnzerver takes `Admin@` and not `admin@`.
pub(super) fn is_reserved(local: &str) -> bool {
    local.starts_with(".well-known") || NAMES.binary_search(&local).is_ok()
}

/// In the order of their letters.
const NAMES: [&str; 101] = [
    ".htaccess",
    ".htpasswd",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "auth",
    "authorize",
    "autoconfig",
    "autodiscover",
    "blog",
    "broadcasthost",
    "buy",
    "cart",
    "clientaccesspolicy.xml",
    "clients",
    "contact",
    "contact-us",
    "contactus",
    "copyright",
    "crossdomain.xml",
    "dashboard",
    "doc",
    "docs",
    "download",
    "downloads",
    "enquiry",
    "faq",
    "favicon.ico",
    "ftp",
    "help",
    "hostmaster",
    "humans.txt",
    "imap",
    "info",
    "inquiry",
    "is",
    "isatap",
    "it",
    "keybase.txt",
    "license",
    "localdomain",
    "localhost",
    "login",
    "logout",
    "mail",
    "mailer-daemon",
    "marketing",
    "me",
    "mis",
    "myaccount",
    "news",
    "no-reply",
    "nobody",
    "noc",
    "noreply",
    "oauth",
    "pay",
    "payment",
    "payments",
    "plans",
    "pop",
    "pop3",
    "portfolio",
    "postmaster",
    "preferences",
    "pricing",
    "privacy",
    "profile",
    "register",
    "robots.txt",
    "root",
    "sales",
    "secure",
    "security",
    "settings",
    "signin",
    "signup",
    "smtp",
    "ssl",
    "ssladmin",
    "ssladministrator",
    "sslwebmaster",
    "status",
    "store",
    "subscribe",
    "support",
    "sysadmin",
    "terms",
    "tos",
    "usenet",
    "user",
    "users",
    "uucp",
    "weblog",
    "webmail",
    "webmaster",
    "work",
    "wpad",
    "www",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_names_is_found_and_its_neighbours_are_not() {
        assert!(NAMES.is_sorted(), "they are searched by halves");
        for name in NAMES {
            assert!(is_reserved(name), "{name}");
            assert!(!is_reserved(&format!("{name}-1")), "{name}");
        }
        assert!(is_reserved(".well-known") && is_reserved(".well-known-x"));
        for name in ["ada", "accounting", "its", "men", "a.well-known", ""] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}

//! Sites behind a proxy that asks Keyward about each request: nginx's `auth_request`,
//! Caddy's `forward_auth`, Traefik's `forwardAuth`, Envoy's `ext_authz`.
//!
//! A [`Site`] says who may go where. Its requests are decided by the same engine as
//! everything else; what is said here is only what each path asks for.

mod decide;
mod identity;
mod original;
mod path;

use ::http::Uri;
use keyward_core::Error;

pub(crate) use decide::{COOKIE, STATE};
pub(crate) use identity::{check_unconnected, check_unspoofed, identified};
pub(crate) use original::{Original, Teller};
use path::Pattern;
pub(crate) use path::{LONGEST as LONGEST_PATH, Path};

use crate::required::{Required, Wanted};

/// What a path of a [`Site`] asks of whoever comes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Needs {
    /// Nothing: everyone goes on, named if they are signed in.
    Nothing,
    /// To be signed in.
    SignIn,
    /// To be signed in and to hold this. The policy is asked about a resource of the
    /// type `http` whose id is the path, with the attributes `host`, `path` and `method`.
    Permission(Required),
    /// More than anyone has: it is closed.
    Closed,
}

/// A site behind a proxy: one scheme, host and port, and who may go where.
///
/// The first rule that fits decides. Where rules tell paths apart, a path that two
/// servers might read differently (`//`, `/../`, `%2f`, `%5c`, `;`, a second `%`) is
/// refused, because nobody knows which of its meanings the site will take.
///
/// ```
/// use keyward::forward::{Needs, Site};
///
/// let site = Site::new("https://app.example.com")?
///     .rule("/assets/*", Needs::Nothing)?
///     .rule("/admin/*", Needs::Permission("app:administer".into()))?
///     .otherwise(Needs::SignIn)?;
/// # Ok::<(), keyward::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Site {
    origin: String,
    rules: Vec<Rule>,
    otherwise: Ask,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Pattern,
    /// None: by whatever method.
    methods: Option<Vec<String>>,
    ask: Ask,
}

/// [`Needs`], read once.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Nothing,
    SignIn,
    Permission(Wanted),
    Closed,
}

impl Site {
    /// A site at `https://HOST[:PORT]`, open to whoever is signed in; in the clear on
    /// this machine only (`localhost`, names below it, and loopback addresses).
    ///
    /// # Errors
    /// It is something else, or has a path.
    pub fn new(origin: &str) -> Result<Self, Error> {
        let origin = read_origin(origin).ok_or_else(|| {
            Error::because("read a site behind a proxy", format!("use https://HOST, not {origin}"))
        })?;
        Ok(Self { origin, rules: vec![], otherwise: Ask::SignIn })
    }

    /// What a path asks for: `/about`, `/assets/*` (that and all below it), `/users/*/photo`
    /// (one part of any name).
    ///
    /// # Errors
    /// It is no such pattern, or the permission is none.
    pub fn rule(self, pattern: &str, needs: Needs) -> Result<Self, Error> {
        self.add(None, pattern, needs)
    }

    /// The same for these methods alone; `GET` means `HEAD` as well.
    ///
    /// # Errors
    /// As [`rule`](Self::rule), or a method is none.
    pub fn rule_for(self, methods: &[&str], pattern: &str, needs: Needs) -> Result<Self, Error> {
        let methods: Vec<String> = methods.iter().map(|m| m.to_ascii_uppercase()).collect();
        match methods.iter().find(|m| !original::is_method(m)) {
            Some(bad) => Err(Error::because("read a rule for a path", format!("no method: {bad}"))),
            None => self.add(Some(methods), pattern, needs),
        }
    }

    fn add(
        mut self,
        methods: Option<Vec<String>>,
        pattern: &str,
        needs: Needs,
    ) -> Result<Self, Error> {
        let read = Pattern::parse(pattern).ok_or_else(|| {
            Error::because("read a rule for a path", format!("no pattern: {pattern}"))
        })?;
        self.rules.push(Rule { pattern: read, methods, ask: Ask::read(needs)? });
        Ok(self)
    }

    /// What every other path asks for.
    ///
    /// # Errors
    /// The permission is none.
    pub fn otherwise(mut self, needs: Needs) -> Result<Self, Error> {
        self.otherwise = Ask::read(needs)?;
        Ok(self)
    }

    /// Scheme, host and port, in lower case.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port, as a browser says them.
    pub(crate) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether it matters where somebody goes.
    fn tells_paths_apart(&self) -> bool {
        // A policy may look at the path.
        !self.rules.is_empty() || matches!(self.otherwise, Ask::Permission(_))
    }

    fn ask(&self, method: &str, path: &Path) -> &Ask {
        let fits = |rule: &&Rule| rule.is_for(method) && rule.pattern.fits(path);
        self.rules.iter().find(fits).map_or(&self.otherwise, |rule| &rule.ask)
    }
}

impl Rule {
    fn is_for(&self, method: &str) -> bool {
        let method = if method == "HEAD" { "GET" } else { method };
        self.methods.as_ref().is_none_or(|methods| methods.iter().any(|m| m == method))
    }
}

impl Ask {
    fn read(needs: Needs) -> Result<Self, Error> {
        Ok(match needs {
            Needs::Nothing => Self::Nothing,
            Needs::SignIn => Self::SignIn,
            Needs::Closed => Self::Closed,
            Needs::Permission(required) => match Wanted::permissions(required) {
                Wanted::Unreadable(unreadable) => return Err(unreadable.to_error()),
                wanted => Self::Permission(wanted),
            },
        })
    }
}

/// `scheme://host[:port]` in lower case, without a port that the scheme implies.
fn read_origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let uri: Uri = text.parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty() && !host.ends_with('.'))?;
    let here = host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|a| a.is_loopback())
        || host == "[::1]";
    let (scheme, implied) = match uri.scheme_str()? {
        "https" => ("https", Some(443)),
        "http" if here => ("http", Some(80)),
        _ => return None,
    };
    let bare = !text.contains(['@', '#', '?'])
        && matches!(uri.path_and_query().map(|p| p.as_str()), None | Some("/"));
    let port = uri.port_u16().filter(|port| Some(*port) != implied);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    bare.then(|| format!("{scheme}://{host}{port}"))
}

/// The sites of one Keyward.
#[derive(Debug, Default)]
pub(crate) struct Sites(Vec<Site>);

impl Sites {
    pub(crate) fn add(&mut self, site: Site) {
        self.0.push(site);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The site that a browser means by this host, with or without the port that its
    /// scheme implies. A name with a dot behind it is another name: cookies know it
    /// as one.
    pub(crate) fn find(&self, host: &str) -> Option<&Site> {
        self.0.iter().find(|site| site.is_called(host))
    }

    /// Two sites of one host, if there are.
    pub(crate) fn twice(&self) -> Option<&str> {
        let mut hosts: Vec<&str> = self.0.iter().map(Site::host).collect();
        hosts.sort_unstable();
        hosts.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(*one),
            _ => None,
        })
    }
}

impl Site {
    fn is_called(&self, host: &str) -> bool {
        let implied = if self.is_https() { ":443" } else { ":80" };
        let host = host.strip_suffix(implied).unwrap_or(host);
        host.eq_ignore_ascii_case(self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_scheme_and_a_host() {
        for (text, read) in [
            ("https://App.example.com/", "https://app.example.com"),
            ("https://app.example.com:443", "https://app.example.com"),
            ("https://app.example.com:8443", "https://app.example.com:8443"),
            ("http://app.localhost:3000", "http://app.localhost:3000"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert_eq!(Site::new(text).unwrap().origin(), read, "{text}");
        }
        for text in [
            "http://app.example.com",
            "https://app.example.com/path",
            "https://app.example.com.",
            "https://me@app.example.com",
            "https://app.example.com?x",
            "app.example.com",
            "ftp://app.example.com",
            "https://",
            "",
        ] {
            assert!(Site::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let site = Site::new("https://app.example.com").unwrap();
        let site = site.rule_for(&["get"], "/posts/*", Needs::Nothing).unwrap();
        let site = site.rule("/posts/*", Needs::Closed).unwrap();
        let ask = |method: &str, path: &str| {
            let path = Path::read(path).unwrap();
            match site.ask(method, &path) {
                Ask::Nothing => "nothing",
                Ask::SignIn => "sign in",
                Ask::Closed => "closed",
                Ask::Permission(_) => "permission",
            }
        };
        assert_eq!(ask("GET", "/posts/1"), "nothing");
        assert_eq!(ask("HEAD", "/posts"), "nothing");
        assert_eq!(ask("POST", "/posts/1"), "closed");
        assert_eq!(ask("POST", "/postscript"), "sign in");
        assert_eq!(ask("GET", "/"), "sign in");
    }

    #[test]
    fn a_site_is_found_by_what_browsers_call_it() {
        let mut sites = Sites::default();
        sites.add(Site::new("https://app.example.com").unwrap());
        for host in ["app.example.com", "APP.example.com", "app.example.com:443"] {
            assert!(sites.find(host).is_some(), "{host}");
        }
        for host in
            ["app.example.com.", "app.example.com:80", "example.com", "", "app.example.com:"]
        {
            assert!(sites.find(host).is_none(), "{host}");
        }
    }
}

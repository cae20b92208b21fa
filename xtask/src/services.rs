//! Real services for the tests: each is found, or installed where that is
//! allowed, started on a free loopback port in a temporary folder, and stopped
//! again, whatever happens in between.
//!
//! To add one: a file beside these with `start`, and a line in `SERVERS`.

mod daemon;
mod mariadb;
mod packages;
mod postgres;
mod redis;
mod site;
mod tls;

use std::process::{Command, ExitCode, Stdio};

use crate::{Result, running};

use site::Site;
pub(crate) use site::free_port;

/// Something the tests need beside the code.
pub(crate) struct Service {
    /// A word in the path of every test of the code that needs it, if it is a server.
    pub(crate) name: &'static str,
    /// Debian's packages that bring it.
    packages: &'static [&'static str],
    is_installed: fn() -> bool,
    start: fn(&mut Site) -> Result<()>,
}

/// The servers.
const SERVERS: &[Service] = &[
    Service {
        name: "postgres",
        packages: &["postgresql", "openssl"],
        is_installed: || postgres::program("initdb").is_some() && running::is_installed("openssl"),
        start: postgres::start,
    },
    Service {
        name: "mariadb",
        packages: &["mariadb-server", "openssl"],
        is_installed: || running::is_installed("mariadbd") && running::is_installed("openssl"),
        start: mariadb::start,
    },
    Service {
        name: "redis",
        packages: &["redis-server"],
        is_installed: || running::is_installed("redis-server"),
        start: redis::start,
    },
    // The tests start these two themselves, each with a configuration of its own.
    Service {
        name: "nginx",
        packages: &["nginx-light"],
        is_installed: || running::is_installed("nginx"),
        start: |site| told(site, "nginx", "KEYWARD_TEST_NGINX"),
    },
    Service {
        name: "caddy",
        packages: &["caddy"],
        is_installed: || running::is_installed("caddy"),
        start: |site| told(site, "caddy", "KEYWARD_TEST_CADDY"),
    },
];

/// Tells the tests where a program is.
fn told(site: &mut Site, program: &str, variable: &'static str) -> Result<()> {
    let found = running::find(program).ok_or_else(|| format!("`{program}` is gone"))?;
    site.export(variable, &found.display().to_string());
    Ok(())
}

/// What drives pages, beside Node.
const BROWSER: &[Service] = &[
    Service {
        name: "chromium",
        packages: &["chromium", "fonts-dejavu-core"],
        is_installed: || running::is_installed("chromium"),
        start: |site| told(site, "chromium", "CHROMIUM"),
    },
    Service {
        name: "faketime",
        packages: &["libfaketime"],
        is_installed: || running::library("faketime/libfaketime.so.1").is_some(),
        start: |_| Ok(()),
    },
    // Of the server that other hosts attack, and of theirs.
    Service {
        name: "openssl",
        packages: &["openssl"],
        is_installed: || running::is_installed("openssl"),
        start: |site| {
            let made = tls::certificate(site, "browser")?;
            site.export("KEYWARD_TEST_CERTIFICATE", &made.certificate);
            site.export("KEYWARD_TEST_KEY", &made.key);
            Ok(())
        },
    },
];

/// What runs JavaScript.
const NODE: &[Service] = &[
    Service {
        name: "node",
        packages: &["nodejs"],
        is_installed: || running::is_installed("node"),
        start: |_| Ok(()),
    },
    Service {
        name: "npm",
        packages: &["npm"],
        is_installed: || running::is_installed("npm"),
        start: |_| Ok(()),
    },
];

/// What runs Python, with what makes environments of its own.
const PYTHON: &[Service] = &[Service {
    name: "python3",
    packages: &["python3", "python3-venv"],
    is_installed: || {
        let mut python = Command::new("python3");
        python.args(["-c", "import ensurepip, ssl, venv"]).stderr(Stdio::null());
        running::is_installed("python3") && running::succeeds(&mut python).unwrap_or(false)
    },
    start: |_| Ok(()),
}];

/// Which of the services a piece of work needs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Needs {
    pub(crate) servers: bool,
    pub(crate) browser: bool,
    pub(crate) clients: bool,
}

impl Needs {
    /// Nothing but the code.
    pub(crate) const NONE: Self = Self { servers: false, browser: false, clients: false };
    /// The databases.
    pub(crate) const SERVERS: Self = Self { servers: true, ..Self::NONE };
    /// What drives pages.
    pub(crate) const BROWSER: Self = Self { browser: true, ..Self::NONE };
    /// What runs the clients for other languages.
    pub(crate) const CLIENTS: Self = Self { clients: true, ..Self::NONE };

    /// What either needs.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            servers: self.servers || other.servers,
            browser: self.browser || other.browser,
            clients: self.clients || other.clients,
        }
    }

    fn services(self) -> impl Iterator<Item = &'static Service> {
        let servers = SERVERS.iter().filter(move |_| self.servers);
        let browser = BROWSER.iter().filter(move |_| self.browser);
        let node = NODE.iter().filter(move |_| self.browser || self.clients);
        let python = PYTHON.iter().filter(move |_| self.clients);
        servers.chain(browser).chain(node).chain(python)
    }
}

/// A service that is not here, and why.
pub(crate) struct Missing {
    pub(crate) name: &'static str,
    pub(crate) why: String,
}

/// Services that run until this is dropped.
pub(crate) struct Running {
    site: Site,
    pub(crate) missing: Vec<Missing>,
}

impl Running {
    /// Finds, installs and starts what is needed. What cannot be had is noted.
    pub(crate) fn start(needs: Needs) -> Result<Self> {
        let absent = needs.services().filter(|service| !(service.is_installed)());
        let mut packages: Vec<_> = absent.flat_map(|service| service.packages).copied().collect();
        packages.dedup();
        let refused = packages::install(&packages).err();
        let mut started = Self { site: Site::new()?, missing: Vec::new() };
        for service in needs.services() {
            if let Err(why) = started.open(service, refused.as_deref()) {
                eprintln!("xtask: {}: {why}", service.name);
                started.missing.push(Missing { name: service.name, why });
            }
        }
        Ok(started)
    }

    fn open(
        &mut self,
        service: &Service,
        refused: Option<&str>,
    ) -> std::result::Result<(), String> {
        if !(service.is_installed)() {
            let why = refused.unwrap_or("the package did not bring it");
            return Err(format!("missing Debian package {} ({why})", service.packages.join(" ")));
        }
        (service.start)(&mut self.site).map_err(|error| format!("did not start: {error}"))
    }

    /// Tells a program where everything is.
    pub(crate) fn tell<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.envs(self.site.exports().iter().map(|(name, value)| (name, value)))
    }

    /// What programs are told by this variable.
    pub(crate) fn told(&self, variable: &str) -> Option<&str> {
        let found = self.site.exports().iter().find(|(name, _)| *name == variable);
        found.map(|(_, value)| value.as_str())
    }

    /// The servers that are not here: what tests of the code name when they need it.
    pub(crate) fn missing_servers(&self) -> impl Iterator<Item = &'static str> {
        servers_of(&self.missing)
    }

    /// Whether this service is not here.
    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.missing.iter().any(|missing| missing.name == name)
    }
}

fn servers_of(missing: &[Missing]) -> impl Iterator<Item = &'static str> {
    let names = missing.iter().map(|missing| missing.name);
    names.filter(|name| SERVERS.iter().any(|server| server.name == *name))
}

/// `cargo xtask services -- COMMAND…`: runs one command beside the databases.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let command = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let Some((program, rest)) = command.split_first() else {
        return Err("say what to run: cargo xtask services -- COMMAND…".into());
    };
    let running = Running::start(Needs::SERVERS)?;
    if !running.missing.is_empty() {
        return Err("not every service is here".into());
    }
    let status = running.tell(Command::new(program).args(rest)).status()?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_other_suites_need_is_no_server() {
        let why = || "not here".to_owned();
        let missing = ["node", "redis", "chromium"].map(|name| Missing { name, why: why() });
        assert_eq!(servers_of(&missing).collect::<Vec<_>>(), ["redis"]);
    }
}

//! The options of `dev` and `serve` that stand for settings.

use crate::config::RawConfig;

/// Where to listen, and how to log.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Common {
    /// Where to listen; localhost:8080 by default
    #[arg(long, value_name = "HOST:PORT", help_heading = "Network")]
    listen: Option<String>,
    /// Scheme, host and port under which people reach the service
    #[arg(long, value_name = "URL", help_heading = "Network")]
    public_url: Option<String>,
    /// For people, or one JSON object a line
    #[arg(long, value_name = "FORMAT", help_heading = "Process")]
    log_format: Option<String>,
}

impl Common {
    /// Where to listen, in whatever form.
    pub(super) fn listen(&self) -> Option<&str> {
        self.listen.as_deref()
    }

    /// The same settings without where to listen.
    pub(super) fn read_others(&self, raw: &mut RawConfig) {
        Self { listen: None, ..self.clone() }.read(raw);
    }

    /// Adds them to what was typed elsewhere.
    pub(super) fn read(&self, raw: &mut RawConfig) {
        raw.option("server.listen", "--listen", self.listen.as_deref());
        raw.option("public_url", "--public-url", self.public_url.as_deref());
        raw.option("log.format", "--log-format", self.log_format.as_deref());
    }
}

/// What only production needs.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Production {
    /// Networks whose X-Forwarded-* headers are believed
    #[arg(long, value_name = "NETWORKS", help_heading = "Network")]
    trusted_proxies: Option<String>,
    /// Certificate chain (PEM); read again when it changes
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    tls_cert: Option<String>,
    /// Private key (PEM) of the certificate
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    tls_key: Option<String>,
    /// Where things are remembered
    #[arg(long, value_name = "URL", help_heading = "Storage")]
    database_url: Option<String>,
    /// Bring the tables up to date at start: auto, check or off
    #[arg(long, value_name = "HOW", help_heading = "Storage")]
    migrate: Option<String>,
}

impl Production {
    /// Adds them to what was typed elsewhere.
    pub(super) fn read(&self, raw: &mut RawConfig) {
        raw.option("server.trusted_proxies", "--trusted-proxies", self.trusted_proxies.as_deref());
        raw.option("server.tls_cert", "--tls-cert", self.tls_cert.as_deref());
        raw.option("server.tls_key", "--tls-key", self.tls_key.as_deref());
        raw.option("database.url", "--database-url", self.database_url.as_deref());
        raw.option("database.migrate", "--migrate", self.migrate.as_deref());
    }
}

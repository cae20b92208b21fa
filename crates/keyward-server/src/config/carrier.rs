//! What `[mail]` and `[sms]` have in common: a service that is asked over HTTP.

use std::path::PathBuf;
use std::sync::Arc;

use keyward::outbound::{Outbound, OutboundOptions};
use keyward::{Channel, Gateway, GatewayOptions, Secret, Sender};

use super::reader::Reader;

/// How a service is asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) url: Option<String>,
    method: String,
    headers: Vec<String>,
    body: String,
    allow: Vec<String>,
    ssl_root: Option<PathBuf>,
}

/// What only a gateway of one's own takes.
const TEMPLATE: [&str; 3] = ["method", "headers", "body"];

impl Asked {
    /// The settings of a section; those of a template only `if_own`.
    pub(super) fn read(r: &mut Reader<'_>, section: &str, if_own: &str) -> Self {
        let name = |key: &str| format!("{section}.{key}");
        if r.text(&name("via")).as_deref() != Some("http") {
            for key in TEMPLATE.map(name).iter().filter(|key| r.is_given(key)).collect::<Vec<_>>() {
                r.refuse(key, format!("counts only when {if_own}"));
            }
        }
        let methods = ["POST", "PUT", "PATCH", "GET"].map(|word| (word, word.to_owned()));
        Self {
            url: r.text(&name("url")),
            method: r.choice(&name("method"), &methods).unwrap_or_default(),
            headers: r.list(&name("headers")),
            body: r.text(&name("body")).unwrap_or_default(),
            allow: r.list(&name("allow")),
            ssl_root: r.path(&name("ssl_root")),
        }
    }

    /// Who asks.
    pub(super) fn client(&self) -> keyward::Result<Arc<Outbound>> {
        let options = OutboundOptions {
            root_certificates: self.ssl_root.clone(),
            allow: self.allow.clone(),
            ..OutboundOptions::default()
        };
        Ok(Arc::new(Outbound::new(&options)?))
    }

    /// A gateway that is asked by the templates.
    pub(super) fn gateway(
        &self,
        channel: Channel,
        from: &str,
        secret: Option<&Secret>,
    ) -> keyward::Result<Box<dyn Sender>> {
        let options = GatewayOptions {
            channel,
            method: self.method.clone(),
            url: self.url.clone().unwrap_or_default(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            secret: secret.cloned(),
            from: from.to_owned(),
        };
        Ok(Box::new(Gateway::new(options, self.client()?)?))
    }
}

/// A setting that must be there because of another.
pub(super) fn need<T>(r: &mut Reader<'_>, found: Option<T>, name: &str, why: &str) -> Option<T> {
    if found.is_none() && !r.is_given(name) {
        r.refuse(name, format!("is missing: {why}"));
    }
    found
}

/// Why a carrier cannot be used, with every cause.
pub(super) fn words(error: &keyward::Error) -> String {
    use std::error::Error as _;
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

//! What an operator says of a service.

use keyward_core::{Error, Secret};

use super::checked::is_safe;
use super::misuse;
use super::presets::{PRESETS, Preset};

/// When an address that a service tells counts as proven.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum EmailTrust {
    /// When the service says that it is.
    #[default]
    AsTold,
    /// Never: accounts are connected by signing in first.
    Never,
    /// Always. For a service of one's own, which has no address that is not its
    /// owner's: whoever can enter another's there enters their account here.
    Always,
}

/// A service, and how we are known there.
#[derive(Clone, Debug)]
pub struct ProviderOptions {
    /// What it goes by in URLs: 1 to 32 of a-z, 0-9 and hyphen.
    pub name: String,
    /// Which one it is: a preset such as `google`, or `oidc` for any issuer.
    pub preset: String,
    /// What people call it; without it, what the preset does.
    pub title: Option<String>,
    /// The id that the service gave us.
    pub client_id: String,
    /// The secret that it gave us; for Apple, the content of the `.p8` file.
    pub client_secret: Option<Secret>,
    /// Who it is: needed for `oidc`, and for a GitLab of one's own.
    pub issuer: Option<String>,
    /// The tenant at Microsoft: its id; or `common`, `organizations`, `consumers`.
    pub tenant: Option<String>,
    /// The team at Apple.
    pub team_id: Option<String>,
    /// The id of the key at Apple.
    pub key_id: Option<String>,
    /// What is asked for; without it, what the preset does.
    pub scopes: Option<Vec<String>>,
    /// When an address counts as proven.
    pub email: EmailTrust,
    /// Keep, sealed, what the service gives to act for people there.
    pub store_tokens: bool,
    /// Where it sends people back to, if not to our own page.
    pub redirect_uri: Option<String>,
}

impl ProviderOptions {
    /// A service of the table: `apple`, `discord`, `facebook`, `github`, `gitlab`,
    /// `google`, `linkedin`, `microsoft`, `slack`, `twitter`.
    pub fn preset(name: &str, client_id: &str, client_secret: &str) -> Self {
        Self {
            name: name.to_owned(),
            preset: name.to_owned(),
            title: None,
            client_id: client_id.to_owned(),
            client_secret: Some(Secret::new(client_secret)),
            issuer: None,
            tenant: None,
            team_id: None,
            key_id: None,
            scopes: None,
            email: EmailTrust::default(),
            store_tokens: false,
            redirect_uri: None,
        }
    }

    /// Any issuer of OpenID Connect, found by discovery.
    pub fn oidc(name: &str, issuer: &str, client_id: &str, client_secret: &str) -> Self {
        let plain = Self::preset(name, client_id, client_secret);
        Self { preset: "oidc".into(), issuer: Some(issuer.to_owned()), ..plain }
    }

    /// Says what is wrong, before anything is built.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn validate(&self) -> Result<(), Error> {
        super::oauth::OAuth::new(self.clone()).map(|_| ())
    }

    pub(super) fn check(&self) -> Result<&'static Preset, Error> {
        let wrong = |what: &str| Err(misuse(&self.name, what));
        let preset = PRESETS.iter().find(|preset| preset.name == self.preset);
        let Some(preset) = preset else {
            let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            return wrong(&format!("no such preset; there are {}", known.join(", ")));
        };
        if self.client_id.trim().is_empty() || self.client_id.contains(char::is_control) {
            return wrong("it needs a client id");
        }
        let is_empty = |secret: &Secret| secret.reveal().trim().is_empty();
        if self.client_secret.as_ref().is_some_and(is_empty) {
            return wrong("its client secret is empty");
        }
        if self.client_secret.is_none() && !preset.may_be_public {
            return wrong("it needs a client secret");
        }
        if preset.issuer.is_empty() && self.issuer.is_none() {
            return wrong("it needs an issuer");
        }
        let urls = self.issuer.iter().chain(&self.redirect_uri);
        if let Some(url) = urls.into_iter().find(|url| !is_safe(url)) {
            return wrong(&format!("{url} must be https, except on this machine"));
        }
        if self.issuer.as_deref().is_some_and(|issuer| issuer.contains('?')) {
            return wrong("an issuer has no query");
        }
        Ok(preset)
    }
}

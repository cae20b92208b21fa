//! Services, as they are given to the builder.

use std::sync::Arc;

use keyward_core::Error;

use super::checked::is_safe;
use super::oauth::OAuth;
use super::options::ProviderOptions;
use super::{Provider, Providers, misuse};
use crate::engine::builder::Builder;
use crate::outbound::{HttpClient, Outbound, OutboundOptions};

/// What was given so far.
#[derive(Debug, Default)]
pub(crate) struct Given {
    all: Vec<Arc<dyn Provider>>,
    http: Option<Arc<dyn HttpClient>>,
    bad: Option<Error>,
}

impl Builder {
    /// Lets people sign in at this service.
    #[must_use]
    pub fn sign_in_at(mut self, options: ProviderOptions) -> Self {
        match OAuth::new(options) {
            Ok(provider) => self.given_providers().add(Arc::new(provider)),
            Err(error) => self.given_providers().bad = Some(error),
        }
        self
    }

    /// Lets people sign in at a service of the app's own making.
    #[must_use]
    pub fn provider(mut self, provider: impl Provider) -> Self {
        self.given_providers().add(Arc::new(provider));
        self
    }

    /// Asks services by this client. Without it, [`Outbound`] with its defaults.
    #[must_use]
    pub fn ask_providers_by(mut self, client: impl HttpClient) -> Self {
        self.given_providers().http = Some(Arc::new(client));
        self
    }
}

impl Given {
    fn add(&mut self, provider: Arc<dyn Provider>) {
        let name = provider.name().to_owned();
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(letters) {
            self.bad = Some(misuse(&name, "use 1 to 32 of a-z, 0-9 and hyphen as its name"));
        } else if self.all.iter().any(|known| known.name() == name) {
            self.bad = Some(misuse(&name, "there are two of this name"));
        } else if provider.redirect_uri().is_some_and(|uri| !is_safe(uri)) {
            self.bad =
                Some(misuse(&name, "its redirect URI must be https, except on this machine"));
        } else {
            self.all.push(provider);
        }
    }

    /// Everything, if it can be used under this public URL.
    pub(crate) fn finish(self, public_url: Option<&str>) -> Result<Providers, Error> {
        if let Some(bad) = self.bad {
            return Err(bad);
        }
        // Codes and cookies must not cross a network in the clear.
        let own_page = self.all.iter().find(|provider| provider.redirect_uri().is_none());
        if let (Some(provider), Some(url)) = (own_page, public_url)
            && !is_safe(url)
        {
            return Err(misuse(
                provider.name(),
                "the public URL must be https, except on this machine",
            ));
        }
        let http = match self.http {
            None if !self.all.is_empty() => {
                Some(Arc::new(Outbound::new(&OutboundOptions::default())?) as Arc<dyn HttpClient>)
            }
            given => given,
        };
        Ok(Providers { all: self.all, http, renewing: Arc::default() })
    }
}

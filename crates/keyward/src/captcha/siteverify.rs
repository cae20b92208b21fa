//! Turnstile, hCaptcha and reCAPTCHA: each says by `siteverify` whether what its script
//! made came from a person. Their documents: developers.cloudflare.com/turnstile,
//! docs.hcaptcha.com, developers.google.com/recaptcha/docs/verify.

use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, header};
use bytes::Bytes;
use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use keyward_core::{Error, Secret};
use serde::Deserialize;

use super::service::{CaptchaService, Widget};
use crate::outbound::HttpClient;

/// Which service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CaptchaVendor {
    /// Cloudflare's. It tells the host and the door that an answer was made for: the
    /// `action` of the widget must be the captcha's purpose.
    Turnstile,
    /// hCaptcha. It tells the host.
    HCaptcha,
    /// Google's, with a box to tick (v2) on our pages. It tells the host; for keys with
    /// a score (v3), which only an app's own pages can show, also the door.
    Recaptcha,
}

/// How a service is asked.
#[derive(Clone, Debug)]
pub struct SiteVerifyOptions {
    /// Which one.
    pub vendor: CaptchaVendor,
    /// The public key of the site.
    pub site_key: String,
    /// The secret that belongs to it.
    pub secret: Secret,
    /// Hosts whose answers count; the public URL's if there are none here.
    pub hostnames: Vec<String>,
    /// Least score of reCAPTCHA's that is a person's, in hundredths.
    pub least_score: u32,
    /// Let everybody pass while the service does not answer, in place of nobody. Either
    /// way the log says why. A wrong answer is refused all the same.
    pub fail_open: bool,
    /// How long it may take.
    pub timeout: Duration,
    /// Where it is asked, in place of its own address: through a gateway, say.
    pub url: Option<String>,
}

impl SiteVerifyOptions {
    /// As careful as can be; asks the vendor itself for at most five seconds.
    pub fn new(vendor: CaptchaVendor, site_key: impl Into<String>, secret: Secret) -> Self {
        Self {
            vendor,
            site_key: site_key.into(),
            secret,
            hostnames: vec![],
            least_score: 50,
            fail_open: false,
            timeout: Duration::from_secs(5),
            url: None,
        }
    }
}

/// Asks one of the vendors. The address of whoever answered is not passed on.
#[derive(Clone, Debug)]
pub struct SiteVerify {
    client: Arc<dyn HttpClient>,
    options: SiteVerifyOptions,
}

const WHAT: &str = "ask the captcha service";

/// What the vendors answer; each leaves some of it out.
#[derive(Debug, Deserialize)]
struct Told {
    success: bool,
    hostname: Option<String>,
    action: Option<String>,
    score: Option<f64>,
    #[serde(rename = "error-codes", default)]
    errors: Vec<String>,
}

impl SiteVerify {
    /// Asks through `client`.
    ///
    /// # Errors
    /// The site key or the secret is empty.
    pub fn new(client: impl HttpClient, options: SiteVerifyOptions) -> Result<Self, Error> {
        if options.site_key.trim().is_empty() || options.secret.reveal().trim().is_empty() {
            return Err(Error::new("use the captcha service: it needs a site key and a secret"));
        }
        Ok(Self { client: Arc::new(client), options })
    }

    fn request(&self, answer: &Secret) -> Result<Request<Bytes>, Error> {
        let options = &self.options;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("secret", options.secret.reveal());
        form.append_pair("response", answer.reveal());
        if options.vendor == CaptchaVendor::HCaptcha {
            // Answers for another site of the same account are refused.
            form.append_pair("sitekey", &options.site_key);
        }
        let url = options.url.as_deref().unwrap_or_else(|| options.vendor.url());
        Request::post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(Bytes::from(form.finish()))
            .map_err(|cause| Error::because(WHAT, cause))
    }

    async fn ask(&self, answer: &Secret) -> Result<Told, Error> {
        let (request, options) = (self.request(answer)?, &self.options);
        let asked = tokio::time::timeout(options.timeout, self.client.send(request)).await;
        let reply = asked
            .map_err(|late| Error::because(WHAT, late))?
            .map_err(|cause| Error::because(WHAT, cause))?;
        // A refusal may come as 400, with its reasons.
        if !reply.status().is_success() && reply.status() != ::http::StatusCode::BAD_REQUEST {
            return Err(Error::because(WHAT, format!("it answered {}", reply.status())));
        }
        serde_json::from_slice(reply.body()).map_err(|cause| Error::because(WHAT, cause))
    }

    /// Whether what was told means yes, here and at this door.
    fn judge(&self, told: &Told, purpose: CaptchaFor, host: &str) -> Result<bool, Error> {
        if !told.success {
            return match told.errors.iter().find(|code| is_our_fault(code)) {
                Some(code) => Err(Error::because(WHAT, format!("it says `{code}`"))),
                None => Ok(false),
            };
        }
        let here = told.hostname.as_deref().is_some_and(|name| self.is_ours(name, host));
        if !here {
            let hostname = told.hostname.as_deref().unwrap_or_default();
            tracing::warn!(hostname, "a captcha was answered on another site");
            return Ok(false);
        }
        let for_this = told.action.as_deref() == Some(purpose.as_str());
        Ok(match (self.options.vendor, told.score) {
            (CaptchaVendor::Turnstile, _) => for_this,
            (CaptchaVendor::Recaptcha, Some(score)) => {
                for_this && score * 100.0 >= f64::from(self.options.least_score)
            }
            (CaptchaVendor::HCaptcha | CaptchaVendor::Recaptcha, _) => true,
        })
    }

    fn is_ours(&self, name: &str, host: &str) -> bool {
        match self.options.hostnames.as_slice() {
            [] => name.eq_ignore_ascii_case(host),
            names => names.iter().any(|ours| ours.eq_ignore_ascii_case(name)),
        }
    }
}

/// Whether no answer could have been right: a wrong secret, a service that is unwell.
fn is_our_fault(code: &str) -> bool {
    matches!(
        code,
        "missing-input-secret"
            | "invalid-input-secret"
            | "invalid-sitekey"
            | "sitekey-secret-mismatch"
            | "not-using-dummy-passcode"
            | "not-using-dummy-secret"
            | "bad-request"
            | "internal-error"
    )
}

impl CaptchaService for SiteVerify {
    fn widget(&self) -> Widget {
        self.options.vendor.widget(self.options.site_key.clone())
    }

    fn is_person<'a>(
        &'a self,
        answer: &'a Secret,
        purpose: CaptchaFor,
        host: &'a str,
    ) -> Fut<'a, Result<bool, Error>> {
        Box::pin(async move {
            let told = match self.ask(answer).await {
                Ok(told) => self.judge(&told, purpose, host),
                Err(error) => Err(error),
            };
            match told {
                Err(error) if self.options.fail_open => {
                    tracing::warn!(?error, "a captcha was let pass unseen");
                    Ok(true)
                }
                told => told,
            }
        })
    }
}

impl CaptchaVendor {
    /// Its word, as in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Turnstile => "turnstile",
            Self::HCaptcha => "hcaptcha",
            Self::Recaptcha => "recaptcha",
        }
    }

    fn url(self) -> &'static str {
        match self {
            Self::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
            Self::HCaptcha => "https://api.hcaptcha.com/siteverify",
            Self::Recaptcha => "https://www.google.com/recaptcha/api/siteverify",
        }
    }

    fn widget(self, site_key: String) -> Widget {
        let service = self.as_str().into();
        match self {
            Self::Turnstile => Widget {
                script: "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit&onload=kwCaptcha".into(),
                object: "turnstile".into(),
                script_src: "https://challenges.cloudflare.com".into(),
                frame_src: "https://challenges.cloudflare.com".into(),
                service, site_key, ..Widget::default()
            },
            Self::HCaptcha => Widget {
                script: "https://js.hcaptcha.com/1/api.js?render=explicit&onload=kwCaptcha".into(),
                object: "hcaptcha".into(),
                script_src: HCAPTCHA.into(),
                frame_src: HCAPTCHA.into(),
                style_src: HCAPTCHA.into(),
                connect_src: HCAPTCHA.into(),
                service, site_key,
            },
            Self::Recaptcha => Widget {
                script: "https://www.google.com/recaptcha/api.js?render=explicit&onload=kwCaptcha".into(),
                object: "grecaptcha".into(),
                script_src: "https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/".into(),
                frame_src: "https://www.google.com/recaptcha/ https://recaptcha.google.com/recaptcha/".into(),
                service, site_key, ..Widget::default()
            },
        }
    }
}

const HCAPTCHA: &str = "https://hcaptcha.com https://*.hcaptcha.com";

//! The seam of captcha services.

use std::borrow::Cow;
use std::fmt;

use keyward_core::port::Fut;
use keyward_core::settings::CaptchaFor;
use keyward_core::{Error, Secret};

/// A service of others that tells people from machines. Which door an answer is for,
/// until when, and that it counts once, is ours to check, and checked before it is asked.
pub trait CaptchaService: fmt::Debug + Send + Sync + 'static {
    /// What a page needs to show it.
    fn widget(&self) -> Widget;

    /// Whether a person made this answer at this door. `host` is that of the public
    /// URL, for services that tell where an answer was made. A failure to know is an
    /// error, which lets nobody pass: it is a 503. A service that should let pass all
    /// the same answers yes.
    fn is_person<'a>(
        &'a self,
        answer: &'a Secret,
        purpose: CaptchaFor,
        host: &'a str,
    ) -> Fut<'a, Result<bool, Error>>;
}

/// What a page needs to show what a service asks. The four lists of sources, each as in
/// a `Content-Security-Policy`, are allowed on pages with its captcha and on no other.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Widget {
    /// Its name, for those who show it themselves: `turnstile`.
    pub service: Cow<'static, str>,
    /// The key by which it knows the site; it is public.
    pub site_key: String,
    /// Its script, which calls `kwCaptcha()` once it is there.
    pub script: Cow<'static, str>,
    /// The object that the script makes, with a function `render(element, options)`.
    pub object: Cow<'static, str>,
    /// Where scripts may come from.
    pub script_src: Cow<'static, str>,
    /// Where frames may come from.
    pub frame_src: Cow<'static, str>,
    /// Where styles may come from.
    pub style_src: Cow<'static, str>,
    /// What scripts may talk to.
    pub connect_src: Cow<'static, str>,
}

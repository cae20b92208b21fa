//! What a body brings beside what it is about: a captcha and its answer.

use keyward_core::Secret;

#[cfg(feature = "captcha")]
pub(crate) use super::captcha::pass;

/// A captcha and its answer, each as it came.
#[derive(Debug, Default)]
#[cfg_attr(not(feature = "captcha"), allow(dead_code, reason = "read where it is asked"))]
pub(crate) struct Given {
    pub(crate) token: Option<String>,
    pub(crate) answer: Option<Secret>,
}

/// Without captchas everybody passes; whoever configures one is refused at start.
#[cfg(not(feature = "captcha"))]
pub(crate) async fn pass(
    _: &crate::http::Cx<'_>,
    _: keyward_core::settings::CaptchaFor,
    _: &str,
    _: Given,
) -> Result<(), crate::http::Fault> {
    Ok(())
}

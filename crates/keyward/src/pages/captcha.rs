//! The captcha of a form: there when one is asked for, and only then.

use keyward_core::settings::CaptchaFor;

use super::render::Page;
use crate::http::{Cx, Fault};

/// The page, with a captcha in it if its form needs one now. `door` names what the
/// form is for, and the field that says whose account it is about.
#[cfg(not(feature = "captcha"))]
pub(super) async fn guarded<'a>(
    page: Page<'a>,
    _: &'a Cx<'_>,
    _: (CaptchaFor, &str),
) -> Result<Page<'a>, Fault> {
    Ok(page)
}

/// The page, with a captcha in it if its form needs one now. `door` names what the
/// form is for, and the field that says whose account it is about.
#[cfg(feature = "captcha")]
pub(super) async fn guarded<'a>(
    page: Page<'a>,
    cx: &'a Cx<'_>,
    (purpose, field): (CaptchaFor, &str),
) -> Result<Page<'a>, Fault> {
    use keyward_core::flow::captcha::IsCaptchaDue;
    use keyward_core::settings::When;
    use serde_json::json;

    use crate::http::input;
    use crate::routes::captcha::Asked;

    if purpose.when(&cx.auth.0.settings.captcha) == When::Never {
        return Ok(page);
    }
    let name = input::peek(cx.request, field).unwrap_or_default();
    let flow = IsCaptchaDue { purpose, name };
    if !cx.auth.run(&flow, &cx.caller.client).await?? {
        return Ok(page);
    }
    let asked = Asked::mint(cx, purpose, None);
    let captcha = json!({
        "asked": asked,
        "purpose": purpose.as_str(),
        "script": cx.auth.0.pages.assets.path("captcha.js"),
        "renew_after": cx.auth.0.settings.captcha.lifetime.as_secs() / 2,
    });
    Ok(page.with("captcha", captcha))
}

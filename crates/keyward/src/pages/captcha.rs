//! The captcha of a form: there when one is asked for, and only then.

use keyward_core::settings::CaptchaFor;

#[cfg(feature = "captcha")]
use super::nav;
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
    use keyward_core::flow::captcha::{IsCaptchaDue, Puzzle, Task};
    use keyward_core::settings::When;
    use serde_json::json;

    use crate::http::{headers, input};
    use crate::routes::captcha::{Asked, Kind};

    if purpose.when(&cx.auth.0.settings.captcha) == When::Never {
        return Ok(page);
    }
    let name = input::peek(cx.request, field).unwrap_or_default();
    let flow = IsCaptchaDue { purpose, name };
    if !cx.auth.run(&flow, &cx.caller.client).await?? {
        return Ok(page);
    }
    // Whoever asked for digits, by the link or by an answer before, goes on with digits.
    let token = input::peek(cx.request, "captcha_token").unwrap_or_default();
    let answered = Puzzle::parse(&token, &cx.auth.0.keys);
    let wants_digits = answered.is_some_and(|puzzle| puzzle.task == Task::Digits)
        || nav::query(cx.request, "captcha").as_deref() == Some("digits");
    let asked = Asked::mint(cx, purpose, wants_digits.then_some(Kind::Digits));
    let back = nav::return_to(cx.request);
    let service = cx.auth.0.bots.service.as_ref().filter(|_| asked.kind == Kind::Service);
    let widget = service.map(|service| service.widget());
    let captcha = json!({
        "asked": asked,
        "other": nav::path("", &[("captcha", "digits"), ("return_to", &back)]),
        "size": crate::captcha::SIZE,
        "purpose": purpose.as_str(),
        "script": cx.auth.0.pages.assets.path(match widget {
            Some(_) => "captcha_service.js",
            None => "captcha.js",
        }),
        "object": widget.as_ref().map(|widget| &widget.object),
        "service_script": widget.as_ref().map(|widget| &widget.script),
        "renew_after": cx.auth.0.settings.captcha.lifetime.as_secs() / 2,
    });
    Ok(page.with("captcha", captcha).allowing(widget.as_ref().and_then(headers::csp_with)))
}

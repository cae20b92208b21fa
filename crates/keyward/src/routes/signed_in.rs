//! What a proof led to, as the API tells it. The one place for every method.

use ::http::StatusCode;
use keyward_core::Secret;
use keyward_core::flow::open::Opened;
use keyward_core::flow::proven::SignedIn;
use keyward_core::id::FlowId;
use keyward_core::record::Identifier;

use super::answer::{Outcome, Status};
use super::sign_in::{Holding, keep, remember_flow};
use crate::http::{Cx, Fault, Reply, no_content, reply};
use crate::view::UserView;

/// `complete`, or what is to be done next.
pub(crate) fn signed_in(
    cx: &Cx<'_>,
    signed_in: SignedIn,
    holding: Holding,
) -> Result<Reply, Fault> {
    match signed_in {
        // How it is held may have been said in an earlier step.
        SignedIn::Complete { opened, identifiers } => {
            welcome(cx, &opened, &identifiers, Holding::of(opened.session.kind))
        }
        SignedIn::NeedsMfa { flow, browser, methods } => {
            needs_mfa(cx, (flow, &browser), methods, holding)
        }
        SignedIn::NeedsVerification { flow, browser } => needs_verification(cx, flow, &browser),
        SignedIn::Checked(_) => Ok(no_content()),
    }
}

/// `{"status":"complete", …}` with the session, as a cookie or as a token.
pub(crate) async fn complete(
    cx: &Cx<'_>,
    opened: &Opened,
    holding: Holding,
) -> Result<Reply, Fault> {
    let subject = cx.auth.0.store.subject(opened.user.id).await?;
    let identifiers = subject.map(|s| s.identifiers).unwrap_or_default();
    welcome(cx, opened, &identifiers, holding)
}

/// Same, where the names of the account are known already.
fn welcome(
    cx: &Cx<'_>,
    opened: &Opened,
    identifiers: &[Identifier],
    holding: Holding,
) -> Result<Reply, Fault> {
    let token = (holding == Holding::Token).then(|| opened.token.reveal().to_owned());
    let body = Outcome {
        session_id: Some(opened.session.id),
        user: Some(UserView::new(&opened.user, identifiers).for_owner(&cx.auth.0.settings)),
        token,
        ..Outcome::new(Status::Complete)
    };
    let mut reply = reply::ok(&body)?;
    if holding == Holding::Cookie {
        keep(cx, &mut reply, opened);
    }
    Ok(reply)
}

/// `{"status":"needs_verification","flow_id":…}`: a code was sent.
pub(crate) fn needs_verification(
    cx: &Cx<'_>,
    flow: FlowId,
    browser: &Secret,
) -> Result<Reply, Fault> {
    let (flow_id, next) = (Some(flow), &["verification"][..]);
    let body = Outcome { flow_id, next, ..Outcome::new(Status::NeedsVerification) };
    let mut reply = reply::json(StatusCode::ACCEPTED, &body)?;
    remember_flow(cx, &mut reply, browser);
    Ok(reply)
}

/// `{"status":"needs_mfa","flow_id":…,"methods":[…]}`: nothing is open yet. A
/// browser answers with the cookie that it is given here, another client with
/// `flow_token`.
fn needs_mfa(
    cx: &Cx<'_>,
    (flow, browser): (FlowId, &Secret),
    methods: Vec<&'static str>,
    holding: Holding,
) -> Result<Reply, Fault> {
    let flow_token = (holding == Holding::Token).then(|| browser.reveal().to_owned());
    let (flow_id, next) = (Some(flow), &["mfa"][..]);
    let body = Outcome { flow_id, next, methods, flow_token, ..Outcome::new(Status::NeedsMfa) };
    let mut reply = reply::json(StatusCode::ACCEPTED, &body)?;
    if holding == Holding::Cookie {
        remember_flow(cx, &mut reply, browser);
    }
    Ok(reply)
}

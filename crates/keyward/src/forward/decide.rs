//! Who comes to a site, and whether they may go on.

use std::net::IpAddr;

use ::http::{HeaderMap, Method};
use keyward_core::crypto::site_token;
use keyward_core::id::SessionId;
use keyward_core::time::Timestamp;

use super::{Ask, Original, Path, Site};
use crate::context::Context;
use crate::engine::Keyward;
use crate::engine::ask::Asker;
use crate::engine::groups::Known;
use crate::http::{Code, Door, Fault, Head, Problem, cookie};
use crate::required::Wanted;
use crate::resource::Resource;

/// The session, at a site: `ses_….` and a code for that site.
pub(crate) const COOKIE: &str = "kw_site";
/// The secret of a browser that is about to bring its session to a site.
pub(crate) const STATE: &str = "kw_site_state";

impl Keyward {
    /// Whether a request to a site may go on, and as whose. Nobody known is
    /// `unauthenticated`; everything else that is not a yes is a refusal.
    pub(crate) async fn may_pass(
        &self,
        site: &Site,
        original: &Original<'_>,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<Option<Known>, Fault> {
        let path = Path::read(original.target);
        let ask = match &path {
            Some(path) => site.ask(original.method, path),
            None if site.tells_paths_apart() => return Err(Code::PathUnclear.into()),
            None => &site.otherwise,
        };
        if matches!(ask, Ask::Closed) {
            return Err(Code::DeniedByRule.into());
        }
        let known = self.at_site(site, headers, address).await?;
        let holder = match (ask, &known) {
            (Ask::Nothing, _) | (Ask::SignIn, Some(_)) => return Ok(known),
            (_, Some(holder)) => holder.asker(),
            (_, None) => return Err(Code::Unauthenticated.into()),
        };
        if let Ask::Permission(wanted) = ask {
            let path = path.as_ref().map(Path::text).unwrap_or_default();
            self.admit_to_path(holder, wanted, resource(site, original, path)).await?;
        }
        Ok(known)
    }

    async fn admit_to_path(
        &self,
        asker: Asker<'_>,
        wanted: &Wanted,
        resource: Resource,
    ) -> Result<(), Fault> {
        let Wanted::Permissions(how, wanted) = wanted else {
            return Err(Code::DecisionUnavailable.into());
        };
        let mut lacks = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            self.check_known(asker, wanted)?;
            let ruling = self.rule(asker, wanted, Some(&resource), &Context::new()).await?;
            lacks.push(match ruling.allowed() {
                Ok(true) => None,
                Ok(false) => {
                    let denied = Problem::new(Code::MissingPermission);
                    Some(denied.param("permission", wanted.to_string()))
                }
                Err(_) => Some(Problem::new(Code::DecisionUnavailable)),
            });
        }
        how.sum(lacks).map_or(Ok(()), |lack| Err(lack.into()))
    }

    /// Whoever a request to a site is from: by an API key or a token of ours, by the
    /// session's cookie where it is shared, or by the site's own. Whether strangers
    /// may post there is the site's to say.
    async fn at_site(
        &self,
        site: &Site,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<Option<Known>, Fault> {
        let now = self.now();
        let head = Head { method: &Method::GET, headers, body: &[], address };
        let (known, _) = self.recognise(head, Door::App, now).await?;
        if known.is_some() {
            return Ok(known);
        }
        let Some(token) = cookie::find_at(site, headers, COOKIE)? else { return Ok(None) };
        let Some((id, secret)) = site_token::split(token) else { return Ok(None) };
        let key = &self.0.keys.site;
        let opens = |session: &_| site_token::opens(key, session, site.origin(), secret);
        let Ok(entry) = self.session_opened(id, opens, now).await? else { return Ok(None) };
        let known = self.known(entry, address).await?;
        Ok(Some(known).filter(|known| known.entry.mfa.lack().is_none()))
    }

    /// A live session as `site` holds it, with how long its cookie may live.
    pub(crate) async fn site_token(
        &self,
        id: SessionId,
        site: &Site,
        now: Timestamp,
    ) -> Result<String, Fault> {
        let entry = self.session_opened(id, |_| true, now).await?;
        let entry = entry.map_err(|_| Code::LinkInvalid)?;
        Ok(site_token::mint(&self.0.keys.site, &entry.session, site.origin()))
    }
}

fn resource(site: &Site, original: &Original<'_>, path: String) -> Resource {
    Resource::new("http", &path)
        .attribute("host", site.host())
        .attribute("path", path.as_str())
        .attribute("method", original.method)
}

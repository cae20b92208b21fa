//! Tickets at a door: recognised before it, renewed behind it.

use ::http::{HeaderMap, HeaderValue, StatusCode, header};
use keyward_core::Error;
use keyward_core::time::Timestamp;

use super::cookie;
use super::policy::{Form, Tickets};
use crate::authn::Claim;
use crate::engine::Keyward;
use crate::http::{Fault, Head};

/// What a ticket cookie says.
pub(crate) enum Brought {
    /// There is none.
    Nothing,
    /// It is good, and whose.
    Claim(Claim),
    /// It is not good here and now. As with every old cookie, its owner may still sign in.
    Ended,
}

/// A ticket that takes another's place, if the answer is a success and says nothing of
/// the cookie itself: a sign-out, or another person, is never undone by it.
#[derive(Debug)]
pub(crate) struct Renewed {
    name: String,
    line: HeaderValue,
}

impl Tickets {
    /// What a request brings.
    pub(crate) async fn brought(
        &self,
        auth: &Keyward,
        head: Head<'_>,
        now: Timestamp,
    ) -> Result<Brought, Fault> {
        let name = cookie::full(auth, self.name());
        let Some(text) = cookie::find(head.headers, &name)? else { return Ok(Brought::Nothing) };
        let Some((ticket, form)) = self.read(text, head.address, now) else {
            return Ok(Brought::Ended);
        };
        let claim = self.claim(&ticket, form).await?;
        Ok(claim.map_or(Brought::Ended, Brought::Claim))
    }

    async fn renewed(
        &self,
        auth: &Keyward,
        head: Head<'_>,
        now: Timestamp,
    ) -> Result<Option<Renewed>, Error> {
        let name = cookie::full(auth, self.name());
        let Ok(Some(text)) = cookie::find(head.headers, &name) else { return Ok(None) };
        let Some((ticket, form)) = self.read(text, head.address, now) else { return Ok(None) };
        let Some(mut next) = self.next(&ticket, now) else { return Ok(None) };
        let Some(claim) = self.claim(&ticket, form).await? else { return Ok(None) };
        let Ok(entry) = auth.claim_of(&claim, now).await? else { return Ok(None) };
        if form != Form::Ours {
            next.user = entry.user.id.to_string();
            next.data = entry.user.session_epoch.to_string();
        }
        let line = self.set(auth, &next, head.address);
        let mut line = HeaderValue::from_str(line.reveal())
            .map_err(|cause| Error::because("write a ticket", cause))?;
        line.set_sensitive(true);
        Ok(Some(Renewed { name, line }))
    }
}

impl Keyward {
    /// What takes the place of the ticket of a request, if one is due. A failure to know
    /// renews nothing.
    pub(crate) async fn renewed_ticket(&self, head: Head<'_>) -> Option<Renewed> {
        let tickets = self.tickets()?;
        match Box::pin(tickets.renewed(self, head, self.now())).await {
            Ok(renewed) => renewed,
            Err(error) => {
                tracing::error!(?error, "a ticket was not renewed");
                None
            }
        }
    }
}

/// An answer with the ticket that takes another's place, where it may be.
pub(crate) fn renew<B>(
    mut reply: ::http::Response<B>,
    renewed: Option<Renewed>,
) -> ::http::Response<B> {
    if let Some(renewed) = renewed {
        renewed.add(reply.status(), reply.headers_mut());
    }
    reply
}

impl Renewed {
    /// Adds it to an answer, where it may be.
    fn add(self, status: StatusCode, headers: &mut HeaderMap) {
        if let Some(line) = self.beside(status, headers.get_all(header::SET_COOKIE).iter()) {
            headers.append(header::SET_COOKIE, line);
        }
    }

    /// The header, where it may stand beside an answer of this status that sets these
    /// cookies.
    pub(crate) fn beside<'a>(
        self,
        status: StatusCode,
        mut set: impl Iterator<Item = &'a HeaderValue>,
    ) -> Option<HeaderValue> {
        let is_said = set.any(|line| {
            let rest = line.as_bytes().strip_prefix(self.name.as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b"="))
        });
        (status.is_success() && !is_said).then_some(self.line)
    }
}

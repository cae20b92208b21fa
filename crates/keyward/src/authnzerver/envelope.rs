//! Messages: opened, looked at, answered, sealed.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyward_core::Error;
use keyward_core::crypto::fernet::{Fresh, SKEW, Unsealed};
use keyward_core::crypto::message::{MessageKey, open_with};
use keyward_core::crypto::token::digest_bytes;
use keyward_core::port::{Batch, CommitError, Take, Write};
use keyward_core::settings::Rate;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::Call;
use super::repeats::Known;
use super::roster::{Kind, find};
use super::schema::look_at;
use super::{Frontend, Room};
use crate::engine::Keyward;
use crate::http::input::strict_json;

/// Why a message has no sealed answer.
#[derive(Debug)]
pub(crate) enum Turned {
    /// Nobody who has a key sealed it, or not lately, or it came before.
    Unreadable,
    /// It was sealed, and is no request.
    NoRequest,
    /// Too many.
    SlowDown(Duration),
    /// Machinery.
    Error(Error),
}

impl From<Error> for Turned {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A message that was opened.
struct Opened<'a> {
    frontend: &'a Frontend,
    key: &'a MessageKey,
    unsealed: Unsealed,
}

/// A request, as it was read.
struct Asked {
    kind: &'static Kind,
    place: usize,
    body: Map<String, Value>,
    reqid: Value,
    address: Option<IpAddr>,
}

impl Keyward {
    /// Answers a sealed message with one that is sealed by the same key.
    pub(crate) async fn answer_sealed(&self, room: &Room, body: &[u8]) -> Result<String, Turned> {
        let now = self.now();
        let opened = open(room, body, now).ok_or(Turned::Unreadable)?;
        self.look_at_repeats(room, &opened.unsealed)?;
        let asked = read(&opened.unsealed.plain).ok_or(Turned::NoRequest)?;
        self.slow_frontend_down(room, &asked)?;
        if room.how.once && !asked.kind.only_reads {
            self.spend(room, &opened.unsealed).await?;
        }
        let answer = self.answered(room, &opened, &asked).await?;
        let answer = answer.into_json(asked.kind.gives, asked.reqid).to_string();
        let sealed = opened.key.seal(answer.as_bytes(), self.now(), &mut self.0.rng.clone())?;
        Ok(STANDARD.encode(sealed))
    }

    async fn answered(
        &self,
        room: &Room,
        opened: &Opened<'_>,
        asked: &Asked,
    ) -> Result<Answer, Error> {
        if !opened.frontend.may(asked.kind.name) {
            tracing::warn!(
                frontend = opened.frontend.name,
                request = asked.kind.name,
                "a frontend asked for more than it may"
            );
            return Ok(Answer::no("request not permitted", super::words::DENIED));
        }
        if let Some(answer) = look_at(asked.kind.takes, &asked.body) {
            return Ok(answer);
        }
        let call = Call { auth: self, room, body: &asked.body, address: asked.address };
        call.settled().await?;
        let answer = (asked.kind.run)(call).await?;
        call.note(opened, asked, &answer);
        Ok(answer)
    }

    fn look_at_repeats(&self, room: &Room, unsealed: &Unsealed) -> Result<(), Turned> {
        if !room.how.once {
            return Ok(());
        }
        match room.repeats.note(&unsealed.tag, self.now().as_secs(), span(room)) {
            Known::New => Ok(()),
            Known::Seen => Err(Turned::Unreadable),
            Known::Full => Err(Turned::SlowDown(Duration::from_secs(1))),
        }
    }

    /// Notes in the store that a message came, so that no other node, and no later run
    /// of this one, does again what it asks.
    async fn spend(&self, room: &Room, unsealed: &Unsealed) -> Result<(), Turned> {
        let key = digest_bytes(&[b"authnzerver message".as_slice(), &unsealed.tag].concat());
        let period = Duration::from_secs(span(room).unsigned_abs());
        let take = Take { key, now: self.now(), period, burst: 1 };
        let batch = Batch { writes: vec![Write::Take(take)], events: vec![] };
        loop {
            match self.0.store.commit(&batch).await {
                Ok(()) => return Ok(()),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Limited { .. }) => return Err(Turned::Unreadable),
                Err(CommitError::Broken(error)) => return Err(Turned::Error(error)),
            }
        }
    }

    /// Counts a request from one client of a frontend, if it says which.
    fn slow_frontend_down(&self, room: &Room, asked: &Asked) -> Result<(), Turned> {
        let how = &room.how;
        if !how.limited || asked.address.is_none() {
            return Ok(());
        }
        let own = how.rates.iter().rev().find(|(name, _)| super::is_called(asked.kind.name, name));
        let count = own.map_or(asked.kind.per_minute, |(_, count)| *count);
        let rate = Rate::new(count, Duration::from_secs(60));
        let taken = self.0.limiter.take_for_frontend(asked.place, asked.address, rate, self.now());
        taken.map_err(Turned::SlowDown)
    }
}

/// Seconds for which a message may be accepted, whatever clock it was stamped by.
fn span(room: &Room) -> i64 {
    let within = room.how.fresh_for.map_or(DAY, |age| i64::try_from(age.as_secs()).unwrap_or(DAY));
    within.saturating_add(SKEW)
}

const DAY: i64 = 24 * 3600;

fn open<'a>(room: &'a Room, body: &[u8], now: keyward_core::time::Timestamp) -> Option<Opened<'a>> {
    let outer = std::str::from_utf8(body).ok()?.trim_ascii();
    let sealed = STANDARD.decode(outer).ok()?;
    let within = room.how.fresh_for.map(|age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
    let fresh = within.map(|within| Fresh { now, within });
    room.how.frontends.iter().find_map(|frontend| {
        let (place, unsealed) = open_with(&frontend.keys, &sealed, fresh)?;
        Some(Opened { frontend, key: frontend.keys.get(place)?, unsealed })
    })
}

/// Reads `{"request", "body", "reqid", "client_ipaddr"?}`. No name may be there twice.
fn read(plain: &[u8]) -> Option<Asked> {
    let Value::Object(mut whole) = strict_json(plain).ok()? else { return None };
    let (place, kind) = find(whole.get("request")?.as_str()?)?;
    let Some(Value::Object(body)) = whole.remove("body") else { return None };
    let reqid = whole.remove("reqid").filter(|it| it.is_i64() || it.is_string())?;
    let address = match whole.get("client_ipaddr") {
        None | Some(Value::Null) => None,
        Some(text) => Some(text.as_str()?.parse().ok()?),
    };
    Some(Asked { kind, place, body, reqid, address })
}

/// The name of the request that the plain text of a message asks, if it asks one and
/// brings what that needs, each of its type.
pub fn request_of(plain: &[u8]) -> Option<&'static str> {
    let asked = read(plain)?;
    look_at(asked.kind.takes, &asked.body).is_none().then_some(asked.kind.name)
}

impl Call<'_> {
    /// A line for the log, in which people stand as hashes.
    fn note(&self, opened: &Opened<'_>, asked: &Asked, answer: &Answer) {
        let salt = &self.room.how.salt;
        let named = |name: &str| match asked.body.get(name) {
            _ if salt.is_empty() => String::new(),
            Some(Value::String(text)) => super::pii_hash(text, salt),
            Some(Value::Number(number)) => super::pii_hash(&number.to_string(), salt),
            _ => String::new(),
        };
        tracing::debug!(
            frontend = opened.frontend.name,
            request = asked.kind.name,
            reqid = %asked.reqid,
            success = answer.success,
            user_id = named("user_id"),
            email = named("email"),
            "a frontend was answered"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_request_is_one() {
        for (text, is_one) in [
            (r#"{"request": "session-exists", "body": {"session_token": "x"}, "reqid": 1}"#, true),
            (
                r#"{"request": "session-exists", "body": {}, "reqid": "a", "client_ipaddr": "::1"}"#,
                true,
            ),
            (r#"{"request": "session-exists", "body": {}}"#, false),
            (r#"{"request": "session-exists", "body": {}, "reqid": null}"#, false),
            (r#"{"request": "session-exists", "body": {}, "reqid": 1.5}"#, false),
            (r#"{"request": "session-exists", "body": [], "reqid": 1}"#, false),
            (r#"{"request": "sessions", "body": {}, "reqid": 1}"#, false),
            (r#"{"request": "session-exists", "body": {}, "reqid": 1, "reqid": 2}"#, false),
            (
                r#"{"request": "session-exists", "body": {}, "reqid": 1, "client_ipaddr": "x"}"#,
                false,
            ),
            (r#"[]"#, false),
            ("", false),
        ] {
            assert_eq!(read(text.as_bytes()).is_some(), is_one, "{text}");
        }
    }
}

//! Tickets: ticket_auth 0.1.4, and aiohttp_auth_autz's rule for renewing them.

use std::net::IpAddr;

use keyward_core::crypto::ticket::{Classic, Digest, Renewal, Ticket};
use keyward_core::time::Timestamp;
use serde::Deserialize;

use super::comparison::Comparison;
use super::flows;
use crate::Result;

#[derive(Deserialize)]
struct Forms {
    issue: Vec<Row>,
    validate: Vec<Row>,
    #[serde(default)]
    bulk_issue: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    secret_hex: String,
    hashalg: String,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    tokens: Vec<String>,
    #[serde(default)]
    user_data: String,
    #[serde(default)]
    valid_until: serde_json::Value,
    client_ip: Option<IpAddr>,
    ticket: Option<String>,
    ticket_bytes_hex: Option<String>,
    #[serde(default)]
    now: f64,
    #[serde(default)]
    ok: bool,
}

/// Issue, validate and issue at random. What made the library fail is refused.
pub(super) fn forms(text: &str, comparison: &mut Comparison) -> Result<()> {
    let forms: Forms = serde_json::from_str(text)?;
    for (section, rows) in [("issue", &forms.issue), ("bulk_issue", &forms.bulk_issue)] {
        for (place, row) in rows.iter().enumerate() {
            comparison.row(format!("{section}[{place}]"), row.written()?, row.ticket.clone());
        }
    }
    for (place, row) in forms.validate.iter().enumerate() {
        let theirs = row.ok.then(|| row.said(row.until()));
        comparison.row(format!("validate[{place}]"), row.read()?, theirs);
    }
    Ok(())
}

impl Row {
    fn classic(&self) -> Result<Classic> {
        let digest = Digest::named(&self.hashalg).ok_or("a hash that is not known")?;
        Ok(Classic::new(bytes(&self.secret_hex)?, digest))
    }

    /// Python drops what is after the point.
    fn until(&self) -> Option<u32> {
        let until =
            self.valid_until.as_f64().filter(|until| (0.0..4_294_967_296.0).contains(until));
        until.map(|until| until as u32)
    }

    fn said(&self, until: Option<u32>) -> Option<Ticket> {
        Some(Ticket {
            tokens: self.tokens.iter().filter(|_| self.tokens != [""]).cloned().collect(),
            data: self.user_data.clone(),
            ..Ticket::new(self.user_id.clone(), until?)
        })
    }

    fn written(&self) -> Result<Option<String>> {
        let ticket =
            self.said(self.until()).map(|ticket| Ticket { tokens: self.tokens.clone(), ..ticket });
        let classic = self.classic()?;
        Ok(ticket.map(|ticket| classic.write(&ticket, self.client_ip)))
    }

    fn read(&self) -> Result<Option<Option<Ticket>>> {
        let raw = self.ticket_bytes_hex.as_deref().map(bytes).transpose()?;
        let raw = raw.or_else(|| self.ticket.clone().map(String::into_bytes)).unwrap_or_default();
        let Ok(text) = std::str::from_utf8(&raw) else { return Ok(None) };
        let now = Timestamp::from_micros((self.now * 1e6) as i64);
        Ok(self.classic()?.read(text, self.client_ip, now).ok().map(Some))
    }
}

fn bytes(digits: &str) -> Result<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2).map(|at| digits.get(at..at + 2).unwrap_or("?"));
    Ok(pairs.map(|pair| u8::from_str_radix(pair, 16)).collect::<std::result::Result<_, _>>()?)
}

#[derive(Deserialize)]
struct Policies {
    reissue: Vec<Reissue>,
    #[serde(default)]
    flows: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Reissue {
    max_age: u32,
    reissue_time: Option<u32>,
    age_s: i64,
    response_status: u16,
    user: Option<String>,
    new_valid_until_rel: Option<i64>,
}

/// When the tickets of `reissue` were made.
const BEGUN: u32 = 1_700_000_000;

/// Who is known by a ticket of some age, and the end of the one in its place.
pub(super) fn renewals(text: &str, comparison: &mut Comparison) -> Result<()> {
    let policies: Policies = serde_json::from_str(text)?;
    let classic = Classic::new(*b"01234567890abcde", Digest::Sha512);
    for (place, row) in policies.reissue.iter().enumerate() {
        let user = "some_user".to_owned();
        let written = classic.write(&Ticket::new(&user, BEGUN + row.max_age), None);
        let now = Timestamp::from_secs(i64::from(BEGUN) + row.age_s);
        let known = classic.read(&written, None, now).ok();
        let rule = Renewal { max_age: row.max_age, after: row.reissue_time, lifetime: None };
        let fine = (200..300).contains(&row.response_status);
        let until = known.as_ref().filter(|_| fine).and_then(|ticket| rule.due(ticket, now));
        let ours = (known.map(|it| it.user), until.map(|it| i64::from(it) - i64::from(BEGUN)));
        let theirs = (row.user.clone().map(|_| user), row.new_valid_until_rel);
        comparison.row(format!("reissue[{place}]"), ours, theirs);
    }
    flows::compare(&policies.flows, comparison)
}

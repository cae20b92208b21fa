//! What happened since the start, counted without locks: for operators.

use std::fmt::Write as _;

use keyward_authz::Decision;
use keyward_core::Error;
use keyward_core::record::{Channel, Event, What};
use keyward_core::time::Timestamp;

use super::Keyward;
use super::stripes::Count;

/// What happened on this node since it started.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    allowed: Count,
    denied: Count,
    undecided: Count,
    signed_in: Count,
    turned_away: Count,
    pub(crate) session_found: Count,
    pub(crate) session_read: Count,
    /// Replies by the first digit of their status.
    replies: [Count; 6],
}

impl Counters {
    pub(crate) fn decided(&self, decision: Decision) {
        match decision {
            Decision::Allow => self.allowed.up(),
            Decision::Deny => self.denied.up(),
            Decision::Indeterminate => self.undecided.up(),
        }
    }

    pub(crate) fn happened(&self, events: &[Event]) {
        for event in events {
            match event.what {
                What::SignInSucceeded { .. } => self.signed_in.up(),
                What::SignInFailed { .. } => self.turned_away.up(),
                _ => {}
            }
        }
    }

    pub(crate) fn replied(&self, status: http::StatusCode) {
        if let Some(count) = self.replies.get(usize::from(status.as_u16() / 100)) {
            count.up();
        }
    }
}

/// Messages that are counted; of more it is said that there are so many.
const MAX_WAITING: u32 = 1_000;

/// One number with the words for it.
struct Metric {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    /// With its labels, if it has any: `{outcome="allow"}`.
    values: Vec<(&'static str, u64)>,
}

impl Keyward {
    /// What happened on this node since it started and how much waits, in the text
    /// format of Prometheus (version 0.0.4). It names nobody, but tells how much a
    /// service is used: show it to those who run it. Of what the store does not say,
    /// `keyward_store_up 0` is all that is told.
    pub async fn metrics(&self) -> String {
        let mut metrics = self.counted();
        let waiting = self.waiting().await.ok();
        let help = "Whether the store answers.";
        let up = u64::from(waiting.is_some());
        metrics.push(Metric::gauge("keyward_store_up", help, up));
        if let Some(waiting) = waiting {
            let help = "Messages that were not delivered yet, as far as 1000.";
            metrics.push(Metric::gauge("keyward_outbox_messages", help, waiting as u64));
        }
        metrics.iter().fold(String::new(), |text, metric| metric.write(text))
    }

    /// Messages that were not delivered yet, as far as [`MAX_WAITING`] of each channel.
    pub(crate) async fn waiting(&self) -> Result<usize, Error> {
        self.ready().await?;
        let end = Timestamp::from_micros(i64::MAX);
        let mut waiting = 0;
        for channel in Channel::ALL {
            waiting += self.0.store.due_messages(channel, end, MAX_WAITING).await?.len();
        }
        Ok(waiting)
    }

    fn counted(&self) -> Vec<Metric> {
        let (it, hashes) = (&self.0.counters, &self.0.hashes);
        let [_, r1, r2, r3, r4, r5] = &it.replies;
        let replies = [
            ("{status=\"1xx\"}", r1.get()),
            ("{status=\"2xx\"}", r2.get()),
            ("{status=\"3xx\"}", r3.get()),
            ("{status=\"4xx\"}", r4.get()),
            ("{status=\"5xx\"}", r5.get()),
        ];
        let decisions = [
            ("{outcome=\"allow\"}", it.allowed.get()),
            ("{outcome=\"deny\"}", it.denied.get()),
            ("{outcome=\"indeterminate\"}", it.undecided.get()),
        ];
        let sign_ins = [
            ("{outcome=\"succeeded\"}", it.signed_in.get()),
            ("{outcome=\"failed\"}", it.turned_away.get()),
        ];
        let sessions = [
            ("{outcome=\"hit\"}", it.session_found.get()),
            ("{outcome=\"miss\"}", it.session_read.get()),
        ];
        let one = |count| [("", count)];
        vec![
            Metric::counter("keyward_http_replies_total", "Replies, by status.", &replies),
            Metric::counter("keyward_decisions_total", "Decisions, by answer.", &decisions),
            Metric::counter(
                "keyward_unknown_permissions_total",
                "Questions for a permission that the catalogue lacks.",
                &one(self.unknown_permissions()),
            ),
            Metric::counter(
                "keyward_decisions_not_logged_total",
                "Decisions that found no room in the decision log, or could not be written.",
                &one(self.lost_decisions()),
            ),
            Metric::counter("keyward_sign_ins_total", "Sign-ins, by outcome.", &sign_ins),
            Metric::counter(
                "keyward_session_cache_total",
                "Looks for a session in memory, by outcome.",
                &sessions,
            ),
            Metric::counter(
                "keyward_hash_refusals_total",
                "Passwords that were not hashed because too many waited.",
                &one(hashes.refused()),
            ),
            Metric::gauge("keyward_hash_queue", "Passwords that wait.", hashes.waiting() as u64),
            Metric::counter(
                "keyward_policy_refusals_total",
                "How often a policy file was refused.",
                &one(self.policy_refusals()),
            ),
        ]
    }

    #[cfg(feature = "policy-file")]
    fn policy_refusals(&self) -> u64 {
        self.policy_file().map_or(0, |file| file.refused)
    }

    #[cfg(not(feature = "policy-file"))]
    fn policy_refusals(&self) -> u64 {
        0
    }
}

impl Metric {
    fn counter(name: &'static str, help: &'static str, values: &[(&'static str, u64)]) -> Self {
        Self { name, kind: "counter", help, values: values.to_vec() }
    }

    fn gauge(name: &'static str, help: &'static str, value: u64) -> Self {
        Self { name, kind: "gauge", help, values: vec![("", value)] }
    }

    fn write(&self, mut text: String) -> String {
        let Self { name, kind, help, values } = self;
        // Writing into a text does not fail.
        write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n").ok();
        for (labels, value) in values {
            writeln!(text, "{name}{labels} {value}").ok();
        }
        text
    }
}

//! `[log]`: what is written about the work.

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "log.format",
        takes: Takes::Choice(&["text", "json"]),
        default: "text",
        what: "For people, or one JSON object a line for machines.",
    },
    Key {
        name: "log.level",
        takes: Takes::Choice(&["error", "warn", "info", "debug", "trace"]),
        default: "info",
        what: "The least important lines that are still written.",
    },
];

/// What is written about the work.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) json: bool,
    pub(crate) level: tracing::Level,
}

const LEVELS: &[(&str, tracing::Level)] = &[
    ("error", tracing::Level::ERROR),
    ("warn", tracing::Level::WARN),
    ("info", tracing::Level::INFO),
    ("debug", tracing::Level::DEBUG),
    ("trace", tracing::Level::TRACE),
];

impl Log {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        Self {
            json: r.choice("log.format", &[("text", false), ("json", true)]).unwrap_or_default(),
            level: r.choice("log.level", LEVELS).unwrap_or(tracing::Level::INFO),
        }
    }
}

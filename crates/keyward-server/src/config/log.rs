//! `[log]`: what is written about the work.

use std::path::PathBuf;

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
    Key {
        name: "log.decisions",
        takes: Takes::Path,
        default: "",
        what: "A file to write every decision to, a line of JSON each, for `keyward policy replay`. It holds what conditions see of people, e-mail addresses among it; only its owner may read it.",
    },
    Key {
        name: "log.decisions_size",
        takes: Takes::Size,
        default: "64 MiB",
        what: "How large the decision log gets; then it begins anew, and what was full is kept with `.1` behind its name.",
    },
];

/// What is written about the work.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) json: bool,
    pub(crate) level: tracing::Level,
    /// Where decisions go, and how many bytes of them are kept.
    pub(crate) decisions: Option<(PathBuf, u64)>,
}

/// Bytes of a decision log; no line is longer.
const LEAST: u64 = 64 * 1024;

const LEVELS: &[(&str, tracing::Level)] = &[
    ("error", tracing::Level::ERROR),
    ("warn", tracing::Level::WARN),
    ("info", tracing::Level::INFO),
    ("debug", tracing::Level::DEBUG),
    ("trace", tracing::Level::TRACE),
];

impl Log {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        let most = r.size("log.decisions_size").unwrap_or(LEAST);
        if most < LEAST {
            r.refuse("log.decisions_size", "must be 64 KiB or more");
        }
        Self {
            decisions: r.path("log.decisions").map(|path| (path, most)),
            json: r.choice("log.format", &[("text", false), ("json", true)]).unwrap_or_default(),
            level: r.choice("log.level", LEVELS).unwrap_or(tracing::Level::INFO),
        }
    }
}

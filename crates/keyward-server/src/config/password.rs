//! `[password]`: what a password must be, and what its hash costs.

use std::path::PathBuf;

use keyward::HashPolicy;

use super::key::{Key, Takes};
use super::reader::Reader;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "password.min_length",
        takes: Takes::Number,
        default: "15",
        what: "Shortest password in characters. NIST SP 800-63B-4 asks for 15 when it is the only factor.",
    },
    Key {
        name: "password.hash.algorithm",
        takes: Takes::Choice(&["argon2id"]),
        default: "argon2id",
        what: "How new passwords are hashed. Older forms are still verified, and replaced at the next sign-in.",
    },
    Key {
        name: "password.hash.memory",
        takes: Takes::Size,
        default: "19 MiB",
        what: "Memory of one hash. The first choice of OWASP for servers; `keyward hash calibrate` finds more where there is room.",
    },
    Key {
        name: "password.hash.iterations",
        takes: Takes::Number,
        default: "2",
        what: "Passes over the memory of one hash.",
    },
    Key {
        name: "password.hash.lanes",
        takes: Takes::Number,
        default: "1",
        what: "Lanes of one hash; filled one after the other.",
    },
    Key {
        name: "password.hash.threads",
        takes: Takes::Number,
        default: "0",
        what: "Hashes at one time, each with its memory; 0 means one for each core.",
    },
    Key {
        name: "password.pepper",
        takes: Takes::Flag,
        default: "false",
        what: "Mix a key derived from the root key into every password before it is hashed: a stolen database is then no use for guessing. It cannot be taken back, and whoever loses the root key loses the passwords.",
    },
    Key {
        name: "password.breached",
        takes: Takes::Choice(&["off", "local", "range"]),
        default: "off",
        what: "Whether a new password is looked up among breached ones: not at all, in a file that `keyward breached build` made (password.breached_file), or by asking a service for all hashes that begin alike (password.breached_url).",
    },
    Key {
        name: "password.breached_file",
        takes: Takes::Path,
        default: "",
        what: "The file, when password.breached is local.",
    },
    Key {
        name: "password.breached_url",
        takes: Takes::Url,
        default: "https://api.pwnedpasswords.com",
        what: "The service, when password.breached is range. It learns five of forty digits of a hash.",
    },
    Key {
        name: "password.breached_failing",
        takes: Takes::Choice(&["open", "closed"]),
        default: "open",
        what: "While the service does not answer, passwords are set without being looked up, or none can be set. The log says why.",
    },
];

/// Where new passwords are looked up among breached ones.
#[derive(Clone, Debug)]
pub(crate) enum Breached {
    Off,
    Local(PathBuf),
    Range { url: String, fail_open: bool },
}

impl Breached {
    fn read(r: &mut Reader<'_>) -> Self {
        const FILE: &str = "password.breached_file";
        let file = r.path(FILE);
        let url = r.text("password.breached_url").unwrap_or_default();
        let failing = [("open", true), ("closed", false)];
        let fail_open = r.choice("password.breached_failing", &failing).unwrap_or(false);
        let how = [("off", 0), ("local", 1), ("range", 2)];
        match (r.choice("password.breached", &how), file) {
            (Some(1), Some(file)) => Self::Local(file),
            (Some(1), None) => {
                r.refuse(FILE, "must name the file, since password.breached is local");
                Self::Off
            }
            (Some(2), _) => Self::Range { url, fail_open },
            _ => Self::Off,
        }
    }
}

/// What a password must be, and what its hash costs.
#[derive(Clone, Debug)]
pub(crate) struct Password {
    pub(crate) min_length: usize,
    pub(crate) hash: HashPolicy,
    /// Hashes at one time.
    pub(crate) threads: usize,
    pub(crate) pepper: bool,
    pub(crate) breached: Breached,
}

impl Password {
    pub(super) fn read(r: &mut Reader<'_>) -> Self {
        const MEMORY: &str = "password.hash.memory";
        let min_length = r.number("password.min_length", 8, 128);
        r.choice("password.hash.algorithm", &[("argon2id", ())]);
        let memory = r.size(MEMORY);
        let hash = HashPolicy {
            memory_kib: u32::try_from(memory.unwrap_or_default() / 1024).unwrap_or(u32::MAX),
            iterations: r.number("password.hash.iterations", 1, 64),
            lanes: r.number("password.hash.lanes", 1, 64),
        };
        // A size that cannot be read has been told already.
        if let (Some(_), Err(why)) = (memory, hash.check()) {
            r.refuse(MEMORY, format!("does not fit: {why}"));
        }
        let threads = match r.number("password.hash.threads", 0, 1_024) {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads as usize,
        };
        let pepper = r.flag("password.pepper");
        let breached = Breached::read(r);
        Self { min_length: min_length as usize, hash, threads, pepper, breached }
    }
}

//! What is asked: a signed text that says what it is for, until when, and nothing
//! of its answer. Nothing is stored until it is answered, so asking for captchas
//! fills no table.

use core::time::Duration;

use crate::crypto::hex::{hex, unhex};
use crate::crypto::keys::Keys;
use crate::crypto::mac::mac;
use crate::crypto::token;
use crate::id::FlowId;
use crate::port::Random;
use crate::secret::Secret;
use crate::settings::{Captcha, CaptchaFor, CaptchaKind, Settings};
use crate::time::Timestamp;

/// What the answer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Task {
    /// The number below `most` whose hash was given.
    Work {
        /// How many numbers there are.
        most: u32,
    },
    /// Six digits, seen or heard.
    Digits,
    /// What a service of others asks: it alone knows whether an answer is right.
    Service,
}

/// One captcha.
#[derive(Clone, Debug)]
pub struct Puzzle {
    /// Which; spent once it was answered.
    pub id: FlowId,
    /// What for.
    pub purpose: CaptchaFor,
    /// What has to be done.
    pub task: Task,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Bytes of the signature: 128 bits.
const SIGNATURE: usize = 16;
/// Longest token: what is longer is none.
const MAX_TOKEN: usize = 160;

impl Puzzle {
    /// A new one. Work stays within its bounds, whatever was configured.
    pub fn mint(
        purpose: CaptchaFor,
        kind: CaptchaKind,
        settings: &Settings,
        now: Timestamp,
        rng: &mut dyn Random,
    ) -> Self {
        let task = match kind {
            CaptchaKind::ProofOfWork => Task::Work { most: settings.captcha.bounded_work() },
            CaptchaKind::Digits => Task::Digits,
            CaptchaKind::Service => Task::Service,
        };
        let lifetime = settings.captcha.lifetime.max(Captcha::LEAST_LIFETIME);
        let expires_at = Timestamp::from_secs(now.plus(lifetime).as_micros() / 1_000_000);
        Self { id: FlowId::mint(now, rng), purpose, task, expires_at }
    }

    /// What the client holds: `flw_….sign_up.200000.1764412345.signature`.
    pub fn token(&self, keys: &Keys) -> String {
        let text = self.text();
        let signature = signature(keys, &text);
        format!("{text}.{signature}")
    }

    /// Reads what [`token`](Self::token) wrote; `None` for everything else.
    pub fn parse(token: &str, keys: &Keys) -> Option<Self> {
        let (text, signature) = token.rsplit_once('.').filter(|_| token.len() <= MAX_TOKEN)?;
        let tag = unhex(signature).filter(|tag| tag.len() == SIGNATURE)?;
        let right = mac(&keys.captcha, &[SIGNING, text.as_bytes()]);
        if !token::eq(right.get(..SIGNATURE)?, &tag) {
            return None;
        }
        let mut parts = text.split('.');
        let (id, purpose) = (FlowId::parse(parts.next()?)?, CaptchaFor::parse(parts.next()?)?);
        let task = match parts.next()? {
            "digits" => Task::Digits,
            "service" => Task::Service,
            most => Task::Work { most: most.parse().ok()? },
        };
        let expires_at = Timestamp::from_secs(parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(Self { id, purpose, task, expires_at })
    }

    fn text(&self) -> String {
        let task = match self.task {
            Task::Work { most } => most.to_string(),
            Task::Digits => "digits".to_owned(),
            Task::Service => "service".to_owned(),
        };
        let until = self.expires_at.as_micros() / 1_000_000;
        format!("{}.{}.{task}.{until}", self.id, self.purpose.as_str())
    }

    /// The answer. It follows from the token and a key that only we have; a service's
    /// is none of these.
    pub fn answer(&self, keys: &Keys) -> Secret {
        let tag = mac(&keys.captcha, &[ANSWERING, self.text().as_bytes()]);
        match self.task {
            Task::Digits | Task::Service => token::code_from(&tag),
            Task::Work { most } => {
                let (first, _) = tag.as_chunks::<8>();
                let number = first.first().map_or(0, |bytes| u64::from_be_bytes(*bytes));
                Secret::new((number % u64::from(most.max(1))).to_string())
            }
        }
    }

    /// What the numbers are hashed behind, and the hash of the right one: SHA-256
    /// of `SALT.NUMBER`, in hexadecimal.
    pub fn work(&self, keys: &Keys) -> (String, String) {
        let salt = signature(keys, &self.text());
        let hash = token::digest(&format!("{salt}.{}", self.answer(keys).reveal()));
        (salt, hex(&hash))
    }

    /// What makes this picture or recording unlike others, and like itself each time
    /// it is asked for: two pictures of the same digits would give away what is noise.
    pub fn noise(&self, keys: &Keys) -> [u8; 32] {
        mac(&keys.captcha, &[b"noise", self.text().as_bytes()])
    }

    /// Whether `typed` is the answer. One look, in constant time. What a service asked,
    /// nothing that we know answers.
    pub fn is_right(&self, typed: &Secret, keys: &Keys) -> bool {
        if self.task == Task::Service {
            return false;
        }
        let typed: String =
            typed.reveal().chars().filter(|c| !matches!(c, ' ' | '-')).take(20).collect();
        token::eq(self.answer(keys).reveal().as_bytes(), typed.as_bytes())
    }

    /// Whether it can be answered no more. One from the future was made by a clock
    /// that was wrong.
    pub fn is_over(&self, settings: &Settings, now: Timestamp) -> bool {
        let lifetime = settings.captcha.lifetime.max(Captcha::LEAST_LIFETIME);
        now >= self.expires_at || self.expires_at > now.plus(lifetime + SLACK)
    }
}

const SLACK: Duration = Duration::from_secs(300);
const SIGNING: &[u8] = b"token";
const ANSWERING: &[u8] = b"answer";

fn signature(keys: &Keys, text: &str) -> String {
    let tag = mac(&keys.captcha, &[SIGNING, text.as_bytes()]);
    hex(tag.get(..SIGNATURE).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::RootKey;
    use crate::crypto::testing::Seeded;

    fn keys(byte: u8) -> Keys {
        Keys::derive(&RootKey::from_bytes([byte; 32]))
    }

    fn puzzle(kind: CaptchaKind) -> Puzzle {
        let settings = Settings::default();
        let now = Timestamp::from_secs(1_000);
        Puzzle::mint(CaptchaFor::SignUp, kind, &settings, now, &mut Seeded(7))
    }

    #[test]
    fn a_token_reads_back_and_no_other_text_does() {
        for kind in [CaptchaKind::ProofOfWork, CaptchaKind::Digits, CaptchaKind::Service] {
            let made = puzzle(kind);
            let token = made.token(&keys(1));
            let read = Puzzle::parse(&token, &keys(1)).unwrap();
            assert_eq!((read.id, read.purpose, read.task), (made.id, made.purpose, made.task));
            assert_eq!(read.expires_at, made.expires_at);
            assert!(Puzzle::parse(&token, &keys(2)).is_none(), "of another installation");
            for at in 0..token.len() {
                let mut bytes = token.clone().into_bytes();
                bytes[at] ^= 1;
                let bent = String::from_utf8(bytes).unwrap();
                assert!(Puzzle::parse(&bent, &keys(1)).is_none(), "{bent}");
                assert!(Puzzle::parse(&token[..at], &keys(1)).is_none());
            }
        }
    }

    #[test]
    fn the_number_is_found_by_its_hash_alone() {
        let mut settings = Settings::default();
        settings.captcha.work = 1_000;
        let now = Timestamp::from_secs(1_000);
        let made = Puzzle::mint(
            CaptchaFor::SignIn,
            CaptchaKind::ProofOfWork,
            &settings,
            now,
            &mut Seeded(9),
        );
        let (salt, target) = made.work(&keys(1));
        let found = (0..1_000).find(|n| hex(&token::digest(&format!("{salt}.{n}"))) == target);
        let found = Secret::new(found.unwrap().to_string());
        assert!(made.is_right(&found, &keys(1)));
        assert!(!made.is_right(&found, &keys(2)));
        assert!(!made.is_right(&Secret::new("1000"), &keys(1)));
        assert!(!made.is_right(&Secret::new(""), &keys(1)));
    }

    #[test]
    fn work_is_bounded_whatever_was_configured() {
        for (work, bound) in [(0, 1_000), (200_000, 200_000), (u32::MAX, 5_000_000)] {
            let mut settings = Settings::default();
            settings.captcha.work = work;
            let now = Timestamp::from_secs(0);
            let made = Puzzle::mint(
                CaptchaFor::SignIn,
                CaptchaKind::ProofOfWork,
                &settings,
                now,
                &mut Seeded(1),
            );
            assert_eq!(made.task, Task::Work { most: bound });
        }
    }

    #[test]
    fn nobody_is_hurried() {
        let mut settings = Settings::default();
        settings.captcha.lifetime = Duration::from_secs(1);
        let now = Timestamp::from_secs(1_000);
        let made =
            Puzzle::mint(CaptchaFor::SignUp, CaptchaKind::Digits, &settings, now, &mut Seeded(1));
        assert!(!made.is_over(&settings, now.plus(Duration::from_secs(119))));
        assert!(made.is_over(&settings, now.plus(Duration::from_secs(120))));
        let back = Timestamp::from_secs(1);
        assert!(made.is_over(&settings, back), "a clock that went back gives no more time");
    }

    #[test]
    fn what_a_service_asked_is_answered_by_nothing_that_follows_from_our_keys() {
        let made = puzzle(CaptchaKind::Service);
        assert!(!made.is_right(&made.answer(&keys(1)), &keys(1)));
    }

    // Answers are as many as they seem: the library that this replaces had a hundred.
    #[test]
    fn answers_are_spread_over_all_there_are() {
        let mut rng = Seeded(3);
        let (settings, now) = (Settings::default(), Timestamp::from_secs(0));
        let answers: std::collections::BTreeSet<String> = (0..2_000)
            .map(|_| {
                Puzzle::mint(CaptchaFor::SignUp, CaptchaKind::Digits, &settings, now, &mut rng)
            })
            .map(|made| made.answer(&keys(1)).reveal().to_owned())
            .collect();
        assert!(answers.len() > 1_980, "{}", answers.len());
        assert!(answers.iter().all(|a| a.len() == 6 && a.bytes().all(|b| b.is_ascii_digit())));
    }
}

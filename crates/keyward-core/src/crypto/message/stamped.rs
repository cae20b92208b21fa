//! `{"message": …, "iat": SECONDS, "ver": 1}`: what authnzerver seals where the cipher
//! itself says no time.

use core::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::super::fernet::{Fresh, MAX_SECS};
use crate::Error;
use crate::time::Timestamp;

const VERSION: u8 = 1;

/// All of it, each name once, and nothing else. The message stays the text that it is:
/// whoever reads it judges it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stamped<'a> {
    #[serde(borrow)]
    message: &'a RawValue,
    /// Seconds since 1970, with a fraction.
    iat: f64,
    ver: u8,
}

/// Writes it as Python does, to the space.
pub(super) fn write(message: &[u8], now: Timestamp) -> Result<Zeroizing<Vec<u8>>, Error> {
    let no_json = |cause| Error::because("seal a message that is no JSON", cause);
    let message: &RawValue = serde_json::from_slice(message).map_err(no_json)?;
    let micros = u64::try_from(now.as_micros());
    let micros = micros.map_err(|cause| Error::because("seal a message before 1970", cause))?;
    let iat = Duration::from_micros(micros).as_secs_f64();
    let text = format!(r#"{{"message": {message}, "iat": {iat:?}, "ver": {VERSION}}}"#);
    Ok(Zeroizing::new(text.into_bytes()))
}

/// The message, if it is `fresh`, and when it was sealed, to the second.
pub(super) fn read(whole: &[u8], fresh: Option<Fresh>) -> Option<(Zeroizing<Vec<u8>>, Timestamp)> {
    // The three in an array would be read as well.
    if !whole.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let stamped: Stamped<'_> = serde_json::from_slice(whole).ok()?;
    let secs = Duration::try_from_secs_f64(stamped.iat).ok()?.as_secs();
    let secs = i64::try_from(secs).ok()?;
    if stamped.ver != VERSION || !fresh.is_none_or(|fresh| fresh.allows(secs)) {
        return None;
    }
    let message = Zeroizing::new(stamped.message.get().as_bytes().to_vec());
    Some((message, Timestamp::from_secs(secs.min(MAX_SECS))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_says_three_things_once_and_nothing_else() {
        for (text, message) in [
            (r#"{"message": {"a": 1}, "iat": 1700000000.5, "ver": 1}"#, Some(r#"{"a": 1}"#)),
            (r#"{"ver":1,"iat":1700000000,"message":"x"}"#, Some(r#""x""#)),
            (r#"{"message": null, "iat": 1.7e9, "ver": 1}"#, Some("null")),
            // Whoever reads the message judges it.
            (r#"{"message": {"a": 1, "a": 2}, "iat": 0, "ver": 1}"#, Some(r#"{"a": 1, "a": 2}"#)),
            (r#"{"message": {}, "iat": 0, "ver": 2}"#, None),
            (r#"{"message": {}, "iat": 0, "ver": 1.0}"#, None),
            (r#"{"message": {}, "iat": 0, "ver": true}"#, None),
            (r#"{"message": {}, "iat": 0}"#, None),
            (r#"{"message": {}, "ver": 1}"#, None),
            (r#"{"iat": 0, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": -1, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": "0", "ver": 1}"#, None),
            (r#"{"message": {}, "iat": NaN, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": Infinity, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": 1e300, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": null, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": 0, "ver": 1, "ttl": 9}"#, None),
            (r#"{"message": {}, "message": {}, "iat": 0, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": 0, "iat": 9, "ver": 1}"#, None),
            (r#"{"message": {}, "iat": 0, "ver": 1} x"#, None),
            (r#"[{}, 0, 1]"#, None),
            ("", None),
        ] {
            let read = read(text.as_bytes(), None).map(|(it, _)| String::from_utf8(it.to_vec()));
            assert_eq!(read, message.map(|it| Ok(it.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back_and_no_json_is_not_written() {
        let now = Timestamp::from_micros(1_700_000_000_250_000);
        let written = write(br#" {"a": [1, "\u00e4"]} "#, now).unwrap();
        let (message, at) = read(&written, None).unwrap();
        assert_eq!(message.as_slice(), br#"{"a": [1, "\u00e4"]}"#);
        assert_eq!(at.as_secs(), now.as_secs());
        for bad in [&b"hello"[..], b"", b"{} {}", b"1, \"iat\": 9", b"\"\xff\""] {
            assert!(write(bad, now).is_err(), "{bad:?}");
        }
        assert!(write(b"{}", Timestamp::from_micros(-1)).is_err());
    }
}

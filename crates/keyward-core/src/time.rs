//! Points in time, as an argument and never as a question.

use core::fmt;
use core::time::Duration;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the Unix epoch.
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the Unix epoch; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Microseconds since the Unix epoch: the stored form.
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the Unix epoch.
    #[inline]
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since the Unix epoch.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Later by `wait`; saturates at the end of time.
    #[must_use]
    #[inline]
    pub fn plus(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `wait`; saturates at the beginning of time.
    #[must_use]
    #[inline]
    pub fn minus(self, wait: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not.
    #[inline]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads a date, or a time in UTC with whole or parts of seconds:
    /// `2026-11-24`, `2026-11-24T13:58:00Z`, `2026-11-24T13:58:00.250Z` (RFC 3339).
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
        let (clock, part) = match time.strip_suffix('Z')?.split_once('.') {
            Some((clock, part)) => (clock, micros(part)?),
            None => (time.strip_suffix('Z')?, 0),
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let days = days(year, month, day);
        let sane = civil(days) == (year, month, day) && hour < 24 && minute < 60 && second < 60;
        let secs = days * 86_400 + hour * 3_600 + minute * 60 + second;
        sane.then(|| Self(secs * 1_000_000 + part))
    }
}

/// Three numbers of fixed width.
fn numbers(text: &str, between: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(between);
    let mut found = [0; 3];
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = digits(part)?;
    }
    parts.next().is_none().then_some(found)
}

/// One to six digits after the point.
fn micros(part: &str) -> Option<i64> {
    let missing = 6usize.checked_sub(part.len())?;
    Some(digits(part)? * 10i64.pow(u32::try_from(missing).ok()?))
}

fn digits(text: &str) -> Option<i64> {
    let sane = text.bytes().all(|b| b.is_ascii_digit());
    if sane { text.parse().ok() } else { None }
}

/// RFC 3339 in UTC with milliseconds: `2026-11-24T13:58:00.250Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis();
        let (days, in_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
        let (year, month, day) = civil(days);
        let (secs, millis) = (in_day / 1000, in_day % 1000);
        let (hour, minute, second) = (secs / 3600, secs / 60 % 60, secs % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A proleptic Gregorian date as days since the epoch; the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Days since the epoch as a proleptic Gregorian date (Hinnant's algorithm).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_prints_as_rfc_3339() {
        let check = |micros, text: &str| {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
        };
        check(0, "1970-01-01T00:00:00.000Z");
        check(951_782_400_000_000, "2000-02-29T00:00:00.000Z");
        check(1_795_528_680_250_000, "2026-11-24T13:58:00.250Z");
        check(-1_000, "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn only_a_real_time_is_read() {
        let check = |text: &str, micros: Option<i64>| {
            assert_eq!(Timestamp::parse(text).map(Timestamp::as_micros), micros, "{text}");
        };
        check("1970-01-01", Some(0));
        check("2000-02-29", Some(951_782_400_000_000));
        check("2026-11-24T13:58:00.25Z", Some(1_795_528_680_250_000));
        check("2026-11-24T13:58:00Z", Some(1_795_528_680_000_000));
        check("1969-12-31T23:59:59.999Z", Some(-1_000));
        for bad in [
            "",
            "2026",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "26-01-01",
            "2026-1-1",
            "2026-11-24T13:58:00",
            "2026-11-24T24:00:00Z",
            "2026-11-24T13:58:00.Z",
            "2026-11-24T13:58:00.1234567Z",
            "2026-11-24T13:58:00+01:00",
            "+026-11-24",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn time_saturates_instead_of_wrapping() {
        let end = Timestamp::from_micros(i64::MAX);
        assert_eq!(end.plus(Duration::from_secs(1)), end);
        assert_eq!(Timestamp::default().since(end), Duration::ZERO);
    }
}

//! Moments and spans of time as text. Microseconds since the Unix epoch, UTC.

/// Reads `2026-11-24` or `2026-11-24T17:05:00Z`, with a fraction of a second
/// perhaps. Other zones than `Z` are refused.
pub fn datetime(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time.strip_suffix('Z')?)),
        None => (text, None),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let in_month = (1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day);
    let midnight = days(year, month, day) * DAY;
    let clock = match time {
        Some(time) => clock(time)?,
        None => 0,
    };
    in_month.then_some(midnight + clock)
}

/// Reads `5m`, `1h30m`, `2d`, `250ms`; a leading `-` turns it round.
pub fn duration(text: &str) -> Option<i64> {
    let (mut rest, sign) = match text.strip_prefix('-') {
        Some(rest) => (rest, -1),
        None => (text, 1),
    };
    let mut sum: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let (unit, micros) = UNITS.into_iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = rest.strip_prefix(unit)?;
        sum = sum.checked_add(count.checked_mul(micros)?)?;
    }
    (text.len() > 1).then_some(sum * sign)
}

/// Writes a moment, with milliseconds where there are any.
pub(super) fn show(micros: i64) -> String {
    let (day, second) = (micros.div_euclid(DAY), micros.rem_euclid(DAY) / SECOND);
    let (year, month, date) = date(day);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let fraction = match micros.rem_euclid(SECOND) / 1000 {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    let second = second % 60;
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

fn clock(text: &str) -> Option<i64> {
    let (time, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let plain = (1..=6).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    let fraction: i64 = format!("{fraction:0<6}").parse().ok().filter(|_| plain)?;
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then_some(((hour * 60 + minute) * 60 + second) * SECOND + fraction)
}

/// Reads three numbers of fixed widths.
fn numbers(text: &str, divider: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut numbers = [0; 3];
    let mut words = text.split(divider);
    for (number, width) in numbers.iter_mut().zip(widths) {
        let word = words.next()?;
        let plain = word.len() == width && word.bytes().all(|byte| byte.is_ascii_digit());
        *number = word.parse().ok().filter(|_| plain)?;
    }
    words.next().is_none().then_some(numbers)
}

fn month_days(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Days from the epoch in the proleptic Gregorian calendar, with years that begin
// in March, so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA_DAYS + year * 365 + year / 4 - year / 100 + day - EPOCH
}

fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, date)
}

pub(super) const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 60 * 60 * SECOND;
/// Days in 400 years.
const ERA_DAYS: i64 = 146_097;
/// Days from the first of March of the year 0 to the Unix epoch.
const EPOCH: i64 = 719_468;
/// `ms` before `m`, of which it starts with the same letter.
const UNITS: [(&str, i64); 5] =
    [("ms", 1000), ("d", DAY), ("h", 3600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_written() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -SECOND),
            ("2000-02-29T12:30:15Z", 951_827_415 * SECOND),
            ("2026-11-24T17:05:00Z", 1_795_539_900 * SECOND),
            ("1969-12-31T23:59:59.250Z", -SECOND * 3 / 4),
        ] {
            assert_eq!(datetime(text), Some(micros), "{text}");
            assert_eq!(show(micros), text);
        }
        assert_eq!(datetime("1970-01-02"), Some(DAY));
        assert_eq!(datetime("1970-01-01T00:00:00.25Z"), Some(SECOND / 4));
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for text in [
            "",
            "T",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-1-1",
            "2026-01-01T",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00.Z",
            "+026-01-01",
        ] {
            assert_eq!(datetime(text), None, "{text}");
        }
    }

    #[test]
    fn spans_are_read() {
        for (text, micros) in [
            ("5m", Some(300 * SECOND)),
            ("1h30m", Some(5400 * SECOND)),
            ("250ms", Some(SECOND / 4)),
            ("-2d", Some(-2 * DAY)),
            ("", None),
            ("-", None),
            ("5", None),
            ("m", None),
            ("5x", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(duration(text), micros, "{text}");
        }
    }
}

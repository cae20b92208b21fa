//! Values with units: `14d`, `19 MiB`, `10 / 1m`.

use std::time::Duration;

use keyward::Rate;

const DURATIONS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

const SIZES: [(&str, u64); 4] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];

/// `1500ms`, `30s`, `15m`, `12h`, `14d`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    scaled(text, &DURATIONS).map(Duration::from_millis)
}

/// `512 B`, `64 KiB`, `19 MiB`, `1 GiB`, in bytes.
pub(crate) fn size(text: &str) -> Option<u64> {
    scaled(text, &SIZES)
}

/// `10 / 1m`: ten in each minute, all of which may come at once.
pub(super) fn rate(text: &str) -> Option<Rate> {
    let (count, period) = text.split_once('/')?;
    let (count, period) = (count.trim().parse().ok()?, duration(period.trim())?);
    (count > 0 && period >= Duration::from_secs(1)).then(|| Rate::new(count, period))
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(duration(text), expected.map(Duration::from_millis), "{text:?}");
        };
        check("1500ms", Some(1_500));
        check("30s", Some(30_000));
        check("15 m", Some(900_000));
        check("12h", Some(43_200_000));
        check("14d", Some(1_209_600_000));
        for bad in ["14", "d", "", "-1d", "1.5h", "14 days", "14D", "99999999999999999999d"] {
            check(bad, None);
        }
        check("9999999999999999d", None);
    }

    #[test]
    fn a_size_has_a_unit() {
        for (text, bytes) in [
            ("19 MiB", Some(19 << 20)),
            ("64KiB", Some(65_536)),
            ("512 B", Some(512)),
            ("19", None),
            ("19 MB", None),
            ("MiB", None),
        ] {
            assert_eq!(size(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn a_rate_is_a_count_and_a_time() {
        assert_eq!(rate("10 / 1m"), Some(Rate::new(10, Duration::from_secs(60))));
        assert_eq!(rate("600/1h"), Some(Rate::new(600, Duration::from_secs(3600))));
        for bad in ["10", "0 / 1m", "10 / 0s", "10 / m", "/ 1m", "ten / 1m", "10 / 1m per ip"] {
            assert_eq!(rate(bad), None, "{bad:?}");
        }
    }
}

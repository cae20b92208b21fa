//! Times as authnzerver writes them: ISO 8601 in UTC, without saying so.

use keyward_core::time::Timestamp;

/// With six digits after the point, always: frontends read no other.
pub(super) fn written(time: Timestamp) -> String {
    format!("{}000", time.to_string().trim_end_matches('Z'))
}

/// Reads what Python writes, with a fraction or without, and with a `Z`.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix("+00:00").unwrap_or(text);
    Timestamp::parse(&format!("{}Z", text.trim_end_matches('Z')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back() {
        let time = read("2026-11-24T13:58:00.250000").unwrap();
        assert_eq!(written(time), "2026-11-24T13:58:00.250000");
        assert_eq!(read("2026-11-24T13:58:00.250000Z"), Some(time));
        assert_eq!(written(read("2026-11-24T13:58:00").unwrap()), "2026-11-24T13:58:00.000000");
        for bad in ["", "30", "2026-11-24 13:58:00", "2026-13-24T13:58:00", "tomorrow"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}

//! Answers: aligned columns for people, one JSON value a line for programs.

use keyward::Timestamp;
use serde::Serialize;

use crate::args::Output;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::answer;

/// A column: its heading, and what stands there for a row.
pub(super) type Column<T> = (&'static str, fn(&T) -> String);

/// Prints rows; `what` they are, in the plural, is said where there are none.
pub(super) fn list<T: Serialize>(
    output: Output,
    rows: &[T],
    columns: &[Column<T>],
    what: &str,
) -> Outcome {
    if output == Output::Json {
        return rows.iter().try_for_each(json);
    }
    if rows.is_empty() {
        crate::terminal::note(&format!("no {what}"));
        return Ok(());
    }
    let heading = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|(_, cell)| clean(&cell(row))).collect());
    table(std::iter::once(heading).chain(cells).collect())
}

/// Prints a row alone: nobody knows how wide the next one will be, so an empty cell is
/// a dash, and every value stays in its place.
pub(super) fn row<T>(row: &T, columns: &[Column<T>]) -> Outcome {
    let cells = columns.iter().map(|(_, cell)| match clean(&cell(row)) {
        empty if empty.is_empty() => "–".to_owned(),
        text => text,
    });
    Ok(answer(&cells.collect::<Vec<_>>().join("  "))?)
}

/// Prints one value, as JSON or as these lines.
pub(super) fn one<T: Serialize>(output: Output, value: &T, lines: &[(&str, String)]) -> Outcome {
    if output == Output::Json {
        return json(value);
    }
    let told = lines.iter().filter(|(_, text)| !text.is_empty());
    table(told.map(|(name, text)| vec![(*name).to_owned(), clean(text)]).collect())
}

/// Prints one value as a line of JSON.
pub(super) fn json<T: Serialize>(value: &T) -> Outcome {
    let text = serde_json::to_string(value).map_err(|error| {
        Failure::new(Exit::Unreachable, format!("could not write JSON: {error}"))
    })?;
    Ok(answer(&text)?)
}

/// `2026-11-24 13:58:00`, UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.to_string().replace('T', " ").chars().take(19).collect()
}

fn table(rows: Vec<Vec<String>>) -> Outcome {
    let count = rows.first().map_or(0, Vec::len);
    let width = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..count).map(|at| width(at).unwrap_or(0)).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        answer(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// What people typed must not steer the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(clean("ada\u{1b}[2J\n"), "ada\u{fffd}[2J\u{fffd}");
    }

    #[test]
    fn a_time_is_told_to_the_second() {
        assert_eq!(time(Timestamp::from_secs(1_795_528_680)), "2026-11-24 13:58:00");
    }
}

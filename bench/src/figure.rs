//! Figures: how they are taken, and how they are printed.

/// Prints `name=value`, with as many decimals as mean something.
pub(crate) fn print(name: &str, value: f64) {
    let decimals = if value < 10.0 {
        3
    } else if value < 1000.0 {
        1
    } else {
        0
    };
    println!("{name}={value:.decimals$}");
}

/// Prints a figure that is a word.
pub(crate) fn print_word(name: &str, word: &str) {
    println!("{name}={word}");
}

/// Prints that a figure cannot be had here, and says why on the console.
pub(crate) fn unknown(name: &str, why: &dyn std::fmt::Display) {
    eprintln!("{name}: unknown, because {why}");
    println!("{name}=unknown");
}

/// The middle one; of an even number, the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or(f64::NAN)
}

/// The value that `part` of all values do not exceed.
pub(crate) fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * part).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

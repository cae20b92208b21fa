//! What is written about the work, on standard error.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::config::Log;
use crate::terminal;

/// Ours are written at the chosen level; those of HTTP and database crates only
/// when they warn.
const OURS: [&str; 3] = ["keyward", "keyward_core", "keyward_store"];

/// Writes from now on as `log` says.
pub(super) fn start(log: &Log, no_color: bool) {
    let level = LevelFilter::from_level(log.level);
    let targets = Targets::new().with_default(level.min(LevelFilter::WARN));
    let targets = targets.with_targets(OURS.map(|target| (target, level)));
    let layer =
        fmt::layer().with_writer(std::io::stderr).with_ansi(terminal::is_watched() && !no_color);
    let registry = tracing_subscriber::registry();
    // A second start in one process keeps the first one's ways.
    let _ = match log.json {
        true => registry.with(layer.json().flatten_event(true).with_filter(targets)).try_init(),
        false => registry.with(layer.with_filter(targets)).try_init(),
    };
}

//! What is written about the work, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::time::SystemTime;

use crate::config::Log;
use crate::terminal;

/// Writes from now on as `log` says.
pub(super) fn start(log: &Log, no_color: bool) {
    // Ours at the chosen level; the HTTP and database crates only when they warn.
    let filter = format!("warn,keyward={0},keyward_core={0},keyward_store={0}", log.level);
    let filter = EnvFilter::builder().parse_lossy(filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_timer(SystemTime)
        .with_ansi(terminal::is_watched() && !no_color);
    // A second start in one process keeps the first one's ways.
    let _ = match log.json {
        true => subscriber.json().flatten_event(true).try_init(),
        false => subscriber.try_init(),
    };
}

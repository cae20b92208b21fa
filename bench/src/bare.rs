//! The server to compare with: one axum handler that returns a JSON body which
//! was rendered before, on a default runtime.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use crate::Result;
use crate::server::Child;

/// Starts it as a process of its own; it answers with `bytes` bytes.
pub(crate) fn start(bytes: usize) -> Result<Child> {
    let port = crate::server::free_port()?;
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["--bare", &port.to_string(), &bytes.to_string()]);
    let console = std::env::temp_dir().join(format!("keyward-bench-bare-{port}"));
    let child = Child::spawn(command, port, console)?;
    child.wait_for("/api/v1/session")?;
    Ok(child)
}

/// Plays the part, until it is killed.
pub(crate) fn serve(port: &str, bytes: &str) -> Result<()> {
    let port: u16 = port.parse()?;
    let body = body(bytes.parse()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let answer = move || std::future::ready(([(CONTENT_TYPE, "application/json")], body));
        let app = Router::new().route("/api/v1/session", get(answer));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        Ok(axum::serve(listener, app).await?)
    })
}

/// `{"a":"xx…x"}` of this length.
fn body(bytes: usize) -> axum::body::Bytes {
    let frame = r#"{"a":""}"#.len();
    format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes.saturating_sub(frame))).into()
}

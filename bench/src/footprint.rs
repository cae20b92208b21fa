//! How soon it is ready, and what it takes: memory, disk, and bytes on the wire.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::server::{self, Child, Start};
use crate::stage::Stage;
use crate::{Result, figure, http};

/// Warm starts; the middle one counts.
const STARTS: usize = 7;
/// From ready to the look at its memory.
const SETTLE: Duration = Duration::from_secs(10);

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::empty()?;
    // The first start makes the database.
    server::start(binary, stage.path(), Start::default())?.stop()?;
    let mut waits = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let began = std::time::Instant::now();
        let server = server::begin(binary, stage.path(), Start::default())?;
        server.wait_for("/readyz")?;
        waits.push(began.elapsed().as_secs_f64() * 1e3);
        server.stop()?;
    }
    figure::print("ready_ms", figure::median(waits));

    let server = server::start(binary, stage.path(), Start::default())?;
    std::thread::sleep(SETTLE);
    figure::print("idle_rss_mb", server.memory_mb("VmRSS")?);
    figure::print("binary_mb", std::fs::metadata(binary)?.len() as f64 / 1e6);
    match login_page(&server) {
        Ok(bytes) => figure::print("login_page_bytes", bytes as f64),
        Err(why) => figure::unknown("login_page_bytes", &why),
    }
    Ok(())
}

/// Bytes of every response body of a cold load of `/login`, as they travel.
fn login_page(server: &Child) -> Result<usize> {
    let page = fetch(server, "/login")?;
    let mut sum = page.body.len();
    let assets = linked(&plain(&page)?);
    eprintln!("/login: {sum} bytes, and {assets:?}");
    for path in assets {
        let asset = fetch(server, &path)?;
        eprintln!("{path}: {} bytes", asset.body.len());
        sum += asset.body.len();
    }
    Ok(sum)
}

fn fetch(server: &Child, path: &str) -> Result<http::Answer> {
    let headers = "Accept: text/html,*/*\r\nAccept-Encoding: gzip, br\r\n";
    let answer = http::once(server.address, &http::get(server.address, path, headers))?;
    match answer.is_success() {
        true => Ok(answer),
        false => Err(format!("{path} answered {}", answer.status).into()),
    }
}

/// The page's text, whatever it was packed with.
fn plain(page: &http::Answer) -> Result<String> {
    let bytes = match page.header("content-encoding") {
        None => page.body.clone(),
        Some(packing) => unpack(packing, &page.body)?,
    };
    Ok(String::from_utf8(bytes)?)
}

/// By the system's own programs, which every Debian has.
fn unpack(packing: &str, body: &[u8]) -> Result<Vec<u8>> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let program = match packing {
        "gzip" => "gzip",
        "br" => "brotli",
        other => return Err(format!("the page is packed with {other}").into()),
    };
    let mut child =
        Command::new(program).arg("-dc").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    // A page is smaller than a pipe's buffer.
    child.stdin.take().ok_or("no pipe")?.write_all(body)?;
    Ok(child.wait_with_output()?.stdout)
}

/// What a browser loads beside the page: `href` of links, `src` of everything.
fn linked(html: &str) -> BTreeSet<String> {
    let of_tag = |tag: &str| {
        let wanted = match tag.split_whitespace().next() {
            Some("link") => "href=\"",
            Some("script" | "img" | "source" | "iframe") => "src=\"",
            _ => return None,
        };
        let value = tag.split_once(wanted)?.1.split('"').next()?;
        Some(value.replace("&#x2f;", "/")).filter(|path| path.starts_with('/'))
    };
    html.split('<').filter_map(of_tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_loads_is_found_once() {
        let html = r#"<link rel="stylesheet" href="&#x2f;a.css"><a href="/b">b</a>
            <script src="/c.js" defer></script><img src="/a.css"><img src="data:x">"#;
        assert_eq!(linked(html), ["/a.css", "/c.js"].map(String::from).into());
    }
}

//! Redis, in memory only.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::site::{Site, free_port};
use crate::{Result, running};

/// Starts it and exports `KEYWARD_TEST_REDIS`.
pub(crate) fn start(site: &mut Site) -> Result<()> {
    let port = free_port()?;
    let folder = site.room("redis")?.display().to_string();
    let program = running::find("redis-server").ok_or("`redis-server` is gone")?;
    let number = port.to_string();
    let arguments = ["--bind", "127.0.0.1", "--port", &number, "--save", "", "--dir", &folder];
    site.start(&program, &arguments, || answers(port))?;
    site.export("KEYWARD_TEST_REDIS", &format!("redis://127.0.0.1:{port}/"));
    Ok(())
}

fn answers(port: u16) -> bool {
    let mut reply = [0; 7];
    let asked = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
        stream.write_all(b"PING\r\n")?;
        stream.read_exact(&mut reply)
    });
    asked.is_ok() && reply == *b"+PONG\r\n"
}

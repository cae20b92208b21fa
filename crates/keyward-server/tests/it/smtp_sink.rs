//! A mail server that keeps what it is given (RFC 5321, RFC 3207).

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A mail as it was handed over.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: String,
    /// Head and body.
    pub(crate) data: String,
    /// Whether the connection was encrypted by then.
    pub(crate) encrypted: bool,
}

/// Listens on a free port of loopback until dropped.
pub(crate) struct Sink {
    pub(crate) port: u16,
    mails: Receiver<Mail>,
}

impl Sink {
    /// Without TLS.
    pub(crate) fn plain() -> Self {
        Self::start(TcpListener::bind("127.0.0.1:0").unwrap(), Encryption::None)
    }

    /// Without TLS, at a port that was chosen before.
    pub(crate) fn plain_at(port: u16) -> Self {
        Self::start(TcpListener::bind(("127.0.0.1", port)).unwrap(), Encryption::None)
    }

    /// With STARTTLS, and nothing before it.
    pub(crate) fn with_starttls(certificate: &(String, String)) -> Self {
        let tls = Encryption::Asked(config(certificate));
        Self::start(TcpListener::bind("127.0.0.1:0").unwrap(), tls)
    }

    /// With TLS from the first byte (RFC 8314 section 3.3).
    pub(crate) fn with_tls(certificate: &(String, String)) -> Self {
        let tls = Encryption::Always(config(certificate));
        Self::start(TcpListener::bind("127.0.0.1:0").unwrap(), tls)
    }

    fn start(listener: TcpListener, tls: Encryption) -> Self {
        let (sender, mails) = channel();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that does not trust us hangs up: so be it.
                let _ = converse(stream, &tls, &sender);
            }
        });
        Self { port, mails }
    }

    /// The next mail, as soon as it comes.
    pub(crate) fn next(&self) -> Mail {
        self.mails.recv_timeout(Duration::from_secs(60)).expect("a mail comes")
    }

    /// Whether nothing came so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.mails.try_recv().is_err()
    }
}

/// How a conversation is encrypted.
enum Encryption {
    None,
    Asked(Arc<ServerConfig>),
    Always(Arc<ServerConfig>),
}

fn config((cert, key): &(String, String)) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_slice_iter(cert.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

const HELLO: &str = "220 sink.example.com ESMTP";

fn converse(mut stream: TcpStream, tls: &Encryption, mails: &Sender<Mail>) -> std::io::Result<()> {
    let encrypted = |config: &Arc<ServerConfig>, stream: TcpStream| {
        StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream)
    };
    match tls {
        Encryption::None => {
            say(&mut stream, HELLO)?;
            talk(&mut stream, false, "", mails).map(drop)
        }
        Encryption::Asked(config) => {
            say(&mut stream, HELLO)?;
            if !talk(&mut stream, false, "250-STARTTLS\r\n", mails)? {
                return Ok(());
            }
            talk(&mut encrypted(config, stream), true, "", mails).map(drop)
        }
        Encryption::Always(config) => {
            let mut stream = encrypted(config, stream);
            say(&mut stream, HELLO)?;
            talk(&mut stream, true, "", mails).map(drop)
        }
    }
}

/// Answers commands; true when TLS is to begin.
fn talk(
    stream: &mut (impl Read + Write),
    encrypted: bool,
    extension: &str,
    mails: &Sender<Mail>,
) -> std::io::Result<bool> {
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let line = line(stream)?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say(stream, &format!("250-sink.example.com\r\n{extension}250 8BITMIME"))?,
            "STARTTLS" => {
                say(stream, "220 go ahead")?;
                return Ok(true);
            }
            // RFC 3207 section 4: a server may insist on it.
            "MAIL" if !extension.is_empty() => say(stream, "530 STARTTLS first")?,
            "MAIL" => {
                from = line;
                say(stream, "250 ok")?;
            }
            "RCPT" => {
                to = line;
                say(stream, "250 ok")?;
            }
            "DATA" => {
                say(stream, "354 go ahead")?;
                let data = data(stream)?;
                say(stream, "250 kept")?;
                let (from, to) = (std::mem::take(&mut from), std::mem::take(&mut to));
                // The test may have ended.
                let _ = mails.send(Mail { from, to, data, encrypted });
            }
            "QUIT" => {
                say(stream, "221 bye")?;
                return Ok(false);
            }
            "" => return Ok(false),
            _ => say(stream, "250 ok")?,
        }
    }
}

fn say(stream: &mut impl Write, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{text}\r\n").as_bytes())?;
    stream.flush()
}

fn line(stream: &mut impl Read) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte)? == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn data(stream: &mut impl Read) -> std::io::Result<String> {
    let mut all = String::new();
    loop {
        let line = line(stream)?;
        if line == "." {
            return Ok(all);
        }
        all += &line;
        all.push('\n');
    }
}

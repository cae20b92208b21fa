//! An SMTP server that takes every mail and keeps it: enough of RFC 5321 for
//! one friendly client on this machine.

use std::sync::Arc;
use std::time::Duration;

use mail_parser::MessageParser;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::failure::{Exit, Failure, Outcome};

/// Largest mail that is taken.
const MAX_MAIL: usize = 1 << 20;
/// Longest line (RFC 5321 section 4.5.3.1 asks for 1,000).
const MAX_LINE: u64 = 4096;
/// A client may be silent for this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A mail as a person would read it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) to: String,
    pub(super) text: String,
}

/// Every mail since the start.
pub(super) struct Sink(watch::Receiver<Vec<Arc<Received>>>);

impl Sink {
    /// Listens at `address` until the program ends.
    pub(super) async fn listen(address: &str) -> Outcome<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::new(Exit::Unreachable, format!("could not take mail at `{address}`: {error}"))
        })?;
        let (keep, kept) = watch::channel(vec![]);
        tokio::spawn(async move {
            let keep = Arc::new(keep);
            while let Ok((stream, _)) = listener.accept().await {
                let keep = Arc::clone(&keep);
                tokio::spawn(async move {
                    // A client that goes away in the middle has sent nothing.
                    let _ = Session::new(stream, keep).run().await;
                });
            }
        });
        Ok(Self(kept))
    }

    /// The newest mail that is `wanted`, as soon as there is one.
    pub(super) async fn until(&self, wanted: impl Fn(&Received) -> bool) -> Arc<Received> {
        let mut kept = self.0.clone();
        loop {
            let found = kept.borrow_and_update().iter().rev().find(|mail| wanted(mail)).cloned();
            if let Some(found) = found {
                return found;
            }
            if kept.changed().await.is_err() {
                // Nobody takes mail any more: the caller's patience ends this.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// One client.
struct Session {
    stream: BufReader<TcpStream>,
    keep: Arc<watch::Sender<Vec<Arc<Received>>>>,
    to: Vec<String>,
}

impl Session {
    fn new(stream: TcpStream, keep: Arc<watch::Sender<Vec<Arc<Received>>>>) -> Self {
        Self { stream: BufReader::new(stream), keep, to: vec![] }
    }

    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 localhost keyward tour").await?;
        while let Some(line) = self.line().await? {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say("250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8").await?,
                "RCPT" => {
                    self.to.extend(address(&line));
                    self.say("250 yes").await?;
                }
                "DATA" => self.data().await?,
                "HELO" | "MAIL" | "NOOP" => self.say("250 yes").await?,
                "RSET" => {
                    self.to.clear();
                    self.say("250 yes").await?;
                }
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("502 not here").await?,
            }
        }
        Ok(())
    }

    async fn data(&mut self) -> std::io::Result<()> {
        self.say("354 go on").await?;
        let mut mail = vec![];
        while let Some(line) = self.line().await? {
            if line == b".\r\n" {
                self.take(&mail);
                return self.say("250 kept").await;
            }
            // RFC 5321 section 4.5.2: a leading dot was doubled on the way.
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            if mail.len() > MAX_MAIL {
                return Err(std::io::Error::other("the mail is too large"));
            }
        }
        Ok(())
    }

    fn take(&mut self, mail: &[u8]) {
        let parsed = MessageParser::default().parse(mail);
        let text = parsed.and_then(|mail| mail.body_text(0).map(|text| text.into_owned()));
        let text = text.unwrap_or_default();
        let received = self.to.drain(..).map(|to| Arc::new(Received { to, text: text.clone() }));
        let received: Vec<_> = received.collect();
        self.keep.send_modify(|kept| kept.extend(received));
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await
    }

    /// The next line with its end; nothing at the end of the stream.
    async fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = vec![];
        let mut bounded = (&mut self.stream).take(MAX_LINE);
        let reading = bounded.read_until(b'\n', &mut line);
        tokio::time::timeout(PATIENCE, reading).await??;
        Ok(line.ends_with(b"\n").then_some(line))
    }
}

/// `RCPT TO:<ada@example.com> …`
fn address(line: &str) -> Option<String> {
    let from = line.find('<')? + 1;
    let to = line.find('>')?;
    line.get(from..to).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_taken_and_read() {
        let probe = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = probe.local_addr().unwrap().to_string();
        drop(probe);
        let sink = Sink::listen(&at).await.unwrap();
        let mut client = TcpStream::connect(&at).await.unwrap();
        let said = "EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n\
                    Content-Type: text/plain; charset=utf-8\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\n\
                    Gr=C3=BC=C3=9Fe, code =\r\n123456\r\n..dot\r\n.\r\nQUIT\r\n";
        client.write_all(said.as_bytes()).await.unwrap();
        let mail = sink.until(|mail| mail.to == "b@example.com").await;
        assert!(mail.text.contains("Grüße, code 123456"), "{}", mail.text);
        assert!(mail.text.contains("\n.dot"), "{}", mail.text);
        let mut answers = String::new();
        client.read_to_string(&mut answers).await.unwrap();
        assert!(answers.ends_with("221 bye\r\n"), "{answers}");
    }
}

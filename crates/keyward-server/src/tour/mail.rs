//! Where the mails of the tour arrive.

use std::time::Duration;

use serde_json::Value;

use super::browser::Browser;
use super::sink::Sink;
use super::trouble::Trouble;

/// How long a mail may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between two looks at the inbox.
const PAUSE: Duration = Duration::from_millis(5);

/// Where mails arrive.
pub(super) enum Mail {
    /// In the inbox of a server in development.
    Inbox,
    /// With us.
    Sink(Sink),
}

/// A mail with a secret in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Letter {
    /// Six digits.
    pub(super) code: String,
    /// Path of the link.
    pub(super) path: String,
}

impl Letter {
    /// The secret at the end of the link.
    pub(super) fn token(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Mail {
    /// The mail to `to` whose link leads to a path with `place` in it.
    pub(super) async fn letter(
        &self,
        browser: &Browser,
        to: &str,
        place: &str,
    ) -> Result<Letter, Trouble> {
        let found = match self {
            Self::Inbox => {
                let look = look_until(browser.stranger(), to, place);
                tokio::time::timeout(PATIENCE, look).await.map_err(|_| late(to))??
            }
            Self::Sink(sink) => {
                let found = sink.until(|mail| mail.to == to && mail.text.contains(place));
                let mail = tokio::time::timeout(PATIENCE, found).await.map_err(|_| late(to))?;
                read(&mail.text, place)
            }
        };
        found.ok_or_else(|| Trouble::failed("the mail has no code or no link in it"))
    }
}

fn late(to: &str) -> Trouble {
    Trouble::failed(format!("no mail to {to} in {} s", PATIENCE.as_secs()))
}

async fn look_until(
    mut browser: Browser,
    to: &str,
    place: &str,
) -> Result<Option<Letter>, Trouble> {
    let path = format!("/dev/inbox.json?wait=5s&to={}", to.replace('+', "%2B"));
    loop {
        let heard = browser.get(&path).await?.wants(200)?;
        let mails = heard.json.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        let texts = mails.iter().filter_map(|mail| mail.get("text")?.as_str());
        if let Some(text) = texts.into_iter().find(|text| text.contains(place)) {
            return Ok(read(text, place));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads a mail as a person does: six digits, and the address with `place` in it.
fn read(text: &str, place: &str) -> Option<Letter> {
    let mut words = text.split_whitespace();
    let link = words.clone().find(|word| word.starts_with("http") && word.contains(place))?;
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
    let code = words.find(is_code)?;
    let path = link.split_once("://")?.1;
    let path = path.get(path.find('/')?..)?;
    Some(Letter { code: code.to_owned(), path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_for_its_code_and_its_link() {
        let text = "Hello 12 34567.\n\nYour code for 7 Bridges is 123456\n\n\
                    Confirm this address\nhttps://auth.example.com/verify/abc-DEF\n";
        let letter = read(text, "/verify/").unwrap();
        assert_eq!((letter.code.as_str(), letter.token()), ("123456", "abc-DEF"));
        assert_eq!(letter.path, "/verify/abc-DEF");
        assert_eq!(read(text, "/recover/"), None);
    }
}

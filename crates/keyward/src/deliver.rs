//! Getting messages out: written, handed to a carrier, retried, never lost.

#[cfg(feature = "outbound")]
pub(crate) mod api;
pub(crate) mod channels;
pub(crate) mod folder;
pub(crate) mod inbox;
pub(crate) mod letters;
pub(crate) mod outbox;
#[cfg(feature = "smtp")]
pub(crate) mod smtp;

use std::time::Duration;

use keyward_core::Error;
use keyward_core::flow::Client;
use keyward_core::flow::challenge::Letter;
use keyward_core::flow::recover::TellOfRecovery;
use keyward_core::port::{Batch, CommitError, Fut, Write};
use keyward_core::record::{Channel, Message, MessageState, What};
use keyward_core::time::Timestamp;

use crate::engine::Keyward;

/// A message, written and addressed.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Stable over retries: carriers may use it to drop doubles.
    pub id: String,
    /// How it travels.
    pub channel: Channel,
    /// Address, byte for byte as its owner typed it.
    pub to: String,
    /// Subject line; empty for text messages.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML; empty for text messages.
    pub html: String,
    /// The six-digit code in it, if any.
    pub code: Option<String>,
    /// The link in it, if any.
    pub link: Option<String>,
}

/// Why a carrier did not take a message. The text holds no secret.
#[derive(Debug)]
pub enum SendError {
    /// It may work later.
    Later(String),
    /// It may work after so long, and not before.
    After(String, Duration),
    /// It will never work.
    Never(String),
}

/// Hands messages over: several at once where that takes long, those to one account one
/// after the other.
/// Delivery is at least once.
///
/// An app plugs its own with [`Builder::sender`](crate::Builder::sender):
///
/// ```
/// use keyward::port::Fut;
/// use keyward::{Channel, Outgoing, SendError, Sender};
///
/// /// Mails go to a queue of the app's; it sends no text messages.
/// struct Queue(tokio::sync::mpsc::Sender<(String, String)>);
///
/// impl Sender for Queue {
///     fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>> {
///         Box::pin(async move {
///             if message.channel != Channel::Mail {
///                 return Err(SendError::Never("text messages are not sent".into()));
///             }
///             let mail = (message.to.clone(), message.text.clone());
///             // Full: the outbox keeps the message and asks again.
///             self.0.try_send(mail).map_err(|_| SendError::Later("the queue is full".into()))
///         })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> keyward::Result<()> {
/// let (queue, mut mails) = tokio::sync::mpsc::channel(100);
/// let auth = keyward::Keyward::memory().sender(Queue(queue)).build().await?;
/// auth.add_person(keyward::NewPerson {
///     email: Some("ada@example.com".into()),
///     ..keyward::NewPerson::default()
/// })
/// .await?
/// .expect("nobody has this address");
/// # let body = r#"{"identifier":"ada@example.com"}"#;
/// # let request = http::Request::post("/api/v1/sign-in/code")
/// #     .header("host", "localhost").header("content-type", "application/json");
/// # auth.handle(request.body(body.into()).expect("a request"), None).await;
/// // Somebody asks for a code to sign in with.
/// let (to, text) = mails.recv().await.expect("a mail");
/// assert_eq!(to, "ada@example.com");
/// assert!(text.contains("code"));
/// # auth.shutdown().await;
/// # Ok(()) }
/// ```
pub trait Sender: Send + Sync + 'static {
    /// Hands one message over.
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, Result<(), SendError>>;
}

/// How long a sender keeps a message to itself: longer than any carrier takes,
/// and no longer, because a message whose sender was killed waits for it.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// How long a carrier may take, well within the lease.
const PATIENCE: Duration = Duration::from_secs(25);

impl Keyward {
    /// Hands one message over, if nobody else does. Says whether a carrier took it.
    async fn deliver(&self, message: Message) -> Result<bool, Error> {
        let now = self.now();
        if now >= message.expires_at {
            return self.finish(&message, MessageState::Expired, "").await.map(|()| false);
        }
        let lease =
            Write::LeaseMessage { id: message.id, was: message.due_at, until: now.plus(LEASE) };
        if !self.write_alone(vec![lease]).await? {
            return Ok(false);
        }
        let opened = Letter::open(&self.0.keys, &message);
        let written = opened
            .and_then(|letter| letters::write(self, &message, &letter).map(|out| (out, letter)));
        let (outgoing, letter) = match written {
            Ok(both) => both,
            Err(error) => {
                tracing::error!(?error, message = %message.id, "a message cannot be written");
                let state = MessageState::Failed;
                return self.finish(&message, state, "cannot be written").await.map(|()| false);
            }
        };
        let sending = tokio::time::timeout(PATIENCE, self.0.sender.send(&outgoing));
        let late = |_| Err(SendError::Later("the carrier did not answer in time".into()));
        match sending.await.unwrap_or_else(late) {
            Ok(()) => {
                self.tell_of(&message, &letter).await?;
                self.finish(&message, MessageState::Sent, "").await.map(|()| true)
            }
            Err(SendError::Never(why)) => {
                self.finish(&message, MessageState::Failed, &why).await.map(|()| false)
            }
            Err(SendError::Later(why)) => {
                self.retry(&message, now, why, Duration::ZERO).await.map(|()| false)
            }
            Err(SendError::After(why, wait)) => {
                self.retry(&message, now, why, wait).await.map(|()| false)
            }
        }
    }

    /// Once the secret of a recovery is on its way, the account's other addresses hear
    /// of it. Sent twice, both letters are: at least once.
    async fn tell_of(&self, message: &Message, letter: &Letter) -> Result<(), Error> {
        let Some(flow) = message.flow.filter(|_| message.template == "recover") else {
            return Ok(());
        };
        let client = Client { language: letter.language.clone(), ..Client::default() };
        self.run(&TellOfRecovery { flow }, &client).await.map(drop)
    }

    async fn retry(
        &self,
        message: &Message,
        now: Timestamp,
        why: String,
        wait: Duration,
    ) -> Result<(), Error> {
        tracing::warn!(message = %message.id, %why, "a message could not be sent yet");
        // Due again at the latest when it ends, so that its secret is erased then.
        let due_at = now.plus(backoff(message.attempts).max(wait)).min(message.expires_at);
        let error = cut(&why);
        self.write_alone(vec![Write::RetryMessage { id: message.id, due_at, error }]).await?;
        Ok(())
    }

    async fn finish(
        &self,
        message: &Message,
        state: MessageState,
        error: &str,
    ) -> Result<(), Error> {
        let what = match state {
            MessageState::Sent => What::MessageSent { message: message.id },
            _ => What::MessageFailed { message: message.id },
        };
        let mut event = self.own_event(what);
        event.subject = message.user;
        let write = Write::FinishMessage { id: message.id, state, error: cut(error) };
        let batch = Batch { writes: vec![write], events: vec![event] };
        self.commit_alone(&batch).await?;
        self.0.wake.after(&batch);
        Ok(())
    }

    /// Commits; a conflict means that somebody else did it.
    async fn write_alone(&self, writes: Vec<Write>) -> Result<bool, Error> {
        self.commit_alone(&Batch { writes, events: vec![] }).await
    }

    pub(crate) async fn commit_alone(&self, batch: &Batch) -> Result<bool, Error> {
        match self.0.store.commit(batch).await {
            Ok(()) => Ok(true),
            Err(CommitError::Broken(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// 5 s, 10 s, 20 s, … at most an hour.
fn backoff(attempts: i64) -> Duration {
    let doubled = 5u64.saturating_mul(1 << attempts.clamp(0, 12));
    Duration::from_secs(doubled.min(3600))
}

//! The ways in, as functions: what the pages and the HTTP API do, for apps with forms of
//! their own. Everything else holds here as well: limits, hooks, second factors, letters.
//! Whether a captcha is asked for is the app's to say.

use keyward_core::Secret;
use keyward_core::flow::Client;
use keyward_core::flow::anonymous::BeginAnonymous;
use keyward_core::flow::challenge::Answer as Given;
use keyward_core::flow::mfa::FinishMfa;
use keyward_core::flow::open::{Opened, Opening};
use keyward_core::flow::password::ChangePassword;
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::recover::{BeginRecovery, ConfirmRecovery};
use keyward_core::flow::sign_in_link::{Answered, BeginSignIn, ConfirmSignIn, Sent};
use keyward_core::flow::sign_up::{SignUp, SignedUp};
use keyward_core::flow::verify::{Asked, ConfirmVerification, Resend};
use keyward_core::id::{FlowId, SessionId};
use keyward_core::refusal::Refusal;

use crate::engine::Keyward;
use crate::engine::hooks::SignUpAttempt;
use crate::people::Answer;
use crate::session_token::OpenedSession;

/// What somebody gives to sign up; what is empty is absent.
#[derive(Clone, Debug, Default)]
pub struct NewSignUp {
    /// E-mail address.
    pub email: Option<String>,
    /// Username.
    pub username: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// What to call the person.
    pub name: String,
    /// A password, if they want one.
    pub password: Option<Secret>,
    /// The fields that the app defines.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// The secret of an invitation's link.
    pub invitation: Option<Secret>,
}

/// Where a proof led.
#[derive(Clone, Debug)]
pub enum Entered {
    /// In.
    Session(OpenedSession),
    /// An address has to be proven first: a code and a link are on their way.
    NeedsVerification {
        /// What the code belongs to.
        flow: FlowId,
        /// For the browser that asked; another one proves the address and is not let in.
        browser: Secret,
    },
    /// The second factor is awaited, of this browser alone.
    NeedsMfa {
        /// What it is answered to.
        flow: FlowId,
        /// For the browser that proved the first.
        browser: Secret,
        /// What the account can answer with: `totp`, `recovery_code`, …
        methods: Vec<&'static str>,
    },
}

/// What a link or a code to sign in led to.
#[derive(Clone, Debug)]
pub enum EnteredBy {
    /// It was right, here.
    Here(Entered),
    /// The link is right, and another browser asked for it, where this is to be typed.
    Elsewhere(Secret),
}

/// An answer to the second factor.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// What awaits it.
    pub flow: FlowId,
    /// The secret of the browser that proved the first.
    pub browser: Secret,
    /// `totp`, `recovery_code`.
    pub method: String,
    /// As typed.
    pub code: Secret,
    /// Spare this device the second factor for a while.
    pub trust: bool,
}

impl Keyward {
    /// Makes an account. Whoever has one already is told the same, and gets a letter.
    pub async fn sign_up(&self, new: NewSignUp, client: &Client) -> Answer<Entered> {
        let NewSignUp { email, username, phone, name, password, properties, invitation } = new;
        let open = Opening::browser();
        let flow = SignUp { email, username, phone, name, password, properties, invitation, open };
        Ok(self.signed_up(flow, client).await?.map(|led| match led {
            SignedUp::Complete(opened) => self.entered(&opened),
            SignedUp::NeedsVerification { flow, browser } => {
                Entered::NeedsVerification { flow, browser }
            }
        }))
    }

    /// Asks the app, then decides. The one way for the API, the pages and the library.
    pub(crate) async fn signed_up(&self, flow: SignUp, client: &Client) -> Answer<SignedUp> {
        let attempt = SignUpAttempt {
            email: flow.email.clone(),
            username: flow.username.clone(),
            phone: flow.phone.clone(),
            name: flow.name.clone(),
            address: client.address.clone(),
        };
        match self.0.hooks.may_sign_up(&attempt) {
            Ok(()) => self.run(&flow, client).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Signs in by a name and a password.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &Secret,
        remember: bool,
        client: &Client,
    ) -> Answer<Entered> {
        let open = Opening { remember, ..Opening::browser() };
        let led = self.by_password(name.to_owned(), password.clone(), Some(open), client);
        self.led(led.await?)
    }

    /// Opens an account without a name, where the settings allow it.
    pub async fn sign_in_anonymous(&self, client: &Client) -> Answer<OpenedSession> {
        let open = Opening { remember: true, ..Opening::browser() };
        let opened = self.run(&BeginAnonymous { open }, client).await?;
        Ok(opened.map(|opened| OpenedSession::new(self, &opened)))
    }

    /// Sends a link or a code to sign in with. Whoever is unknown is told the same.
    pub async fn send_sign_in(&self, name: &str, by: Sent, client: &Client) -> Answer<Asked> {
        let (identifier, return_to) = (name.to_owned(), String::new());
        self.run(&BeginSignIn { identifier, by, return_to }, client).await
    }

    /// Signs in by the link or the code that was sent. `browser` is what
    /// [`send_sign_in`](Self::send_sign_in) gave to the browser that asked.
    pub async fn finish_sign_in(
        &self,
        by: Sent,
        given: Given,
        browser: Option<Secret>,
        client: &Client,
    ) -> Answer<EnteredBy> {
        let flow = ConfirmSignIn { by, answer: given, browser, open: Opening::browser() };
        match self.run(&flow, client).await? {
            Ok(Answered::SignedIn { signed_in, .. }) => {
                Ok(self.led(Ok(signed_in))?.map(EnteredBy::Here))
            }
            Ok(Answered::Elsewhere { code }) => Ok(Ok(EnteredBy::Elsewhere(code))),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Proves an address by the code or the link that a sign-up or a sign-in sent. The
    /// browser that asked is let in; `None` for another.
    pub async fn finish_verification(
        &self,
        given: Given,
        browser: Option<Secret>,
        client: &Client,
    ) -> Answer<Option<Entered>> {
        let flow = ConfirmVerification { answer: given, browser, open: Opening::browser() };
        match self.run(&flow, client).await?.map(|confirmed| confirmed.signed_in) {
            Ok(Some(signed_in)) => Ok(self.led(Ok(signed_in))?.map(Some)),
            Ok(None) => Ok(Ok(None)),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Sends the code of a verification again, once some time has passed.
    pub async fn resend_verification(&self, flow: FlowId, client: &Client) -> Answer<()> {
        self.run(&Resend { flow }, client).await
    }

    /// Sends what somebody gets back in with. Whoever is unknown is told the same.
    pub async fn send_recovery(&self, name: &str, client: &Client) -> Answer<Asked> {
        self.run(&BeginRecovery { identifier: name.to_owned() }, client).await
    }

    /// Sets a new password by the code or the link of a recovery. Other sessions are
    /// closed unless `keep_others`.
    pub async fn finish_recovery(
        &self,
        given: Given,
        password: Secret,
        keep_others: bool,
        client: &Client,
    ) -> Answer<Entered> {
        let open = Opening::browser();
        let flow = ConfirmRecovery { answer: given, password, keep_others, open };
        self.led(self.run(&flow, client).await?)
    }

    /// Answers the second factor.
    pub async fn finish_mfa(&self, given: SecondFactor, client: &Client) -> Answer<Entered> {
        let SecondFactor { flow, browser, method, code, trust } = given;
        let browser = Some(browser);
        let flow = FinishMfa { flow, browser, method, answer: code, trust, replaces: None };
        self.led(self.run(&flow, client).await?)
    }

    /// Changes the password of whoever holds a session, which goes on under a new token.
    /// `current` is needed where there is a password. Other sessions are closed unless
    /// `keep_others`.
    pub async fn change_password(
        &self,
        session: SessionId,
        current: Option<Secret>,
        new: Secret,
        keep_others: bool,
        client: &Client,
    ) -> Answer<OpenedSession> {
        let Some(user) = self.session_owner(session).await? else {
            return Ok(Err(Refusal::NotFound));
        };
        let flow = ChangePassword { user, session, current, new, keep_others };
        let opened = self.run(&flow, client).await?;
        Ok(opened.map(|opened| OpenedSession::new(self, &opened)))
    }

    /// Signs in whoever has the passkey that answered
    /// [`begin_passkey_sign_in`](Self::begin_passkey_sign_in):
    /// `PublicKeyCredential.toJSON()`.
    #[cfg(feature = "passkeys")]
    pub async fn finish_passkey_sign_in(
        &self,
        flow: FlowId,
        credential: serde_json::Value,
        client: &Client,
    ) -> Answer<Entered> {
        let how = (Opening::browser(), None);
        self.led(self.sign_in_with_passkey(flow, credential, how, client).await?)
    }

    fn led(&self, led: Result<SignedIn, Refusal>) -> Answer<Entered> {
        Ok(match led {
            Ok(SignedIn::Complete { opened, .. }) => Ok(self.entered(&opened)),
            Ok(SignedIn::NeedsVerification { flow, browser }) => {
                Ok(Entered::NeedsVerification { flow, browser })
            }
            Ok(SignedIn::NeedsMfa { flow, browser, methods }) => {
                Ok(Entered::NeedsMfa { flow, browser, methods })
            }
            // A session was asked for.
            Ok(SignedIn::Checked(_)) => Err(Refusal::Conflict),
            Err(refusal) => Err(refusal),
        })
    }

    fn entered(&self, opened: &Opened) -> Entered {
        Entered::Session(OpenedSession::new(self, opened))
    }
}

//! Where a first proof becomes a session, or the next step.
//!
//! Every method that proves who somebody is ends here: a password, a link, a
//! code, a passkey, a provider. What must be true of an account before anyone is
//! let in is asked in this one place, so that no way in forgets it.

use super::deletion::{may_enter, restored};
use super::open::{Opened, Opening, Standing, open};
use super::own_user::is_vouched_for;
use super::verify::ask_to_verify;
use super::{Decide, Verdict, factor, mfa};
use crate::id::FlowId;
use crate::identifier::Kind;
use crate::port::Write;
use crate::record::{Event, Identifier, Reason, Subject, User, What};
use crate::refusal::Refusal;
use crate::secret::Secret;
use crate::settings::Settings;

/// Somebody proved to be this account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof<'a> {
    /// Who, as they will be once the caller's writes are stored: an address that
    /// the proof itself proves counts as verified.
    pub(super) subject: &'a Subject,
    /// What was proven: `password`, `recovery`, …
    pub(super) method: &'a str,
    /// How much it is worth: 1, or 2 for a proof that is two factors by itself.
    pub(super) aal: u8,
    /// The identifier as it was typed, for the log; empty where none was.
    pub(super) identifier: &'a str,
}

/// What a proof led to.
#[derive(Debug)]
pub enum SignedIn {
    /// A session is open.
    Complete {
        /// The session.
        opened: Box<Opened>,
        /// The names of its account.
        identifiers: Vec<Identifier>,
    },
    /// The proof is right, and no session was asked for.
    Checked(Box<User>),
    /// The proof is right; an address must be proven first.
    NeedsVerification {
        /// The flow whose code is awaited.
        flow: FlowId,
        /// For the browser that asked.
        browser: Secret,
    },
    /// The proof is right; the second factor is awaited. Nothing is open.
    NeedsMfa {
        /// The flow that awaits it.
        flow: FlowId,
        /// For the browser that asked: nobody else may answer.
        browser: Secret,
        /// What the account can answer with: `totp`, `recovery_code`, …
        methods: Vec<&'static str>,
    },
}

/// The kinds of address of which one has to be proven before this account lets anybody in.
/// One without an address has none to prove: it was begun without a name, or somebody made
/// it so. Nor does one that the app vouches for.
pub(super) fn lacks(subject: &Subject, settings: &Settings) -> &'static [Kind] {
    let has_address = subject.identifiers.iter().any(|name| name.kind != Kind::Username);
    match has_address && !is_vouched_for(subject) {
        true => settings.verify.lacks(&subject.identifiers),
        false => &[],
    }
}

/// Decides what a proof opens; without `how`, nothing. What the caller writes
/// because of the proof goes before: [`Verdict::after`].
pub(super) fn proven(
    proof: Proof<'_>,
    how: Option<Opening>,
    cx: &mut Decide<'_>,
) -> Verdict<SignedIn> {
    let user = &proof.subject.user;
    let barred = match user {
        user if user.deleted_at.is_some() && !may_enter(user, cx.settings, cx.now) => {
            Some((Reason::Deleted, Refusal::InvalidCredentials))
        }
        user if user.locked_at.is_some() => Some((Reason::Locked, Refusal::InvalidCredentials)),
        user if user.must_change_password => {
            Some((Reason::PasswordExpired, Refusal::PasswordExpired))
        }
        _ => None,
    };
    if let Some((reason, refusal)) = barred {
        let failed = proof.failed(reason, cx);
        return Verdict::refuse(refusal, vec![], vec![failed]);
    }
    if !lacks(proof.subject, cx.settings).is_empty() {
        return proof.ask(cx);
    }
    if proof.aal >= 2 || !factor::guarded(proof.subject, cx.settings) {
        return proof.enter(&[], how, cx);
    }
    match how {
        // Whoever only checks a proof cannot ask for the second.
        None => {
            let failed = proof.failed(Reason::NoSecondFactor, cx);
            Verdict::refuse(Refusal::MfaRequired, vec![], vec![failed])
        }
        // It is spared the question, and worth no more for it.
        Some(how) if factor::trusted::is_trusted(proof.subject, cx.client, cx.now) => {
            proof.enter(&["trusted_device"], Some(how), cx)
        }
        Some(how) => mfa::ask(proof, how, None, cx),
    }
}

/// Whoever deleted their account and signs in again has it back.
pub(super) fn back(user: &User, cx: &mut Decide<'_>) -> (User, Vec<Write>, Vec<Event>) {
    let (user, writes) = restored(user, cx);
    let restored = (!writes.is_empty()).then(|| cx.own_event(user.id, What::UserRestored {}));
    (user, writes, restored.into_iter().collect())
}

impl Proof<'_> {
    /// Nothing is left to prove.
    fn enter(&self, also: &[&str], how: Option<Opening>, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let user = &self.subject.user;
        let mut event = cx.own_event(user.id, What::SignInSucceeded { method: self.method.into() });
        event.personal = cx.client.personal(self.identifier);
        let Some(how) = how else {
            return Verdict::yes(SignedIn::Checked(Box::new(user.clone())), vec![], vec![event]);
        };
        let methods = [self.method].iter().chain(also).map(|m| (*m).to_owned()).collect();
        let standing = Standing { methods, aal: self.aal };
        let (user, mut writes, mut events) = back(user, cx);
        let (opened, opening, created) = open(&user, standing, how, cx);
        writes.extend(opening);
        events.extend([event, created]);
        let (opened, identifiers) = (Box::new(opened), self.subject.identifiers.clone());
        let reply = SignedIn::Complete { opened, identifiers };
        Verdict::yes(reply, writes, events)
    }

    /// An address must be proven first.
    pub(super) fn ask(&self, cx: &mut Decide<'_>) -> Verdict<SignedIn> {
        let failed = self.failed(Reason::Unverified, cx);
        let Some((asked, writes, event)) = ask_to_verify(self.subject, cx) else {
            let refusal = Refusal::Unverified { flow: None };
            return Verdict::refuse(refusal, vec![], vec![failed]);
        };
        let reply = SignedIn::NeedsVerification { flow: asked.flow, browser: asked.browser };
        Verdict::yes(reply, writes, vec![failed, event])
    }

    fn failed(&self, reason: Reason, cx: &mut Decide<'_>) -> Event {
        let what = What::SignInFailed { method: self.method.into(), reason };
        let mut event = cx.event(None, Some(self.subject.user.id), what);
        event.personal = cx.client.personal(self.identifier);
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{Keys, RootKey};
    use crate::flow::Client;
    use crate::flow::factor::{totp, trusted};
    use crate::flow::sign_up::{Name, new_subject};
    use crate::identifier::{Kind, normalise};
    use crate::settings::Settings;
    use crate::testing::{SeededRandom, epoch};

    /// Everything that a decision is made with.
    struct Room {
        settings: Settings,
        keys: Keys,
        client: Client,
        rng: SeededRandom,
    }

    impl Room {
        fn new() -> Self {
            let keys = Keys::derive(&RootKey::from_bytes([7; 32]));
            let (settings, client) = (Settings::default(), Client::default());
            Self { settings, keys, client, rng: SeededRandom::new(1) }
        }

        fn cx(&mut self) -> Decide<'_> {
            let Self { settings, keys, client, rng } = self;
            let site = "http://localhost";
            Decide { now: epoch(), rng, settings, keys, client, site }
        }

        fn person(&mut self, change: impl FnOnce(&mut Subject)) -> Subject {
            let typed = "ada@example.com".to_owned();
            let normal = normalise(Kind::Email, &typed).unwrap();
            let mut subject =
                new_subject("Ada", &[Name { typed, normal }], Some("$x".into()), &mut self.cx());
            subject.identifiers[0].verified_at = Some(epoch());
            change(&mut subject);
            subject
        }

        fn guarded(&mut self) -> Subject {
            let mut subject = self.person(|_| ());
            let secret = crate::crypto::otp::OtpSecret::from_bytes(&[1; 20]);
            let added = totp::credential(&subject, &secret, 1, &mut self.cx()).unwrap();
            subject.credentials.push(added);
            subject
        }

        fn proven(
            &mut self,
            subject: &Subject,
            aal: u8,
            how: Option<Opening>,
        ) -> Verdict<SignedIn> {
            let proof = Proof { subject, method: "password", aal, identifier: "ada" };
            proven(proof, how, &mut self.cx())
        }
    }

    const HOW: fn() -> Option<Opening> = || Some(Opening::browser());

    fn opens(verdict: &Verdict<SignedIn>) -> bool {
        verdict.batch.writes.iter().any(|write| matches!(write, Write::OpenSession(_)))
    }

    fn standing(verdict: Verdict<SignedIn>) -> (Vec<String>, u8) {
        let Ok(SignedIn::Complete { opened, .. }) = verdict.reply else { panic!("not let in") };
        (opened.session.methods, opened.session.aal)
    }

    #[test]
    fn whoever_has_nothing_left_to_prove_is_let_in() {
        let mut room = Room::new();
        let ada = room.person(|_| ());
        let verdict = room.proven(&ada, 1, HOW());
        assert!(opens(&verdict));
        assert_eq!(standing(verdict), (vec!["password".to_owned()], 1));
    }

    #[test]
    fn a_locked_deleted_or_expired_account_is_refused_whatever_was_proven() {
        let mut room = Room::new();
        let locked = room.person(|s| s.user.locked_at = Some(epoch()));
        let deleted = room.person(|s| s.user.deleted_at = Some(epoch()));
        let expired = room.person(|s| s.user.must_change_password = true);
        for (subject, refusal) in [
            (locked, Refusal::InvalidCredentials),
            (deleted, Refusal::InvalidCredentials),
            (expired, Refusal::PasswordExpired),
        ] {
            for (aal, how) in [(1, HOW()), (2, HOW()), (1, None)] {
                let verdict = room.proven(&subject, aal, how);
                assert!(!opens(&verdict));
                assert_eq!(verdict.reply.unwrap_err(), refusal);
            }
        }
    }

    #[test]
    fn an_unproven_address_is_asked_for_before_the_second_factor() {
        let mut room = Room::new();
        let mut ada = room.guarded();
        ada.identifiers[0].verified_at = None;
        let verdict = room.proven(&ada, 1, HOW());
        assert!(!opens(&verdict));
        assert!(matches!(verdict.reply, Ok(SignedIn::NeedsVerification { .. })));
    }

    #[test]
    fn a_guarded_account_is_asked_for_its_second_factor_and_nothing_is_open() {
        let mut room = Room::new();
        let ada = room.guarded();
        let verdict = room.proven(&ada, 1, HOW());
        assert!(!opens(&verdict));
        let Ok(SignedIn::NeedsMfa { methods, .. }) = verdict.reply else { panic!("not asked") };
        assert_eq!(methods, ["totp"]);
    }

    #[test]
    fn a_proof_of_two_factors_is_not_asked_for_another() {
        let mut room = Room::new();
        let ada = room.guarded();
        assert_eq!(standing(room.proven(&ada, 2, HOW())).1, 2);
    }

    #[test]
    fn whoever_only_checks_one_factor_of_two_learns_no_more() {
        let mut room = Room::new();
        let ada = room.guarded();
        assert_eq!(room.proven(&ada, 1, None).reply.unwrap_err(), Refusal::MfaRequired);
        let bob = room.person(|_| ());
        assert!(matches!(room.proven(&bob, 1, None).reply, Ok(SignedIn::Checked(_))));
    }

    #[test]
    fn a_trusted_device_is_let_in_at_one_factor_and_another_is_not() {
        let mut room = Room::new();
        let mut ada = room.guarded();
        room.client.device = Some((ada.user.id, [3; 16]));
        let (device, writes) = trusted::trust(&ada, &mut room.cx());
        assert_eq!(device, [3; 16], "it keeps its name");
        for write in writes {
            let Write::AddCredential(added) = write else { panic!("{write:?}") };
            ada.credentials.push(added);
        }
        let (methods, aal) = standing(room.proven(&ada, 1, HOW()));
        assert_eq!((methods.last().map(String::as_str), aal), (Some("trusted_device"), 1));
        let stranger = room.person(|_| ()).user.id;
        for other in [None, Some((ada.user.id, [4; 16])), Some((stranger, [3; 16]))] {
            room.client.device = other;
            assert!(!opens(&room.proven(&ada, 1, HOW())), "{other:?}");
        }
    }
}

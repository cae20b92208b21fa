//! People and things to store, each different from the last.

use core::time::Duration;

use keyward_core::id::{
    CredentialId, EventId, FlowId, InvitationId, MessageId, SessionId, TenantId, UserId,
};
use keyward_core::identifier::Kind;
use keyward_core::port::{Batch, Random, Write};
use keyward_core::record::{
    Challenge, Channel, Credential, Event, Identifier, Identity, Invitation, Message, MessageState,
    Personal, Purpose, Session, SessionKind, User, What,
};
use keyward_core::time::Timestamp;

/// Makes sample records. Two samples with different seeds never make the same one.
#[derive(Clone, Debug)]
pub struct Sample {
    state: u64,
    now: Timestamp,
}

/// The sample's time, plus so many seconds.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_700_000_000 + seconds)
}

impl Random for Sample {
    // SplitMix64: enough to be different, and the same each time.
    fn fill(&mut self, buf: &mut [u8]) {
        for chunk in buf.chunks_mut(8) {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

impl Sample {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1, now: at(0) }
    }

    fn mint<T>(&mut self, mint: impl FnOnce(Timestamp, &mut dyn Random) -> T) -> T {
        self.now = self.now.plus(Duration::from_millis(1));
        mint(self.now, self)
    }

    /// 32 bytes that were never there before.
    pub fn hash(&mut self) -> [u8; 32] {
        let mut hash = [0; 32];
        self.fill(&mut hash);
        hash
    }

    /// An active account.
    pub fn user(&mut self) -> User {
        let id = self.mint(|now, rng| UserId::mint(now, rng));
        User {
            id,
            tenant: TenantId::MAIN,
            name: "Ann Onymous".into(),
            properties: "{}".into(),
            created_at: self.now,
            updated_at: self.now,
            locked_at: None,
            lock_reason: String::new(),
            deleted_at: None,
            deleted_by: None,
            must_change_password: false,
            session_epoch: 1,
            access_version: 1,
            version: 1,
        }
    }

    /// A name of `user`.
    pub fn identifier(&mut self, user: &User, kind: Kind, normal: &str) -> Identifier {
        Identifier {
            user: user.id,
            tenant: TenantId::MAIN,
            kind,
            normal: normal.into(),
            value: normal.to_uppercase(),
            skeleton: None,
            verified_at: None,
            created_at: at(1),
        }
    }

    /// A credential of `user`.
    pub fn credential(&mut self, user: &User, kind: &str, data: &[u8]) -> Credential {
        let id = self.mint(|now, rng| CredentialId::mint(now, rng));
        Credential { id, user: user.id, kind: kind.into(), data: data.into(), created_at: at(2) }
    }

    /// What `credential` is found by.
    pub fn identity(&self, credential: &Credential, subject: &str) -> Identity {
        Identity {
            tenant: TenantId::MAIN,
            issuer: "https://issuer.example.com".into(),
            subject: subject.into(),
            user: credential.user,
            credential: credential.id,
            created_at: at(2),
        }
    }

    /// A session of `user`.
    pub fn session(&mut self, user: &User) -> Session {
        let id = self.mint(|now, rng| SessionId::mint(now, rng));
        Session {
            id,
            user: user.id,
            secret_hash: self.hash(),
            kind: SessionKind::Browser,
            epoch: user.session_epoch,
            aal: 1,
            methods: vec!["password".into()],
            auth_time: at(3),
            created_at: at(3),
            seen_at: at(3),
            idle: Duration::from_secs(3_600),
            expires_at: at(86_400),
            remember: false,
            client: "curl".into(),
            address: "::1".into(),
            data: "{}".into(),
            impersonator: None,
            family: None,
        }
    }

    /// A challenge with five attempts.
    pub fn challenge(&mut self, user: Option<UserId>, normal: &str) -> Challenge {
        let id = self.mint(|now, rng| FlowId::mint(now, rng));
        Challenge {
            id,
            purpose: Purpose::Verify,
            user,
            kind: Kind::Email,
            normal: normal.into(),
            code_hash: self.hash(),
            link_hash: self.hash(),
            browser_hash: None,
            attempts_left: 5,
            created_at: at(4),
            expires_at: at(604),
            sent_at: at(4),
            epoch: 1,
            data: String::new(),
        }
    }

    /// An open invitation for whoever has the link.
    pub fn invitation(&mut self) -> Invitation {
        let id = self.mint(|now, rng| InvitationId::mint(now, rng));
        Invitation {
            id,
            secret_hash: self.hash(),
            email: String::new(),
            normal: String::new(),
            roles: vec!["editor".into()],
            is_mailed: false,
            made_by: None,
            created_at: at(0),
            expires_at: at(600),
            used_by: None,
            used_at: None,
            revoked_at: None,
        }
    }

    /// A pending message that is due at once.
    pub fn message(&mut self, flow: Option<FlowId>) -> Message {
        let id = self.mint(|now, rng| MessageId::mint(now, rng));
        Message {
            id,
            flow,
            user: None,
            channel: Channel::Mail,
            template: "verify".into(),
            payload: b"sealed".to_vec(),
            state: MessageState::Pending,
            created_at: at(5),
            due_at: at(5),
            expires_at: at(605),
            attempts: 0,
            last_error: String::new(),
        }
    }

    /// Something that happened to `subject`.
    pub fn event(&mut self, subject: Option<UserId>, what: What) -> Event {
        self.now = self.now.plus(Duration::from_millis(1));
        let mut event = Event::new(self.now, self, what);
        event.subject = subject;
        event
    }

    /// What signing up with `address` writes: the usual batch.
    pub fn sign_up(&mut self, address: &str) -> (User, Batch) {
        let user = self.user();
        let challenge = self.challenge(Some(user.id), address);
        let message = self.message(Some(challenge.id));
        let mut created = self.event(Some(user.id), What::UserCreated { by: "sign_up".into() });
        created.personal =
            Personal { address: "::1".into(), client: "curl".into(), identifier: address.into() };
        let sent = self.event(Some(user.id), What::VerificationSent { flow: challenge.id });
        let writes = vec![
            Write::AddUser(user.clone()),
            Write::AddIdentifier(self.identifier(&user, Kind::Email, address)),
            Write::AddCredential(self.credential(&user, "password", &[b'x'; 97])),
            Write::AddChallenge(challenge),
            Write::AddMessage(message),
            Write::OpenSession(self.session(&user)),
        ];
        (user, Batch { writes, events: vec![created, sent] })
    }

    /// An id that no event has.
    pub fn event_id(&mut self) -> EventId {
        self.mint(|now, rng| EventId::mint(now, rng))
    }
}

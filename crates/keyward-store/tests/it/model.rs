//! Random batches mean the same to the memory store and to SQLite: the same
//! answers, and afterwards the same of everything that can be asked.

use std::collections::BTreeSet;
use std::time::Duration;

use keyward_authz::Effect;
use keyward_core::id::UserId;
use keyward_core::identifier::Kind;
use keyward_core::port::{
    Batch, CommitError, Holding, LastingQuery, Link, MemberQuery, PeopleQuery, Random, Related,
    RelatedQuery, SeveralQuery, Status, Take, TupleQuery, Write,
};
use keyward_core::record::{
    AclRow, Assignment, Challenge, Channel, Credential, Event, ExclusiveSet, Grant, Group,
    Identifier, Membership, Message, MessageState, Purpose, Role, RoleRule, Session, Tuple, User,
    What,
};
use keyward_core::time::Timestamp;
use keyward_store::conformance::Sample;
use keyward_store::{MemoryStore, Options, SqliteStore, Store};

const NAMES: [&str; 3] = ["a@example.com", "b@example.com", "ä"];
const ROLES: [&str; 2] = ["editor", "viewer"];
const GROUPS: [&str; 2] = ["staff", "guests"];
const PATTERNS: [&str; 2] = ["printer:*", "report:view"];

/// Few enough things that random batches meet.
struct World {
    dice: Sample,
    users: Vec<User>,
    identifiers: Vec<Identifier>,
    credentials: Vec<Credential>,
    sessions: Vec<Session>,
    challenges: Vec<Challenge>,
    messages: Vec<Message>,
    events: Vec<Event>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Sample::new(seed);
        let users: Vec<User> = (0..3).map(|_| dice.user()).collect();
        let both = || users.iter().flat_map(|user| NAMES.map(|name| (user, name)));
        let identifiers = both().map(|(user, name)| {
            let skeleton = (name == "ä").then(|| "a".to_owned());
            Identifier { skeleton, ..dice.identifier(user, Kind::Username, name) }
        });
        let identifiers = identifiers.collect();
        let credentials = users.iter().map(|user| dice.credential(user, "password", b"x"));
        let credentials = credentials.collect();
        let sessions = users.iter().cycle().take(6).map(|user| dice.session(user)).collect();
        let challenges: Vec<_> = users
            .iter()
            .zip(NAMES)
            .map(|(user, name)| dice.challenge(Some(user.id), name))
            .collect();
        let messages = challenges.iter().map(|c| dice.message(Some(c.id))).collect();
        let events = users
            .iter()
            .cycle()
            .take(5)
            .map(|user| dice.event(Some(user.id), What::UserLocked { reason: String::new() }));
        let events = events.collect();
        Self { dice, users, identifiers, credentials, sessions, challenges, messages, events }
    }

    fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.dice.fill(&mut bytes);
        usize::from_le_bytes(bytes) % end
    }

    fn pick<T: Clone>(&mut self, from: impl Fn(&Self) -> &[T]) -> T {
        let at = self.below(from(self).len());
        from(self)[at].clone()
    }

    fn at(&mut self) -> Timestamp {
        let seconds = i64::try_from(self.below(2_000)).unwrap();
        Timestamp::from_secs(1_700_000_000 + seconds)
    }

    fn batch(&mut self) -> Batch {
        let writes = (0..=self.below(3)).map(|_| self.write()).collect();
        let events = if self.below(4) == 0 { vec![self.pick(|w| &w.events)] } else { vec![] };
        Batch { writes, events }
    }

    fn write(&mut self) -> Write {
        match self.below(9) {
            8 => self.groups(),
            0 | 4 => self.people(),
            1 | 5 | 7 => self.sessions_and_limits(),
            2 | 6 => self.waiting(),
            _ => self.access(),
        }
    }

    fn people(&mut self) -> Write {
        let (user, at) = (self.pick(|w| &w.users), self.at());
        let name = self.pick(|w| &w.identifiers);
        let credential = self.pick(|w| &w.credentials);
        match self.below(9) {
            0 | 1 => Write::AddUser(user),
            2 => {
                let locked_at = (self.below(3) == 0).then_some(at);
                let epoch = 1 + i64::from(locked_at.is_some());
                let was = 1 + i64::try_from(self.below(3)).unwrap();
                let now = User { locked_at, session_epoch: epoch, updated_at: at, ..user };
                Write::SwapUser { was, now }
            }
            3 => Write::BumpAccess(user.id),
            4 => Write::AddIdentifier(name),
            5 => Write::RemoveIdentifier { user: name.user, kind: name.kind, normal: name.normal },
            6 => Write::VerifyIdentifier {
                user: name.user,
                kind: name.kind,
                normal: name.normal,
                at,
            },
            7 if self.below(2) == 0 => {
                let subject = ["7", "8"][self.below(2)];
                Write::AddIdentity(self.dice.identity(&credential, subject))
            }
            7 => Write::AddCredential(credential),
            _ if self.below(2) == 0 => Write::SpendCredential(credential.id),
            _ => {
                let data = [b"x".to_vec(), b"y".to_vec()];
                let (was, now) = (data[self.below(2)].clone(), data[self.below(2)].clone());
                Write::SwapCredential { id: credential.id, was, now }
            }
        }
    }

    fn sessions_and_limits(&mut self) -> Write {
        let (session, at) = (self.pick(|w| &w.sessions), self.at());
        let key = [u8::try_from(self.below(2)).unwrap(); 32];
        match self.below(9) {
            0 | 1 => Write::OpenSession(session),
            2 => Write::TouchSession { id: session.id, seen_at: at },
            3 => {
                let was = ["{}", "{\"a\":1}"][self.below(2)].to_owned();
                Write::SwapSessionData { id: session.id, was, now: "{\"a\":1}".to_owned() }
            }
            4 => Write::CloseSession(session.id),
            5 => {
                let except = (self.below(2) == 0).then_some(session.id);
                Write::CloseSessionsOf { user: session.user, except }
            }
            6 => Write::Take(Take { key, now: at, period: Duration::from_secs(60), burst: 3 }),
            7 => Write::GiveBack { key, period: Duration::from_secs(60) },
            _ => Write::NoteChange(session.user),
        }
    }

    fn waiting(&mut self) -> Write {
        let (challenge, message) = (self.pick(|w| &w.challenges), self.pick(|w| &w.messages));
        let at = self.at();
        match self.below(12) {
            0 | 1 => Write::AddChallenge(challenge),
            2 => Write::TakeAttempt(challenge.id),
            3 => Write::RenewChallenge {
                id: challenge.id,
                was: challenge.code_hash,
                code_hash: if self.below(2) == 0 { challenge.code_hash } else { [7; 32] },
                link_hash: challenge.link_hash,
                sent_at: at,
            },
            4 => Write::SpendChallenge(challenge.id),
            5 => Write::KillChallenges {
                user: challenge.user.unwrap_or(UserId::NOBODY),
                purpose: [Purpose::Verify, Purpose::Recover][self.below(2)],
                kind: challenge.kind,
                normal: challenge.normal,
            },
            6 => match challenge.user {
                Some(user) => Write::KillChallengesOf(user),
                None => Write::SpendChallenge(challenge.id),
            },
            7 | 8 => Write::AddMessage(message),
            9 => Write::LeaseMessage { id: message.id, was: message.due_at, until: at },
            10 => {
                let state = [MessageState::Sent, MessageState::Failed][self.below(2)];
                Write::FinishMessage { id: message.id, state, error: "so".into() }
            }
            _ if self.below(2) == 0 => Write::KillMessagesOf(challenge.id),
            _ => Write::RetryMessage { id: message.id, due_at: at, error: "busy".into() },
        }
    }

    fn access(&mut self) -> Write {
        let (user, at) = (self.pick(|w| &w.users).id, self.at());
        let role = ROLES[self.below(2)].to_owned();
        let pattern = PATTERNS[self.below(2)].to_owned();
        let effect = [Effect::Allow, Effect::Deny][self.below(2)];
        let scope = ["", "site:1"][self.below(2)].to_owned();
        let rule = RoleRule { role: role.clone(), effect, pattern: pattern.clone() };
        match self.below(11) {
            0 => Write::AddRole(self.role(role, at)),
            1 => Write::RemoveRole(role),
            2 => Write::AddRule(rule),
            3 => Write::RemoveRule(rule),
            4 | 5 => Write::PutAssignment(Assignment {
                user,
                role,
                scope,
                not_before: None,
                expires_at: Some(at),
                granted_by: Some(user),
                created_at: at,
            }),
            6 => Write::RemoveAssignment { user, role, scope },
            7 => Write::PutGrant(Grant {
                user,
                effect,
                pattern,
                not_before: Some(at),
                expires_at: None,
                granted_by: None,
                created_at: at,
            }),
            8 => Write::RemoveGrant { user, effect, pattern },
            9 => {
                let event = self.pick(|w| &w.events).id;
                let position = 1 + i64::try_from(self.below(3)).unwrap();
                Write::Chain(vec![Link { event, position, hash: [1; 32] }])
            }
            _ if self.below(4) == 0 => Write::Purge { before: at },
            _ => {
                let was = [None, Some(b"1".to_vec()), Some(b"2".to_vec())][self.below(3)].clone();
                Write::SwapMeta { name: "m".into(), was, now: b"1".to_vec() }
            }
        }
    }

    fn role(&mut self, name: String, created_at: Timestamp) -> Role {
        Role { name, description: "d".into(), inherits: self.some(&ROLES), created_at }
    }

    /// Some of these names, perhaps twice.
    fn some(&mut self, names: &[&str]) -> Vec<String> {
        (0..self.below(3)).map(|_| names[self.below(names.len())].to_owned()).collect()
    }

    fn groups(&mut self) -> Write {
        let (user, created_at) = (self.pick(|w| &w.users), self.at());
        let (role, group) = (ROLES[self.below(2)].to_owned(), GROUPS[self.below(2)].to_owned());
        let roles = self.some(&ROLES);
        match self.below(12) {
            0 | 1 => {
                Write::AddGroup(Group { name: group, description: "d".into(), roles, created_at })
            }
            2 => Write::RemoveGroup(group),
            3 => Write::SetGroupRoles { group, roles },
            4 => Write::SetInherited { role, inherits: roles },
            5 | 6 => Write::PutMembership(Membership {
                user: user.id,
                group,
                not_before: None,
                expires_at: (self.below(2) == 0).then_some(created_at),
                granted_by: Some(user.id),
                created_at,
            }),
            7 => Write::RemoveMembership { user: user.id, group },
            8 if self.below(3) == 0 => Write::RemoveExclusive("s".into()),
            8 => Write::PutExclusive(ExclusiveSet { name: "s".into(), roles }),
            10 => Write::Relate { add: self.tuples(), remove: self.tuples() },
            9 => {
                let (was, version) = (self.version(), self.version().unwrap_or(9));
                let row = AclRow { name: group.clone(), entries: self.some(&PATTERNS), version };
                let now = (self.below(3) > 0).then_some(row);
                Write::SwapAcl { name: group, was, now }
            }
            _ => {
                let was = 1 + i64::try_from(self.below(3)).unwrap();
                Write::SwapAccess { user: user.id, was }
            }
        }
    }

    /// Some of few relations.
    fn tuples(&mut self) -> Vec<Tuple> {
        let subjects = ["user:a", "user:*", "group:g#member"];
        let read = |subject: &str| Tuple::read("doc:1", "viewer", subject).unwrap();
        let some: BTreeSet<Tuple> = self.some(&subjects).iter().map(|it| read(it)).collect();
        some.into_iter().collect()
    }

    /// One of few, so that it is often the right one.
    fn version(&mut self) -> Option<i64> {
        [None, Some(1), Some(2)][self.below(3)]
    }

    /// Everything that can be asked, as text.
    async fn seen(&self, store: &dyn Store) -> Vec<String> {
        let mut seen = Vec::new();
        macro_rules! see {
            ($($question:expr),* $(,)?) => {$(
                seen.push(format!("{}: {:?}", stringify!($question), $question.await.unwrap()));
            )*};
        }
        for user in &self.users {
            see![store.subject(user.id), store.sessions_of(user.id), store.access(user.id)];
        }
        for name in NAMES {
            see![
                store.subject_by(Kind::Username, name),
                store.is_taken(Kind::Username, name, Some("a")),
            ];
        }
        let issuer = self.dice.identity(&self.credentials[0], "7").issuer;
        for subject in ["7", "8"] {
            see![store.identity(&issuer, subject)];
        }
        for session in &self.sessions {
            see![store.session(session.id)];
        }
        for challenge in &self.challenges {
            see![store.challenge(challenge.id)];
        }
        let now = Timestamp::from_secs(1_700_001_000);
        for (role, group) in ROLES.into_iter().zip(GROUPS) {
            let (roles, groups) = (vec![role.into()], vec![group.into()]);
            see![
                store.lasting_holders(&LastingQuery { roles, groups, now, limit: 2 }),
                store.holders_of_several(&several(now)),
                store.members(&MemberQuery { group: group.into(), after: None, limit: 1 }),
            ];
        }
        let late = Timestamp::from_secs(1_700_001_000);
        seen.push(related(store).await);
        see![
            store.tuples(&TupleQuery { limit: 9, ..TupleQuery::default() }),
            store.definitions(),
            store.due_messages(Channel::Mail, late, 10),
            store.due_messages(Channel::Sms, late, 10),
            store.messages(None, 10),
            store.unchained(10),
            store.chain(0, 10),
            store.meta("m"),
            store.changes(0),
        ];
        for (status, text) in [(None, ""), (Some(Status::Locked), ""), (None, "A@E"), (None, "ä")]
        {
            let query = PeopleQuery { status, text: text.into(), limit: 2, ..Default::default() };
            see![store.people(&query)];
        }
        seen
    }
}

fn answer(done: &Result<(), CommitError>) -> String {
    match done {
        Ok(()) => "applied".into(),
        Err(CommitError::Conflict) => "conflict".into(),
        Err(CommitError::Limited { retry_after }) => format!("limited for {retry_after:?}"),
        Err(CommitError::Broken(error)) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_batches_mean_the_same_in_memory_and_in_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..50 {
        let mut world = World::new(seed);
        let memory = MemoryStore::new();
        let path = dir.path().join(seed.to_string());
        let sqlite = SqliteStore::open(path, &Options::default()).await.unwrap();
        for step in 0..100 {
            let batch = world.batch();
            let (told, wanted) = (sqlite.commit(&batch).await, memory.commit(&batch).await);
            assert_eq!(answer(&told), answer(&wanted), "seed {seed}, step {step}: {batch:#?}");
            *counts.entry(answer(&told).split(' ').next().unwrap().to_owned()).or_insert(0) += 1;
            let (found, model) = (world.seen(&sqlite).await, world.seen(&memory).await);
            for (found, model) in found.iter().zip(&model) {
                assert_eq!(found, model, "seed {seed}, step {step}: {batch:#?}");
            }
        }
        sqlite.close().await;
    }
    // The dice are fair enough that every answer was given, and often.
    assert!(counts.len() == 3 && counts.values().all(|count| *count > 15), "{counts:?}");
}

/// What a decision looks at, which comes in no order.
async fn related(store: &dyn Store) -> String {
    let node =
        Related { object_type: "doc".into(), object_id: "1".into(), relation: "viewer".into() };
    let next = RelatedQuery {
        members: vec![node],
        objects: vec![],
        subject_type: "user".into(),
        subject_id: "a".into(),
        limit: 9,
    };
    let mut related = store.related(&next).await.unwrap().unwrap();
    related.sort();
    format!("{related:?}")
}

/// Each role, and each group.
fn several(now: Timestamp) -> SeveralQuery {
    let roles = ROLES.map(|role| Holding { roles: vec![role.into()], groups: vec![] });
    let groups = GROUPS.map(|group| Holding { roles: vec![], groups: vec![group.into()] });
    let things = roles.into_iter().chain(groups).collect();
    SeveralQuery { things, now, after: None, limit: 9 }
}

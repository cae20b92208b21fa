//! What a memory store holds, and how it is searched.

use std::collections::{BTreeMap, BTreeSet};

use keyward_core::id::{
    CredentialId, EventId, FlowId, InvitationId, MessageId, SessionId, TenantId, UserId,
};
use keyward_core::identifier::Kind;
use keyward_core::port::{
    ANONYMOUS, Changes, EventQuery, Holding, LastingQuery, MemberQuery, MembersPage, Page,
    PeopleQuery, SeveralQuery, Status, WAYS_BACK,
};
use keyward_core::record::{
    AclRow, Assignment, Challenge, Channel, Credential, Definitions, EventRow, ExclusiveSet, Grant,
    Group, Held, Identifier, Identity, Invitation, Membership, Message, MessageState,
    PolicyDocument, Role, RoleRule, Session, Subject, Tuple, User,
};
use keyward_core::time::Timestamp;

/// Every table, sorted by its primary key.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) identifiers: BTreeMap<(TenantId, Kind, String), Identifier>,
    /// Unique key of identifiers.
    pub(super) skeletons: BTreeMap<(TenantId, String), ()>,
    pub(super) credentials: BTreeMap<CredentialId, Credential>,
    /// When each was made.
    pub(super) decoys: BTreeMap<(&'static str, String), Timestamp>,
    pub(super) identities: BTreeMap<(TenantId, String, String), Identity>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) challenges: BTreeMap<FlowId, Challenge>,
    pub(super) invitations: BTreeMap<InvitationId, Invitation>,
    pub(super) messages: BTreeMap<MessageId, Message>,
    pub(super) limits: BTreeMap<[u8; 32], i64>,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) rules: BTreeMap<(String, &'static str, String), RoleRule>,
    pub(super) assignments: BTreeMap<(UserId, String, String), Assignment>,
    pub(super) grants: BTreeMap<(UserId, &'static str, String), Grant>,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) memberships: BTreeMap<(UserId, String), Membership>,
    pub(super) exclusive: BTreeMap<String, ExclusiveSet>,
    pub(super) acls: BTreeMap<String, AclRow>,
    pub(super) tuples: BTreeMap<Tuple, ()>,
    pub(super) events: BTreeMap<EventId, EventRow>,
    /// Unique key of events.
    pub(super) places: BTreeMap<i64, EventId>,
    pub(super) meta: BTreeMap<String, Vec<u8>>,
    pub(super) changes: BTreeMap<i64, UserId>,
    /// The version under the only key.
    pub(super) policy: BTreeMap<(), i64>,
    /// The only one, under the only key.
    pub(super) documents: BTreeMap<(), PolicyDocument>,
}

impl State {
    pub(super) fn subject(&self, id: UserId) -> Option<Subject> {
        let user = self.users.get(&id)?.clone();
        let own = self.credentials.values().filter(|credential| credential.user == id);
        let mut credentials: Vec<Credential> = own.cloned().collect();
        credentials.sort_by_key(|credential| (credential.created_at, credential.id));
        Some(Subject { user, identifiers: self.names(id), credentials })
    }

    fn names(&self, id: UserId) -> Vec<Identifier> {
        let own = self.identifiers.values().filter(|identifier| identifier.user == id);
        let mut names: Vec<Identifier> = own.cloned().collect();
        names.sort_by(|a, b| {
            let key = |i: &Identifier| (i.created_at, i.kind.as_str());
            key(a).cmp(&key(b)).then_with(|| a.normal.cmp(&b.normal))
        });
        names
    }

    pub(super) fn people(&self, query: &PeopleQuery) -> Page<(User, Vec<Identifier>), UserId> {
        let found = self.users.values().rev().filter(|user| self.is_wanted(user, query));
        let rows = found.map(|user| (user.clone(), self.names(user.id)));
        page(rows, query.limit.clamp(1, 200), |(user, _)| user.id)
    }

    fn is_wanted(&self, user: &User, query: &PeopleQuery) -> bool {
        let status = match query.status {
            None => user.deleted_at.is_none() || !query.ids.is_empty(),
            Some(Status::Active) => user.is_active(),
            Some(Status::Locked) => user.deleted_at.is_none() && user.locked_at.is_some(),
            Some(Status::Deleted) => user.deleted_at.is_some(),
        };
        let holds = |role: &String| {
            self.assignments.values().any(|held| held.user == user.id && held.role == *role)
        };
        let bears = |(kind, normal): &(Kind, String)| {
            let key = (TenantId::MAIN, *kind, normal.clone());
            self.identifiers.get(&key).is_some_and(|identifier| identifier.user == user.id)
        };
        status
            && (query.ids.is_empty() || query.ids.contains(&user.id))
            && self.says(user, &query.text.to_ascii_lowercase())
            && query.role.as_ref().is_none_or(holds)
            && query.identifier.as_ref().is_none_or(bears)
            && query.created_after.is_none_or(|at| user.created_at >= at)
            && query.deleted_before.is_none_or(|at| user.deleted_at.is_some_and(|it| it <= at))
            && query.abandoned_before.is_none_or(|at| self.is_abandoned(user, at))
            && query.after.is_none_or(|after| user.id < after)
    }

    /// Begun without a name by then, and nobody can come back to it.
    fn is_abandoned(&self, user: &User, at: Timestamp) -> bool {
        let mut own = self.credentials.values().filter(|row| row.user == user.id);
        let is_anonymous = own.clone().any(|row| row.kind == ANONYMOUS);
        user.created_at <= at
            && is_anonymous
            && !own.any(|row| WAYS_BACK.contains(&row.kind.as_str()))
            && !self.identifiers.values().any(|row| row.user == user.id)
            && !self.sessions.values().any(|row| row.user == user.id)
    }

    fn says(&self, user: &User, text: &str) -> bool {
        let mut own = self.identifiers.values().filter(|identifier| identifier.user == user.id);
        user.name.to_ascii_lowercase().contains(text)
            || own.any(|identifier| identifier.normal.contains(text))
    }

    pub(super) fn definitions(&self) -> Definitions {
        Definitions {
            version: self.policy_version(),
            roles: self.roles.values().cloned().collect(),
            rules: self.rules.values().cloned().collect(),
            groups: self.groups.values().cloned().collect(),
            exclusive: self.exclusive.values().cloned().collect(),
            acls: self.acls.values().cloned().collect(),
            document: self.documents.get(&()).cloned(),
        }
    }

    pub(super) fn access(&self, user: UserId) -> Held {
        let roles = self.assignments.values().filter(|held| held.user == user);
        let grants = self.grants.values().filter(|held| held.user == user);
        let groups = self.memberships.values().filter(|held| held.user == user);
        Held {
            roles: roles.cloned().collect(),
            grants: grants.cloned().collect(),
            groups: groups.cloned().collect(),
        }
    }

    pub(super) fn lasting_holders(&self, query: &LastingQuery) -> Vec<UserId> {
        let holds = |user: &UserId| {
            let held = self.access(*user);
            let mut roles = held.roles.iter().filter(|given| query.roles.contains(&given.role));
            let mut groups =
                held.groups.iter().filter(|member| query.groups.contains(&member.group));
            roles.any(|given| given.scope.is_empty() && given.term().is_lasting(query.now))
                || groups.any(|member| member.term().is_lasting(query.now))
        };
        let active = self.users.values().filter(|user| user.is_active()).map(|user| user.id);
        active.filter(holds).take(query.limit.clamp(1, 200) as usize).collect()
    }

    pub(super) fn holders_of_several(&self, query: &SeveralQuery) -> Vec<UserId> {
        let holds = |held: &Held, thing: &Holding| {
            let given = held.roles.iter().filter(|given| given.scope.is_empty());
            let mut roles = given.filter(|given| !given.term().has_ended(query.now));
            let mut groups = held.groups.iter().filter(|m| !m.term().has_ended(query.now));
            roles.any(|given| thing.roles.contains(&given.role))
                || groups.any(|member| thing.groups.contains(&member.group))
        };
        let has_two = |user: &UserId| {
            let held = self.access(*user);
            query.things.iter().filter(|thing| holds(&held, thing)).count() > 1
        };
        let given = self.assignments.values().map(|given| given.user);
        let all = given.chain(self.memberships.values().map(|member| member.user));
        let all: BTreeSet<UserId> = all.filter(|u| query.after.is_none_or(|a| a < *u)).collect();
        all.into_iter().filter(has_two).take(query.limit.clamp(1, 200) as usize).collect()
    }

    pub(super) fn members(&self, query: &MemberQuery) -> MembersPage {
        let rows = self.memberships.values().filter_map(|member| {
            let user = self.users.get(&member.user).filter(|user| user.deleted_at.is_none())?;
            let is_asked =
                member.group == query.group && query.after.is_none_or(|after| after < member.user);
            is_asked.then(|| (member.clone(), user.clone(), self.names(user.id)))
        });
        page(rows, query.limit.clamp(1, 200), |(member, ..)| member.user)
    }

    pub(super) fn policy_version(&self) -> i64 {
        self.policy.get(&()).copied().unwrap_or(0)
    }

    pub(super) fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: u32,
    ) -> Vec<Message> {
        let is_due = |m: &&Message| {
            m.state == MessageState::Pending && m.due_at <= now && m.channel == channel
        };
        let mut due: Vec<&Message> = self.messages.values().filter(is_due).collect();
        due.sort_by_key(|message| (message.due_at, message.id));
        due.into_iter().take(limit as usize).cloned().collect()
    }

    pub(super) fn events(&self, query: &EventQuery) -> Page<EventRow, EventId> {
        let is_kind = |row: &EventRow, kind: &String| match kind.ends_with('.') {
            true => row.kind.starts_with(kind),
            false => row.kind == *kind,
        };
        let found = self.events.values().rev().filter(|row| {
            query.subject.is_none_or(|subject| row.subject == Some(subject))
                && query.kind.as_ref().is_none_or(|kind| is_kind(row, kind))
                && query.since.is_none_or(|since| row.at >= since)
                && query.after.is_none_or(|after| row.id < after)
        });
        page(found.cloned(), query.limit.clamp(1, 500), |row| row.id)
    }

    pub(super) fn changes(&self, after: i64) -> Changes {
        let newest = self.changes.last_key_value().map_or(0, |(seq, _)| *seq);
        let policy_version = self.policy_version();
        if after < 0 {
            return Changes { last: newest, users: vec![], policy_version };
        }
        let users: BTreeSet<UserId> =
            self.changes.range(after.saturating_add(1)..).map(|(_, user)| *user).collect();
        Changes { last: newest.max(after), users: users.into_iter().collect(), policy_version }
    }
}

pub(super) fn page<T, C>(
    rows: impl Iterator<Item = T>,
    limit: u32,
    cursor: impl Fn(&T) -> C,
) -> Page<T, C> {
    let mut rows = rows.peekable();
    let data: Vec<T> = rows.by_ref().take(limit as usize).collect();
    let more = rows.peek().is_some();
    let next = data.last().filter(|_| more).map(cursor);
    Page { data, next }
}

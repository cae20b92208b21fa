//! Questions with many optional conditions, put together at run time. Only our
//! own text is put together: what a person typed is always a parameter.

use keyward_core::id::{TenantId, UserId};
use keyward_core::port::{
    ANONYMOUS, EventQuery, LastingQuery, MemberQuery, PeopleQuery, SeveralQuery, Status, WAYS_BACK,
};
use keyward_core::time::Timestamp;

use super::dialect::Dialect;
use super::translate::folded;
use super::value::{Value, params};

/// Conditions and their parameters.
#[derive(Default)]
pub(super) struct Filter {
    conditions: Vec<String>,
    params: Vec<Value>,
}

impl Filter {
    pub(super) fn and(&mut self, condition: impl Into<String>, params: Vec<Value>) {
        self.conditions.push(condition.into());
        self.params.extend(params);
    }

    /// One row more than asked for tells whether there is a next page.
    pub(super) fn finish(
        mut self,
        dialect: Dialect,
        select: &str,
        tail: &str,
        limit: u32,
    ) -> Question {
        self.params.push(Value::Int(i64::from(limit) + 1));
        let conditions = self.conditions.join(" AND ");
        let sql = dialect.render(&format!("{select} WHERE {conditions} {tail} LIMIT ?"));
        Question { sql, params: self.params }
    }
}

/// A statement with its parameters.
pub(crate) struct Question {
    /// As the database understands it.
    pub(crate) sql: String,
    /// One for each placeholder.
    pub(crate) params: Vec<Value>,
}

/// Largest page of people, and of members.
pub(super) const MOST_PEOPLE: u32 = 200;

/// Largest page of events.
const MOST_EVENTS: u32 = 500;

/// How many rows a page of people has.
pub(crate) fn people_limit(query: &PeopleQuery) -> u32 {
    query.limit.clamp(1, MOST_PEOPLE)
}

/// How many rows a page of members has.
pub(crate) fn members_limit(query: &MemberQuery) -> u32 {
    query.limit.clamp(1, MOST_PEOPLE)
}

/// How many rows a page of events has.
pub(crate) fn events_limit(query: &EventQuery) -> u32 {
    query.limit.clamp(1, MOST_EVENTS)
}

/// A page of accounts, and one more.
pub(crate) fn people(dialect: Dialect, query: &PeopleQuery) -> Question {
    let mut filter = Filter::default();
    filter.and(
        match query.status {
            None if !query.ids.is_empty() => "1 = 1",
            None => "u.deleted_at IS NULL",
            Some(Status::Active) => "u.deleted_at IS NULL AND u.locked_at IS NULL",
            Some(Status::Locked) => "u.deleted_at IS NULL AND u.locked_at IS NOT NULL",
            Some(Status::Deleted) => "u.deleted_at IS NOT NULL",
        },
        vec![],
    );
    if !query.ids.is_empty() {
        let (marks, params) = listed(query.ids.iter().map(|user| Value::from(*user)));
        filter.and(format!("u.id IN ({marks})"), params);
    }
    if !query.text.is_empty() {
        let text = folded(&query.text);
        // A plain search, not LIKE: nothing in the text is special.
        let condition = "({contains}(u.name_folded, ?) > 0 OR EXISTS (SELECT 1 \
             FROM kw_identifiers i WHERE i.user_id = u.id AND {contains}(i.normal, ?) > 0))";
        filter.and(condition, params![&text, &text]);
    }
    if let Some(role) = &query.role {
        let condition = "EXISTS (SELECT 1 FROM kw_assignments a WHERE a.user_id = u.id \
             AND a.role = ?)";
        filter.and(condition, params![role]);
    }
    if let Some((kind, normal)) = &query.identifier {
        filter.and("u.id = {bearer}", params![TenantId::MAIN, kind.as_str(), normal]);
    }
    if let Some(at) = query.created_after {
        filter.and("u.created_at >= ?", params![at]);
    }
    if let Some(at) = query.deleted_before {
        filter.and("u.deleted_at <= ?", params![at]);
    }
    if let Some(at) = query.abandoned_before {
        abandoned(&mut filter, at);
    }
    if let Some(id) = query.after {
        filter.and("u.id < ?", params![id]);
    }
    let select = "SELECT {user} FROM kw_users u";
    filter.finish(dialect, select, "ORDER BY u.id DESC", people_limit(query))
}

/// Begun without a name by then, and nobody can come back to it.
fn abandoned(filter: &mut Filter, at: Timestamp) {
    let condition = "u.created_at <= ? AND u.id IN \
         (SELECT c.user_id FROM kw_credentials c WHERE c.kind = ?) \
         AND NOT EXISTS (SELECT 1 FROM kw_credentials c WHERE c.user_id = u.id \
         AND c.kind IN (?, ?, ?)) \
         AND NOT EXISTS (SELECT 1 FROM kw_identifiers i WHERE i.user_id = u.id) \
         AND NOT EXISTS (SELECT 1 FROM kw_sessions s WHERE s.user_id = u.id)";
    let [one, two, three] = WAYS_BACK;
    filter.and(condition, params![at, ANONYMOUS, one, two, three]);
}

/// The identifiers of a page of accounts.
pub(crate) fn identifiers(dialect: Dialect, users: &[UserId]) -> Question {
    let (marks, params) = listed(users.iter().map(|user| Value::from(*user)));
    let sql = dialect.render(&format!(
        "SELECT {{identifier}} FROM kw_identifiers i WHERE i.user_id IN ({marks}) \
         ORDER BY i.created_at, i.kind, i.normal"
    ));
    Question { sql, params }
}

/// Placeholders for these values, and the values. The last one is repeated, so
/// that there are few lengths and few statements are prepared.
fn listed(values: impl ExactSizeIterator<Item = Value>) -> (String, Vec<Value>) {
    let length = values.len().next_power_of_two();
    let mut params: Vec<Value> = values.collect();
    params.resize(length, params.last().cloned().unwrap_or(Value::Null));
    (vec!["?"; length].join(", "), params)
}

/// Active accounts that hold something for good.
pub(crate) fn lasting(dialect: Dialect, query: &LastingQuery) -> Question {
    let (roles, role_names) = listed(query.roles.iter().map(Value::from));
    let (groups, group_names) = listed(query.groups.iter().map(Value::from));
    let counts = "expires_at IS NULL AND (not_before IS NULL OR not_before <= ?)";
    let sql = dialect.render(&format!(
        "SELECT u.id FROM kw_users u WHERE u.deleted_at IS NULL AND u.locked_at IS NULL \
         AND u.id IN (SELECT user_id FROM kw_assignments \
         WHERE role IN ({roles}) AND scope = '' AND {counts} \
         UNION SELECT user_id FROM kw_memberships \
         WHERE group_name IN ({groups}) AND {counts}) ORDER BY u.id LIMIT ?"
    ));
    let mut params = role_names;
    params.extend(params![query.now]);
    params.extend(group_names);
    params.extend(params![query.now, query.limit.clamp(1, MOST_PEOPLE)]);
    Question { sql, params }
}

/// Accounts that hold two of several things.
pub(crate) fn several(dialect: Dialect, query: &SeveralQuery) -> Question {
    let counts = "(expires_at IS NULL OR expires_at > ?) AND user_id > ?";
    let after = query.after.map_or([0; 16], UserId::to_bytes).to_vec();
    let (mut parts, mut params) = (Vec::new(), Vec::new());
    for (nth, thing) in query.things.iter().enumerate() {
        let (roles, names) = listed(thing.roles.iter().map(Value::from));
        parts.push(format!(
            "SELECT user_id, {nth} AS thing FROM kw_assignments \
             WHERE role IN ({roles}) AND scope = '' AND {counts}"
        ));
        params.extend(names);
        params.extend(params![query.now, after.clone()]);
        let (groups, names) = listed(thing.groups.iter().map(Value::from));
        parts.push(format!(
            "SELECT user_id, {nth} AS thing FROM kw_memberships \
             WHERE group_name IN ({groups}) AND {counts}"
        ));
        params.extend(names);
        params.extend(params![query.now, after.clone()]);
    }
    let parts = parts.join(" UNION ALL ");
    let sql = dialect.render(&format!(
        "SELECT user_id FROM ({parts}) held GROUP BY user_id \
         HAVING COUNT(DISTINCT thing) > 1 ORDER BY user_id LIMIT ?"
    ));
    params.extend(params![query.limit.clamp(1, MOST_PEOPLE)]);
    Question { sql, params }
}

/// A page of members, and one more.
pub(crate) fn members(dialect: Dialect, query: &MemberQuery) -> Question {
    let mut filter = Filter::default();
    filter.and("m.group_name = ? AND u.deleted_at IS NULL", params![&query.group]);
    if let Some(id) = query.after {
        filter.and("m.user_id > ?", params![id]);
    }
    let select =
        "SELECT {membership}, {user} FROM kw_memberships m JOIN kw_users u ON u.id = m.user_id";
    filter.finish(dialect, select, "ORDER BY m.user_id", members_limit(query))
}

/// A page of events, and one more.
pub(crate) fn events(dialect: Dialect, query: &EventQuery) -> Question {
    let mut filter = Filter::default();
    filter.and("1 = 1", vec![]);
    if let Some(subject) = query.subject {
        filter.and("e.subject_id = ?", params![subject]);
    }
    match query.kind.as_deref() {
        // Everything between `user.` and the character after the dot.
        Some(family) if family.ends_with('.') => {
            let end = format!("{}/", family.strip_suffix('.').unwrap_or(family));
            filter.and("e.kind >= ? AND e.kind < ?", params![family, end]);
        }
        Some(kind) => filter.and("e.kind = ?", params![kind]),
        None => {}
    }
    if let Some(since) = query.since {
        filter.and("e.made_at >= ?", params![since]);
    }
    if let Some(after) = query.after {
        filter.and("e.id < ?", params![after]);
    }
    filter.finish(dialect, "SELECT {event}", "ORDER BY e.id DESC", events_limit(query))
}

/// Before the first page of messages.
pub(crate) const PAST_EVERY_ID: [u8; 16] = [0xff; 16];

/// Splits the extra row off: the page, and where the next one starts.
pub(crate) fn page<T, C>(
    mut rows: Vec<T>,
    limit: u32,
    cursor: impl Fn(&T) -> C,
) -> keyward_core::port::Page<T, C> {
    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(cursor);
    keyward_core::port::Page { data: rows, next }
}

/// Every question that can be put together, each once with everything in it and
/// once with as little as there can be.
#[cfg(feature = "testing")]
pub(crate) fn every(dialect: Dialect) -> Vec<String> {
    use keyward_core::identifier::Kind;
    use keyward_core::port::Holding;
    let text = || "x".to_owned();
    let at = Timestamp::from_secs(0);
    let user = UserId::from_bytes(&[0; 16]);
    let full = PeopleQuery {
        ids: user.into_iter().cycle().take(3).collect(),
        text: text(),
        status: Some(Status::Active),
        role: Some(text()),
        identifier: Some((Kind::Email, text())),
        created_after: Some(at),
        deleted_before: Some(at),
        abandoned_before: Some(at),
        after: user,
        limit: 1,
    };
    let event = EventQuery {
        subject: user,
        kind: Some("user.".to_owned()),
        since: Some(at),
        after: None,
        limit: 1,
    };
    let two = || vec![text(), text()];
    let several_of = |now| SeveralQuery { things: vec![], now, after: None, limit: 1 };
    [
        lasting(dialect, &LastingQuery::default()),
        lasting(dialect, &LastingQuery { roles: two(), groups: two(), now: at, limit: 1 }),
        several(dialect, &SeveralQuery { things: vec![Holding::default(); 2], ..several_of(at) }),
        several(
            dialect,
            &SeveralQuery {
                things: vec![Holding { roles: two(), groups: two() }; 3],
                after: user,
                ..several_of(at)
            },
        ),
        members(dialect, &MemberQuery::default()),
        members(dialect, &MemberQuery { group: text(), after: user, limit: 1 }),
        people(dialect, &PeopleQuery::default()),
        people(dialect, &full),
        identifiers(dialect, user.as_slice()),
        identifiers(dialect, &user.into_iter().cycle().take(3).collect::<Vec<_>>()),
        events(dialect, &EventQuery::default()),
        events(dialect, &event),
        events(dialect, &EventQuery { kind: Some(text()), ..event.clone() }),
    ]
    .into_iter()
    .chain(super::related::every(dialect))
    .map(|question| question.sql)
    .collect()
}

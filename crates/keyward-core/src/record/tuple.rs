//! Relations that are stored: who has which relation with what.

use core::fmt;

use crate::id::UserId;

/// A stored relation. As text: `document:roof#viewer@group:builders#member`.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tuple {
    /// Type of the object: `document`.
    pub object_type: String,
    /// Id of the object.
    pub object_id: String,
    /// The relation: `viewer`.
    pub relation: String,
    /// For a set, the relation that its members have with the subject; else empty.
    pub subject_relation: String,
    /// Type of the subject: `user`.
    pub subject_type: String,
    /// Id of the subject; `*` for everybody of the type.
    pub subject_id: String,
}

/// Bytes of a type or a relation.
const MAX_NAME: usize = 64;
/// Bytes of an id.
const MAX_ID: usize = 256;

impl Tuple {
    /// The type by which relations name accounts: `user:usr_…`.
    pub const ACCOUNT: &'static str = "user";

    /// Whether it names this account, as what has the relation or as what it is with.
    pub fn names(&self, user: UserId) -> bool {
        let is_one =
            |kind: &str, id: &str| kind == Self::ACCOUNT && UserId::parse(id) == Some(user);
        is_one(&self.object_type, &self.object_id) || is_one(&self.subject_type, &self.subject_id)
    }

    /// Reads its three parts: `document:roof`, `viewer`, and `user:ada`, `user:*` or
    /// `group:builders#member`. Names the part that is none.
    pub fn read(object: &str, relation: &str, subject: &str) -> Result<Self, &'static str> {
        let (object_type, object_id) = object_of(object).ok_or("object")?;
        let (who, subject_relation) = match subject.split_once('#') {
            Some((who, relation)) => (who, Some(relation)),
            None => (subject, None),
        };
        let (subject_type, subject_id) = object_of(who).ok_or("subject")?;
        let checks = [
            (object_id != "*", "object"),
            (is_name(relation), "relation"),
            (subject_relation.is_none_or(is_name), "subject"),
            (subject_relation.is_none() || subject_id != "*", "subject"),
        ];
        match checks.into_iter().find(|(fine, _)| !fine) {
            Some((_, part)) => Err(part),
            None => Ok(Self {
                object_type,
                object_id,
                relation: relation.to_owned(),
                subject_relation: subject_relation.unwrap_or_default().to_owned(),
                subject_type,
                subject_id,
            }),
        }
    }

    /// Reads what it is written as.
    pub fn parse(text: &str) -> Option<Self> {
        let (object, rest) = text.split_once('#')?;
        let (relation, subject) = rest.split_once('@')?;
        Self::read(object, relation, subject).ok()
    }

    /// The object: `document:roof`.
    pub fn object(&self) -> String {
        format!("{}:{}", self.object_type, self.object_id)
    }

    /// The subject: `user:ada`, `group:builders#member`.
    pub fn subject(&self) -> String {
        let Self { subject_type, subject_id, subject_relation, .. } = self;
        match subject_relation.is_empty() {
            true => format!("{subject_type}:{subject_id}"),
            false => format!("{subject_type}:{subject_id}#{subject_relation}"),
        }
    }

    /// As the decision engine takes it.
    pub fn to_authz(&self) -> keyward_authz::relations::Tuple {
        keyward_authz::relations::Tuple::new(&self.object(), &self.relation, &self.subject())
    }
}

impl fmt::Display for Tuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}@{}", self.object(), self.relation, self.subject())
    }
}

/// Type and id of an object; the id may hold colons.
pub fn object_of(text: &str) -> Option<(String, String)> {
    let (kind, id) = text.split_once(':')?;
    let fine = (1..=MAX_ID).contains(&id.len()) && !id.chars().any(|c| c.is_control() || c == '#');
    (is_name(kind) && fine).then(|| (kind.to_owned(), id.to_owned()))
}

/// Whether a type or a relation may be called so.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuple_is_written_as_it_is_read() {
        for text in [
            "document:roof#viewer@user:ada",
            "document:a:b@c#viewer@group:builders#member",
            "document:roof#viewer@user:*",
            "document:roof#viewer@user:ada@example.com",
        ] {
            assert_eq!(Tuple::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_part_that_is_none_is_named() {
        let long = format!("user:{}", "x".repeat(257));
        for (object, relation, subject, part) in [
            ("document", "viewer", "user:ada", "object"),
            ("document:*", "viewer", "user:ada", "object"),
            ("document:a#b", "viewer", "user:ada", "object"),
            ("document:a\n", "viewer", "user:ada", "object"),
            ("docu ment:a", "viewer", "user:ada", "object"),
            ("document:a", "", "user:ada", "relation"),
            ("document:a", "view@er", "user:ada", "relation"),
            ("document:a", "viewer", "ada", "subject"),
            ("document:a", "viewer", "group:*#member", "subject"),
            ("document:a", "viewer", "group:g#", "subject"),
            ("document:a", "viewer", &long, "subject"),
        ] {
            assert_eq!(Tuple::read(object, relation, subject), Err(part), "{object} {subject}");
        }
    }
}

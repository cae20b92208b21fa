//! What `Authorization` says (RFC 9110 section 11.6.2), read strictly: by scheme, in
//! any case, and never more than it may hold.

pub mod basic;
pub mod token;

/// What a header says to whoever reads one scheme.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Given<T> {
    /// Another scheme, or nothing: somebody else's, if anybody's.
    NotTried,
    /// This scheme, and not as it must be: refused, and not somebody else's.
    Malformed,
    /// What was brought.
    Brought(T),
}

impl<T> Given<T> {
    /// What was brought, in another form.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::NotTried => Given::NotTried,
            Self::Malformed => Given::Malformed,
            Self::Brought(found) => Given::Brought(change(found)),
        }
    }
}

/// What stands after the scheme and one space, if it is this scheme. The scheme alone
/// says nothing.
fn after<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (given, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    given.eq_ignore_ascii_case(scheme).then_some(rest)
}

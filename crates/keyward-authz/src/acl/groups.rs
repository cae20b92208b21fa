//! The groups that a subject is in.

use super::Who;

/// The groups of one subject, as a list of entries sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Sorted.
    named: Box<[Box<str>]>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// In no group at all, not even that of everyone.
    Nobody,
    /// Not known who it is.
    Anonymous,
    Authenticated,
}

impl Groups {
    /// In these groups, and in that of everyone.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut named: Vec<Box<str>> = names.into_iter().map(Box::from).collect();
        named.sort_unstable();
        Self { named: named.into(), standing: Standing::Anonymous }
    }

    /// In no group at all: every list is then without an entry that applies.
    /// aiohttp_auth_autz does so when its callback gives `None`.
    pub fn none() -> Self {
        Self { named: Box::default(), standing: Standing::Nobody }
    }

    /// The same, and in this one as well. Nobody joins a group.
    #[must_use]
    pub(crate) fn also(mut self, name: &str) -> Self {
        if let Err(place) = self.named.binary_search_by(|named| (**named).cmp(name))
            && !self.are_none()
        {
            let mut named = self.named.into_vec();
            named.insert(place, name.into());
            self.named = named.into();
        }
        self
    }

    /// The same, for somebody known.
    #[must_use]
    pub fn authenticated(mut self) -> Self {
        if self.standing == Standing::Anonymous {
            self.standing = Standing::Authenticated;
        }
        self
    }

    /// Whether this is [`Groups::none`].
    pub fn are_none(&self) -> bool {
        self.standing == Standing::Nobody
    }

    pub(super) fn include(&self, who: &Who) -> bool {
        match who {
            Who::Everyone => self.standing != Standing::Nobody,
            Who::Authenticated => self.standing == Standing::Authenticated,
            Who::Group(name) => self.named.binary_search(name).is_ok(),
        }
    }
}

//! Who may see an item at all.

use std::str::FromStr;

/// How far an item may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// By anybody.
    Public,
    /// By anybody who knows where it is.
    Unlisted,
    /// By its owner and those it is shared with.
    Shared,
    /// By its owner.
    Private,
}

impl Visibility {
    /// All four.
    pub const ALL: [Visibility; 4] =
        [Visibility::Public, Visibility::Unlisted, Visibility::Shared, Visibility::Private];

    /// Its name in a policy file.
    pub fn name(self) -> &'static str {
        match self {
            Visibility::Public => "public",
            Visibility::Unlisted => "unlisted",
            Visibility::Shared => "shared",
            Visibility::Private => "private",
        }
    }
}

impl FromStr for Visibility {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|visibility| visibility.name() == name).ok_or(())
    }
}

/// With whom an item is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedWith<'a> {
    /// Nobody beside its owner.
    Nobody,
    /// These subjects.
    These(&'a [&'a str]),
    /// Numbers in a comma list, as authnzerver keeps them.
    Csv {
        /// Empty and `none` are nobody; what holds anything but numbers is
        /// unreadable, and then not even the owner sees a shared item.
        list: &'a str,
        /// The number whose presence shares the item with everybody.
        everybody: i64,
    },
    /// Everybody.
    Everybody,
}

impl SharedWith<'_> {
    /// Whether a shared item may be seen by this subject.
    pub(super) fn shows(self, subject: Option<&str>, owned: bool) -> bool {
        match self {
            SharedWith::Nobody => owned,
            SharedWith::Everybody => true,
            SharedWith::These(ids) => owned || subject.is_some_and(|id| ids.contains(&id)),
            SharedWith::Csv { list: "" | "none" | "None", .. } => owned,
            SharedWith::Csv { list, everybody } => {
                let numbers = list.split(',').map(number);
                let subject = subject.and_then(number);
                let named = |id| id == Some(everybody) || id == subject;
                numbers.clone().all(|id| id.is_some()) && (owned || numbers.clone().any(named))
            }
        }
    }
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

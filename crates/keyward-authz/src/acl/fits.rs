//! Whether an entry fits a policy, for entries that people write beside the
//! policy file.

use std::fmt;

use super::entry::{AUTHENTICATED, EVERYONE};
use super::{AclEntry, BadEntry, What, Who};
use crate::error::BadPermission;
use crate::nearest::nearest;
use crate::permission::Permission;
use crate::snapshot::Snapshot;

/// Why an entry is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryFlaw {
    /// It is not an entry.
    Form(BadEntry),
    /// It begins with `@`, but is neither `@everyone` nor `@authenticated`.
    UnknownGroup {
        /// What was given.
        name: String,
        /// The one that was meant, perhaps.
        meant: Option<&'static str>,
    },
    /// It names what is no permission.
    Permission(BadPermission),
    /// The catalogue does not have the permission.
    UnknownPermission {
        /// What was given.
        name: String,
        /// The one that was meant, perhaps.
        meant: Option<String>,
    },
}

impl Snapshot {
    /// Reads an entry, and looks whether what it names can be asked for here.
    ///
    /// # Errors
    /// When it is not well formed, or about what nobody can ask for.
    pub fn read_entry(&self, text: &str) -> Result<AclEntry, EntryFlaw> {
        let entry: AclEntry = text.parse().map_err(EntryFlaw::Form)?;
        if let Who::Group(name) = &entry.who
            && name.starts_with('@')
        {
            let meant = nearest(name, [EVERYONE, AUTHENTICATED]);
            return Err(EntryFlaw::UnknownGroup { name: name.to_string(), meant });
        }
        if let What::Permissions(names) = &entry.what {
            names.iter().try_for_each(|name| self.look_up(name))?;
        }
        Ok(entry)
    }

    fn look_up(&self, name: &str) -> Result<(), EntryFlaw> {
        let wanted = Permission::parse_as(self.dialect(), name).map_err(EntryFlaw::Permission)?;
        if self.catalogue().knows(&wanted) {
            return Ok(());
        }
        let known = self.catalogue().iter().map(|(_, known)| known.as_str());
        let meant = nearest(name, known).map(str::to_owned);
        Err(EntryFlaw::UnknownPermission { name: name.to_owned(), meant })
    }
}

impl EntryFlaw {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "entry_invalid",
            Self::UnknownGroup { .. } => "group_unknown",
            Self::Permission(_) => "permission_invalid",
            Self::UnknownPermission { .. } => "permission_unknown",
        }
    }
}

impl fmt::Display for EntryFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, name, meant) = match self {
            Self::Form(flaw) => return flaw.fmt(f),
            Self::Permission(flaw) => return flaw.fmt(f),
            Self::UnknownGroup { name, meant } => ("group", name, *meant),
            Self::UnknownPermission { name, meant } => ("permission", name, meant.as_deref()),
        };
        write!(f, "unknown {what} `{}`", name.escape_debug())?;
        meant.map_or(Ok(()), |meant| write!(f, ", did you mean `{meant}`?"))
    }
}

impl std::error::Error for EntryFlaw {}

#[cfg(test)]
mod tests {
    use crate::snapshot::builder::SnapshotBuilder;

    #[test]
    fn a_flaw_names_what_was_meant() {
        let mut policy = SnapshotBuilder::new();
        policy.permission("posts:edit").unwrap().permission("posts:view").unwrap();
        let policy = policy.build();
        for (text, flaw) in [
            ("allow staff posts:edit", None),
            ("deny @everyone posts:view,posts:edit:42", None),
            ("allow @authenticated *", None),
            ("allow staff", Some("entry_invalid")),
            ("allow staff posts:*", Some("entry_invalid")),
            ("allow staff posts:eidt", Some("permission_unknown")),
            ("allow staff posts::x", Some("permission_invalid")),
            ("allow @everone posts:edit", Some("group_unknown")),
        ] {
            let found = policy.read_entry(text).err().map(|flaw| flaw.code());
            assert_eq!(found, flaw, "{text}");
        }
        for (text, words) in [
            (
                "allow staff posts:eidt",
                "unknown permission `posts:eidt`, did you mean `posts:edit`?",
            ),
            ("allow @everone x:y", "unknown group `@everone`, did you mean `@everyone`?"),
            ("allow @staff x:y", "unknown group `@staff`"),
            ("allow staff ships:sink", "unknown permission `ships:sink`"),
        ] {
            assert_eq!(policy.read_entry(text).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn an_open_catalogue_has_every_permission() {
        let open = SnapshotBuilder::new().build();
        assert!(open.read_entry("allow staff ships:sink").is_ok());
        assert!(open.read_entry("allow staff ships:").is_err());
    }
}

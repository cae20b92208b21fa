//! From the rows, and what is said beside them, to what decides.

use keyward_authz::SnapshotBuilder;
use keyward_authz::acl::Acl;

use super::Fixed;
use crate::Error;
use crate::record::Definitions;

impl Fixed {
    /// What is said here with these rows added. A stored rule that cannot be read
    /// is an error: it might be the one that denies. A name in both is one as
    /// well: nobody could say which is meant.
    pub fn with_rows(&self, from: &Definitions) -> Result<SnapshotBuilder, Error> {
        let mut builder = self.builder.clone();
        for role in &from.roles {
            if let Some(place) = self.place_of(&role.name) {
                return Err(in_both(&place, "role", &role.name));
            }
            builder.role(&role.name, &role.description);
            for parent in &role.inherits {
                builder.inherit(&role.name, parent);
            }
        }
        for rule in &from.rules {
            let added = builder.rule(&rule.role, rule.effect, &rule.pattern);
            added.map_err(|cause| Error::because("read a stored rule", cause))?;
        }
        for set in &from.exclusive {
            builder.exclusive(set.roles.iter().map(String::as_str));
        }
        for row in &from.acls {
            if let Some(place) = self.place_of_list(&row.name) {
                return Err(in_both(&place, "access control list", &row.name));
            }
            let acl = Acl::parse(row.entries.iter().map(String::as_str));
            let acl = acl.map_err(|cause| Error::because("read a stored list", cause))?;
            builder.acl(&row.name, acl);
        }
        builder.epoch(u64::try_from(from.version).unwrap_or_default());
        Ok(builder)
    }

    /// Where a role is defined, if it is.
    fn place_of(&self, role: &str) -> Option<String> {
        self.builder.defines_role(role).then(|| {
            let found = self.snapshot.role(role);
            let place = found.and_then(|role| role.origin().map(ToString::to_string));
            place.unwrap_or_else(|| "the policy file".to_owned())
        })
    }

    /// Where an access control list is defined, if it is.
    fn place_of_list(&self, list: &str) -> Option<String> {
        let place = self.snapshot.acl(list)?.origin(0).map(ToString::to_string);
        Some(place.unwrap_or_else(|| "the policy file".to_owned()))
    }
}

fn in_both(place: &str, what: &str, name: &str) -> Error {
    let text = format!("{place}  {what} `{name}` is stored in the database as well");
    Error::because("use the policy file", text)
}

//! The same lists by number: for callers that look up groups once per session
//! and permissions once per policy version.

use super::{Acl, AclHit, Groups};

/// A permission as one list knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AclPermission(
    /// Nothing when no entry names it.
    Option<u32>,
);

/// The entries of one list that are for a subject, whatever they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclMember(Box<[u64]>);

impl Acl {
    /// Looks up a permission, once.
    pub fn permission(&self, name: &str) -> AclPermission {
        let place = self.named.binary_search_by(|(known, _)| (**known).cmp(name));
        AclPermission(place.ok().and_then(|place| u32::try_from(place).ok()))
    }

    /// Looks up the groups of a subject, once.
    pub fn member(&self, groups: &Groups) -> AclMember {
        let mut words = vec![0; self.entries.len().div_ceil(BITS)];
        for (place, entry) in self.entries.iter().enumerate() {
            if let Some(word) = words.get_mut(place / BITS).filter(|_| groups.include(&entry.who)) {
                *word |= 1 << (place % BITS);
            }
        }
        AclMember(words.into())
    }

    /// Decides as [`Acl::decide`] does. Both numbers must come from this list.
    pub fn decide_by_id(&self, member: &AclMember, wanted: AclPermission) -> Option<AclHit> {
        let about = match wanted.0 {
            Some(at) => self.masks.get(at as usize)?,
            None => self.masks.last()?,
        };
        let mut words = about.iter().zip(&member.0).map(|(about, member)| about & member);
        let (nth, word) = words.by_ref().enumerate().find(|(_, word)| *word != 0)?;
        let entry = nth * BITS + word.trailing_zeros() as usize;
        Some(AclHit { effect: self.entries.get(entry)?.effect, level: 0, entry })
    }
}

/// The entries about each permission as bits, and last those about every one.
pub(super) fn masks<'a>(
    entries: usize,
    places: impl Iterator<Item = &'a super::Places>,
) -> Box<[Box<[u64]>]> {
    let mask = |places: &super::Places| {
        let mut words = vec![0; entries.div_ceil(BITS)];
        for place in places {
            if let Some(word) = words.get_mut(place / BITS) {
                *word |= 1 << (place % BITS);
            }
        }
        words.into()
    };
    places.map(mask).collect()
}

const BITS: usize = u64::BITS as usize;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_decide_as_names_do(
            lines in prop::collection::vec(
                "(allow|deny) (a|b|@everyone|@authenticated) (\\*|x|y|x,y)", 0..80,
            ),
            known in any::<bool>(), groups in "[abc]{0,2}", wanted in "[xyz]",
        ) {
            let acl = Acl::parse(lines.iter().map(String::as_str)).unwrap();
            let mut buffer = [0; 4];
            let names: Vec<String> =
                groups.chars().map(|c| c.encode_utf8(&mut buffer).to_owned()).collect();
            let groups = Groups::of(names.iter().map(String::as_str));
            let groups = if known { groups.authenticated() } else { groups };
            let hit = acl.decide_by_id(&acl.member(&groups), acl.permission(&wanted));
            prop_assert_eq!(hit, acl.decide(&groups, &wanted));
        }
    }
}

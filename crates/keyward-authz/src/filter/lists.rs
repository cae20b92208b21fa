//! Access control lists over rows: those of all rows, and those that single ones may
//! have before them.

use super::Asking;
use crate::acl::Acl;
use crate::effect::Effect;
use crate::opinion::Opinion;

/// What lists may say of rows.
pub(super) struct Listed {
    /// What those of all rows say.
    shared: Opinion,
    /// Whether a list of a row's own may come first and allow, or deny.
    own_allows: bool,
    own_denies: bool,
}

/// What lists may say of the rows that are asked for.
pub(super) fn opinions(asking: &Asking<'_>) -> Listed {
    let mut listed = Listed { shared: Opinion::NoOpinion, own_allows: false, own_denies: false };
    let (question, snapshot) = (asking.question, asking.snapshot);
    let Some(groups) = question.groups else { return listed };
    let wanted = question.wanted.as_str();
    let shared = Acl::decide_chain(question.acl.iter().copied(), groups, wanted);
    listed.shared = shared.map_or(Opinion::NoOpinion, |hit| hit.effect.into());
    if asking.columns.no_own_lists {
        return listed;
    }
    // The first list of a row that says anything is one of the policy's.
    let lists = snapshot.acl_names().filter_map(|name| snapshot.acl(name));
    for hit in lists.filter_map(|list| list.decide(groups, wanted)) {
        match hit.effect {
            Effect::Allow => listed.own_allows = true,
            Effect::Deny => listed.own_denies = true,
        }
    }
    listed
}

impl Listed {
    /// What they say of the row that they favour most.
    pub(super) fn least(&self) -> Opinion {
        if self.own_allows { self.shared.min(Opinion::Allow) } else { self.shared }
    }

    /// Whether they allow some row.
    pub(super) fn may_allow(&self) -> bool {
        self.own_allows || self.shared == Opinion::Allow
    }

    /// Whether rows may be answered differently because of them, where roles say this
    /// and do not deny.
    pub(super) fn differ(&self, roles: Opinion) -> bool {
        let for_all = roles == Opinion::Allow || self.shared == Opinion::Allow;
        let denied_for_some = self.own_denies && self.shared != Opinion::Deny;
        let allowed_for_some = self.own_allows && (!for_all || self.shared == Opinion::Deny);
        denied_for_some || allowed_for_some
    }
}

//! What one block says about a question, and how several go together.

use crate::effect::{Decision, Effect};

/// What one block says about a question. Where several speak, the later variant
/// outweighs the earlier: a denial decides; else a failure that could have been
/// one leaves it open; else a yes decides; else any failure leaves it open; else
/// it is a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opinion {
    /// It has nothing to say.
    NoOpinion,
    /// It could not be evaluated, and would not have denied.
    Failed,
    /// It allows.
    Allow,
    /// It could not be evaluated, and might have denied.
    MayDeny,
    /// It denies, whatever others allow.
    Deny,
}

impl From<Effect> for Opinion {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Opinion::Allow,
            Effect::Deny => Opinion::Deny,
        }
    }
}

impl From<Opinion> for Decision {
    fn from(opinion: Opinion) -> Self {
        match opinion {
            Opinion::NoOpinion | Opinion::Deny => Decision::Deny,
            Opinion::Failed | Opinion::MayDeny => Decision::Indeterminate,
            Opinion::Allow => Decision::Allow,
        }
    }
}

/// The weightiest of several opinions, and who was first to hold it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum<T> {
    pub(crate) opinion: Opinion,
    pub(crate) by: Option<T>,
}

impl<T> Sum<T> {
    pub(crate) const NOTHING: Self = Self { opinion: Opinion::NoOpinion, by: None };

    #[must_use]
    pub(crate) fn and(self, opinion: Opinion, by: T) -> Self {
        match opinion > self.opinion {
            true => Self { opinion, by: Some(by) },
            false => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_opinion_decides_in_any_order() {
        use Opinion::{Allow, Deny, Failed, MayDeny, NoOpinion};
        for (opinions, decision) in [
            (vec![], Decision::Deny),
            (vec![NoOpinion], Decision::Deny),
            (vec![NoOpinion, Allow], Decision::Allow),
            (vec![Failed, Allow], Decision::Allow),
            (vec![Failed], Decision::Indeterminate),
            (vec![MayDeny, Allow, Failed], Decision::Indeterminate),
            (vec![MayDeny, Allow, Deny], Decision::Deny),
        ] {
            for turn in 0..=opinions.len() {
                let turned = opinions.iter().cycle().skip(turn).take(opinions.len());
                let sum = turned.fold(Sum::NOTHING, |sum, opinion| sum.and(*opinion, ()));
                assert_eq!(Decision::from(sum.opinion), decision, "{opinions:?}");
            }
        }
    }
}

//! A flow while it runs: what the rhythm needs of it, without knowing which it is.
//!
//! There are more than a hundred flows, and the rhythm is long; so it is compiled once, and
//! each flow adds these few steps. What is only known to the flow, its facts and its yes,
//! stays here between them.

use std::time::Duration;

use keyward_core::Error;
use keyward_core::flow::{Decide, Done, Flow, Gather, Verdict, Work};
use keyward_core::port::{Fut, Take};
use keyward_core::record::Event;
use keyward_core::refusal::Refusal;

/// Where and for whom a flow runs at all.
pub(super) struct Terms {
    /// [`Flow::WHILE_IMPERSONATING`].
    pub(super) while_impersonating: bool,
    /// [`Flow::is_dangerous`].
    pub(super) is_dangerous: bool,
    /// [`Flow::FOR_STRANGERS`].
    pub(super) for_strangers: bool,
}

/// The steps of a flow, in the order in which they are taken. Each but the first two
/// stands on the facts that were gathered last.
pub(super) trait Steps: Send {
    fn terms(&self) -> Terms;
    fn gather<'a>(&'a mut self, cx: Gather<'a>) -> Fut<'a, Result<(), Error>>;
    fn takes(&self, cx: &Gather<'_>) -> Vec<Take>;
    fn limited(&self, cx: &mut Decide<'_>) -> Vec<Event>;
    fn too_fast(&self, retry_after: Duration) -> Refusal;
    fn work(&self) -> Work;
    /// Uses the facts up, and keeps a yes for [`Running::yes`].
    fn decide(&mut self, done: Done, cx: &mut Decide<'_>) -> Verdict<()>;
}

/// One flow that runs.
pub(super) struct Running<'f, F: Flow> {
    flow: &'f F,
    facts: Option<F::Facts>,
    yes: Option<F::Yes>,
}

impl<'f, F: Flow> Running<'f, F> {
    pub(super) fn new(flow: &'f F) -> Self {
        Self { flow, facts: None, yes: None }
    }

    /// What it said, once that is safe.
    pub(super) fn yes(self) -> Result<F::Yes, Refusal> {
        self.yes.ok_or(Refusal::Conflict)
    }
}

impl<F: Flow> Steps for Running<'_, F> {
    fn terms(&self) -> Terms {
        Terms {
            while_impersonating: F::WHILE_IMPERSONATING,
            is_dangerous: self.flow.is_dangerous(),
            for_strangers: F::FOR_STRANGERS,
        }
    }

    fn gather<'a>(&'a mut self, cx: Gather<'a>) -> Fut<'a, Result<(), Error>> {
        let (flow, facts) = (self.flow, &mut self.facts);
        let gathering = flow.gather(cx);
        Box::pin(async move {
            *facts = Some(gathering.await?);
            Ok(())
        })
    }

    fn takes(&self, cx: &Gather<'_>) -> Vec<Take> {
        self.facts.as_ref().map(|facts| self.flow.takes(facts, cx)).unwrap_or_default()
    }

    fn limited(&self, cx: &mut Decide<'_>) -> Vec<Event> {
        self.facts.as_ref().map(|facts| self.flow.limited(facts, cx)).unwrap_or_default()
    }

    fn too_fast(&self, retry_after: Duration) -> Refusal {
        self.flow.too_fast(retry_after)
    }

    fn work(&self) -> Work {
        self.facts.as_ref().map(|facts| self.flow.work(facts)).unwrap_or_default()
    }

    fn decide(&mut self, done: Done, cx: &mut Decide<'_>) -> Verdict<()> {
        let Some(facts) = self.facts.take() else { return Verdict::no(Refusal::Conflict) };
        let yes = &mut self.yes;
        self.flow.decide(facts, done, cx).map(|reply| reply.map(|said| *yes = Some(said)))
    }
}

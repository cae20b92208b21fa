//! Codes at doors of the app's own: as a layer and as an extractor.

use std::marker::PhantomData;

use ::http::{HeaderMap, HeaderName};
use keyward_core::Secret;
use keyward_core::id::FlowId;

use crate::engine::Keyward;
use crate::engine::groups::Known;
use crate::http::{Code, Fault, Problem, single};

/// `FLOW CODE`.
const HEADER: HeaderName = HeaderName::from_static("keyward-verification");

/// A purpose that codes are sent for, as a type.
pub trait NamedPurpose {
    /// The word for it, as in [`Keyward::send_verification`].
    const NAME: &'static str;
}

/// Proof that whoever is signed in confirmed this request with a code that was sent to
/// them for this purpose: an extractor. The flow and the code come in the header
/// `Keyward-Verification`, with a space between, and are spent by it.
#[derive(Debug)]
pub struct Verified<P>(PhantomData<P>);

impl<P: NamedPurpose> Verified<P> {
    pub(super) async fn check(
        auth: &Keyward,
        known: Option<&Known>,
        headers: &HeaderMap,
    ) -> Result<Self, Fault> {
        auth.verified_by(known, headers, P::NAME).await.map(|()| Self(PhantomData))
    }
}

impl Keyward {
    /// Spends the code that a request brings.
    pub(crate) async fn verified_by(
        &self,
        known: Option<&Known>,
        headers: &HeaderMap,
        purpose: &str,
    ) -> Result<(), Fault> {
        let known = known.ok_or(Code::Unauthenticated)?;
        let Some(given) = single(headers, &HEADER)? else {
            return Err(Problem::new(Code::VerificationRequired).param("purpose", purpose).into());
        };
        let (flow, code) = given.split_once(' ').unwrap_or((given, ""));
        let flow = FlowId::parse(flow).ok_or(Code::CodeInvalid)?;
        let (user, code) = (known.entry.user.id, Secret::new(code));
        Ok(self.confirm_verification(&user, purpose, flow, &code).await??)
    }
}

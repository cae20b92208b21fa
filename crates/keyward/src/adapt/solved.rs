//! Captchas at doors of the app's own: as a layer, as an extractor, or by hand.

use std::net::IpAddr;

use ::http::{HeaderMap, HeaderName};
use keyward_core::Secret;
use keyward_core::flow::Client;
use keyward_core::flow::captcha::{PassCaptcha, Solution};
use keyward_core::settings::CaptchaFor;

use crate::engine::Keyward;
use crate::http::{Fault, network, single};
use crate::people::Answer;

/// `TOKEN ANSWER`.
const HEADER: HeaderName = HeaderName::from_static("keyward-captcha");

/// Proof that whoever asks solved a captcha with this request: an extractor. The
/// captcha and its answer come in the header `Keyward-Captcha`, with a space between,
/// and are spent by it.
///
/// Behind [`require_captcha`](Keyward::require_captcha) a handler need not ask for it;
/// a captcha counts once, so one that is asked for twice is refused.
#[derive(Debug)]
pub struct SolvedCaptcha(pub(super) ());

impl Keyward {
    /// Spends a captcha that was given out for the app's own purposes
    /// (`{"purpose": "app"}`), from a form of the app's, say.
    ///
    /// # Errors
    /// The store is unwell.
    pub async fn pass_captcha(&self, token: &str, answer: &Secret) -> Answer<()> {
        let solution = Solution { token: token.to_owned(), answer: answer.clone() };
        self.pass_app_captcha(Some(solution), &Client::default()).await
    }

    async fn pass_app_captcha(&self, solution: Option<Solution>, client: &Client) -> Answer<()> {
        let flow = PassCaptcha { purpose: CaptchaFor::App, name: String::new(), solution };
        self.run(&flow, client).await
    }

    /// Spends the captcha that a request brings.
    pub(crate) async fn solved_by(
        &self,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<SolvedCaptcha, Fault> {
        let address = network::near(&self.0.web, headers, peer).address;
        let address = address.map(|address| address.to_string()).unwrap_or_default();
        let client = Client { address, ..Client::default() };
        let given =
            single(headers, &HEADER)?.map(|text| text.split_once(' ').unwrap_or((text, "")));
        let solution = given.map(|(token, answer)| Solution {
            token: token.to_owned(),
            answer: Secret::new(answer),
        });
        self.pass_app_captcha(solution, &client).await??;
        Ok(SolvedCaptcha(()))
    }
}

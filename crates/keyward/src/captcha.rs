//! Captchas that people solve: digits drawn and spoken, or what a service of others
//! asks.
//!
//! By default no service is asked anything. [`SiteVerify`] asks Turnstile, hCaptcha or
//! reCAPTCHA; plug a [`CaptchaService`] of your own for another one.
//!
//! ```
//! use keyward::captcha::{CaptchaService, Widget};
//! use keyward::port::Fut;
//! use keyward::{CaptchaFor, Error, Secret};
//!
//! /// Believes whoever knows the word of the day.
//! #[derive(Debug)]
//! struct WordOfTheDay;
//!
//! impl CaptchaService for WordOfTheDay {
//!     fn widget(&self) -> Widget {
//!         Widget {
//!             service: "word-of-the-day".into(),
//!             script: "https://captcha.example.com/api.js?onload=kwCaptcha".into(),
//!             object: "wordOfTheDay".into(),
//!             script_src: "https://captcha.example.com".into(),
//!             ..Widget::default()
//!         }
//!     }
//!     fn is_person<'a>(
//!         &'a self,
//!         answer: &'a Secret,
//!         _: CaptchaFor,
//!         _: &'a str,
//!     ) -> Fut<'a, Result<bool, Error>> {
//!         Box::pin(async move { Ok(answer.matches(&Secret::new("porcupine"))) })
//!     }
//! }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let auth = keyward::Keyward::memory().captcha_service(WordOfTheDay).build().await.unwrap();
//! # drop(auth); });
//! ```

mod font;
mod noise;
mod picture;
mod recording;
mod service;
#[cfg(feature = "outbound")]
mod siteverify;

pub(crate) use font::Digits;
pub(crate) use picture::{SIZE, draw};
pub(crate) use recording::speak;
pub use service::{CaptchaService, Widget};
#[cfg(feature = "outbound")]
pub use siteverify::{CaptchaVendor, SiteVerify, SiteVerifyOptions};

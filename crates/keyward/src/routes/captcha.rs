//! Captchas: given out here, spent at the door that they are for.

use ::http::{HeaderValue, header};
use keyward_core::Secret;
use keyward_core::flow::captcha::{PassCaptcha, Puzzle, Solution, Task};
use keyward_core::port::Fut;
use keyward_core::refusal::Refusal;
use keyward_core::settings::{CaptchaFor, CaptchaKind, When};
use keyward_core::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::given::Given;
use crate::captcha;
use crate::http::{Body, Code, Cx, Fault, Guard, Limit, Problem, Reply, Route, input, reply};

pub(super) const ROUTES: &[Route] = &[
    Route::post("/api/v1/captcha", Guard::Anyone, begin).takes::<Input>().gives::<Asked>(),
    Route::get("/api/v1/captcha/{token}/image", Guard::Anyone, image).at(Limit::Drawing),
    Route::get("/api/v1/captcha/{token}/audio", Guard::Anyone, audio).at(Limit::Drawing),
];

/// What has to be done.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Find the number.
    ProofOfWork,
    /// Read the digits in the picture, or hear them in the recording.
    Digits,
    /// Answer what the named service asks; what its script makes is the answer.
    Service,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What it is for: `sign_up`, `sign_in`, `recovery`, `sign_in_link` or `app`.
    purpose: String,
    /// What can be done; whatever is offered first if it does not matter.
    #[serde(default)]
    kind: Option<Kind>,
}

/// A captcha. Its token and its answer are sent with what it is for, as
/// `captcha_token` and `captcha`; each counts once.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Asked {
    pub(crate) token: String,
    pub(crate) kind: Kind,
    /// The answer is a number below this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) most: Option<u32>,
    /// What stands before the number, with a full stop between, when it is hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) salt: Option<String>,
    /// SHA-256 of salt, full stop and number, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// Where the picture is, below the path that everything is mounted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
    /// Where the recording is. `?lang=de` speaks German.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audio: Option<String>,
    /// The service whose script asks: `turnstile`, `hcaptcha` or `recaptcha`, unless
    /// the app has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    /// The key by which the service knows the site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) site_key: Option<String>,
    /// When it ends.
    #[schemars(with = "String")]
    pub(crate) expires_at: Timestamp,
}

impl Asked {
    /// A new one, as the operator wants it or as somebody asks for it.
    pub(crate) fn mint(cx: &Cx<'_>, purpose: CaptchaFor, kind: Option<Kind>) -> Self {
        let inner = &cx.auth.0;
        let first = match inner.settings.captcha.kind {
            CaptchaKind::ProofOfWork => Kind::ProofOfWork,
            CaptchaKind::Digits => Kind::Digits,
            CaptchaKind::Service => Kind::Service,
        };
        // Whoever can see or hear may, in place of a computation.
        let kind = kind.filter(|kind| first == Kind::ProofOfWork && *kind == Kind::Digits);
        let kind = match kind.unwrap_or(first) {
            Kind::ProofOfWork => CaptchaKind::ProofOfWork,
            Kind::Digits => CaptchaKind::Digits,
            Kind::Service => CaptchaKind::Service,
        };
        let mut rng = inner.rng.clone();
        let puzzle = Puzzle::mint(purpose, kind, &inner.settings, cx.auth.now(), &mut rng);
        let (kind, most, work) = match puzzle.task {
            Task::Work { most } => (Kind::ProofOfWork, Some(most), Some(puzzle.work(&inner.keys))),
            Task::Digits => (Kind::Digits, None, None),
            Task::Service => (Kind::Service, None, None),
        };
        let widget = inner.bots.service.as_ref().filter(|_| kind == Kind::Service);
        let widget = widget.map(|service| service.widget());
        let (service, site_key) = widget.map(|w| (w.service.into_owned(), w.site_key)).unzip();
        let (salt, target) = work.unzip();
        let (token, expires_at) = (puzzle.token(&inner.keys), puzzle.expires_at);
        let path =
            |what: &str| (kind == Kind::Digits).then(|| format!("/api/v1/captcha/{token}/{what}"));
        let (image, audio) = (path("image"), path("audio"));
        Self { token, kind, most, salt, target, image, audio, service, site_key, expires_at }
    }
}

fn begin(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let Input { purpose, kind } = input::body(cx.request)?;
        let Some(purpose) = CaptchaFor::parse(&purpose) else {
            return Err(Problem::new(Code::ValidationFailed).field("purpose", "other").into());
        };
        reply::ok(&Asked::mint(&cx, purpose, kind))
    })
}

/// The captcha of the path, if it is one of digits that can still be answered.
fn wanted(cx: &Cx<'_>) -> Result<Puzzle, Fault> {
    let inner = &cx.auth.0;
    let puzzle = Puzzle::parse(cx.params.get("token"), &inner.keys);
    let puzzle = puzzle.filter(|puzzle| puzzle.task == Task::Digits).ok_or(Code::NotFound)?;
    match puzzle.is_over(&inner.settings, cx.auth.now()) {
        true => Err(Refusal::CaptchaExpired.into()),
        false => Ok(puzzle),
    }
}

/// Looking and listening spend nothing, and are the same each time.
fn image(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (puzzle, keys) = (wanted(&cx)?, &cx.auth.0.keys);
        let seed = puzzle.noise(keys);
        let drawn = captcha::draw(puzzle.answer(keys).reveal(), &cx.auth.0.bots.digits, seed);
        Ok(file("image/png", drawn))
    })
}

fn audio(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (puzzle, keys) = (wanted(&cx)?, &cx.auth.0.keys);
        let language = crate::pages::language(cx.auth, cx.request);
        let spoken = captcha::speak(puzzle.answer(keys).reveal(), &language, puzzle.noise(keys));
        Ok(file("audio/wav", spoken))
    })
}

fn file(kind: &'static str, bytes: Vec<u8>) -> Reply {
    let mut reply = Reply::new(Body::Full(bytes.into()));
    reply.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Lets pass whoever needs no captcha here, or solved one. The one way for the API
/// and the pages; before the flow that it guards.
pub(crate) async fn pass(
    cx: &Cx<'_>,
    purpose: CaptchaFor,
    name: &str,
    given: Given,
) -> Result<(), Fault> {
    if purpose.when(&cx.auth.0.settings.captcha) == When::Never {
        return Ok(());
    }
    let flow = PassCaptcha { purpose, name: name.to_owned(), solution: solution(given) };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

/// An empty field of a form is none.
fn solution(given: Given) -> Option<Solution> {
    let token = given.token.filter(|token| !token.is_empty())?;
    let answer = given.answer.unwrap_or_else(|| Secret::new(""));
    Some(Solution { token, answer })
}

//! One page on its way to a browser.

use std::time::Duration;

use ::http::{HeaderValue, StatusCode, header};
use flate2::Compression;
use keyward_core::Error;
use keyward_core::id::RequestId;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::assets::{accepts_gzip, gzip, mark};
use super::{language, nav, roster, texts};
use crate::engine::Keyward;
use crate::engine::cache::Entry;
use crate::http::{Body, Code, Cx, Fault, Problem, Reply, Request, cookie, csrf, input};

/// A page, its status and what stands in it.
pub(super) struct Page<'a> {
    auth: &'a Keyward,
    request: &'a Request,
    entry: Option<&'a Entry>,
    template: &'static str,
    status: StatusCode,
    values: Map<String, Value>,
    retry_after: Option<u64>,
    only_field: Option<&'static str>,
    is_typed: bool,
    csp: Option<HeaderValue>,
}

impl<'a> Page<'a> {
    /// A page for whoever came in.
    pub(super) fn new(cx: &'a Cx<'_>, template: &'static str) -> Self {
        let entry = cx.caller.entry().ok().filter(|_| cx.caller.by_cookie).map(|it| &**it);
        Self::plain(cx.auth, cx.request, template).seen_by(entry)
    }

    /// A page for whoever it may be.
    pub(super) fn plain(auth: &'a Keyward, request: &'a Request, template: &'static str) -> Self {
        let (status, values) = (StatusCode::OK, Map::new());
        let (entry, retry_after, only_field, csp) = (None, None, None, None);
        let is_typed = false;
        Self {
            auth,
            request,
            entry,
            template,
            status,
            values,
            retry_after,
            only_field,
            is_typed,
            csp,
        }
    }

    fn seen_by(mut self, entry: Option<&'a Entry>) -> Self {
        self.entry = entry;
        self
    }

    /// Puts a value in.
    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.values.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// Keeps what was typed in these fields of a form. Never a secret's.
    pub(super) fn keeping(self, fields: &[&str]) -> Self {
        let typed =
            |name| input::peek(self.request, name).filter(|t| !t.contains(char::is_control));
        let kept: Map<String, Value> = fields
            .iter()
            .map(|name| ((*name).to_owned(), typed(name).unwrap_or_default().into()))
            .collect();
        let is_typed = kept.values().any(|value| value.as_str().is_some_and(|it| !it.is_empty()));
        Self { is_typed: self.is_typed || is_typed, ..self }.with("values", kept)
    }

    /// Somebody's work stands in it, which must not be lost.
    pub(super) fn typed(self) -> Self {
        Self { is_typed: true, ..self }
    }

    /// Its form has this field alone: whatever is wrong is wrong with it.
    pub(super) fn for_one_field(mut self, name: &'static str) -> Self {
        self.only_field = Some(name);
        self
    }

    /// With what else it may load, in place of what pages load.
    #[cfg(feature = "captcha")]
    pub(super) fn allowing(mut self, csp: Option<HeaderValue>) -> Self {
        self.csp = csp;
        self
    }

    /// With another status.
    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The form again, with what is wrong with it. Broken machinery has a page of its
    /// own, and so has whoever must prove again who they are: they come back from there,
    /// unless something was typed here that would be lost.
    pub(super) fn refused(self, fault: Fault, id: RequestId) -> Result<Reply, Fault> {
        let problem = fault.into_problem(id);
        let asked_again = problem.code == Code::StepUpRequired && !self.is_typed;
        let is_said_here = problem.code == Code::Maintenance;
        let is_broken = problem.code.status().is_server_error() && !is_said_here;
        if is_broken || asked_again {
            return Err(problem.into());
        }
        let status = match problem.code.status() {
            told @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => told,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut page = self.status(status).telling(&problem);
        page.retry_after = problem.retry_after;
        page.reply()
    }

    /// Puts a problem in. What a hook of the app says is passed on as it is.
    fn telling(self, problem: &Problem) -> Self {
        let language = language::language(self.auth, self.request);
        let texts = &self.auth.0.pages.texts;
        let least = self.auth.0.settings.password_min.to_string();
        let field = |code: &str| {
            let text = texts.find(language, &roster::field_key(code)).unwrap_or_default();
            texts::fill(text, [("n", least.clone())].into_iter())
        };
        let errors = problem.errors.iter();
        let errors: Vec<Value> = errors
            .map(
                |e| json!({ "field": self.only_field.unwrap_or(&e.field), "said": field(&e.code) }),
            )
            .collect();
        let code = match problem.code {
            // There is no link to set another.
            Code::PasswordExpired if !self.auth.0.settings.recovery => Code::RecoveryDisabled,
            code => code,
        };
        let code = code.as_str();
        let ours = texts.find(language, &format!("problem.{code}"));
        let by_app = problem.detail.as_deref().filter(|_| problem.extra.contains_key("hook_code"));
        // How long maintenance takes is not known.
        let wait = problem.retry_after.filter(|_| problem.code != Code::Maintenance);
        let told = json!({
            "code": code,
            "said": by_app.or(ours).unwrap_or_else(|| problem.code.title()),
            "wait": wait,
            "wait_minutes": wait.map(|secs| secs.div_ceil(60)),
            "errors": errors,
            "holders": problem.extra.get("holders"),
            "more": problem.extra.get("more"),
            "prove": (problem.code == Code::StepUpRequired).then(|| {
                let back = nav::form_of(self.auth, self.request);
                let to = nav::path("/account/step-up", &[("return_to", &back)]);
                format!("{}{to}", self.auth.0.web.base)
            }),
        });
        self.with("problem", told)
    }

    /// Renders it.
    pub(super) fn reply(mut self) -> Result<Reply, Fault> {
        let secret = self.fill();
        let html = self.auth.0.pages.templates.render(self.template, self.values)?;
        // Compressing a secret beside text that a stranger chose tells its
        // letters by the length (BREACH), so pages with secrets stay plain.
        let zipped = !secret && accepts_gzip(self.request);
        let html = html.into_bytes();
        let body = if zipped { gzip(&html, Compression::default()) } else { html.into() };
        let mut reply = Reply::new(Body::Full(body));
        *reply.status_mut() = self.status;
        let headers = reply.headers_mut();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, wait.into());
        }
        if let Some(csp) = self.csp {
            headers.insert(header::CONTENT_SECURITY_POLICY, csp);
        }
        mark(headers, zipped);
        if let Some(chosen) = language::chosen(self.request) {
            cookie::set(self.auth, &mut reply, cookie::LANGUAGE, chosen, Some(YEAR));
        }
        Ok(reply)
    }

    /// Adds what every page has. Returns whether a secret stands in it.
    fn fill(&mut self) -> bool {
        let auth = self.auth;
        let assets = &auth.0.pages.assets;
        let session = self.entry.map(|entry| entry.session.id.to_string());
        let token = session.as_deref().map(|id| csrf::token_of(auth, id)).unwrap_or_default();
        let secret = !token.is_empty() || self.values.contains_key("token");
        let common = json!({
            "lang": language::language(auth, self.request),
            "languages": languages(self.request),
            "brand": auth.0.settings.brand,
            "base": auth.0.web.base,
            "css": assets.path("kw.css"),
            "js": assets.path("kw.js"),
            "maintenance": auth.is_in_maintenance(),
            "recovery": auth.0.settings.recovery,
            "passkeys": super::offers_passkeys(auth),
            "passkeys_js": assets.path("passkeys.js"),
            "admin_css": assets.path("admin.css"),
            "admin_js": assets.path("admin.js"),
            "csrf": token,
            "nav": nav::of(self.entry),
            "notice": nav::notice(self.request),
            "password_min": auth.0.settings.password_min,
            "acting": self.entry.and_then(acting),
            "problem": Value::Null,
            "captcha": Value::Null,
            "connectable": !super::buttons(auth).is_empty(),
            "return_to": "",
        });
        let Value::Object(common) = common else { return secret };
        for (name, value) in common {
            self.values.entry(name).or_insert(value);
        }
        secret
    }
}

/// As whom somebody acts, and until when.
fn acting(entry: &Entry) -> Option<Value> {
    entry.session.impersonator?;
    let name = entry.identifiers.first().map(|i| i.value.clone());
    let name = name.unwrap_or_else(|| entry.user.id.to_string());
    Some(json!({ "name": name, "until": entry.session.expires_at }))
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// This same page in each language.
fn languages(request: &Request) -> Vec<Value> {
    let query = request.uri().query().unwrap_or_default();
    let others: Vec<_> =
        form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang").collect();
    let link = |code: &str| {
        let mut link = form_urlencoded::Serializer::new(String::new());
        link.extend_pairs(&others).append_pair("lang", code);
        format!("?{}", link.finish())
    };
    texts::LANGUAGES
        .iter()
        .map(|l| json!({ "code": l.code, "name": l.name, "href": link(l.code) }))
        .collect()
}

/// A page that says what went wrong and what to do next.
pub(crate) fn error_page(
    auth: &Keyward,
    request: &Request,
    entry: Option<&Entry>,
    problem: &Problem,
    id: RequestId,
) -> Reply {
    let page = Page::plain(auth, request, "error.html")
        .seen_by(entry.filter(|entry| entry.session.impersonator.is_some()))
        .status(problem.code.status())
        .telling(problem)
        .with("permission", problem.extra.get("permission"))
        .with("service", (problem.code == Code::HostNotAllowed).then(|| auth.public_url()))
        .with("next", nav::next_step(auth, request, problem.code))
        .with("request_id", id.to_string());
    match page.reply() {
        Ok(mut reply) => {
            problem.mark(&mut reply);
            reply
        }
        Err(Fault::Error(error)) => unrendered(&error, problem, id),
        Err(_) => problem.reply(id),
    }
}

fn unrendered(error: &Error, problem: &Problem, id: RequestId) -> Reply {
    tracing::error!(?error, request = %id, "the error page could not be rendered");
    problem.reply(id)
}

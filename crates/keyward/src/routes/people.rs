//! People, for administrators.

use ::http::{HeaderValue, StatusCode, header};
use keyward_core::Secret;
use keyward_core::flow::admin::{Act, ActOn, AddPerson, Edit, EditPerson, Names};
use keyward_core::flow::role::AssignRole;
use keyward_core::flow::session::{CloseSession, CloseSessions};
use keyward_core::id::{SessionId, UserId};
use keyward_core::identifier::{self, Kind};
use keyward_core::port::{Fut, Page, PeopleQuery, Status};
use keyward_core::record::Term;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::{List, Part};
use super::groups::TermInput;
use crate::http::input::{self, Flag};
use crate::http::{
    Code, Cx, Fault, Guard, Method4, Problem, Reply, Route, no_content, reply, version,
};
use crate::view::{EventView, Holdings, LimitRow, SessionRow, UserView};

const VIEW: Guard = Guard::Holding("users:view");
const EDIT: Guard = Guard::Holding("users:edit");

pub(super) const ROUTES: &[Route] = &[
    Route::get("/api/v1/admin/users", VIEW, list).takes::<ListInput>().gives::<Part<UserView>>(),
    Route::post("/api/v1/admin/users", EDIT, add).takes::<AddInput>().gives::<UserView>(),
    Route::get("/api/v1/admin/users/{id}", VIEW, show).gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}", EDIT, edit)
        .by(Method4::Patch)
        .takes::<EditInput>()
        .gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}", EDIT, delete).by(Method4::Delete),
    Route::post("/api/v1/admin/users/{id}/lock", EDIT, lock)
        .takes::<LockInput>()
        .gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}/unlock", EDIT, unlock).gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}/verify", EDIT, verify).gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}/restore", EDIT, restore).gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}/reset-mfa", EDIT, reset_mfa).gives::<PersonView>(),
    Route::post("/api/v1/admin/users/{id}/set-password", EDIT, set_password)
        .takes::<PasswordInput>(),
    Route::post("/api/v1/admin/users/{id}/sign-out", EDIT, sign_out),
    Route::get("/api/v1/admin/users/{id}/sessions", VIEW, sessions).gives::<List<SessionRow>>(),
    Route::post("/api/v1/admin/users/{id}/sessions/{session}", EDIT, close).by(Method4::Delete),
    Route::get("/api/v1/admin/users/{id}/why", VIEW, why).gives::<Why>(),
    Route::post("/api/v1/admin/users/{id}/roles/{role}", Guard::Holding("roles:grant"), grant)
        .by(Method4::Put)
        .takes::<TermInput>(),
    Route::post("/api/v1/admin/users/{id}/roles/{role}", Guard::Holding("roles:grant"), revoke)
        .by(Method4::Delete),
];

/// What a list of people is asked for; the same in the query of the API and of the page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInput {
    #[serde(default)]
    pub(crate) q: String,
    pub(crate) status: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) phone: Option<String>,
    /// Only those whose property of this name is `value`.
    pub(crate) property: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<u32>,
    /// Looked at where every page's language is chosen.
    #[serde(rename = "lang")]
    pub(crate) _lang: Option<String>,
}

/// The query string as `T`: unknown and repeated names are refused.
pub(crate) fn query<T: serde::de::DeserializeOwned>(cx: &Cx<'_>) -> Result<T, Fault> {
    query_without(cx, &[])
}

/// The query as `T`, but for pairs of these names, which are not its business.
pub(crate) fn query_without<T: serde::de::DeserializeOwned>(
    cx: &Cx<'_>,
    names: &[&str],
) -> Result<T, Fault> {
    let text = cx.request.uri().query().unwrap_or_default();
    let mut pairs = input::pairs(text.as_bytes())?;
    pairs.retain(|(name, _)| !names.contains(&name.as_str()));
    if pairs.iter().any(|(_, value)| value.chars().any(char::is_control)) {
        return Err(Code::ValidationFailed.into());
    }
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    serde_urlencoded::from_str(&text)
        .map_err(|error| Problem::new(Code::ValidationFailed).detail(error.to_string()).into())
}

impl ListInput {
    pub(crate) fn to_query(&self) -> Result<PeopleQuery, Fault> {
        let bad = |field: &str| {
            Fault::from(Problem::new(Code::ValidationFailed).field(field, "wrong_type"))
        };
        let status = match self.status.as_deref() {
            None | Some("") => None,
            Some("active") => Some(Status::Active),
            Some("locked") => Some(Status::Locked),
            Some("deleted") => Some(Status::Deleted),
            Some(_) => return Err(bad("status")),
        };
        let after = match self.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => Some(UserId::parse(text).ok_or_else(|| bad("cursor"))?),
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(bad("limit"));
        }
        if self.q.len() > 200 {
            return Err(bad("q"));
        }
        Ok(PeopleQuery {
            text: self.q.trim().to_lowercase(),
            status,
            role: self.role.clone().filter(|r| !r.is_empty()),
            identifier: self.identifier()?,
            after,
            limit,
            ..PeopleQuery::default()
        })
    }

    /// A property and its value: both or none.
    fn property(&self) -> Result<Option<(&str, &str)>, Fault> {
        let given = |text: &'_ Option<String>| text.as_deref().is_some_and(|t| !t.is_empty());
        match (self.property.as_deref(), self.value.as_deref()) {
            (Some(name), Some(value)) if given(&self.property) => Ok(Some((name, value))),
            _ if !given(&self.property) && !given(&self.value) => Ok(None),
            _ => Err(Problem::new(Code::ValidationFailed).field("value", "missing").into()),
        }
    }

    fn identifier(&self) -> Result<Option<(Kind, String)>, Fault> {
        let given = [
            (Kind::Email, &self.email),
            (Kind::Username, &self.username),
            (Kind::Phone, &self.phone),
        ];
        for (kind, text) in given {
            let Some(text) = text.as_deref().filter(|t| !t.is_empty()) else { continue };
            let normal = identifier::normalise(kind, text).map_err(|_| {
                Problem::new(Code::ValidationFailed).field(kind.as_str(), "identifier_invalid")
            })?;
            return Ok(Some((kind, normal.text)));
        }
        Ok(None)
    }
}

fn list(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let input: ListInput = query(&cx)?;
        let page = find(&cx, &input).await?;
        let rows = page.data;
        let mut reply =
            reply::ok(&Part { data: rows, next_cursor: page.next.map(|id| id.to_string()) })?;
        if let Some(next) = page.next {
            let link = format!("<?{}cursor={next}>; rel=\"next\"", others(&cx));
            if let Ok(link) = HeaderValue::from_str(&link) {
                reply.headers_mut().insert(header::LINK, link);
            }
        }
        Ok(reply)
    })
}

/// The query of this page without its cursor, to be followed by another one.
fn others(cx: &Cx<'_>) -> String {
    let query = cx.request.uri().query().unwrap_or_default();
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    kept.map(|pair| format!("{pair}&")).collect()
}

/// Accounts looked at for one page when a property is asked for. A page may be
/// short for it, and still not be the last.
const LOOKED_AT: usize = 5_000;

/// One page of accounts. The one way for the API and the page.
pub(crate) async fn find(cx: &Cx<'_>, input: &ListInput) -> Result<Page<UserView, UserId>, Fault> {
    let mut query = input.to_query()?;
    let Some((name, value)) = input.property()? else { return Ok(cx.auth.people(&query).await?) };
    let wanted = std::mem::replace(&mut query.limit, 200) as usize;
    let (mut found, mut looked) = (Vec::new(), 0);
    loop {
        let Page { data, next } = cx.auth.people(&query).await?;
        for view in data {
            looked += 1;
            query.after = Some(view.id);
            if view.properties.get(name).is_some_and(|held| is_value(held, value)) {
                found.push(view);
            }
            if found.len() == wanted {
                return Ok(Page { data: found, next: query.after });
            }
        }
        if next.is_none() || looked >= LOOKED_AT {
            return Ok(Page { data: found, next });
        }
    }
}

/// Texts as they are; numbers, yes and no as JSON writes them.
fn is_value(held: &Value, wanted: &str) -> bool {
    match held {
        Value::String(text) => text == wanted,
        other => serde_json::to_string(other).is_ok_and(|text| text == wanted),
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddInput {
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) username: Option<String>,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) password: Option<Secret>,
    #[serde(default)]
    pub(crate) verified: Flag,
}

/// Makes an account. The one way for the API and the page.
pub(crate) async fn add_person(cx: &Cx<'_>, input: AddInput) -> Result<UserView, Fault> {
    let AddInput { email, username, phone, name, password, verified } = input;
    let flow = AddPerson {
        names: Names { email, username, phone },
        name,
        password: password.filter(|p| !p.reveal().is_empty()),
        password_hash: None,
        verified: verified.0,
        actor: Some(cx.caller.user()?),
        by: "admin",
    };
    let subject = cx.auth.run(&flow, &cx.caller.client).await??;
    Ok(UserView::new(&subject.user, &subject.identifiers))
}

fn add(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let view = add_person(&cx, input::body(cx.request)?).await?;
        reply::json(StatusCode::CREATED, &view)
    })
}

/// The account of the path.
pub(crate) fn target(cx: &Cx<'_>) -> Result<UserId, Fault> {
    UserId::parse(cx.params.get("id")).ok_or_else(|| Code::NotFound.into())
}

/// An account with what it holds.
#[derive(Debug, JsonSchema, Serialize)]
struct PersonView {
    #[serde(flatten)]
    user: UserView,
    #[serde(flatten)]
    held: Holdings,
    lock_reason: String,
}

async fn view(cx: &Cx<'_>, user: UserId) -> Result<Reply, Fault> {
    let subject = cx.auth.0.store.subject(user).await?.ok_or(Code::NotFound)?;
    let body = PersonView {
        user: UserView::new(&subject.user, &subject.identifiers),
        held: cx.auth.holdings(user).await?,
        lock_reason: subject.user.lock_reason.clone(),
    };
    Ok(version::tagged(reply::ok(&body)?, subject.user.version))
}

fn show(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { view(&cx, target(&cx)?).await })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EditInput {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
}

fn edit(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let (user, actor) = (target(&cx)?, Some(cx.caller.user()?));
        let EditInput { email, username, phone, name, properties } = input::body(cx.request)?;
        let seen = version::if_match(cx.request)?;
        let names = Names { email, username, phone };
        let edit = EditPerson { name, properties, names, version: seen };
        let answer = cx.auth.run(&Edit { user, edit, actor }, &cx.caller.client).await?;
        answer.map_err(|refusal| version::refused(refusal, seen))?;
        view(&cx, user).await
    })
}

/// Does something to the account of the path. The one way for the API and the page.
pub(crate) async fn act(cx: &Cx<'_>, act: Act) -> Result<UserId, Fault> {
    let user = target(cx)?;
    let flow = ActOn { user, act, actor: Some(cx.caller.user()?) };
    cx.auth.run(&flow, &cx.caller.client).await??;
    Ok(user)
}

async fn acted(cx: &Cx<'_>, what: Act) -> Result<Reply, Fault> {
    let user = act(cx, what).await?;
    view(cx, user).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LockInput {
    #[serde(default)]
    pub(crate) reason: String,
}

fn lock(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let LockInput { reason } = input::body_or_nothing(cx.request)?;
        acted(&cx, Act::Lock { reason }).await
    })
}

fn unlock(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { acted(&cx, Act::Unlock).await })
}

fn verify(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { acted(&cx, Act::Verify).await })
}

fn restore(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { acted(&cx, Act::Restore).await })
}

fn reset_mfa(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move { acted(&cx, Act::ResetMfa).await })
}

fn delete(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        act(&cx, Act::Delete).await?;
        Ok(no_content())
    })
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordInput {
    #[schemars(with = "String")]
    pub(crate) password: Secret,
    #[serde(default)]
    pub(crate) temporary: Flag,
}

fn set_password(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let PasswordInput { password, temporary } = input::body(cx.request)?;
        act(&cx, Act::SetPassword { password, temporary: temporary.0 }).await?;
        Ok(no_content())
    })
}

/// Closes every session of the account of the path.
pub(crate) async fn sign_out_everywhere(cx: &Cx<'_>) -> Result<(), Fault> {
    let (user, actor) = (target(cx)?, Some(cx.caller.user()?));
    let flow = CloseSessions { user, except: None, actor, by: "admin" };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn sign_out(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        sign_out_everywhere(&cx).await?;
        Ok(no_content())
    })
}

fn sessions(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let rows = cx.auth.session_list(target(&cx)?).await?;
        reply::ok(&List { data: rows })
    })
}

/// Closes one session of the account of the path. The one way for the API and the page.
pub(crate) async fn close_session(cx: &Cx<'_>, session: SessionId) -> Result<(), Fault> {
    let (user, actor) = (target(cx)?, Some(cx.caller.user()?));
    let flow = CloseSession { user, session, actor, by: "admin" };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn close(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let session = SessionId::parse(cx.params.get("session")).ok_or(Code::NotFound)?;
        close_session(&cx, session).await?;
        Ok(no_content())
    })
}

/// What outsiders are not told about refused attempts.
#[derive(Debug, JsonSchema, Serialize)]
struct Why {
    /// Sign-ins and attempts, newest first.
    data: Vec<EventView>,
    /// What is left for whoever the account does not know.
    limits: Vec<LimitRow>,
}

fn why(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let user = target(&cx)?;
        let data = cx.auth.sign_in_attempts(user).await?;
        reply::ok(&Why { data, limits: cx.auth.limits_of(user).await? })
    })
}

/// Gives a role for a time, or takes it. The one way for the API and the page.
pub(crate) async fn assign(cx: &Cx<'_>, role: String, term: Option<Term>) -> Result<(), Fault> {
    let (user, actor) = (target(cx)?, Some(cx.caller.user()?));
    let (give, term) = (term.is_some(), term.unwrap_or_default());
    let flow = AssignRole { user, role, give, term, actor };
    Ok(cx.auth.run(&flow, &cx.caller.client).await??)
}

fn grant(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        let term = input::body_or_nothing::<TermInput>(cx.request)?.to_term()?;
        assign(&cx, cx.params.get("role").to_owned(), Some(term)).await?;
        Ok(no_content())
    })
}

fn revoke(cx: Cx<'_>) -> Fut<'_, Result<Reply, Fault>> {
    Box::pin(async move {
        assign(&cx, cx.params.get("role").to_owned(), None).await?;
        Ok(no_content())
    })
}

//! The pages, and the two doors.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use keyward::{Context, Error, Keyward, Principal, Resource, Secret};

use crate::{BASE, LIST};

/// The app.
pub fn app() -> Router<Keyward> {
    Router::new()
        .route("/", get(home))
        .route("/login", get(sign_in))
        .route("/logout", get(sign_out))
        .route("/admin", get(admin))
        .route("/view", get(view))
        .route("/edit", get(edit))
}

async fn home(State(auth): State<Keyward>, who: Principal) -> Result<String, Denied> {
    demand(&auth, &who, "page:view_home").await?;
    let mut text = "Home page.".to_owned();
    if may(&auth, &who, "page:admin_view").await? {
        text += &format!(" Admin page: {BASE}/admin");
    }
    if matches!(who, Principal::User(_)) {
        text += &format!(" Logout: {BASE}/logout");
    }
    Ok(text)
}

async fn admin(State(auth): State<Keyward>, who: Principal) -> Result<&'static str, Denied> {
    demand(&auth, &who, "page:admin_view").await.map(|()| "Admin Page")
}

async fn view(State(auth): State<Keyward>, who: Principal) -> Result<&'static str, Denied> {
    demand(&auth, &who, "page:view").await.map(|()| "View Page")
}

async fn edit(State(auth): State<Keyward>, who: Principal) -> Result<&'static str, Denied> {
    demand(&auth, &who, "page:edit").await.map(|()| "Edit Page")
}

/// By a link, as the original has it: an app of today takes a form by POST.
async fn sign_in(
    State(auth): State<Keyward>,
    Query(given): Query<BTreeMap<String, String>>,
) -> Result<Response, Denied> {
    let text = |name: &str| given.get(name).map_or("", String::as_str);
    let password = Secret::new(text("password"));
    let member = auth.verify_credentials(text("username"), &password).await?;
    let member = member.map_err(|_| Denied::Unauthorized)?;
    let session = auth.sign_in_user(&member.id).await?.map_err(|_| Denied::Unauthorized)?;
    Ok(([(SET_COOKIE, session.set_cookie())], "Ok").into_response())
}

async fn sign_out(
    State(auth): State<Keyward>,
    session: Option<keyward::Session>,
) -> Result<Response, Denied> {
    let session = session.ok_or(Denied::Unauthorized)?;
    // One that has ended meanwhile is as good.
    auth.close_session(session.user, session.id).await?.ok();
    Ok(([(SET_COOKIE, auth.unset_cookie())], "Ok").into_response())
}

/// Goes on only for whoever may.
async fn demand(auth: &Keyward, who: &Principal, permission: &str) -> Result<(), Denied> {
    may(auth, who, permission).await?.then_some(()).ok_or(Denied::Forbidden)
}

async fn may(auth: &Keyward, who: &Principal, permission: &str) -> Result<bool, Error> {
    let page = Resource::new("page", "any").acl(LIST);
    match who {
        Principal::User(user) => user.can_on(permission, &page).await,
        Principal::Anonymous => {
            let answer = auth.ask_for_strangers(permission, Some(&page), &Context::new()).await?;
            answer.allowed()
        }
    }
}

/// No, or nobody knows.
enum Denied {
    Unauthorized,
    Forbidden,
    Unavailable,
}

impl From<Error> for Denied {
    fn from(_: Error) -> Self {
        Self::Unavailable
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        let words = status.canonical_reason().unwrap_or_default();
        (status, format!("{}: {words}", status.as_u16())).into_response()
    }
}

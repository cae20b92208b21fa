//! The mail, its code and its link.

use http::Method;
use serde_json::json;

use crate::tour::journey::Journey;
use crate::tour::trouble::{Trouble, ensure};

/// The mail arrives.
pub(in crate::tour) async fn read_code(tour: &mut Journey) -> Result<String, Trouble> {
    let letter = tour.read_mail("/verify/").await?;
    let (front, back) = letter.code.split_at(3);
    Ok(format!("\"{front} {back}\" arrived"))
}

/// Scanners ask with HEAD and GET, without anybody's cookies; the next step
/// shows that nothing was spent.
pub(in crate::tour) async fn scanner(tour: &mut Journey) -> Result<String, Trouble> {
    let path = tour.letter()?.path;
    let mut scanner = tour.browser.stranger();
    for method in [Method::HEAD, Method::GET, Method::GET] {
        let heard = scanner.ask(method.clone(), &path, None).await?;
        ensure!(heard.status == 200, "{method} answers {}", heard.brief());
    }
    Ok("HEAD, GET, GET: 200, and nothing is spent".into())
}

/// The code opens the session in the browser that asked for it.
pub(in crate::tour) async fn verify(tour: &mut Journey) -> Result<String, Trouble> {
    let path = format!("/api/v1/verifications/{}/confirm", tour.flow()?);
    let body = json!({ "code": tour.letter()?.code });
    let heard = tour.browser.post(&path, body).await?.wants(200)?;
    ensure!(heard.text("status") == "complete", "the code was right but opened no session");
    let user = heard.json.get("user").and_then(|user| user.get("id")?.as_str());
    tour.user = user.map(str::to_owned);
    Ok(format!("{} is verified and signed in", tour.user()?))
}

/// What was spent stays spent, whichever half is tried.
pub(in crate::tour) async fn double_spend(tour: &mut Journey) -> Result<String, Trouble> {
    let (letter, mut thief) = (tour.letter()?, tour.browser.stranger());
    let path = format!("/api/v1/verifications/{}/confirm", tour.flow()?);
    let code = thief.post(&path, json!({ "code": letter.code })).await?;
    ensure!(code.status.is_client_error(), "the code works again: {}", code.brief());
    let link = thief.post("/api/v1/verify-link", json!({ "token": letter.token() })).await?;
    ensure!(link.status.is_client_error(), "the link works again: {}", link.brief());
    let session = thief.get("/api/v1/session").await?;
    ensure!(session.status == 401, "a spent secret opened a session");
    Ok(format!("{}, {}", code.brief(), link.brief()))
}

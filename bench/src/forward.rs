//! What a proxy's question costs: a site's request with a session's cookie, against a
//! bare handler that returns as many bytes.

use std::path::Path;

use crate::server::{self, Start};
use crate::session::{PATH as BARE, SHORT_ROUNDS, compare};
use crate::stage::Stage;
use crate::{Result, bare, figure, http};

/// As Caddy and Traefik ask.
const PATH: &str = "/api/v1/verify/forward";
const SITE: &str = "http://app.localhost:3000";

pub(crate) fn run(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(1)?;
    let cookie = stage.cookies.first().ok_or("nobody is there")?;
    let rule = format!("{SITE} otherwise sign_in");
    let env =
        [("KEYWARD_SERVER_TRUSTED_PROXIES", "127.0.0.1/32"), ("KEYWARD_FORWARD_RULES", &*rule)];
    let ours = server::start(binary, stage.path(), Start { env: &env, ..Start::default() })?;
    let asked = format!(
        "{cookie}X-Forwarded-Host: app.localhost:3000\r\nX-Forwarded-Uri: /posts?page=2\r\n\
         X-Forwarded-Method: GET\r\nX-Forwarded-For: 203.0.113.7\r\n"
    );
    let answer = http::once(ours.address, &http::get(ours.address, PATH, &asked))?;
    if !answer.is_success() {
        return Err(format!("{PATH} answered {}", answer.status).into());
    }
    let bare = bare::start(answer.body.len())?;
    let (rate, ratio) = compare((&ours, PATH), (&bare, BARE), &asked, SHORT_ROUNDS)?;
    figure::print("verify_forward_http_per_s", rate);
    figure::print("verify_forward_http_ratio", ratio);
    Ok(())
}

//! A route of Starlette's for whoever brings a token: guarded by Keyward's client, which
//! verifies an access token by the published keys, and by starlette-auth-toolkit, which
//! looks a token up in a database, as its documents have it. Each under uvicorn, in one
//! process.

use std::path::Path;

use keyward::TokenTerms;

use super::python::Python;
use crate::server::{self, Child, Start};
use crate::stage::{self, Stage};
use crate::{Result, figure, http, wrk};

/// Runs of each route, in turn.
const ROUNDS: usize = 5;
/// Length of a run. A token is good for five minutes.
const SECS: u64 = 4;
/// As the toolkit makes them.
const THEIR_TOKEN: &str = "q7Rk2mVx9TzLwB4hYc8NsD1fGjP5uEaZ";

pub(crate) fn run(binary: &Path) -> Result<()> {
    let python = Python::ready()?;
    let stage = Stage::with_people(1)?;
    let (token, issuer) = access_token(&stage)?;
    let keyward = server::start(binary, stage.path(), Start::default())?;
    let url = format!("http://{}", keyward.address);
    let env = [("BENCH_KEYWARD", &*url), ("BENCH_ISSUER", &*issuer)];
    let ours = python.serve("keyward_route", stage.path(), &env)?;
    let database = stage.path().join("tokens.db").display().to_string();
    let env = [("BENCH_DATABASE", &*database), ("BENCH_TOKEN", THEIR_TOKEN)];
    let theirs = python.serve("toolkit_route", stage.path(), &env)?;
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let known = format!("Authorization: Token {THEIR_TOKEN}\r\n");
    check(&ours, "Bearer", &bearer)?;
    check(&theirs, "Token", &known)?;
    compare((&ours, &bearer), (&theirs, &known))
}

/// An access token of somebody, and the issuer that it names.
fn access_token(stage: &Stage) -> Result<(String, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let auth = stage::open(stage.path()).await?;
        let person = auth.find_person(&stage::email(0)).await?.ok_or("nobody is there")?;
        let pair = auth.issue_tokens(person.id, TokenTerms::default()).await?;
        let pair = pair.map_err(|refusal| format!("{refusal:?}"))?;
        let said = (pair.access.reveal().to_owned(), auth.public_url().to_owned());
        auth.shutdown().await;
        Ok(said)
    })
}

/// Whether the route is open with its token, and closed without and with another.
fn check(route: &Child, scheme: &str, token: &str) -> Result<()> {
    let wrong = format!("Authorization: {scheme} e30.e30.e30\r\n");
    for (headers, wanted) in [(token, 200), ("", 403), (&*wrong, 401)] {
        let answer = http::once(route.address, &http::get(route.address, "/", headers))?;
        if answer.status != wanted {
            let body = String::from_utf8_lossy(&answer.body);
            return Err(format!("a route answered {}, not {wanted}: {body}", answer.status).into());
        }
    }
    Ok(())
}

fn compare((ours, bearer): (&Child, &str), (theirs, known): (&Child, &str)) -> Result<()> {
    let (mut rates, mut ratios) = (vec![], vec![]);
    for round in 0..ROUNDS {
        let their = wrk::rate(theirs, "/", known, SECS)?;
        let own = wrk::rate(ours, "/", bearer, SECS)?;
        eprintln!("round {round}: keyward's client {own:.0}/s, toolkit {their:.0}/s");
        rates.push(own);
        ratios.push(own / their);
    }
    figure::print("starlette_token_per_s", figure::median(rates));
    figure::print("starlette_token_ratio", figure::median(ratios));
    Ok(())
}

//! What looking at one's session costs: over HTTP against a bare handler, and
//! in process through the extractor, cached and not.

use std::path::Path;
use std::time::Instant;

use axum::extract::FromRequestParts as _;
use axum::http::Request;
use axum::http::request::Parts;
use keyward::{Keyward, User};

use crate::server::{self, Child, Start};
use crate::stage::{self, Stage};
use crate::{Result, bare, figure, http, wrk};

pub(crate) const PATH: &str = "/api/v1/session";

pub(crate) fn run(binary: &Path) -> Result<()> {
    in_process()?;
    over_http(binary)
}

/// Runs of each server, in turn, and the seconds of each.
pub(crate) type Rounds = (usize, u64);
const ROUNDS: Rounds = (5, 4);
/// The same time in shorter runs: on a machine that is shared, the middle one of more is
/// steadier.
pub(crate) const SHORT_ROUNDS: Rounds = (15, 2);

fn over_http(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(1)?;
    let cookie = stage.cookies.first().ok_or("nobody is there")?;
    let ours = server::start(binary, stage.path(), Start::default())?;
    let answer = http::once(ours.address, &http::get(ours.address, PATH, cookie))?;
    if !answer.is_success() {
        return Err(format!("{PATH} answered {}", answer.status).into());
    }
    let bare = bare::start(answer.body.len())?;
    let (rate, ratio) = compare((&ours, PATH), (&bare, PATH), cookie, ROUNDS)?;
    figure::print("session_http_per_s", rate);
    figure::print("session_http_ratio", ratio);
    Ok(())
}

/// What `ours` answers in a second, and over what `bare` does, each the median of
/// rounds in turn.
pub(crate) fn compare(
    (ours, path): (&Child, &str),
    (bare, plain): (&Child, &str),
    headers: &str,
    (rounds, secs): Rounds,
) -> Result<(f64, f64)> {
    let (mut ratios, mut rates) = (vec![], vec![]);
    for round in 0..rounds {
        let theirs = wrk::rate(bare, plain, headers, secs)?;
        let own = wrk::rate(ours, path, headers, secs)?;
        eprintln!("round {round}: keyward {own:.0}/s, bare axum {theirs:.0}/s");
        ratios.push(own / theirs);
        rates.push(own);
    }
    Ok((figure::median(rates), figure::median(ratios)))
}

/// Batches; the best counts.
const BATCHES: usize = 30;
/// Requests in a batch.
const BATCH: usize = 2_000;
/// Sessions that are looked up for the first time.
const UNCACHED: usize = 500;

fn in_process() -> Result<()> {
    let stage = Stage::with_people(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let auth = stage::open(stage.path()).await?;
        let cookies = sessions(&auth, UNCACHED).await?;
        auth.shutdown().await;

        // Another instance knows none of them yet.
        let auth = stage::open(stage.path()).await?;
        let mut first = Vec::with_capacity(UNCACHED);
        for cookie in &cookies {
            first.push(look(&auth, std::slice::from_ref(cookie), 1).await? / 1e3);
        }
        let mut batches = Vec::with_capacity(BATCHES);
        for _ in 0..BATCHES {
            batches.push(look(&auth, &cookies, BATCH).await?);
        }
        figure::print("session_in_process_ns", figure::quantile(batches, 0.0));
        figure::print("session_uncached_us", figure::median(first));
        auth.shutdown().await;
        Ok(())
    })
}

/// Nanoseconds for each request of a batch, through the extractor.
async fn look(auth: &Keyward, cookies: &[String], count: usize) -> Result<f64> {
    let mut batch: Vec<Parts> = cookies.iter().cycle().take(count).map(|c| parts(c)).collect();
    let began = Instant::now();
    for parts in &mut batch {
        let user = User::from_request_parts(parts, auth).await;
        std::hint::black_box(user.map_err(|_| "a session was refused")?);
    }
    Ok(began.elapsed().as_nanos() as f64 / count as f64)
}

fn parts(cookie: &str) -> Parts {
    let request = Request::get("/").header("cookie", cookie).header("host", "localhost:8080");
    // Built from constants and a cookie of ours.
    request.body(()).map(|request| request.into_parts().0).unwrap_or_else(|_| unreachable!())
}

/// Sessions of one person.
async fn sessions(auth: &Keyward, count: usize) -> Result<Vec<String>> {
    let person = auth.find_person(&stage::email(0)).await?.ok_or("nobody is there")?;
    let mut cookies = Vec::with_capacity(count);
    for _ in 0..count {
        let opened = auth.sign_in_user(&person.id).await?;
        let opened = opened.map_err(|refusal| format!("{refusal:?}"))?;
        cookies.push(opened.set_cookie().split(';').next().unwrap_or_default().to_owned());
    }
    Ok(cookies)
}

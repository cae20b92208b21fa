//! What programs at the door cost: a token that is known and one that is not, beside a
//! crate that does nothing else; refreshes beside bare inserts; an API key and a proxy's
//! question beside a bare handler.

use std::path::Path;
use std::time::{Duration, Instant};

use jsonwebtoken::{DecodingKey, Validation};
use keyward::{Keyward, Secret, TokenTerms};
use serde_json::Value;

use crate::server::{self, Start};
use crate::session::{PATH as BARE, SHORT_ROUNDS, compare};
use crate::stage::{self, Stage};
use crate::{Result, bare, figure, forward, http, insert};

pub(crate) fn run(binary: &Path) -> Result<()> {
    tokens()?;
    refreshes()?;
    api_key(binary)?;
    forward::run(binary)
}

/// Rounds, of which the middle one counts.
const ROUNDS: usize = 21;
/// Tokens in a round.
const CALLS: usize = 400;

fn tokens() -> Result<()> {
    let stage = Stage::with_people(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let auth = stage::open(stage.path()).await?;
        let (mut first, mut known, mut theirs) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let fresh = some(&auth, CALLS).await?;
            // The family is in memory in both; what differs is the signature.
            first.push(verify(&auth, &fresh).await?);
            known.push(verify(&auth, &fresh).await?);
            theirs.push(alone(&auth, &fresh).await?);
        }
        let (first, theirs) = (figure::median(first), figure::median(theirs));
        figure::print("jwt_verify_cached_ns", figure::median(known));
        figure::print("jwt_verify_us", first / 1e3);
        figure::print("jwt_verify_jsonwebtoken_us", theirs / 1e3);
        figure::print("jwt_verify_ratio", first / theirs);
        auth.shutdown().await;
        Ok(())
    })
}

/// Access tokens of one family, all different.
async fn some(auth: &Keyward, count: usize) -> Result<Vec<String>> {
    let person = auth.find_person(&stage::email(0)).await?.ok_or("nobody is there")?;
    let pair = auth.issue_tokens(person.id, TokenTerms::default()).await?;
    let mut pair = pair.map_err(|refusal| format!("{refusal:?}"))?;
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let next = auth.refresh_tokens(&pair.refresh, "", &Default::default()).await?;
        pair = next.map_err(|refusal| format!("{refusal:?}"))?;
        all.push(pair.access.reveal().to_owned());
    }
    // Reads the family into memory.
    auth.verify_access_token(pair.access.reveal()).await?.ok_or("a token was refused")?;
    all.pop();
    Ok(all)
}

/// Nanoseconds for each.
async fn verify(auth: &Keyward, tokens: &[String]) -> Result<f64> {
    let began = Instant::now();
    for token in tokens {
        let found = auth.verify_access_token(token).await?;
        std::hint::black_box(found.ok_or("a token was refused")?);
    }
    Ok(began.elapsed().as_nanos() as f64 / tokens.len() as f64)
}

/// Same, by jsonwebtoken, with the published key, read once.
async fn alone(auth: &Keyward, tokens: &[String]) -> Result<f64> {
    let set = auth.jwks().await?;
    let x = set["keys"][0]["x"].as_str().ok_or("no key is published")?;
    let key = DecodingKey::from_ed_components(x)?;
    let mut wanted = Validation::new(jsonwebtoken::Algorithm::EdDSA);
    wanted.set_audience(&[auth.public_url()]);
    wanted.set_issuer(&[auth.public_url()]);
    let began = Instant::now();
    for token in tokens {
        let found = jsonwebtoken::decode::<Value>(token, &key, &wanted)?;
        std::hint::black_box(found);
    }
    Ok(began.elapsed().as_nanos() as f64 / tokens.len() as f64)
}

/// Families that are refreshed at once.
const CLIENTS: usize = 64;
/// Length of a measurement.
const LASTS: Duration = Duration::from_secs(5);
/// Measurements of each, in turn.
const TURNS: usize = 3;

/// Each durable before it is answered.
fn refreshes() -> Result<()> {
    let stage = Stage::with_people(1)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let auth = runtime.block_on(stage::open(stage.path()))?;
    let (mut rates, mut ratios) = (vec![], vec![]);
    for turn in 0..TURNS {
        let own = runtime.block_on(refresh(&auth))?;
        let bare = insert::rate(&stage.path().join(format!("bare-{turn}.db")), CLIENTS, LASTS)?;
        eprintln!("turn {turn}: {own:.0} refreshes/s, {bare:.0} bare inserts/s");
        rates.push(own);
        ratios.push(own / bare);
    }
    figure::print("refresh_per_s", figure::median(rates));
    figure::print("refresh_ratio", figure::median(ratios));
    runtime.block_on(auth.shutdown());
    Ok(())
}

async fn refresh(auth: &Keyward) -> Result<f64> {
    let person = auth.find_person(&stage::email(0)).await?.ok_or("nobody is there")?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let pair = auth.issue_tokens(person.id, TokenTerms::default()).await?;
        let first = pair.map_err(|refusal| format!("{refusal:?}"))?.refresh;
        let auth = auth.clone();
        tasks.spawn(async move { one(&auth, first).await });
    }
    let began = Instant::now();
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

async fn one(auth: &Keyward, mut token: Secret) -> Result<u64> {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < LASTS {
        let next = auth.refresh_tokens(&token, "", &Default::default()).await?;
        token = next.map_err(|refusal| format!("{refusal:?}"))?.refresh;
        count += 1;
    }
    Ok(count)
}

/// What a program with a key looks at.
const PATH: &str = "/api/v1/me";

fn api_key(binary: &Path) -> Result<()> {
    let stage = Stage::with_people(1)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let header = runtime.block_on(async {
        let auth = stage::open(stage.path()).await?;
        let person = auth.find_person(&stage::email(0)).await?.ok_or("nobody is there")?;
        let terms = keyward::ApiKeyTerms { name: "bench".into(), ..Default::default() };
        let made = auth.create_api_key(person.id, terms).await?;
        let made = made.map_err(|refusal| format!("{refusal:?}"))?;
        auth.shutdown().await;
        Result::Ok(format!("X-Api-Key: {}\r\n", made.text.reveal()))
    })?;
    let ours = server::start(binary, stage.path(), Start::default())?;
    let answer = http::once(ours.address, &http::get(ours.address, PATH, &header))?;
    if !answer.is_success() {
        return Err(format!("{PATH} answered {}", answer.status).into());
    }
    let bare = bare::start(answer.body.len())?;
    // The bare server has one path; its header is as long.
    let (rate, ratio) = compare((&ours, PATH), (&bare, BARE), &header, SHORT_ROUNDS)?;
    figure::print("api_key_http_per_s", rate);
    figure::print("api_key_http_ratio", ratio);
    Ok(())
}

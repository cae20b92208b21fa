//! What proofs cost: a code of an authenticator app, a passkey beside its bare
//! signature, a link there and back; and whether the time of an answer tells who
//! has an account.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use keyward::{Keyward, NewPerson, Outgoing, Rate, Secret, SendError, Sender};
use keyward_core::crypto::otp::{OtpSecret, Totp};
use keyward_core::crypto::webauthn::attestation::Conveyance;
use keyward_core::crypto::webauthn::authenticator::Authenticator;
use keyward_core::crypto::webauthn::key::PublicKey;
use keyward_core::crypto::webauthn::{self, Assertion, Expected};
use keyward_core::port::Fut;
use keyward_core::time::Timestamp;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::stage::{self, PASSWORD, Stage};
use crate::{Result, figure};

pub(crate) fn run(_: &Path) -> Result<()> {
    totp()?;
    passkey()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let stage = Stage::empty()?;
        let post = Post::default();
        let auth = open(stage.path(), post.clone()).await?;
        links(&auth, &post).await?;
        told_apart(&auth).await?;
        auth.shutdown().await;
        Ok(())
    })
}

/// Microseconds that one call takes: the median of rounds of many.
fn micros(mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    const ROUNDS: usize = 21;
    const CALLS: u32 = 400;
    let mut found = vec![];
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..CALLS {
            call()?;
        }
        found.push(began.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
    }
    Ok(figure::median(found))
}

/// A wrong code, for which all three steps are looked at.
fn totp() -> Result<()> {
    let secret = OtpSecret::from_bytes(&[7; 20]);
    let (totp, now) = (Totp::default(), Timestamp::from_secs(1_800_000_000));
    let found =
        micros(|| match totp.verify(&secret, std::hint::black_box("000000"), now, 1, None)? {
            None => Ok(()),
            Some(_) => Err("the wrong code is right at this moment".into()),
        })?;
    figure::print("totp_verify_us", found);
    Ok(())
}

/// Everything between the body of a request and a yes, beside the signature alone,
/// over as many bytes.
fn passkey() -> Result<()> {
    let (origins, challenge) = (["https://example.com".to_owned()], "AAECAwQFBgcICQoLDA0ODw");
    let expected =
        Expected { rp_id: "example.com", origins: &origins, challenge, user_verified: true };
    let mut device = Authenticator::default();
    let asked = json!({
        "rp": { "id": "example.com", "name": "Example" }, "challenge": challenge,
        "user": { "id": "AQ", "name": "ada", "displayName": "Ada" },
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    let made = device.create(&origins[0], &asked).map_err(|e| format!("{e:?}"))?;
    let object = bytes(&made, "attestationObject")?;
    let new =
        webauthn::register(&expected, Conveyance::None, &bytes(&made, "clientDataJSON")?, &object)?;
    let asked = json!({ "rpId": "example.com", "challenge": challenge, "allowCredentials": [] });
    let given = device.get(&origins[0], &asked).map_err(|e| format!("{e:?}"))?;
    let (client_data, data, signature) = (
        bytes(&given, "clientDataJSON")?,
        bytes(&given, "authenticatorData")?,
        bytes(&given, "signature")?,
    );
    let given =
        Assertion { client_data: &client_data, authenticator_data: &data, signature: &signature };
    let stored = new.key.as_bytes();
    let whole = micros(|| {
        let key = PublicKey::parse(stored)?;
        webauthn::assert(&expected, &key, &given)?;
        Ok(())
    })?;
    let raw = raw(data.len() + 32)?;
    figure::print("passkey_verify_us", whole);
    figure::print("passkey_raw_us", raw);
    figure::print("passkey_ratio", whole / raw);
    Ok(())
}

/// ECDSA on P-256 over a message of so many bytes, from the bytes of the key.
fn raw(length: usize) -> Result<f64> {
    let unspecified = |_| "the signature library failed";
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(unspecified)?;
    let message = vec![7; length];
    let signature = pair.sign(&SystemRandom::new(), &message).map_err(unspecified)?;
    let point = pair.public_key().as_ref();
    micros(|| {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
        key.verify(&message, signature.as_ref()).map_err(unspecified)?;
        Ok(())
    })
}

/// A member of `response`, out of base64url.
fn bytes(credential: &Value, name: &str) -> Result<Vec<u8>> {
    use base64::Engine as _;
    let text = credential["response"][name].as_str().ok_or("the authenticator left it out")?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text)?)
}

/// A carrier that hands each link to whoever waits for it.
#[derive(Clone, Default)]
struct Post(Arc<Mutex<HashMap<String, oneshot::Sender<String>>>>);

impl Post {
    fn expect(&self, address: &str) -> oneshot::Receiver<String> {
        let (sender, receiver) = oneshot::channel();
        if let Ok(mut waiting) = self.0.lock() {
            waiting.insert(address.to_owned(), sender);
        }
        receiver
    }
}

impl Sender for Post {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Fut<'a, std::result::Result<(), SendError>> {
        Box::pin(async move {
            let waiting = self.0.lock().ok().and_then(|mut all| all.remove(&message.to));
            let token = message.link.as_deref().and_then(|link| link.rsplit('/').next());
            if let Some((waiting, token)) = waiting.zip(token) {
                // Whoever waited may have stopped.
                let _ = waiting.send(token.to_owned());
            }
            Ok(())
        })
    }
}

/// Limits so high that none is reached; the code that takes from them runs.
async fn open(data: &Path, post: Post) -> Result<Keyward> {
    let many = Rate::new(1_000_000, Duration::from_millis(1));
    let auth = Keyward::sqlite(data.join("keyward.db"))
        .public_url("http://localhost")
        .rate_limits(50_000_000, 50_000_000)
        .sender(post)
        .settings(|settings| {
            (settings.mails, settings.requests, settings.guesses) = (many, many, many);
            settings.resend_wait = Duration::ZERO;
        });
    let auth = auth.build().await?;
    for at in 0..PEOPLE {
        let new = NewPerson {
            email: Some(stage::email(at)),
            password: Some(Secret::new(PASSWORD)),
            verified: true,
            ..NewPerson::default()
        };
        auth.add_person(new).await?.map_err(|refusal| format!("{refusal:?}"))?;
    }
    Ok(auth)
}

/// Each has one link under way at most.
const PEOPLE: usize = 32;

/// Asked for, sent, opened: three commits that wait for the disk, and two of the
/// outbox.
async fn links(auth: &Keyward, post: &Post) -> Result<()> {
    const ROUNDS: usize = 5;
    const LASTS: Duration = Duration::from_secs(4);
    let mut rates = vec![];
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let people = (0..PEOPLE).map(|at| {
            let (auth, post) = (auth.clone(), post.clone());
            tokio::spawn(async move {
                let mut count = 0u32;
                while began.elapsed() < LASTS {
                    round_trip(&auth, &post, &stage::email(at)).await?;
                    count += 1;
                }
                Result::Ok(count)
            })
        });
        let mut sum = 0;
        for person in people.collect::<Vec<_>>() {
            sum += person.await??;
        }
        rates.push(f64::from(sum) / began.elapsed().as_secs_f64());
    }
    figure::print("magic_link_roundtrip_per_s", figure::median(rates));
    Ok(())
}

async fn round_trip(auth: &Keyward, post: &Post, address: &str) -> Result<()> {
    let link = post.expect(address);
    let (status, cookie) = ask(auth, LINK, &json!({ "identifier": address }), "").await?;
    if status != 202 {
        return Err(format!("a link was answered {status}").into());
    }
    let token = tokio::time::timeout(Duration::from_secs(20), link).await??;
    let body = json!({ "token": token });
    match ask(auth, "/api/v1/sign-in/link/confirm", &body, &cookie).await? {
        (200, _) => Ok(()),
        (other, _) => Err(format!("an opened link was answered {other}").into()),
    }
}

const LINK: &str = "/api/v1/sign-in/link";

/// One request; the status, and the cookie of its flow.
async fn ask(auth: &Keyward, path: &str, body: &Value, cookie: &str) -> Result<(u16, String)> {
    let mut request = axum::http::Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json");
    if !cookie.is_empty() {
        request = request.header("cookie", cookie);
    }
    let reply = auth.handle(request.body(body.to_string().into())?, None).await;
    let set = reply.headers().get_all("set-cookie").iter().filter_map(|c| c.to_str().ok());
    let flow = set.filter_map(|c| c.split(';').next()).find(|c| c.starts_with("kw_flow="));
    Ok((reply.status().as_u16(), flow.unwrap_or_default().to_owned()))
}

/// How long an answer takes for an account, and for none: by turns, so that what
/// disturbs one disturbs the other.
async fn told_apart(auth: &Keyward) -> Result<()> {
    let doors: [(&str, &str, usize); 3] = [
        ("sign_in", "/api/v1/sign-in", 60),
        ("recovery", "/api/v1/recovery", 300),
        ("link", LINK, 300),
    ];
    for (name, path, rounds) in doors {
        let (mut known, mut unknown) = (vec![], vec![]);
        for at in 0..rounds {
            known.push(timed(auth, name, path, &stage::email(at % PEOPLE)).await?);
            unknown.push(timed(auth, name, path, &format!("nobody-{at}@example.com")).await?);
        }
        let (known, unknown) = (figure::median(known), figure::median(unknown));
        figure::print(&format!("{name}_known_us"), known);
        figure::print(&format!("{name}_unknown_us"), unknown);
        figure::print(&format!("{name}_known_to_unknown"), known / unknown);
    }
    Ok(())
}

async fn timed(auth: &Keyward, name: &str, path: &str, identifier: &str) -> Result<f64> {
    let body = match name {
        "sign_in" => json!({ "identifier": identifier, "password": "not the password of anybody" }),
        _ => json!({ "identifier": identifier }),
    };
    let began = Instant::now();
    let (status, _) = ask(auth, path, &body, "").await?;
    let took = began.elapsed().as_secs_f64() * 1e6;
    let wanted = if name == "sign_in" { 401 } else { 202 };
    if status == wanted { Ok(took) } else { Err(format!("{path} was answered {status}").into()) }
}

//! The ways in as an app calls them, without a request.

use keyward::testing::{Authenticator, PASSWORD, TestAuth};
use keyward::{
    Client, Entered, EnteredBy, Given, NewSignUp, OpenedSession, Refusal, SecondFactor, Secret,
    Sent,
};

const ADA: &str = "ada@example.com";

fn here() -> Client {
    Client { address: "192.0.2.1".into(), ..Client::default() }
}

fn session(entered: Entered) -> OpenedSession {
    match entered {
        Entered::Session(session) => session,
        other => panic!("{other:?}"),
    }
}

async fn signed_in(t: &TestAuth) -> OpenedSession {
    let entered = t.kw.sign_in(ADA, &Secret::new(PASSWORD), false, &here()).await;
    session(entered.unwrap().unwrap())
}

#[tokio::test]
async fn an_app_signs_somebody_up_and_in() {
    let t = TestAuth::new().await;
    let (password, client) = (Secret::new(PASSWORD), here());
    let new = || NewSignUp {
        email: Some(ADA.into()),
        password: Some(password.clone()),
        ..NewSignUp::default()
    };
    let Entered::NeedsVerification { flow, browser } =
        t.kw.sign_up(new(), &client).await.unwrap().unwrap()
    else {
        panic!("let in without a proof");
    };
    let wrong = Given::Code { flow, code: Secret::new("none") };
    let refused = t.kw.finish_verification(wrong, Some(browser.clone()), &client).await.unwrap();
    assert!(matches!(refused, Err(Refusal::CodeInvalid)), "{refused:?}");
    let code = Secret::new(t.code_for(ADA).await);
    let given = Given::Code { flow, code };
    let entered = t.kw.finish_verification(given, Some(browser), &client).await.unwrap().unwrap();
    let first = session(entered.unwrap());
    // Whoever has an account is told the same.
    let again = t.kw.sign_up(new(), &client).await.unwrap().unwrap();
    assert!(matches!(again, Entered::NeedsVerification { .. }), "{again:?}");

    let wrong = t.kw.sign_in(ADA, &Secret::new("not this password"), false, &client).await;
    assert!(matches!(wrong.unwrap(), Err(Refusal::InvalidCredentials)));
    assert_eq!(signed_in(&t).await.user, first.user);
    let new = Secret::new("another long password");
    let changed = t.kw.change_password(first.id, Some(password), new.clone(), false, &client);
    assert_eq!(changed.await.unwrap().unwrap().user, first.user);
    let old = t.kw.sign_in(ADA, &Secret::new(PASSWORD), false, &client).await.unwrap();
    assert!(matches!(old, Err(Refusal::InvalidCredentials)));
    session(t.kw.sign_in(ADA, &new, true, &client).await.unwrap().unwrap());
    let nameless = t.kw.sign_in_anonymous(&client).await.unwrap();
    assert!(nameless.is_err(), "off unless it is switched on");
}

#[tokio::test]
async fn an_app_signs_somebody_in_by_what_was_sent() {
    let t = TestAuth::new().await;
    let (ada, client) = (t.user(ADA).await, here());
    let asked = t.kw.send_sign_in(ADA, Sent::Code, &client).await.unwrap().unwrap();
    let code = Secret::new(t.code_for(ADA).await);
    let given = || Given::Code { flow: asked.flow, code: code.clone() };
    let stranger = t.kw.finish_sign_in(Sent::Code, given(), None, &client).await.unwrap();
    assert!(stranger.is_err(), "{stranger:?}");
    let browser = Some(asked.browser.clone());
    let entered = t.kw.finish_sign_in(Sent::Code, given(), browser, &client).await;
    let EnteredBy::Here(entered) = entered.unwrap().unwrap() else { panic!("it is here") };
    assert_eq!(session(entered).user, ada.id);

    t.clock.advance(std::time::Duration::from_secs(3600));
    let asked = t.kw.send_sign_in(ADA, Sent::Link, &client).await.unwrap().unwrap();
    let link = Given::Link(Secret::new(t.link_token_for(ADA).await));
    let elsewhere = t.kw.finish_sign_in(Sent::Link, link, None, &client).await.unwrap().unwrap();
    let EnteredBy::Elsewhere(code) = elsewhere else { panic!("it is another browser") };
    let typed = Given::Code { flow: asked.flow, code };
    let entered = t.kw.finish_sign_in(Sent::Link, typed, Some(asked.browser), &client).await;
    let EnteredBy::Here(entered) = entered.unwrap().unwrap() else { panic!("it is here") };
    assert_eq!(session(entered).user, ada.id);
}

#[tokio::test]
async fn an_app_gets_somebody_back_in() {
    let t = TestAuth::new().await;
    let (ada, client) = (t.user(ADA).await, here());
    let nobody = t.kw.send_recovery("nobody@example.com", &client).await.unwrap();
    assert!(nobody.is_ok(), "told the same");
    let asked = t.kw.send_recovery(ADA, &client).await.unwrap().unwrap();
    let given = Given::Code { flow: asked.flow, code: Secret::new(t.code_for(ADA).await) };
    let new = Secret::new("another long password");
    let entered = t.kw.finish_recovery(given, new.clone(), false, &client).await;
    assert_eq!(session(entered.unwrap().unwrap()).user, ada.id);
    session(t.kw.sign_in(ADA, &new, false, &client).await.unwrap().unwrap());
}

#[tokio::test]
async fn an_app_asks_for_the_second_factor() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    let (first, client) = (signed_in(&t).await, here());
    let begun = t.kw.begin_totp(first.id).await.unwrap().unwrap();
    let app = Authenticator::new(begun.secret.reveal(), &t.clock);
    let code = Secret::new(app.code());
    let enrolled = t.kw.confirm_totp(first.id, begun.flow, &code).await.unwrap().unwrap();
    assert_eq!(enrolled.recovery_codes.len(), 10);
    let led = t.kw.sign_in(ADA, &Secret::new(PASSWORD), false, &client).await.unwrap().unwrap();
    let Entered::NeedsMfa { flow, browser, methods } = led else { panic!("{led:?}") };
    assert_eq!(methods, ["totp", "recovery_code"]);
    let given = |code: &str, browser: &Secret| SecondFactor {
        flow,
        browser: browser.clone(),
        method: "totp".into(),
        code: Secret::new(code),
        trust: false,
    };
    let code = app.next_code();
    let stranger = t.kw.finish_mfa(given(&code, &Secret::new("none")), &client).await.unwrap();
    assert!(matches!(stranger, Err(Refusal::MfaExpired)), "{stranger:?}");
    let entered = t.kw.finish_mfa(given(&code, &browser), &client).await.unwrap().unwrap();
    assert_eq!(session(entered).user, first.user);
}

#[cfg(feature = "passkeys")]
#[tokio::test]
async fn an_app_adds_a_passkey_and_signs_in_with_it() {
    let t = TestAuth::new().await;
    t.user(ADA).await;
    let (first, client) = (signed_in(&t).await, here());
    let mut device = keyward::testing::PasskeyDevice::default();
    let begun = t.kw.begin_passkey(first.user, first.id, &client).await.unwrap().unwrap();
    let made = device.create(crate::passkeys::ORIGIN, &begun.public_key).unwrap();
    let whose = (first.user, first.id);
    let added = t.kw.add_passkey(whose, begun.flow_id, made, "phone".into(), &client).await;
    assert_eq!(added.unwrap().unwrap().name, "phone");
    let begun = t.kw.begin_passkey_sign_in(&client).await.unwrap().unwrap();
    let answer = device.get(crate::passkeys::ORIGIN, &begun.public_key).unwrap();
    let entered = t.kw.finish_passkey_sign_in(begun.flow_id, answer, &client).await;
    assert_eq!(session(entered.unwrap().unwrap()).user, first.user);
}

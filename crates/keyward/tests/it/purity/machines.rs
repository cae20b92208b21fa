//! What programs hold of an account: a passkey, tokens, keys of frontends.

use std::time::Duration;

use keyward::Secret;
use keyward::testing::PasskeyDevice;
use keyward_core::crypto::refresh;
use keyward_core::flow::authnzerver::{GiveNumber, IssueKey, RevokeKeys};
use keyward_core::flow::open::Opening;
use keyward_core::flow::passkey::{
    AddPasskey, AskForPasskey, BeginPasskey, BeginPasskeySignIn, NewPasskey, PasskeyAnswer,
    RemovePasskey, RenamePasskey, SignInWithPasskey,
};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::tokens::{IssueTokens, KnowAs, OldSystem, Origin, RefreshTokens};
use keyward_core::id::{CredentialId, FlowId, UserId};

use super::{House, signed_in};

const ORIGIN: &str = "http://localhost";

/// A passkey that somebody made, and the device that has it.
pub(super) struct Made {
    device: PasskeyDevice,
    passkey: CredentialId,
}

/// Makes a passkey, names it, and signs in with it.
pub(super) async fn passkey(house: &mut House, user: UserId, identifier: &str) -> Made {
    let session = signed_in(house, identifier).await;
    let mut device = PasskeyDevice::default();
    let begun = house.check(BeginPasskey { user, session }).await;
    let made = device.create(ORIGIN, &begun.options).unwrap();
    let (flow, made) = (begun.flow, NewPasskey::parse(made).unwrap());
    let added = AddPasskey { user, session, flow, made, name: "Blue".into() };
    let passkey = house.check(added).await.id;
    house.check(RenamePasskey { user, passkey, name: "Red".into() }).await;
    let begun = house.check(BeginPasskeySignIn).await;
    let answer = PasskeyAnswer::parse(device.get(ORIGIN, &begun.options).unwrap()).unwrap();
    let open = Some(Opening::browser());
    let sign_in = SignInWithPasskey { flow: begun.flow, answer, only: None, open };
    assert!(matches!(house.check(sign_in).await, SignedIn::Complete { .. }));
    Made { device, passkey }
}

/// Asks for it where a second factor is awaited, and removes it.
pub(super) async fn asked_for(
    house: &mut House,
    user: UserId,
    made: Made,
    (flow, browser): (FlowId, Option<Secret>),
) {
    let begun = house.check(AskForPasskey { flow, browser }).await;
    let Made { mut device, passkey } = made;
    assert!(device.get(ORIGIN, &begun.options).is_ok());
    let begun = house.check(BeginPasskeySignIn).await;
    let answer = PasskeyAnswer::parse(device.get(ORIGIN, &begun.options).unwrap()).unwrap();
    let open = Some(Opening::browser());
    let sign_in = SignInWithPasskey { flow: begun.flow, answer, only: Some(user), open };
    let SignedIn::Complete { opened, .. } = house.check(sign_in).await else {
        panic!("a passkey that verified its owner is enough")
    };
    let session = opened.session.id;
    house.check(RemovePasskey { user, session, passkey, demanded: false }).await;
}

/// Access and refresh tokens, and what another system called somebody.
pub(super) async fn tokens(house: &mut House, user: UserId) {
    let origin = Origin::App { method: "app".into() };
    let client_id = || "cli".to_owned();
    let issue = IssueTokens { user, origin, client_id: client_id(), scopes: None };
    let issued = house.check(issue).await;
    house.later();
    let found = refresh::read(&house.keys.refresh, issued.refresh.reveal()).unwrap();
    house.check(RefreshTokens { found, client_id: client_id() }).await;
    let known = KnowAs { user, system: OldSystem::Asok, name: Some("7".into()) };
    house.check(known).await;
}

/// What authnzerver's frontends are given.
pub(super) async fn frontends(house: &mut House, user: UserId) {
    house.check(GiveNumber { user, number: None }).await;
    let key = IssueKey {
        user,
        claims: serde_json::Map::new(),
        session: None,
        not_before: house.now,
        expires_at: house.now.plus(Duration::from_secs(3600)),
        refresh: None,
        replaces: None,
    };
    house.check(key).await;
    house.check(RevokeKeys { user, key: None }).await;
}

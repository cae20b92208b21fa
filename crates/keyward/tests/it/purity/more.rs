//! What one person does from their first sign-in to the end of their account.

use std::time::Duration;

use keyward::{Act, Kind, Names, Secret};
use keyward_core::crypto::api_key::{read, read_refresh};
use keyward_core::crypto::otp::{OtpSecret, Totp};
use keyward_core::crypto::token::digest;
use keyward_core::flow::address::{
    CancelAddress, ChangeAddress, ConfirmAddress, RemoveAddress, ResendAddress, SeeUndo,
    UndoAddress,
};
use keyward_core::flow::admin::{ActOn, AddPerson};
use keyward_core::flow::anonymous::{BeginAnonymous, ForgetAbandoned};
use keyward_core::flow::api_key::{
    ApiKeyTerms, CreateApiKey, Holder, RefreshApiKey, ReportApiKey, RotateApiKey,
};
use keyward_core::flow::challenge::Answer;
use keyward_core::flow::deletion::{DeleteOwn, EraseDeleted, RestoreOwn, SeeRestore};
use keyward_core::flow::enrolled::{RemoveFactor, RenewCodes};
use keyward_core::flow::hand_over::{BeginHandOver, EndHandOver};
use keyward_core::flow::hashes::ReplaceHash;
use keyward_core::flow::method::{FinishMethod, TryMethod, Whose};
use keyward_core::flow::mfa::{AwaitedMfa, FinishMfa};
use keyward_core::flow::open::Opening;
use keyward_core::flow::own_user::{OwnUser, SignInOwn};
use keyward_core::flow::proven::SignedIn;
use keyward_core::flow::recover::{BeginRecovery, StopRecovery, TellOfRecovery};
use keyward_core::flow::relation::{ChangeRelations, Relation};
use keyward_core::flow::remember::Remember;
use keyward_core::flow::session::CloseSessions;
use keyward_core::flow::sign_in::SignIn;
use keyward_core::flow::sign_in_link::{
    BeginSignIn, ConfirmSignIn, ResendSignIn, SeeSignIn, Sent, Which,
};
use keyward_core::flow::totp::{BeginTotp, ConfirmTotp};
use keyward_core::id::{SessionId, UserId};
use keyward_core::port::Store as _;

use super::{House, PASSWORD, machines, signed_in};

const EVE: &str = "eve@example.com";
const PHONE: &str = "+4915112345678";

pub(super) async fn more(house: &mut House, root: UserId) {
    house.later();
    let names = Names { email: Some(EVE.into()), phone: Some(PHONE.into()), ..Names::default() };
    let add = AddPerson {
        names,
        name: "Eve".into(),
        password: Some(Secret::new(PASSWORD)),
        password_hash: None,
        verified: true,
        actor: Some(root),
        by: "admin",
    };
    let eve = house.check(add).await.user.id;
    ways_in(house, eve).await;
    addresses(house, eve).await;
    second_factor(house, eve).await;
    keys(house, eve).await;
    machines::tokens(house, eve).await;
    machines::frontends(house, eve).await;
    left_open(house, eve, root).await;
    the_end(house, eve, root).await;
}

impl House {
    /// The secret of the link in the newest letter that has one.
    async fn link(&self) -> Secret {
        use keyward_core::flow::challenge::Letter;
        let messages = self.store.messages(None, 100).await.unwrap();
        let mut letters = messages.iter().filter_map(|m| Letter::open(&self.keys, m).ok());
        let link = letters.find_map(|letter| letter.link).expect("a letter with a link");
        Secret::new(link.rsplit(['/', '#']).next().unwrap_or_default())
    }
}

/// By a code, by a method of the app's, from another site, from a table of the app's.
async fn ways_in(house: &mut House, user: UserId) {
    let open = Opening::browser();
    let by = Sent::Code;
    let begin = BeginSignIn { identifier: EVE.into(), by, return_to: "/app".into() };
    let asked = house.check(begin).await;
    let browser = || Some(asked.browser.clone());
    house.check(SeeSignIn { which: Which::Flow(asked.flow), browser: browser() }).await;
    house.later();
    house.check(ResendSignIn { flow: asked.flow, browser: browser() }).await;
    let answer = Answer::Code { flow: asked.flow, code: house.code().await };
    house.check(ConfirmSignIn { by, answer, browser: browser(), open }).await;
    house.later();
    house.check(Remember { user, method: "app".into() }).await;
    let (method, identifier) = (|| "ldap".to_owned(), || EVE.to_owned());
    house.check(TryMethod { method: method(), identifier: identifier() }).await;
    let whose = Some(Whose::Account(user));
    let (method, identifier) = (method(), identifier());
    house.check(FinishMethod { method, identifier, whose, open }).await;
    let found =
        OwnUser { id: "7".into(), name: "Ida".into(), password: Secret::new("$argon2id$x") };
    let (issuer, login, password) = ("table".into(), "ida".into(), Secret::new(PASSWORD));
    house.check(SignInOwn { issuer, login, found, password, open: Some(open) }).await;
    let session = signed_in(house, EVE).await;
    let (site, browser) = (|| "https://app.example".to_owned(), digest("a browser"));
    let code = house.check(BeginHandOver { user, session, site: site(), browser }).await;
    let browser = Some(Secret::new("a browser"));
    house.check(EndHandOver { code, site: site(), browser }).await;
    let was = b"$argon2id$x".to_vec();
    assert!(house.check(ReplaceHash { user, was, now: "$argon2id$y".into() }).await);
}

async fn addresses(house: &mut House, user: UserId) {
    let session = signed_in(house, EVE).await;
    let change = |to: &str| ChangeAddress { user, session, kind: Kind::Email, to: to.into() };
    let flow = house.check(change("evelyn@example.com")).await.flow;
    house.later();
    house.check(ResendAddress { user, flow }).await;
    let answer = Answer::Code { flow, code: house.code().await };
    house.check(ConfirmAddress { user, session, answer }).await;
    let link = house.link().await;
    house.check(SeeUndo { link: link.clone() }).await;
    house.check(UndoAddress { link }).await;
    // Whoever undoes a change chooses a new password.
    let act = Act::SetPassword { password: Secret::new(PASSWORD), temporary: false };
    house.check(ActOn { user, act, actor: None }).await;
    let session = signed_in(house, EVE).await;
    let to = "eva@example.com".to_owned();
    let flow = house.check(ChangeAddress { user, session, kind: Kind::Email, to }).await.flow;
    house.check(CancelAddress { user, flow }).await;
}

async fn second_factor(house: &mut House, user: UserId) {
    let passkey = machines::passkey(house, user, EVE).await;
    let session = signed_in(house, EVE).await;
    let begun = house.check(BeginTotp { user, session }).await;
    let secret = OtpSecret::parse(begun.secret.reveal()).unwrap();
    let code = Totp::default().code(&secret, house.now).unwrap();
    let enrolled = house.check(ConfirmTotp { user, session, flow: begun.flow, code }).await;
    house.later();
    let sign_in = SignIn {
        identifier: EVE.into(),
        password: Secret::new(PASSWORD),
        open: Some(Opening::browser()),
    };
    let SignedIn::NeedsMfa { flow, browser, .. } = house.check(sign_in).await else {
        panic!("no second factor is asked for")
    };
    let browser = Some(browser);
    house.check(AwaitedMfa { flow, browser: browser.clone() }).await;
    machines::asked_for(house, user, passkey, (flow, browser.clone())).await;
    let answer = enrolled.codes[0].clone();
    let method = "recovery_code".to_owned();
    let finish = FinishMfa { flow, browser, method, answer, trust: true, replaces: None };
    let SignedIn::Complete { opened, .. } = house.check(finish).await else {
        panic!("two factors are not enough")
    };
    house.later();
    let session = opened.session.id;
    house.check(RenewCodes { user, session }).await;
    house.check(RemoveFactor { user, session, method: "totp", demanded: false }).await;
}

async fn keys(house: &mut House, user: UserId) {
    let holder = Holder::Operator(user);
    let day = Duration::from_secs(24 * 3600);
    let terms = ApiKeyTerms {
        name: "ci".into(),
        expires_at: Some(house.now.plus(day)),
        refresh_until: Some(house.now.plus(10 * day)),
        ..ApiKeyTerms::default()
    };
    let made = house.check(CreateApiKey { holder, terms }).await;
    let found = read_refresh(made.refresh.unwrap().reveal()).unwrap();
    let anew = house.check(RefreshApiKey { found }).await;
    let rotate = RotateApiKey { holder, key: anew.key.id, overlap: Duration::ZERO };
    let rotated = house.check(rotate).await;
    let found = read(rotated.text.reveal()).unwrap();
    house.check(ReportApiKey { found, place: "a public repository".into() }).await;
}

/// What goes on without its owner: a recovery that is stopped, somebody without a name.
async fn left_open(house: &mut House, user: UserId, root: UserId) {
    house.later();
    let flow = house.check(BeginRecovery { identifier: PHONE.into() }).await.flow;
    house.later();
    house.check(TellOfRecovery { flow }).await;
    let link = house.link().await;
    house.check(StopRecovery { link, look: false }).await;
    let gone = Relation {
        object: "docs:1".into(),
        relation: "viewer".into(),
        subject: format!("user:{user}"),
    };
    let actor = Some(root);
    house.check(ChangeRelations { add: vec![], remove: vec![gone], actor }).await;
}

async fn the_end(house: &mut House, user: UserId, root: UserId) {
    let session: SessionId = signed_in(house, EVE).await;
    house.check(RemoveAddress { user, session, kind: Kind::Phone }).await;
    house.later();
    house.check(DeleteOwn { user, session }).await;
    let link = house.link().await;
    house.check(SeeRestore { link: link.clone() }).await;
    house.check(RestoreOwn { link }).await;
    house.later();
    let actor = Some(root);
    house.check(ActOn { user, act: Act::Delete, actor }).await;
    house.settings.anonymous = true;
    let nameless = house.check(BeginAnonymous { open: Opening::browser() }).await.session.user;
    house.check(CloseSessions { user: nameless, except: None, actor, by: "admin" }).await;
    house.now = house.now.plus(Duration::from_secs(400 * 24 * 3600));
    house.check(EraseDeleted { user }).await;
    house.check(ForgetAbandoned { user: nameless }).await;
}

//! Sessions.

use core::time::Duration;

use keyward_core::port::Write;
use keyward_core::record::{Family, Impersonator, Rotation, Session, SessionKind, User};
use keyward_core::time::Timestamp;

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_session_comes_back_as_it_went_in_with_its_account,
    a_session_opens_only_for_an_active_account_of_the_same_epoch,
    being_seen_only_moves_forward,
    session_data_is_swapped_only_for_what_it_was,
    a_family_of_tokens_rotates_from_what_it_was,
    a_family_is_kept_to_its_end_though_it_rests,
    sessions_close_alone_or_together,
    an_account_shows_its_newest_500_sessions,
];

async fn a_session_comes_back_as_it_went_in_with_its_account(store: Shared) {
    let mut sample = Sample::new(21);
    let user = sample.user();
    done(&store, vec![Write::AddUser(user.clone())]).await;
    let odd = Session {
        kind: SessionKind::Token,
        aal: 255,
        methods: vec!["a b".into(), "\"\\,".into(), String::new(), "🗝".into()],
        auth_time: Timestamp::from_micros(i64::MIN),
        created_at: Timestamp::from_micros(-1),
        seen_at: Timestamp::from_micros(i64::MAX),
        idle: Duration::from_micros(i64::MAX as u64),
        expires_at: Timestamp::from_micros(i64::MAX),
        remember: true,
        client: "¿".repeat(150),
        address: "2001:db8::1%eth0".into(),
        impersonator: Some(Impersonator {
            user: sample.user().id,
            session: sample.session(&user).id,
        }),
        data: format!("{{\"x\":\"{}\"}}", "\\n🦊".repeat(600)),
        ..sample.session(&user)
    };
    let empty = Session {
        secret_hash: [0; 32],
        aal: 0,
        methods: vec![],
        idle: Duration::ZERO,
        client: String::new(),
        address: String::new(),
        data: String::new(),
        ..sample.session(&user)
    };
    for session in [sample.session(&user), odd, empty] {
        done(&store, vec![Write::OpenSession(session.clone())]).await;
        let found = store.session(session.id).await.unwrap();
        assert_eq!(found, Some((session, user.clone())));
    }
    assert_eq!(store.session(sample.session(&user).id).await.unwrap(), None);
}

async fn a_session_opens_only_for_an_active_account_of_the_same_epoch(store: Shared) {
    let mut sample = Sample::new(22);
    let active = sample.user();
    let locked = User { locked_at: Some(at(1)), ..sample.user() };
    let deleted = User { deleted_at: Some(at(1)), ..sample.user() };
    let writes = [&active, &locked, &deleted].map(|user| Write::AddUser(user.clone()));
    done(&store, writes.into()).await;
    let stranger = sample.user();
    for user in [&locked, &deleted, &stranger] {
        conflicts(&store, vec![Write::OpenSession(sample.session(user))]).await;
    }
    let stale = Session { epoch: 0, ..sample.session(&active) };
    conflicts(&store, vec![Write::OpenSession(stale)]).await;
    let session = sample.session(&active);
    done(&store, vec![Write::OpenSession(session.clone())]).await;
    conflicts(&store, vec![Write::OpenSession(session)]).await;
}

async fn being_seen_only_moves_forward(store: Shared) {
    let mut sample = Sample::new(23);
    let user = sample.user();
    let session = sample.session(&user);
    let id = session.id;
    done(&store, vec![Write::AddUser(user.clone()), Write::OpenSession(session)]).await;
    for (seen, stored) in [(10, 10), (5, 10), (20, 20)] {
        done(&store, vec![Write::TouchSession { id, seen_at: at(seen) }]).await;
        let (session, _) = store.session(id).await.unwrap().unwrap();
        assert_eq!(session.seen_at, at(stored));
    }
    let gone = sample.session(&user).id;
    done(&store, vec![Write::TouchSession { id: gone, seen_at: at(30) }]).await;
}

async fn session_data_is_swapped_only_for_what_it_was(store: Shared) {
    let mut sample = Sample::new(24);
    let user = sample.user();
    let session = sample.session(&user);
    let id = session.id;
    done(&store, vec![Write::AddUser(user), Write::OpenSession(session)]).await;
    let swap = |was: &str, now: &str| {
        vec![Write::SwapSessionData { id, was: was.into(), now: now.into() }]
    };
    done(&store, swap("{}", "{\"cart\":[\"ü\"]}")).await;
    conflicts(&store, swap("{}", "{\"cart\":2}")).await;
    conflicts(&store, swap("{\"CART\":[\"ü\"]}", "{}")).await;
    let (session, _) = store.session(id).await.unwrap().unwrap();
    assert_eq!(session.data, "{\"cart\":[\"ü\"]}");
}

fn family(sample: &mut Sample, user: &User) -> Session {
    let family = Family {
        client_id: "phone \u{1f98a}".into(),
        scopes: Some(vec!["posts:*".into()]),
        generation: 0,
        rotation: None,
    };
    let kind = SessionKind::Family;
    Session { kind, family: Some(family), ..sample.session(user) }
}

async fn a_family_of_tokens_rotates_from_what_it_was(store: Shared) {
    let mut sample = Sample::new(27);
    let user = sample.user();
    let session = family(&mut sample, &user);
    let (id, first) = (session.id, session.secret_hash);
    done(&store, vec![Write::AddUser(user.clone()), Write::OpenSession(session.clone())]).await;
    let rotation = Rotation { before: first, at: at(9), by: [0xff; 8] };
    let next = Family {
        generation: u32::MAX,
        rotation: Some(rotation),
        ..session.family.clone().unwrap()
    };
    let (now, seen_at) = (sample.hash(), at(9));
    let rotate = |was| vec![Write::RotateFamily { id, was, now, seen_at, family: next.clone() }];
    conflicts(&store, rotate(now)).await;
    assert_eq!(store.session(id).await.unwrap(), Some((session.clone(), user.clone())));
    done(&store, rotate(first)).await;
    conflicts(&store, rotate(first)).await;
    let rotated = Session { secret_hash: now, family: Some(next.clone()), seen_at, ..session };
    assert_eq!(store.session(id).await.unwrap(), Some((rotated, user)));
    let stranger = sample.user();
    let (id, was) = (sample.session(&stranger).id, first);
    conflicts(&store, vec![Write::RotateFamily { id, was, now, seen_at, family: next }]).await;
}

async fn a_family_is_kept_to_its_end_though_it_rests(store: Shared) {
    let mut sample = Sample::new(28);
    let user = sample.user();
    let (kept, other) = (family(&mut sample, &user), sample.session(&user));
    let writes = [&kept, &other].map(|it| Write::OpenSession(it.clone()));
    done(&store, [vec![Write::AddUser(user)], writes.into()].concat()).await;
    done(&store, vec![Write::Purge { before: kept.ends_at().plus(Duration::from_secs(1)) }]).await;
    assert!(store.session(other.id).await.unwrap().is_none());
    assert!(store.session(kept.id).await.unwrap().is_some());
    let before = kept.expires_at.plus(Duration::from_secs(1));
    done(&store, vec![Write::Purge { before }]).await;
    assert!(store.session(kept.id).await.unwrap().is_none());
}

async fn sessions_close_alone_or_together(store: Shared) {
    let mut sample = Sample::new(25);
    let (ann, bob) = (sample.user(), sample.user());
    let hers = [(); 4].map(|()| sample.session(&ann));
    let his = sample.session(&bob);
    let mut writes = vec![Write::AddUser(ann.clone()), Write::AddUser(bob)];
    writes.extend(hers.iter().chain([&his]).map(|s| Write::OpenSession(s.clone())));
    done(&store, writes).await;
    let open = async || {
        let sessions = store.sessions_of(ann.id).await.unwrap();
        sessions.iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!(open().await, [hers[3].id, hers[2].id, hers[1].id, hers[0].id]);
    done(&store, vec![Write::CloseSession(hers[1].id)]).await;
    done(&store, vec![Write::CloseSession(hers[1].id)]).await;
    assert_eq!(open().await, [hers[3].id, hers[2].id, hers[0].id]);
    let (user, except) = (ann.id, Some(hers[2].id));
    done(&store, vec![Write::CloseSessionsOf { user, except }]).await;
    assert_eq!(open().await, [hers[2].id]);
    done(&store, vec![Write::CloseSessionsOf { user, except: None }]).await;
    done(&store, vec![Write::CloseSessionsOf { user, except: None }]).await;
    assert_eq!(open().await, []);
    assert!(store.session(his.id).await.unwrap().is_some());
}

async fn an_account_shows_its_newest_500_sessions(store: Shared) {
    let mut sample = Sample::new(26);
    let user = sample.user();
    let sessions: Vec<Session> = (0..502).map(|_| sample.session(&user)).collect();
    let mut writes = vec![Write::AddUser(user.clone())];
    writes.extend(sessions.iter().cloned().map(Write::OpenSession));
    done(&store, writes).await;
    let shown = store.sessions_of(user.id).await.unwrap();
    assert_eq!(shown.len(), 500);
    assert_eq!(shown[0], sessions[501]);
}

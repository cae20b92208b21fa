//! Invitations.

use keyward_core::port::{Batch, Write};
use keyward_core::record::Invitation;

use super::sample::at;
use super::{Case, Sample, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_invitation_comes_back_as_it_went_in,
    an_invitation_ends_once,
    fifty_by_one_invitation_have_one_winner,
    invitations_are_listed_newest_first_and_purged_long_after,
];

async fn an_invitation_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(211);
    let odd = Invitation {
        email: "Ünïcode\"'%@example.com".into(),
        normal: "x".repeat(255),
        roles: vec!["a b".into(), "\"\\,".into(), String::new()],
        is_mailed: true,
        made_by: Some(sample.user().id),
        used_by: Some(sample.user().id),
        used_at: Some(at(7)),
        revoked_at: Some(at(-7)),
        ..sample.invitation()
    };
    for row in [sample.invitation(), odd] {
        done(&store, vec![Write::AddInvitation(row.clone())]).await;
        assert_eq!(store.invitation(row.id).await.unwrap(), Some(row));
    }
    assert_eq!(store.invitation(sample.invitation().id).await.unwrap(), None);
}

async fn an_invitation_ends_once(store: Shared) {
    let mut sample = Sample::new(212);
    let (used, gone) = (sample.invitation(), sample.invitation());
    let user = sample.user().id;
    let spend = |row: &Invitation| Write::SpendInvitation { id: row.id, user, at: at(9) };
    let revoke = |row: &Invitation| Write::RevokeInvitation { id: row.id, at: at(9) };
    done(&store, vec![Write::AddInvitation(used.clone()), Write::AddInvitation(gone.clone())])
        .await;
    conflicts(&store, vec![Write::AddInvitation(used.clone())]).await;
    done(&store, vec![spend(&used), revoke(&gone)]).await;
    for write in [spend(&used), revoke(&used), spend(&gone), revoke(&gone)] {
        conflicts(&store, vec![write]).await;
    }
    let found = store.invitation(used.id).await.unwrap().unwrap();
    assert_eq!((found.used_by, found.used_at, found.revoked_at), (Some(user), Some(at(9)), None));
}

async fn fifty_by_one_invitation_have_one_winner(store: Shared) {
    let mut sample = Sample::new(213);
    for round in 0..3 {
        let row = sample.invitation();
        done(&store, vec![Write::AddInvitation(row.clone())]).await;
        let coming = (0..50).map(|n| {
            let (user, mut batch) = sample.sign_up(&format!("p{round}.{n}@example.com"));
            batch.writes.push(Write::SpendInvitation { id: row.id, user: user.id, at: at(9) });
            batch
        });
        let coming: Vec<Batch> = coming.collect();
        assert_eq!(applied(&store, coming).await, 1, "round {round}");
    }
}

async fn invitations_are_listed_newest_first_and_purged_long_after(store: Shared) {
    let mut sample = Sample::new(214);
    let rows: Vec<Invitation> = (0..3).map(|_| sample.invitation()).collect();
    done(&store, rows.iter().cloned().map(Write::AddInvitation).collect()).await;
    let mut wanted = rows.clone();
    wanted.sort_by_key(|row| core::cmp::Reverse(row.id));
    assert_eq!(store.invitations(None, 10).await.unwrap(), wanted);
    assert_eq!(store.invitations(Some(wanted[0].id), 1).await.unwrap(), wanted[1..2]);
    let day = 24 * 3600;
    done(&store, vec![Write::Purge { before: at(600 + 89 * day) }]).await;
    assert_eq!(store.invitations(None, 10).await.unwrap().len(), 3);
    done(&store, vec![Write::Purge { before: at(601 + 90 * day) }]).await;
    assert_eq!(store.invitations(None, 10).await.unwrap(), vec![]);
}

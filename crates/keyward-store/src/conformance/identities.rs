//! Identities: who services elsewhere say that somebody is.

use keyward_core::port::{Batch, Write};
use keyward_core::record::{Credential, Identity, User};

use super::{Case, Sample, Shared, applied, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_identity_comes_back_as_it_went_in,
    an_identity_is_of_one_account,
    issuers_and_subjects_are_compared_byte_by_byte,
    an_identity_goes_with_its_credential,
    of_parallel_accounts_for_one_identity_one_is_made,
    many_identities_are_looked_up_in_their_order,
];

/// An account with a credential, and what adds both.
fn person(sample: &mut Sample) -> (User, Credential, Vec<Write>) {
    let user = sample.user();
    let credential = sample.credential(&user, "oauth", b"{}");
    let writes = vec![Write::AddUser(user.clone()), Write::AddCredential(credential.clone())];
    (user, credential, writes)
}

async fn an_identity_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(141);
    let (_, credential, mut writes) = person(&mut sample);
    let long = "é".repeat(127);
    let odd = Identity { issuer: long.clone(), ..sample.identity(&credential, &long) };
    writes.push(Write::AddIdentity(odd.clone()));
    done(&store, writes).await;
    assert_eq!(store.identity(&long, &long).await.unwrap(), Some(odd));
    assert_eq!(store.identity(&long, "").await.unwrap(), None);
}

async fn an_identity_is_of_one_account(store: Shared) {
    let mut sample = Sample::new(142);
    let (_, anns, writes) = person(&mut sample);
    done(&store, writes).await;
    let first = sample.identity(&anns, "7");
    done(&store, vec![Write::AddIdentity(first.clone())]).await;
    let (bob, bobs, writes) = person(&mut sample);
    let second = sample.identity(&bobs, "7");
    conflicts(&store, [writes, vec![Write::AddIdentity(second)]].concat()).await;
    assert_eq!(store.subject(bob.id).await.unwrap(), None, "nor anything of the batch");
    assert_eq!(store.identity(&first.issuer, "7").await.unwrap(), Some(first.clone()));
    // Nor is a credential found by two of them.
    conflicts(&store, vec![Write::AddIdentity(sample.identity(&anns, "8"))]).await;
}

async fn issuers_and_subjects_are_compared_byte_by_byte(store: Shared) {
    let mut sample = Sample::new(143);
    for subject in ["abc", "ABC", "abc ", "\u{e4}bc", "a\u{308}bc", "abc\u{200b}"] {
        let (_, credential, mut writes) = person(&mut sample);
        let identity = sample.identity(&credential, subject);
        let elsewhere = format!("{}/", identity.issuer);
        writes.push(Write::AddIdentity(identity.clone()));
        done(&store, writes).await;
        assert_eq!(store.identity(&elsewhere, subject).await.unwrap(), None, "{subject}");
        assert_eq!(store.identity(&identity.issuer, subject).await.unwrap(), Some(identity));
    }
}

async fn an_identity_goes_with_its_credential(store: Shared) {
    let mut sample = Sample::new(144);
    let (_, credential, mut writes) = person(&mut sample);
    let identity = sample.identity(&credential, "7");
    writes.push(Write::AddIdentity(identity.clone()));
    done(&store, writes).await;
    done(&store, vec![Write::SpendCredential(credential.id)]).await;
    assert_eq!(store.identity(&identity.issuer, "7").await.unwrap(), None);
    // Another account may have it now.
    let (_, credential, mut writes) = person(&mut sample);
    let identity = sample.identity(&credential, "7");
    writes.push(Write::AddIdentity(identity.clone()));
    done(&store, writes).await;
    // A batch that fails leaves it where it was.
    let missing = sample.credential(&sample.clone().user(), "oauth", b"").id;
    let failing = vec![Write::SpendCredential(credential.id), Write::SpendCredential(missing)];
    conflicts(&store, failing).await;
    assert_eq!(store.identity(&identity.issuer, "7").await.unwrap(), Some(identity));
}

async fn of_parallel_accounts_for_one_identity_one_is_made(store: Shared) {
    let mut sample = Sample::new(145);
    let batches = (0..20).map(|_| {
        let (_, credential, mut writes) = person(&mut sample);
        writes.push(Write::AddIdentity(sample.identity(&credential, "7")));
        Batch { writes, events: vec![] }
    });
    let batches: Vec<_> = batches.collect();
    assert_eq!(applied(&store, batches).await, 1);
}

async fn many_identities_are_looked_up_in_their_order(store: Shared) {
    let mut sample = Sample::new(146);
    let (mut subjects, mut wanted, mut issuer) = (vec![], vec![], String::new());
    // More than are sent together.
    for at in 0..300 {
        let subject = format!("many-{at}");
        let known = at % 7 == 0;
        if known {
            let (_, credential, mut writes) = person(&mut sample);
            let identity = sample.identity(&credential, &subject);
            issuer.clone_from(&identity.issuer);
            writes.push(Write::AddIdentity(identity));
            done(&store, writes).await;
        }
        subjects.push(subject);
        wanted.push(known);
    }
    let found = store.identities(&issuer, &subjects).await.unwrap();
    let named: Vec<bool> = found
        .iter()
        .zip(&subjects)
        .map(|(found, subject)| found.as_ref().is_some_and(|it| it.subject == *subject))
        .collect();
    assert_eq!(named, wanted);
    assert_eq!(found.iter().flatten().count(), wanted.iter().filter(|known| **known).count());
    assert_eq!(store.identities(&issuer, &[]).await.unwrap(), []);
}

//! Events, the audit chain, named values and the change feed.

use keyward_core::port::{Batch, EventQuery, Link, Write};
use keyward_core::record::{Event, EventRow, Personal, PersonalPart, Reason, What};

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    an_event_comes_back_as_it_went_in,
    events_are_found_by_what_they_are,
    events_come_in_pages_newest_first,
    a_place_in_the_chain_is_taken_once,
    the_chain_comes_in_order,
    a_named_value_is_swapped_only_for_what_it_was,
    changes_come_after_a_position,
];

async fn happened(store: &Shared, events: &[Event]) {
    store.commit(&Batch { writes: vec![], events: events.to_vec() }).await.unwrap();
}

fn refused(sample: &mut Sample) -> Event {
    let what = What::SignInFailed { method: "password".into(), reason: Reason::WrongSecret };
    let subject = Some(sample.user().id);
    let mut event = sample.event(subject, what);
    event.actor = Some(sample.user().id);
    let identifier = "\"Ä\\nn\"".repeat(50);
    event.personal = Personal { address: "::1".into(), client: "🦊".into(), identifier };
    event
}

async fn an_event_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(71);
    let plain = sample.event(None, What::SetupCompleted {});
    let events = [plain, refused(&mut sample)];
    happened(&store, &events).await;
    let wanted: Vec<EventRow> = events.iter().map(Event::to_row).collect();
    assert_eq!(store.unchained(10).await.unwrap(), wanted);
    assert!(
        wanted
            .iter()
            .all(|row| row.personal_part() == PersonalPart::True && row.columns_are_true())
    );
    let again = store.commit(&Batch { writes: vec![], events: vec![events[0].clone()] }).await;
    assert!(again.is_err(), "an event happens once");
}

async fn events_are_found_by_what_they_are(store: Shared) {
    let mut sample = Sample::new(72);
    let (ann, bob) = (Some(sample.user().id), Some(sample.user().id));
    let created = || What::UserCreated { by: "admin".into() };
    let changed = What::PasswordChanged { by: "owner".into(), closed_sessions: true };
    let events = [
        sample.event(ann, created()),
        sample.event(bob, created()),
        sample.event(ann, changed),
        sample.event(ann, What::UserLocked { reason: String::new() }),
        sample.event(None, What::SetupCompleted {}),
    ];
    happened(&store, &events).await;
    let all = EventQuery { limit: 100, ..EventQuery::default() };
    let kind = |kind: &str| EventQuery { kind: Some(kind.into()), ..all.clone() };
    for (query, wanted) in [
        (all.clone(), vec![4, 3, 2, 1, 0]),
        (EventQuery { subject: ann, ..all.clone() }, vec![3, 2, 0]),
        (kind("user.created"), vec![1, 0]),
        (kind("user."), vec![3, 2, 1, 0]),
        (kind("user.password."), vec![2]),
        (kind("user"), vec![]),
        (kind("user%"), vec![]),
        (EventQuery { subject: ann, ..kind("user.created") }, vec![0]),
        (EventQuery { since: Some(events[2].at), ..all.clone() }, vec![4, 3, 2]),
    ] {
        let page = store.events(&query).await.unwrap();
        let found: Vec<EventRow> = page.data;
        let wanted: Vec<EventRow> =
            wanted.into_iter().map(|at: usize| events[at].to_row()).collect();
        assert_eq!(found, wanted, "{query:?}");
    }
}

async fn events_come_in_pages_newest_first(store: Shared) {
    let mut sample = Sample::new(73);
    let events: Vec<Event> = (0..5).map(|_| sample.event(None, What::SetupCompleted {})).collect();
    happened(&store, &events).await;
    let mut seen = Vec::new();
    let mut query = EventQuery { limit: 2, ..EventQuery::default() };
    for length in [2, 2, 1] {
        let page = store.events(&query).await.unwrap();
        assert_eq!(page.data.len(), length);
        assert_eq!(page.next.is_some(), length == 2);
        seen.extend(page.data.iter().map(|row| row.id));
        query.after = page.next;
    }
    assert!(seen.iter().eq(events.iter().rev().map(|event| &event.id)));
}

async fn a_place_in_the_chain_is_taken_once(store: Shared) {
    let mut sample = Sample::new(74);
    let events = [(); 3].map(|()| sample.event(None, What::SetupCompleted {}));
    happened(&store, &events).await;
    let mut link = |event: usize, position| {
        let hash = sample.hash();
        Link { event: events[event].id, position, hash }
    };
    let first = link(0, 1);
    done(&store, vec![Write::Chain(vec![first.clone()])]).await;
    conflicts(&store, vec![Write::Chain(vec![link(1, 1)])]).await;
    conflicts(&store, vec![Write::Chain(vec![link(0, 2)])]).await;
    conflicts(&store, vec![Write::Chain(vec![link(1, 2), link(2, 2)])]).await;
    conflicts(&store, vec![Write::Chain(vec![link(1, 2), link(1, 3)])]).await;
    let missing = Link { event: Sample::new(9).event_id(), ..link(1, 2) };
    conflicts(&store, vec![Write::Chain(vec![missing])]).await;
    assert_eq!(store.unchained(10).await.unwrap().len(), 2);
    let chained = store.chain(0, 10).await.unwrap();
    assert_eq!(chained.len(), 1);
    assert_eq!(chained[0].chained, Some((1, first.hash)));
}

async fn the_chain_comes_in_order(store: Shared) {
    let mut sample = Sample::new(75);
    let events = [(); 4].map(|()| refused(&mut sample));
    happened(&store, &events).await;
    assert_eq!(store.unchained(2).await.unwrap(), [events[0].to_row(), events[1].to_row()]);
    // The order of the chain is not that of the ids.
    let order = [2, 0, 3, 1];
    let links: Vec<Link> = (1..)
        .zip(order)
        .map(|(position, event)| Link { event: events[event].id, position, hash: sample.hash() })
        .collect();
    done(&store, vec![Write::Chain(links.clone())]).await;
    assert_eq!(store.unchained(10).await.unwrap(), []);
    let wanted: Vec<EventRow> = links
        .iter()
        .zip(order)
        .map(|(link, event)| EventRow {
            chained: Some((link.position, link.hash)),
            ..events[event].to_row()
        })
        .collect();
    assert_eq!(store.chain(0, 10).await.unwrap(), wanted);
    assert_eq!(store.chain(1, 2).await.unwrap(), wanted[1..3]);
    assert_eq!(store.chain(4, 2).await.unwrap(), []);
}

async fn a_named_value_is_swapped_only_for_what_it_was(store: Shared) {
    let swap = |was: Option<&[u8]>, now: &[u8]| {
        let (name, was) = ("mark".to_owned(), was.map(<[u8]>::to_vec));
        vec![Write::SwapMeta { name, was, now: now.to_vec() }]
    };
    assert_eq!(store.meta("mark").await.unwrap(), None);
    conflicts(&store, swap(Some(b""), b"x")).await;
    done(&store, swap(None, b"")).await;
    assert_eq!(store.meta("mark").await.unwrap(), Some(vec![]));
    conflicts(&store, swap(None, b"two")).await;
    done(&store, swap(Some(b""), &[0, 255, 10])).await;
    conflicts(&store, swap(Some(b""), b"three")).await;
    assert_eq!(store.meta("mark").await.unwrap(), Some(vec![0, 255, 10]));
    assert_eq!(store.meta("Mark").await.unwrap(), None);
}

async fn changes_come_after_a_position(store: Shared) {
    let mut sample = Sample::new(76);
    let (ann, bob) = (sample.user().id, sample.user().id);
    let begin = store.changes(-1).await.unwrap();
    assert_eq!(begin.users, []);
    done(&store, vec![Write::NoteChange(ann), Write::NoteChange(ann)]).await;
    let first = store.changes(begin.last).await.unwrap();
    assert_eq!(first.users, [ann], "each account once");
    assert!(first.last > begin.last);
    done(&store, vec![Write::NoteChange(bob)]).await;
    let second = store.changes(first.last).await.unwrap();
    assert!(second.users.contains(&bob), "what was noted lately may be told again");
    assert!(second.last > first.last);
    let newest = store.changes(-1).await.unwrap();
    assert_eq!((newest.last, newest.users), (second.last, vec![]));
    let third = store.changes(second.last).await.unwrap();
    assert_eq!(third.last, second.last);
    let refused = vec![Write::NoteChange(ann), Write::BumpAccess(ann)];
    conflicts(&store, refused).await;
    assert_eq!(store.changes(-1).await.unwrap().last, second.last);
    let _ = at(0);
}

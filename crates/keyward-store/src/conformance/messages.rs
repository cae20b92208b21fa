//! The outbox.

use keyward_core::id::MessageId;
use keyward_core::port::Write;
use keyward_core::record::{Channel, Message, MessageState};
use keyward_core::time::Timestamp;

use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    a_message_comes_back_as_it_went_in,
    due_messages_of_a_channel_come_oldest_first,
    a_message_is_leased_once,
    a_finished_message_holds_no_secret,
    a_dead_flow_takes_its_messages_along,
    messages_come_in_pages_newest_first,
];

async fn a_message_comes_back_as_it_went_in(store: Shared) {
    let mut sample = Sample::new(41);
    let odd = Message {
        flow: Some(sample.challenge(None, "").id),
        user: Some(sample.user().id),
        channel: Channel::Sms,
        template: "Ünïcode/x".into(),
        payload: (0..=255).cycle().take(20_000).collect(),
        state: MessageState::Failed,
        created_at: Timestamp::from_micros(-1),
        due_at: Timestamp::from_micros(i64::MAX),
        attempts: i64::MAX,
        last_error: "'; --\n".repeat(500),
        ..sample.message(None)
    };
    let empty = Message { payload: vec![], template: String::new(), ..sample.message(None) };
    for message in [sample.message(None), odd, empty] {
        done(&store, vec![Write::AddMessage(message.clone())]).await;
        assert_eq!(store.message(message.id).await.unwrap(), Some(message));
    }
    assert_eq!(store.message(sample.message(None).id).await.unwrap(), None);
}

async fn due_messages_of_a_channel_come_oldest_first(store: Shared) {
    let mut sample = Sample::new(42);
    let mut due = |second| Message { due_at: at(second), ..sample.message(None) };
    let messages = [due(30), due(10), due(20), due(99)];
    let sent = Message { state: MessageState::Sent, ..due(5) };
    let sms = Message { channel: Channel::Sms, ..due(15) };
    let all = messages.iter().chain([&sent, &sms]);
    done(&store, all.cloned().map(Write::AddMessage).collect()).await;
    let ids = async |channel, limit| {
        let due = store.due_messages(channel, at(30), limit).await.unwrap();
        due.iter().map(|message| message.id).collect::<Vec<MessageId>>()
    };
    assert_eq!(ids(Channel::Mail, 10).await, [messages[1].id, messages[2].id, messages[0].id]);
    assert_eq!(ids(Channel::Mail, 2).await, [messages[1].id, messages[2].id]);
    assert_eq!(ids(Channel::Sms, 10).await, [sms.id]);
}

async fn a_message_is_leased_once(store: Shared) {
    let mut sample = Sample::new(43);
    let message = sample.message(None);
    let id = message.id;
    done(&store, vec![Write::AddMessage(message.clone())]).await;
    let lease = |was, until| vec![Write::LeaseMessage { id, was: at(was), until: at(until) }];
    done(&store, lease(5, 65)).await;
    conflicts(&store, lease(5, 66)).await;
    let leased = store.message(id).await.unwrap().unwrap();
    assert_eq!(leased, Message { due_at: at(65), attempts: 1, ..message.clone() });
    let retry = |id| vec![Write::RetryMessage { id, due_at: at(90), error: "no route".into() }];
    done(&store, retry(id)).await;
    let waiting = store.message(id).await.unwrap().unwrap();
    assert_eq!((waiting.due_at, waiting.last_error.as_str()), (at(90), "no route"));
    assert_eq!(waiting.payload, message.payload);
    conflicts(&store, retry(sample.message(None).id)).await;
}

async fn a_finished_message_holds_no_secret(store: Shared) {
    let mut sample = Sample::new(44);
    for state in [MessageState::Sent, MessageState::Failed, MessageState::Expired] {
        let message = sample.message(None);
        let id = message.id;
        done(&store, vec![Write::AddMessage(message.clone())]).await;
        let finish = vec![Write::FinishMessage { id, state, error: "why".into() }];
        done(&store, finish.clone()).await;
        let finished = store.message(id).await.unwrap().unwrap();
        let wanted = Message { state, payload: vec![], last_error: "why".into(), ..message };
        assert_eq!(finished, wanted);
        conflicts(&store, finish).await;
        let (was, until) = (at(5), at(9));
        conflicts(&store, vec![Write::LeaseMessage { id, was, until }]).await;
        let (due_at, error) = (at(9), String::new());
        conflicts(&store, vec![Write::RetryMessage { id, due_at, error }]).await;
    }
    assert_eq!(store.due_messages(Channel::Mail, at(1_000), 10).await.unwrap(), []);
}

async fn a_dead_flow_takes_its_messages_along(store: Shared) {
    let mut sample = Sample::new(45);
    let flow = sample.challenge(None, "").id;
    let sent = Message { state: MessageState::Sent, ..sample.message(Some(flow)) };
    let messages = [sample.message(Some(flow)), sample.message(None), sent.clone()];
    done(&store, messages.iter().cloned().map(Write::AddMessage).collect()).await;
    done(&store, vec![Write::KillMessagesOf(flow)]).await;
    done(&store, vec![Write::KillMessagesOf(flow)]).await;
    let due = store.due_messages(Channel::Mail, at(1_000), 10).await.unwrap();
    assert_eq!(due, [messages[1].clone()]);
    let dead = store.message(messages[0].id).await.unwrap();
    assert!(dead.is_none_or(|m| m.payload.is_empty() && m.state == MessageState::Expired));
    assert_eq!(store.message(sent.id).await.unwrap(), Some(sent));
}

async fn messages_come_in_pages_newest_first(store: Shared) {
    let mut sample = Sample::new(46);
    let messages = [(); 3].map(|()| sample.message(None));
    done(&store, messages.iter().cloned().map(Write::AddMessage).collect()).await;
    let first = store.messages(None, 2).await.unwrap();
    assert_eq!(first, [messages[2].clone(), messages[1].clone()]);
    let second = store.messages(Some(messages[1].id), 2).await.unwrap();
    assert_eq!(second, [messages[0].clone()]);
}

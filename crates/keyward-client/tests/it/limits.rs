//! A server that is not what it should be costs a bounded time and a bounded memory.

use std::time::Duration;

use keyward_client::{Error, Retries};

use crate::kit::{StandIn, Then, say};

/// Long enough for this machine to answer, and short enough to wait for.
const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn an_answer_that_is_huge_is_not_read() {
    let body = format!("\"{}\"", "x".repeat(5000));
    let endless = "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nx".to_owned();
    let pieces = "ff\r\n".to_owned() + &"x".repeat(255) + "\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    for (answer, fits) in [
        (say(200, "", &body), 5002),
        (say(503, "", &body), 0),
        (Then::Say(endless), 0),
        (Then::Say(chunked + &pieces.repeat(100)), 0),
    ] {
        let server = StandIn::start([answer]).await;
        let client = server.builder().largest(5001).build().unwrap();
        let error = client.get_config().await.unwrap_err();
        assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
        assert_eq!(server.heard().len(), 1, "it is not asked again");
        if fits > 0 {
            let client = server.builder().largest(fits).build().unwrap();
            assert!(client.get_config().await.is_ok());
        }
    }
}

#[tokio::test]
async fn a_head_that_is_huge_is_not_read() {
    let head = format!("X-Long: {}\r\n", "x".repeat(1 << 20));
    let server = StandIn::start([say(200, &head, "{}")]).await;
    let error = server.client().post_sign_out().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left() {
    for answer in [Then::Wait, Then::Say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".into())] {
        let server = StandIn::start([answer]).await;
        let client = server.builder().timeout(SHORT).build().unwrap();
        let error = client.post_sign_out().await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
        assert_eq!(server.heard().len(), 1, "it may have been acted on");
        let error = client.get_session_events().await;
        assert!(error.is_err() || error.unwrap().next().await.is_err());
    }
    let server = StandIn::start([Then::Wait]).await;
    let retries = Retries { times: 1, first: Duration::ZERO, ..Retries::default() };
    let client = server.builder().timeout(SHORT).retries(retries).build().unwrap();
    assert!(matches!(client.get_config().await, Err(Error::Unreachable(_))));
    assert_eq!(server.heard().len(), 2, "each attempt has its time");
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    for text in ["220 mail.example.com ESMTP\r\n", "\0\0\0", "{\"allowed\":true}", ""] {
        let server = StandIn::start([Then::Say(text.into())]).await;
        let error = server.client().can("a:b").await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{text}: {error:?}");
    }
}

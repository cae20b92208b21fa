//! The blocks of `docs/http-api.md`, sent in their order.

use axum::http::Method;
use keyward::testing::{Authenticator, TestAuth};
use serde_json::Value;

/// One request of the page, and what it says comes back.
struct Block {
    method: Method,
    path: String,
    body: Value,
    status: u16,
    answer: Value,
}

fn blocks(page: &str) -> Vec<Block> {
    page.split("```http\n").skip(1).map(|rest| block(rest.split("```").next().unwrap())).collect()
}

fn block(text: &str) -> Block {
    let (asked, answered) = text.split_once("\n\n").expect("an empty line before the answer");
    let (line, body) = asked.split_once('\n').unwrap_or((asked, "{}"));
    let (method, path) = line.split_once(' ').expect("a method and a path");
    let (status, answer) = answered.trim().split_once(' ').unwrap_or((answered.trim(), "null"));
    let json = |text: &str| serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    Block {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        body: json(body),
        status: status.parse().unwrap(),
        answer: json(answer),
    }
}

/// Whether an answer has everything that the page shows of it.
fn agrees(shown: &Value, real: &Value) -> bool {
    match (shown, real) {
        (Value::Object(shown), Value::Object(real)) => {
            shown.iter().all(|(name, value)| real.get(name).is_some_and(|r| agrees(value, r)))
        }
        (Value::Array(shown), Value::Array(real)) => {
            shown.len() == real.len() && shown.iter().zip(real).all(|(s, r)| agrees(s, r))
        }
        (Value::String(shown), Value::String(real)) => match shown.split_once('…') {
            Some((start, _)) => real.starts_with(start),
            None => shown == real,
        },
        (shown, real) => shown.is_null() || shown == real,
    }
}

#[tokio::test]
async fn the_api_answers_as_its_page_says() {
    let t = TestAuth::new().await;
    let client = t.pages();
    let (mut flow, mut app) = (String::new(), None);
    let page = include_str!("../../../../docs/http-api.md");
    let blocks = blocks(page);
    assert!(blocks.len() > 10, "{} blocks were found", blocks.len());
    for block in blocks {
        let path = block.path.replace("{flow_id}", &flow);
        let mut body = block.body.to_string().replace("{flow_id}", &flow);
        if body.contains("{totp}") {
            let app: &Authenticator = app.as_ref().expect("an app was enrolled");
            body = body.replace("{totp}", &app.next_code());
        }
        if body.contains("{code}") {
            body = body.replace("{code}", &t.code_for("ada@example.com").await);
        }
        let kind = (block.method != Method::GET).then_some("application/json");
        let body = if kind.is_some() { body.as_str() } else { "" };
        let reply = client.send(block.method.clone(), &path, kind, body).await;
        assert_eq!(reply.status(), block.status, "{} {path}: {}", block.method, reply.text());
        if !block.answer.is_null() {
            let real = reply.json();
            assert!(agrees(&block.answer, &real), "{path}\nshown: {}\nreal: {real}", block.answer);
            if let Some(secret) = real["secret"].as_str() {
                app = Some(Authenticator::new(secret, &t.clock));
            }
            if let Some(found) = real["flow_id"].as_str() {
                flow = found.to_owned();
            }
        }
    }
}

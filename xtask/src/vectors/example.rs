//! The example application of aiohttp_auth_autz, as `examples/aiohttp-example` has it:
//! what it answers, one request after the other.

use keyward::testing::{Client, FakeClock, Response, TestAuth};
use serde::Deserialize;

use super::comparison::Comparison;
use crate::Result;

#[derive(Deserialize)]
struct Vectors {
    transcript: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Row {
    Step(Step),
    Result {
        flow: String,
        #[serde(rename = "result")]
        _result: String,
    },
}

/// A request and its answer. Steps of one flow come one after the other.
#[derive(Deserialize)]
struct Step {
    flow: String,
    request: String,
    status: u16,
    body: String,
    set_cookie: Vec<String>,
    www_authenticate: Option<String>,
}

/// A step that was taken and not recorded, known by its neighbours.
struct Unrecorded {
    before: &'static str,
    after: (&'static str, &'static str),
    step: &'static str,
}

const UNRECORDED: [Unrecorded; 3] = [
    Unrecorded {
        before: "GET /login?username=bob&password=wrong",
        after: ("GET /view", "View Page"),
        step: "/login?username=bob&password=bob_password",
    },
    Unrecorded { before: "GET /admin", after: ("GET /", "Home page."), step: "/logout" },
    Unrecorded {
        before: "GET /",
        after: ("GET /", "Home page. Logout: http://127.0.0.1:8080/logout"),
        step: "/login?username=alice&password=alice_password",
    },
];

/// Compares `aiohttp_http.json`.
pub(super) fn compare(text: &str, comparison: &mut Comparison) -> Result<()> {
    let vectors: Vectors = serde_json::from_str(text)?;
    let mut steps = Vec::new();
    for row in vectors.transcript {
        match row {
            Row::Step(step) => steps.push(step),
            Row::Result { flow, .. } => {
                comparison.leave_out(flow, 1, "what is of the wrong type does not compile");
            }
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for flow in steps.chunk_by(|one, next| one.flow == next.flow) {
        runtime.block_on(follow(flow, comparison))?;
    }
    Ok(())
}

/// One browser, from a fresh start of the app on.
async fn follow(steps: &[Step], comparison: &mut Comparison) -> Result<()> {
    let auth = aiohttp_example::auth().await?;
    let browser =
        TestAuth::around(auth.clone(), FakeClock::default()).client(aiohttp_example::app());
    let mut before = "";
    for step in steps {
        for left_out in UNRECORDED {
            if left_out.before == before && left_out.after == (&*step.request, &*step.body) {
                browser.get(left_out.step).await;
            }
        }
        step.compare(&browser, comparison).await?;
        before = &step.request;
    }
    auth.shutdown().await;
    Ok(())
}

impl Step {
    async fn compare(&self, browser: &Client, comparison: &mut Comparison) -> Result<()> {
        let path = self.request.strip_prefix("GET ").ok_or("a request that is none")?;
        let reply = browser.get(path).await;
        let ours = (reply.status().as_u16(), reply.text(), cookies(&reply), challenge(&reply));
        let set = self.set_cookie.iter().map(|line| becomes(line)).collect();
        let theirs = (self.status, &*self.body, set, self.www_authenticate.as_deref());
        comparison.row(format_args!("{} {}", self.flow, self.request), ours, theirs);
        Ok(())
    }
}

/// What becomes of the cookies, whatever they are called.
fn cookies(reply: &Response) -> Vec<&'static str> {
    let lines = reply.headers().get_all("set-cookie");
    lines.iter().map(|line| becomes(line.to_str().unwrap_or_default())).collect()
}

fn becomes(line: &str) -> &'static str {
    if line.contains("Max-Age=0") { "cleared" } else { "set" }
}

fn challenge(reply: &Response) -> Option<&str> {
    reply.headers().get("www-authenticate")?.to_str().ok()
}

//! The example application of aiohttp_auth_autz, as `examples/aiohttp-example` has it:
//! what it answers, one request after the other.

use keyward::testing::{Client, FakeClock, Response, TestAuth};
use serde::Deserialize;
use serde_json::{Value, json};

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

/// What an answer of the example says of whoever asked, by what its list allows: pages
/// are for members, the home page tells of the way out, and who is out cannot go out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum AskedBy {
    AMember,
    Nobody,
    Anybody,
}

/// Members of the example that may sign in where a sign-in was not recorded: one of the
/// staff, and a guest.
const STAFF: &str = "/login?username=bob&password=bob_password";
const GUEST: &str = "/login?username=alice&password=alice_password";

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
    let mut is_in = false;
    for (place, step) in steps.iter().enumerate() {
        if let Some(unrecorded) = left_out_before(steps.split_at(place).1, is_in) {
            browser.get(unrecorded).await;
            is_in = !is_in;
        }
        step.compare(&browser, comparison).await?;
        is_in = step.leaves(is_in);
    }
    auth.shutdown().await;
    Ok(())
}

/// The step that somebody took before these and did not record: the answer to the first of
/// them says that somebody is in or out who would not be.
fn left_out_before(steps: &[Step], is_in: bool) -> Option<&'static str> {
    match (steps.first()?.asked(), is_in) {
        (AskedBy::AMember, false) => {
            let stay = steps.iter().take_while(|step| !step.is_door()).collect::<Vec<_>>();
            let is_staff = stay.iter().any(|step| step.path() == "/admin" && step.status == 200);
            Some(if is_staff { STAFF } else { GUEST })
        }
        (AskedBy::Nobody, true) => Some("/logout"),
        _ => None,
    }
}

impl Step {
    fn path(&self) -> &str {
        let path = self.request.strip_prefix("GET ").unwrap_or(&self.request);
        path.split('?').next().unwrap_or_default()
    }

    /// Whether it signs in or out.
    fn is_door(&self) -> bool {
        matches!(self.path(), "/login" | "/logout")
    }

    fn asked(&self) -> AskedBy {
        let is_fine = self.status == 200;
        match self.path() {
            "/" if self.body.contains("Logout:") => AskedBy::AMember,
            "/" => AskedBy::Nobody,
            "/logout" if !is_fine => AskedBy::Nobody,
            "/logout" | "/view" | "/admin" | "/edit" if is_fine => AskedBy::AMember,
            _ => AskedBy::Anybody,
        }
    }

    /// Whether somebody is in after it, by what was recorded.
    fn leaves(&self, is_in: bool) -> bool {
        match (self.path(), self.status) {
            ("/login", 200) => true,
            ("/logout", 200) => false,
            _ => is_in,
        }
    }

    async fn compare(&self, browser: &Client, comparison: &mut Comparison) -> Result<()> {
        let path = self.request.strip_prefix("GET ").ok_or("a request that is none")?;
        let reply = browser.get(path).await;
        let lines = reply.headers().get_all("set-cookie").iter();
        let lines = lines.map(|line| line.to_str().unwrap_or_default());
        let ours = json!({
            "status": reply.status().as_u16(), "body": reply.text(),
            "cookies": lines.map(becomes).collect::<Vec<_>>(), "challenge": challenge(&reply),
        });
        let theirs = json!({
            "status": self.status, "body": self.body, "challenge": self.www_authenticate,
            "cookies": self.set_cookie.iter().map(|line| becomes(line)).collect::<Vec<_>>(),
        });
        let row = json!(format!("{} {}", self.flow, self.request));
        comparison.row_in("transcript", &row, ours, theirs)
    }
}

/// What becomes of a cookie, whatever it is called, and which of the guards it has.
fn becomes(line: &str) -> Value {
    let has = |guard: &str| {
        let flags = line.split(';').skip(1).filter_map(|flag| flag.trim().split('=').next());
        flags.into_iter().any(|flag| flag.eq_ignore_ascii_case(guard))
    };
    let end = if line.contains("Max-Age=0") { "cleared" } else { "set" };
    json!({ "becomes": end, "guards": GUARDS.map(has) })
}

/// The flags that keep a cookie from scripts, and from forms of other sites.
const GUARDS: [&str; 2] = ["HttpOnly", "SameSite"];

fn challenge(reply: &Response) -> Option<&str> {
    reply.headers().get("www-authenticate")?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(path: &str, status: u16, body: &str) -> Step {
        let (flow, request) = (String::new(), format!("GET {path}"));
        Step {
            flow,
            request,
            status,
            body: body.into(),
            set_cookie: vec![],
            www_authenticate: None,
        }
    }

    #[test]
    fn an_answer_tells_of_a_sign_in_that_was_not_recorded() {
        let view = || step("/view?page=1", 200, "View");
        assert_eq!(left_out_before(&[view()], false), Some(GUEST));
        assert_eq!(left_out_before(&[view()], true), None);
        let staff = [view(), step("/admin", 200, "Admin")];
        assert_eq!(left_out_before(&staff, false), Some(STAFF));
        let another = [view(), step("/login?username=x", 401, ""), step("/admin", 200, "Admin")];
        assert_eq!(left_out_before(&another, false), Some(GUEST), "that is another stay");
        let home = step("/", 200, "Welcome. Logout: http://localhost/logout");
        assert_eq!(left_out_before(&[home], false), Some(GUEST));
    }

    #[test]
    fn an_answer_tells_of_a_sign_out_that_was_not_recorded() {
        assert_eq!(left_out_before(&[step("/", 200, "Welcome.")], true), Some("/logout"));
        assert_eq!(left_out_before(&[step("/logout", 401, "")], true), Some("/logout"));
        assert_eq!(left_out_before(&[step("/logout", 401, "")], false), None);
    }

    #[test]
    fn an_answer_that_anybody_could_get_tells_nothing() {
        for is_in in [true, false] {
            for path in ["/admin", "/edit", "/view"] {
                assert_eq!(left_out_before(&[step(path, 403, "")], is_in), None, "{path}");
            }
            assert_eq!(left_out_before(&[step("/login?username=x", 200, "Ok")], is_in), None);
        }
        assert!(step("/login?x", 200, "").leaves(false) && !step("/logout", 200, "").leaves(true));
        assert!(step("/login?x", 401, "").leaves(true), "whoever fails stays who they were");
    }
}

//! authnzerver's own server and Keyward in its place: requests for each second that the
//! processes of each take of a processor, user and system time together.
//!
//! Both are asked the same by the same clients, with the same key. No message is sent
//! twice, and each is sealed just before the window in which it is sent: Keyward refuses
//! stale and repeated messages here as it does by default.

use std::path::Path;

use serde_json::{Value, json};

use super::frontend::{self, Frontend, Question};
use super::processor;
use super::python::Python;
use crate::server::{self, Child, Start};
use crate::stage::Stage;
use crate::{Result, figure};

/// What is asked, as its figures are called.
const QUESTIONS: [&str; 2] = ["session_exists", "access_check"];
/// Windows of each server, in turn, after one that is not counted.
const ROUNDS: usize = 5;
/// Messages in a window, so that it lasts some seconds on either side.
const OURS: usize = 40_000;
const THEIRS: usize = 2_000;

pub(crate) fn run(binary: &Path) -> Result<()> {
    let python = Python::ready()?;
    let (their_stage, our_stage) = (Stage::empty()?, Stage::empty()?);
    let child = python.start("authnzerver_server.py", their_stage.path())?;
    let key = std::fs::read_to_string(their_stage.path().join(".authnzerver-secret-key"))?;
    let mut theirs = Server::settle(child, &key, THEIRS)?;
    let mut ours = Server::settle(keyward(binary, our_stage.path(), &key)?, &key, OURS)?;
    eprintln!("each message is sealed beforehand and sent once; no protection is switched off");
    (0..QUESTIONS.len()).try_for_each(|at| compare(at, &mut ours, &mut theirs))
}

/// In authnzerver's place, with limits so high that none is reached.
fn keyward(binary: &Path, data: &Path, key: &str) -> Result<Child> {
    let rates = "session-*:50000000; user-check-access:50000000";
    let env = [("AUTHNZERVER_SECRET", key.trim()), ("KEYWARD_AUTHNZERVER_RATES", rates)];
    let how = Start { env: &env, args: &["--authnzerver"], ..Start::default() };
    let child = server::begin(binary, data, how)?;
    child.wait_for("/health")?;
    Ok(child)
}

fn compare(at: usize, ours: &mut Server, theirs: &mut Server) -> Result<()> {
    let (name, mut rates, mut ratios) = (QUESTIONS[at], vec![], vec![]);
    for round in 0..=ROUNDS {
        let (their, own) = (theirs.rate(at)?, ours.rate(at)?);
        eprintln!("{name}, round {round}: keyward {own:.0}, authnzerver {their:.0} a CPU second");
        // The first one warms both up.
        if round > 0 {
            rates.push(own);
            ratios.push(own / their);
        }
    }
    figure::print(&format!("authnzerver_{name}_per_cpu_s"), figure::median(rates));
    figure::print(&format!("authnzerver_{name}_ratio"), figure::median(ratios));
    Ok(())
}

/// A server, with somebody on it who is signed in.
struct Server {
    child: Child,
    frontend: Frontend,
    questions: [Question; 2],
    /// Messages in a window.
    window: usize,
}

impl Server {
    /// Signs somebody up and in, and looks at what the questions are answered.
    fn settle(child: Child, key: &str, window: usize) -> Result<Self> {
        let mut frontend = Frontend::new(key, child.address)?;
        let email = "ada@example.org";
        let new = json!({
            "full_name": "Ada Byron", "email": email, "password": "vexing hydrangea tornado 42",
        });
        let user = frontend.ask("user-new", new)?["user_id"].take();
        frontend.ask("user-verify-emailaddr", json!({ "email": email }))?;
        let open = json!({
            "user_id": user, "ip_address": "192.0.2.7", "user_agent": "bench",
            "expires": "2038-01-01T00:00:00.000001", "extra_info_json": {},
        });
        let session = frontend.ask("session-new", open)?["session_token"].take();
        check(&mut frontend, &user, &session)?;
        let exists = ("session-exists", json!({ "session_token": session }));
        let questions = [exists, ("user-check-access", access(&user, "edit"))];
        Ok(Self { child, frontend, questions, window })
    }

    /// Answers in a second of a processor.
    fn rate(&mut self, at: usize) -> Result<f64> {
        let question = &self.questions[at];
        let sealed = (0..self.window).map(|_| self.frontend.seal(question));
        let sealed = sealed.collect::<Result<Vec<_>>>()?;
        let before = processor::secs(self.child.pid())?;
        let answers = frontend::send(self.child.address, sealed)?;
        let took = processor::secs(self.child.pid())? - before;
        // One that is no yes voids the figure.
        for answer in &answers {
            self.frontend.open(answer)?;
        }
        Ok(answers.len() as f64 / took)
    }
}

/// Whether it knows whose session that is and what they may, and neither a session that
/// nobody opened nor access that nobody gave.
fn check(frontend: &mut Frontend, user: &Value, session: &Value) -> Result<()> {
    let known = frontend.ask("session-exists", json!({ "session_token": session }))?;
    if known["session_info"]["user_id"] != *user {
        return Err(format!("it is another's session: {known}").into());
    }
    frontend.ask("user-check-access", access(user, "edit"))?;
    let nobodys = json!({ "session_token": "nobody's" });
    if frontend.ask("session-exists", nobodys).is_ok()
        || frontend.ask("user-check-access", access(user, "change_owner")).is_ok()
    {
        return Err("it says yes to everything".into());
    }
    Ok(())
}

/// Whether they may do that with a private data set of their own.
fn access(user: &Value, action: &str) -> Value {
    json!({
        "user_id": user, "user_role": "authenticated", "action": action,
        "target_name": "dataset", "target_owner": user,
        "target_visibility": "private", "target_sharedwith": "",
    })
}

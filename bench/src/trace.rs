//! Whether an answer waits for the disk: the system calls of the real server
//! during one sign-up, as strace sees them.

use std::path::Path;

use crate::server::{self, Start};
use crate::stage::Stage;
use crate::{Result, http, install, sign_up};

const CALLS: &str = "trace=fsync,fdatasync,read,recvfrom,write,writev,sendto,sendmsg";

/// Whether the log was synced after the request was read and before its answer
/// was written.
pub(crate) fn fsync_before_ack(binary: &Path) -> Result<bool> {
    if !install::program("strace", "strace") {
        return Err("strace cannot be had".into());
    }
    let stage = Stage::empty()?;
    let log = stage.path().join("trace");
    let out = log.to_str().ok_or("an odd path")?;
    let under = ["strace", "-f", "-ttt", "-s", "64", "-e", CALLS, "-o", out];
    let start = Start { under: &under, ..Start::default() };
    let server = server::start(binary, stage.path(), start)
        .map_err(|error| format!("tracing is not permitted ({error})"))?;
    let request = sign_up::request(server.address, "traced@example.com");
    let answer = http::once(server.address, &request)?;
    if !answer.is_success() {
        return Err(format!("the sign-up was answered {}", answer.status).into());
    }
    server.stop_inner()?;
    judge(&std::fs::read_to_string(log)?)
}

/// Reads a trace: request in, sync done, answer out, in this order.
fn judge(trace: &str) -> Result<bool> {
    let mut lines = trace.lines();
    lines.find(|line| line.contains("POST /api/v1/sign-up")).ok_or("no request in the trace")?;
    let mut synced = false;
    for line in lines {
        if line.contains("HTTP/1.1 20") {
            return Ok(synced);
        }
        // A call that another thread interrupts is shown in two halves; only
        // the second half, or the whole, has a result.
        let is_sync = line.contains("fdatasync(")
            || line.contains("fsync(")
            || line.contains("fdatasync resumed")
            || line.contains("fsync resumed");
        synced |= is_sync && line.trim_end().ends_with("= 0");
    }
    Err("no answer in the trace".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"7 1.0 recvfrom(9, "POST /api/v1/sign-up HTTP/1.1", 8192, 0) = 120"#;
    const ANSWER: &str = r#"7 1.2 writev(9, [{iov_base="HTTP/1.1 202 Accepted"}], 1) = 300"#;
    const SYNC: &str = "8 1.1 fdatasync(12)  = 0";

    #[test]
    fn an_answer_waits_for_a_sync_that_has_ended() {
        let check = |lines: &[&str], expected: bool| {
            assert_eq!(judge(&lines.join("\n")).unwrap(), expected, "{lines:?}");
        };
        check(&[REQUEST, SYNC, ANSWER], true);
        check(&[REQUEST, ANSWER, SYNC], false);
        check(&[SYNC, REQUEST, ANSWER], false);
        let (begun, ended) =
            ("8 1.1 fdatasync(12 <unfinished ...>", "8 1.3 <... fdatasync resumed>) = 0");
        check(&[REQUEST, begun, ANSWER, ended], false);
        check(&[REQUEST, begun, ended, ANSWER], true);
        check(&[REQUEST, "8 1.1 fdatasync(12) = -1 EIO (Input/output error)", ANSWER], false);
    }

    #[test]
    fn a_trace_without_the_request_says_nothing() {
        assert!(judge(ANSWER).is_err());
        assert!(judge(REQUEST).is_err());
    }
}

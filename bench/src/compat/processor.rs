//! What a server takes of the processors.

use crate::Result;

/// Seconds of user and system time that a process, and every process below it, have
/// taken so far.
pub(crate) fn secs(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name stands in brackets, and may have any character in it.
    let (_, fields) = stat.rsplit_once(')').ok_or("a process without a name")?;
    let mut ticks = 0;
    // Fields 14 and 15 of the line, proc_pid_stat(5); the name is the second.
    for field in fields.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u64>()?;
    }
    let mut sum = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
    for child in children(pid)? {
        sum += secs(child)?;
    }
    Ok(sum)
}

fn children(pid: u32) -> Result<Vec<u32>> {
    let mut all = vec![];
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread that has ended meanwhile has none.
        let Ok(list) = std::fs::read_to_string(task?.path().join("children")) else { continue };
        for child in list.split_whitespace() {
            all.push(child.parse()?);
        }
    }
    Ok(all)
}

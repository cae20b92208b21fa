//! Three engines that answer differently cannot be compared: a sample of
//! questions, half of them about what a role of the user speaks of.

use crate::Result;
use crate::casbin::Casbin;
use crate::cedar::Cedar;
use crate::ours::House;
use crate::workload::{Random, TYPES, VERBS, Workload, permission, with_parents};

/// Casbin takes milliseconds for each.
const SAMPLE: usize = 400;

/// Refuses to go on when one of them gives another answer.
pub(crate) fn check(
    workload: &Workload,
    ours: &House<'_>,
    cedar: &Cedar,
    casbin: &Casbin,
) -> Result<()> {
    let mut allowed = 0;
    for (user, wanted) in questions(workload) {
        let ours = ours.may(workload, user, wanted)?;
        let theirs =
            [cedar.may_by_role(user, wanted)?, cedar.may(user, wanted)?, casbin.may(user, wanted)?];
        if theirs != [ours; 3] {
            let name = permission(wanted);
            return Err(format!(
                "user-{user} {name}: {ours}, and Cedar twice and Casbin {theirs:?}"
            )
            .into());
        }
        allowed += usize::from(ours);
    }
    eprintln!("-- all agree on {SAMPLE} questions, {allowed} of them allowed");
    if allowed == 0 || allowed == SAMPLE { Err("the sample shows nothing".into()) } else { Ok(()) }
}

fn questions(workload: &Workload) -> Vec<(usize, usize)> {
    let mut random = Random(23);
    let mut questions = Vec::new();
    while questions.len() < SAMPLE {
        let user = workload.somebody(&mut random);
        questions.push((user, random.below(TYPES * VERBS)));
        let held: Vec<usize> =
            workload.users[user].roles.into_iter().flat_map(with_parents).collect();
        let own: Vec<_> = workload.grants.iter().filter(|it| held.contains(&it.role)).collect();
        if !own.is_empty() {
            let covered: Vec<usize> = random.pick(&own).covers().collect();
            questions.push((user, *random.pick(&covered)));
        }
    }
    questions.truncate(SAMPLE);
    questions
}

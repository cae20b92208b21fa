//! From a refusal to words and an exit code.

use keyward::{Refusal, refusal_words};

use crate::failure::{Exit, Failure, Outcome};

/// The value, or why it was refused: the rules are the core's, as are the words.
pub(super) fn settle<T>(answer: Result<T, Refusal>) -> Outcome<T> {
    answer.map_err(|refusal| {
        // Sentences of the API, as parts of one sentence here.
        let words = refusal_words(&refusal);
        Failure::new(exit(&refusal), words.trim_end_matches('.').to_owned())
    })
}

/// The same, where something is named that may not be there: `what` says what that is, such
/// as ``role `editor` ``.
pub(super) fn settle_named<T>(answer: Result<T, Refusal>, what: &str) -> Outcome<T> {
    match answer {
        Err(Refusal::NotFound) => Err(missing(what)),
        answer => settle(answer),
    }
}

/// What is named is not there.
pub(super) fn missing(what: &str) -> Failure {
    Failure::new(Exit::No, format!("there is no {what}"))
}

fn exit(refusal: &Refusal) -> Exit {
    match refusal {
        Refusal::Conflict
        | Refusal::LastAdministrator
        | Refusal::ExclusiveRoles
        | Refusal::ExclusiveHolders { .. } => Exit::Conflict,
        Refusal::Invalid(problems) if problems.iter().any(|p| p.code.ends_with("_taken")) => {
            Exit::Conflict
        }
        Refusal::Invalid(_) | Refusal::Flawed(_) => Exit::Usage,
        _ => Exit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_an_exit_code() {
        let check = |refusal: Refusal, expected: Exit| assert_eq!(exit(&refusal), expected);
        check(Refusal::invalid("email", "email_taken"), Exit::Conflict);
        check(Refusal::invalid("email", "email_invalid"), Exit::Usage);
        check(Refusal::Conflict, Exit::Conflict);
        check(Refusal::NotFound, Exit::No);
    }
}

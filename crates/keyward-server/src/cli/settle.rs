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

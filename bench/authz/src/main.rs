//! What a permission check costs, beside Casbin and Cedar in the same run, as
//! `name=value` lines on standard output. `cargo xtask bench authz` builds and
//! runs it.
//!
//! The three get the same roles, rules and users (see [`workload`]), each in the
//! encoding that serves it best, and must give the same answers to a sample of
//! questions before anything is timed.
//!
//! | figure | one call is |
//! |---|---|
//! | `check_in_session_ns` | what the session keeps, and the number of a permission |
//! | `check_by_user_id_ns` | a look-up of the roles of one of 100,000 users in a cache as the engine has it, and the number of a permission |
//! | `check_by_strings_ns` | a look-up of the user by name and of the permission by name |
//! | `acl_check_ns` | groups and a permission by number in a list of 200 entries |
//! | `condition_ns` | `resource.owner == principal.id && resource.status in [..]` |
//! | `list_permissions_us` | everything of 10,000 that one subject may do |
//! | `allocs_per_check` | allocations of a check and a whole decision |
//! | `cedar_ns`, `casbin_ns` | one decision about a user and a permission |
//! | `cedar_ratio` | `cedar_ns` by `check_by_user_id_ns`: both look one of 100,000 users up and know the permission |
//! | `casbin_ratio` | `casbin_ns` by `check_by_strings_ns`: both are asked with texts |
//!
//! Times are the best of many batches, since a machine that does other things
//! as well disturbs few of them; choosing the questions is in ours and is not in
//! theirs. The allocator counts, which costs those that allocate about one part
//! in fifty.

mod agreement;
mod casbin;
mod cedar;
mod figure;
mod ours;
mod rules;
mod workload;

use std::process::ExitCode;

/// Whatever went wrong, for the console.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let workload = workload::Workload::new();
    let snapshot = ours::build(&workload)?;
    let house = ours::House::of(&snapshot, &workload);
    eprintln!("-- loading the same into Cedar and Casbin");
    let cedar = cedar::Cedar::of(&workload)?;
    let casbin = casbin::Casbin::of(&workload)?;
    agreement::check(&workload, &house, &cedar, &casbin)?;
    let [by_user_id, by_strings] = house.run();
    rules::run()?;
    let cedar = cedar.run(&workload)?;
    let casbin = casbin.run(&workload)?;
    figure::print("cedar_ratio", cedar / by_user_id);
    figure::print("casbin_ratio", casbin / by_strings);
    Ok(())
}

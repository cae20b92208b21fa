//! What one policy says that another does not.

use std::path::Path;

use keyward::authz::Diff;
use keyward::authz::policy::{BlockChange, Change, changed_blocks};
use serde_json::json;

use super::{print, read};
use crate::args::{Globals, Output};
use crate::failure::Outcome;
use crate::terminal::{answer, note};

/// What roles gain and lose, and the name of every other block that changed.
pub(super) fn diff(globals: &Globals, old: &Path, new: &Path) -> Outcome {
    let ((old, was), (new, now)) = (read(old)?, read(new)?);
    let diff = old.snapshot().diff(new.snapshot());
    let roles = diff
        .further
        .iter()
        .map(|role| BlockChange { change: Change::Changed, block: format!("roles.{role}") });
    let blocks: Vec<_> = roles.chain(blocks(&was, &now)).collect();
    if globals.output == Output::Json {
        pairs(&diff)?;
        return blocks.iter().try_for_each(block);
    }
    if diff.is_empty() && blocks.is_empty() {
        note("no role may do more or less, and nothing else that decides has changed");
        return Ok(());
    }
    let pairs = Diff { further: Vec::new(), ..diff }.to_string();
    pairs.lines().try_for_each(answer)?;
    tell(&blocks)
}

/// The blocks beside roles that two texts do not have in common.
pub(super) fn blocks(old: &str, new: &str) -> Vec<BlockChange> {
    // Both were read as policies before, so both are TOML.
    changed_blocks(old, new).unwrap_or_default()
}

/// A line for each, which begins as no line of a pair does.
pub(super) fn tell(blocks: &[BlockChange]) -> Outcome {
    Ok(blocks.iter().try_for_each(|block| answer(&format!("~ {block}")))?)
}

fn pairs(diff: &Diff) -> Outcome {
    for (change, pairs) in [("gained", &diff.gained), ("lost", &diff.lost)] {
        for pair in pairs {
            let (role, permission) = (&pair.role, &pair.permission);
            print::json(&json!({ "change": change, "role": role, "permission": permission }))?;
        }
    }
    Ok(())
}

fn block(block: &BlockChange) -> Outcome {
    print::json(&json!({ "change": block.change.name(), "block": block.block }))
}

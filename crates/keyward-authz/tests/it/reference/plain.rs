//! The description of the decision as code that does nothing cleverly.

use keyward_authz::{Decision, Effect};

use super::world::{When, World};

/// What a block says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Nothing,
    Allow,
    Deny,
    /// It failed, and might have allowed.
    Failed,
    /// It failed, and might have denied.
    MayDeny,
}

/// Ceilings first, then superusers, then all blocks together.
pub(super) fn decide(world: &World, blocks: &[Says]) -> Decision {
    let held = all_roles(world);
    let outside = |top: &String| !covers(top, world.wanted);
    if world.banned || world.groups == Some(false) {
        return Decision::Deny;
    }
    if world.locked && held.contains(&1) || world.ceilings.iter().any(outside) {
        return Decision::Deny;
    }
    if world.superuser && held.contains(&2) {
        return together(&[Says::Allow, absolute(world, &held)]);
    }
    together(blocks)
}

/// Any denial; else a failure that might have been one; else any yes; else any
/// failure; else no.
fn together(said: &[Says]) -> Decision {
    let has = |wanted| said.contains(&wanted);
    match () {
        () if has(Says::Deny) => Decision::Deny,
        () if has(Says::MayDeny) => Decision::Indeterminate,
        () if has(Says::Allow) => Decision::Allow,
        () if has(Says::Failed) => Decision::Indeterminate,
        () => Decision::Deny,
    }
}

/// Roles, rules, the list, the item, relations.
pub(super) fn blocks(world: &World) -> Vec<Says> {
    vec![roles(world), rules(world), list(world), item(world), relations(world)]
}

fn roles(world: &World) -> Says {
    let held = all_roles(world);
    let about = world.lines.iter().filter(|line| held.contains(&line.role));
    let about = about.filter(|line| covers(&line.pattern, world.wanted));
    let granted = world.grants.iter().filter(|(_, pattern)| covers(pattern, world.wanted));
    let granted = granted.map(|(effect, _)| said(*effect));
    deny_overrides(about.map(|line| said(line.effect)).chain(granted))
}

fn rules(world: &World) -> Says {
    let held = all_roles(world);
    let mut opinions = opinions(world, &held).map(|(_, opinion)| opinion);
    if !world.ordered {
        return deny_overrides(opinions);
    }
    // What comes after a rule that failed might have denied.
    match opinions.find(|opinion| *opinion != Says::Nothing) {
        Some(Says::Failed) => Says::MayDeny,
        first => first.unwrap_or(Says::Nothing),
    }
}

fn absolute(world: &World, held: &[usize]) -> Says {
    let absolute = opinions(world, held)
        .filter(|(nth, _)| world.rules[*nth].absolute && world.rules[*nth].effect == Effect::Deny);
    deny_overrides(absolute.map(|(_, opinion)| opinion))
}

/// What each rule says that is about this and for one of these roles.
fn opinions<'w>(world: &'w World, held: &'w [usize]) -> impl Iterator<Item = (usize, Says)> + 'w {
    let about = world.rules.iter().enumerate();
    let about = about.filter(|(_, rule)| covers(&rule.pattern, world.wanted));
    let about = about.filter(|(_, rule)| rule.role.is_none_or(|role| held.contains(&role)));
    about.map(|(nth, rule)| {
        let failed = match rule.effect {
            Effect::Allow => Says::Failed,
            Effect::Deny => Says::MayDeny,
        };
        let opinion = match (rule.when, rule.unless) {
            (When::Fails, _) | (When::Holds, When::Fails) => failed,
            (When::Holds, When::HoldsNot) => said(rule.effect),
            _ => Says::Nothing,
        };
        (nth, opinion)
    })
}

/// The first entry that fits: `staff`, anybody signed in, and everyone do.
fn list(world: &World) -> Says {
    if world.groups != Some(true) {
        return Says::Nothing;
    }
    let first = world.entries.iter().find_map(|entry| {
        let words: Vec<&str> = entry.split(' ').collect();
        let fits = words[1] != "guests" && words[2].split(',').any(|it| it == world.wanted);
        fits.then_some(words[0])
    });
    match first {
        Some("allow") => Says::Allow,
        Some(_) => Says::Deny,
        None => Says::Nothing,
    }
}

/// Whoever has role `a` may do `p` to an `x` of their own, and to a public one
/// with role `d`.
fn item(world: &World) -> Says {
    let parts: Vec<&str> = world.wanted.split(':').collect();
    let (Some(own), true) = (world.item, parts[0] == "x" && parts.len() > 1) else {
        return Says::Nothing;
    };
    let held = all_roles(world);
    let (owned, other) = world.rows;
    let may = if own { owned && held.contains(&0) } else { other && held.contains(&3) };
    match may && parts[1] == "p" {
        true => Says::Allow,
        false if world.closed => Says::Deny,
        false => Says::Nothing,
    }
}

fn relations(world: &World) -> Says {
    if world.reader && world.gives && covers("x:q", world.wanted) {
        Says::Allow
    } else {
        Says::Nothing
    }
}

fn deny_overrides(said: impl Iterator<Item = Says>) -> Says {
    let said: Vec<Says> = said.collect();
    let order = [Says::Deny, Says::MayDeny, Says::Allow, Says::Failed];
    order.into_iter().find(|it| said.contains(it)).unwrap_or(Says::Nothing)
}

fn said(effect: Effect) -> Says {
    match effect {
        Effect::Allow => Says::Allow,
        Effect::Deny => Says::Deny,
    }
}

/// The roles held and what they inherit, however far.
fn all_roles(world: &World) -> Vec<usize> {
    let mut held = world.held.clone();
    loop {
        let more = world.inherits.iter().filter(|(heir, _)| held.contains(heir));
        let more = more.map(|(_, from)| *from).find(|from| !held.contains(from));
        match more {
            Some(role) => held.push(role),
            None => return held,
        }
    }
}

/// A part is a list or `*`; a `*` at the end is this and everything deeper.
pub(super) fn covers(pattern: &str, wanted: &str) -> bool {
    let (pattern, wanted): (Vec<&str>, Vec<&str>) =
        (pattern.split(':').collect(), wanted.split(':').collect());
    let fits = |(part, name): (&&str, &&str)| *part == "*" || part.split(',').any(|it| it == *name);
    let (last, front) = pattern.split_last().unwrap();
    if *last == "*" {
        return wanted.len() >= front.len() && front.iter().zip(&wanted).all(fits);
    }
    wanted.len() == pattern.len() && pattern.iter().zip(&wanted).all(fits)
}

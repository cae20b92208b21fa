//! What conditions and lists of entries cost; the others have no like of them
//! in this workload.

use std::hint::black_box;

use allocation_counter::measure;
use keyward_authz::acl::{Acl, Groups};
use keyward_authz::condition::{Cell, Condition, Facts, Schema};

use crate::Result;
use crate::figure::{self, Batches};
use crate::workload::{Random, VERBS};

pub(crate) fn run() -> Result<()> {
    condition()?;
    list_of_entries()
}

fn condition() -> Result<()> {
    let text = "resource.owner == principal.id && resource.status in ['draft', 'review']";
    let condition = Condition::compile(text, &Schema::new())?;
    let principal = [("id", Cell::Text("user-4711"))];
    let resource = [("owner", Cell::Text("user-4711")), ("status", Cell::Text("review"))];
    let facts = Facts { principal: &principal, resource: &resource, ..Facts::default() };
    let mut holds = || condition.holds(black_box(&facts)) == Ok(true);
    if !holds() {
        return Err("the condition does not hold".into());
    }
    figure::print("condition_ns", Batches::OURS.time(&mut holds));
    let counted = measure(|| {
        black_box(holds());
    });
    figure::print("allocs_per_condition", counted.count_total as f64);
    Ok(())
}

fn list_of_entries() -> Result<()> {
    let entries: Vec<String> =
        (0..200).map(|nth| format!("allow group-{} verb-{}", nth % 40, nth % VERBS)).collect();
    let acl = Acl::parse(entries.iter().map(String::as_str))?;
    let member = acl.member(&Groups::of(["group-7", "group-39"]));
    let wanted: Vec<_> = (0..VERBS).map(|nth| acl.permission(&format!("verb-{nth}"))).collect();
    let mut random = Random(13);
    let each = Batches::OURS.time(|| acl.decide_by_id(&member, *random.pick(&wanted)).is_some());
    figure::print("acl_check_ns", each);
    Ok(())
}

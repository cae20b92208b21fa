//! Inherited roles, groups with their members, exclusive roles.

use keyward_core::port::{Holding, LastingQuery, MemberQuery, SeveralQuery, Write};
use keyward_core::record::{Assignment, ExclusiveSet, Group, Membership, Role, User};

use super::access::{access_version, assignment, role};
use super::sample::at;
use super::{Case, Sample, Shared, cases, conflicts, done};

pub(super) const CASES: &[Case] = cases![
    what_a_role_inherits_is_replaced_as_a_whole,
    a_group_is_added_and_removed_once,
    a_group_that_is_removed_has_no_members,
    a_removed_role_is_named_nowhere,
    a_membership_replaces_the_one_before,
    nobody_is_put_into_a_group_that_is_not_there,
    a_set_of_exclusive_roles_is_replaced_as_a_whole,
    holdings_change_only_as_they_were_seen,
    a_lasting_holder_is_active_and_holds_it_for_good,
    whoever_holds_two_of_several_things_is_found,
    members_come_in_pages_without_the_deleted,
];

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn heir(name: &str, inherits: &[&str]) -> Role {
    Role { inherits: names(inherits), ..role(name) }
}

fn group(name: &str, roles: &[&str]) -> Group {
    Group {
        name: name.into(),
        description: "für alle".into(),
        roles: names(roles),
        created_at: at(1),
    }
}

fn set(name: &str, roles: &[&str]) -> ExclusiveSet {
    ExclusiveSet { name: name.into(), roles: names(roles) }
}

fn member(user: &User, group: &str) -> Membership {
    Membership {
        user: user.id,
        group: group.into(),
        not_before: None,
        expires_at: None,
        granted_by: None,
        created_at: at(2),
    }
}

async fn what_a_role_inherits_is_replaced_as_a_whole(store: Shared) {
    done(&store, vec![Write::AddRole(role("b")), Write::AddRole(heir("a", &["c", "b", "c"]))])
        .await;
    let before = store.definitions().await.unwrap();
    assert_eq!(before.roles, [heir("a", &["b", "c"]), role("b")], "sorted, and each once");
    let inherit = |role: &str, from: &[&str]| {
        vec![Write::SetInherited { role: role.into(), inherits: names(from) }]
    };
    done(&store, inherit("a", &["d"])).await;
    let after = store.definitions().await.unwrap();
    assert_eq!(after.roles, [heir("a", &["d"]), role("b")]);
    assert!(after.version > before.version);
    conflicts(&store, inherit("nobody", &["a"])).await;
    done(&store, inherit("a", &[])).await;
    assert_eq!(store.definitions().await.unwrap().roles, [role("a"), role("b")]);
}

async fn a_group_is_added_and_removed_once(store: Shared) {
    let version = store.definitions().await.unwrap().version;
    done(&store, vec![Write::AddGroup(group("staff", &["b", "a", "b"]))]).await;
    done(&store, vec![Write::AddGroup(group("none", &[]))]).await;
    let found = store.definitions().await.unwrap();
    assert_eq!(found.groups, [group("none", &[]), group("staff", &["a", "b"])]);
    assert!(found.version > version);
    conflicts(&store, vec![Write::AddGroup(group("staff", &[]))]).await;
    let set = |group: &str, roles: &[&str]| {
        vec![Write::SetGroupRoles { group: group.into(), roles: names(roles) }]
    };
    done(&store, set("staff", &["c"])).await;
    let changed = store.definitions().await.unwrap();
    assert_eq!(changed.groups, [group("none", &[]), group("staff", &["c"])]);
    assert!(changed.version > found.version);
    conflicts(&store, set("nobody", &["c"])).await;
    done(&store, vec![Write::RemoveGroup("staff".into())]).await;
    let fewer = store.definitions().await.unwrap();
    assert_eq!(fewer.groups, [group("none", &[])]);
    assert!(fewer.version > changed.version);
    conflicts(&store, vec![Write::RemoveGroup("staff".into())]).await;
}

async fn a_group_that_is_removed_has_no_members(store: Shared) {
    let mut sample = Sample::new(71);
    let (ann, bob) = (sample.user(), sample.user());
    let writes = vec![
        Write::AddUser(ann.clone()),
        Write::AddUser(bob.clone()),
        Write::AddGroup(group("staff", &["a"])),
        Write::AddGroup(group("other", &["a"])),
        Write::PutMembership(member(&ann, "staff")),
        Write::PutMembership(member(&ann, "other")),
        Write::PutMembership(member(&bob, "other")),
    ];
    done(&store, writes).await;
    let versions = (access_version(&store, &ann).await, access_version(&store, &bob).await);
    done(&store, vec![Write::RemoveGroup("staff".into())]).await;
    assert_eq!(access_version(&store, &ann).await, versions.0 + 1);
    assert_eq!(access_version(&store, &bob).await, versions.1);
    // A group of the same name is another group.
    done(&store, vec![Write::AddGroup(group("staff", &[]))]).await;
    assert_eq!(store.access(ann.id).await.unwrap().groups, [member(&ann, "other")]);
    let found = store.definitions().await.unwrap();
    assert_eq!(found.groups, [group("other", &["a"]), group("staff", &[])]);
}

async fn a_removed_role_is_named_nowhere(store: Shared) {
    let writes = vec![
        Write::AddRole(heir("a", &["b", "c"])),
        Write::AddRole(heir("b", &["c"])),
        Write::AddRole(role("c")),
        Write::AddGroup(group("staff", &["b", "c"])),
        Write::PutExclusive(set("money", &["b", "c"])),
        Write::PutExclusive(set("one", &["b"])),
    ];
    done(&store, writes).await;
    done(&store, vec![Write::RemoveRole("b".into())]).await;
    let found = store.definitions().await.unwrap();
    assert_eq!(found.roles, [heir("a", &["c"]), role("c")]);
    assert_eq!(found.groups, [group("staff", &["c"])]);
    assert_eq!(found.exclusive, [set("money", &["c"])]);
    done(&store, vec![Write::AddRole(role("b"))]).await;
    assert_eq!(store.definitions().await.unwrap().roles[1], role("b"), "it begins anew");
}

async fn a_membership_replaces_the_one_before(store: Shared) {
    let mut sample = Sample::new(72);
    let ann = sample.user();
    let odd = Membership {
        not_before: Some(at(-1)),
        expires_at: Some(at(9)),
        granted_by: Some(sample.user().id),
        ..member(&ann, "staff")
    };
    let writes = vec![
        Write::AddUser(ann.clone()),
        Write::AddGroup(group("staff", &[])),
        Write::AddGroup(group("other", &[])),
        Write::PutMembership(member(&ann, "staff")),
        Write::PutMembership(member(&ann, "other")),
    ];
    done(&store, writes).await;
    assert_eq!(access_version(&store, &ann).await, 3);
    done(&store, vec![Write::PutMembership(odd.clone())]).await;
    assert_eq!(store.access(ann.id).await.unwrap().groups, [member(&ann, "other"), odd]);
    assert_eq!(access_version(&store, &ann).await, 4);
    let leave = || vec![Write::RemoveMembership { user: ann.id, group: "staff".into() }];
    done(&store, leave()).await;
    conflicts(&store, leave()).await;
    assert_eq!(store.access(ann.id).await.unwrap().groups, [member(&ann, "other")]);
    assert_eq!(access_version(&store, &ann).await, 5);
}

async fn nobody_is_put_into_a_group_that_is_not_there(store: Shared) {
    let mut sample = Sample::new(73);
    let (ann, ghost) = (sample.user(), sample.user());
    done(&store, vec![Write::AddUser(ann.clone()), Write::AddGroup(group("staff", &[]))]).await;
    conflicts(&store, vec![Write::PutMembership(member(&ann, "Staff"))]).await;
    conflicts(&store, vec![Write::PutMembership(member(&ghost, "staff"))]).await;
    assert_eq!(store.access(ann.id).await.unwrap().groups, []);
    assert_eq!(store.access(ghost.id).await.unwrap().groups, []);
}

async fn a_set_of_exclusive_roles_is_replaced_as_a_whole(store: Shared) {
    let before = store.definitions().await.unwrap();
    assert_eq!(before.exclusive, []);
    let put = |sets: &[ExclusiveSet]| sets.iter().cloned().map(Write::PutExclusive).collect();
    done(&store, put(&[set("money", &["payer", "approver"]), set("b", &["x", "y", "x"])])).await;
    let found = store.definitions().await.unwrap();
    assert_eq!(found.exclusive, [set("b", &["x", "y"]), set("money", &["approver", "payer"])]);
    assert!(found.version > before.version);
    done(&store, put(&[set("money", &["auditor", "payer"]), set("b", &[])])).await;
    let changed = store.definitions().await.unwrap();
    assert_eq!(changed.exclusive, [set("money", &["auditor", "payer"])]);
    let remove = || vec![Write::RemoveExclusive("money".into())];
    done(&store, remove()).await;
    done(&store, remove()).await;
    let gone = store.definitions().await.unwrap();
    assert_eq!(gone.exclusive, []);
    assert!(gone.version > changed.version);
}

async fn holdings_change_only_as_they_were_seen(store: Shared) {
    let mut sample = Sample::new(74);
    let ann = sample.user();
    done(&store, vec![Write::AddUser(ann.clone())]).await;
    let give = |role: &str| {
        let seen = Write::SwapAccess { user: ann.id, was: ann.access_version };
        vec![seen, Write::PutAssignment(assignment(&ann, role, ""))]
    };
    done(&store, give("payer")).await;
    conflicts(&store, give("approver")).await;
    assert_eq!(store.access(ann.id).await.unwrap().roles, [assignment(&ann, "payer", "")]);
    let ghost = sample.user();
    conflicts(&store, vec![Write::SwapAccess { user: ghost.id, was: 1 }]).await;
}

async fn a_lasting_holder_is_active_and_holds_it_for_good(store: Shared) {
    let mut sample = Sample::new(75);
    let locked = User { locked_at: Some(at(1)), ..sample.user() };
    let deleted = User { deleted_at: Some(at(1)), ..sample.user() };
    let users: Vec<User> = (0..6).map(|_| sample.user()).collect();
    let all = [&locked, &deleted].into_iter().chain(&users);
    let mut writes: Vec<Write> = all.cloned().map(Write::AddUser).collect();
    let given = |user: &User| assignment(user, "admin", "");
    let joined = |user: &User| member(user, "staff");
    writes.extend([Write::AddGroup(group("staff", &["admin"])), Write::AddGroup(group("x", &[]))]);
    writes.extend(
        [
            given(&locked),
            given(&deleted),
            Assignment { expires_at: Some(at(90)), ..given(&users[0]) },
            Assignment { not_before: Some(at(90)), ..given(&users[1]) },
            Assignment { scope: "docs".into(), ..given(&users[2]) },
            Assignment { not_before: Some(at(9)), ..given(&users[3]) },
        ]
        .map(Write::PutAssignment),
    );
    writes.extend(
        [
            joined(&locked),
            Membership { expires_at: Some(at(90)), ..joined(&users[0]) },
            Membership { not_before: Some(at(90)), ..joined(&users[1]) },
            member(&users[2], "x"),
            joined(&users[3]),
            joined(&users[4]),
        ]
        .map(Write::PutMembership),
    );
    done(&store, writes).await;
    for (roles, groups, limit, wanted) in [
        (&["admin"][..], &["staff"][..], 9, vec![3, 4]),
        (&["admin", "other", "third"], &["staff", "other", "third"], 1, vec![3]),
        (&["admin"], &[], 9, vec![3]),
        (&[], &["staff"], 9, vec![3, 4]),
        (&["Admin"], &["Staff"], 9, vec![]),
        (&[], &[], 9, vec![]),
    ] {
        let (roles, groups) = (names(roles), names(groups));
        let query = LastingQuery { roles, groups, now: at(9), limit };
        let wanted: Vec<_> = wanted.into_iter().map(|nth: usize| users[nth].id).collect();
        assert_eq!(store.lasting_holders(&query).await.unwrap(), wanted, "{query:?}");
    }
}

async fn whoever_holds_two_of_several_things_is_found(store: Shared) {
    let mut sample = Sample::new(77);
    let locked = User { locked_at: Some(at(1)), ..sample.user() };
    let mut users: Vec<User> = (0..7).map(|_| sample.user()).collect();
    users.push(locked);
    let mut writes: Vec<Write> = users.iter().cloned().map(Write::AddUser).collect();
    writes.push(Write::AddGroup(group("payers", &["payer"])));
    let given = |nth: usize, role: &str| assignment(&users[nth], role, "");
    let joined = |nth: usize| member(&users[nth], "payers");
    writes.extend(
        [
            // The same thing twice.
            given(0, "payer"),
            // Two by name, one of them in one place only.
            given(1, "payer"),
            assignment(&users[1], "approver", "docs"),
            given(2, "payer"),
            given(2, "approver"),
            Assignment { expires_at: Some(at(9)), ..given(3, "payer") },
            given(3, "approver"),
            Assignment { not_before: Some(at(90)), ..given(4, "payer") },
            Assignment { expires_at: Some(at(10)), ..given(4, "chief") },
            given(5, "chief"),
            given(6, "other"),
            given(7, "approver"),
            given(7, "payer"),
        ]
        .map(Write::PutAssignment),
    );
    writes.extend([joined(0), joined(5), joined(6)].map(Write::PutMembership));
    done(&store, writes).await;
    let thing =
        |roles: &[&str], groups: &[&str]| Holding { roles: names(roles), groups: names(groups) };
    let things = vec![
        thing(&["payer"], &["payers"]),
        thing(&["approver", "chief"], &[]),
        thing(&["z"], &[]),
    ];
    let ask = async |things: &[Holding], after: Option<usize>, limit| {
        let after = after.map(|nth| users[nth].id);
        let query = SeveralQuery { things: things.to_vec(), now: at(9), after, limit };
        let found = store.holders_of_several(&query).await.unwrap();
        let place = |id| users.iter().position(|user| user.id == id).unwrap();
        found.into_iter().map(place).collect::<Vec<_>>()
    };
    let mut all = vec![2, 4, 5, 7];
    all.sort_by_key(|nth| users[*nth].id);
    assert_eq!(ask(&things, None, 9).await, all);
    assert_eq!(ask(&things, None, 2).await, all[..2]);
    assert_eq!(ask(&things, Some(all[1]), 9).await, all[2..]);
    for few in [&things[..1], &things[2..], &[]] {
        assert_eq!(ask(few, None, 9).await, [0; 0]);
    }
    assert_eq!(ask(&vec![Holding::default(); 3], None, 9).await, [0; 0]);
}

async fn members_come_in_pages_without_the_deleted(store: Shared) {
    let mut sample = Sample::new(76);
    let users: Vec<User> = (0..5).map(|_| sample.user()).collect();
    let mut writes: Vec<Write> = users.iter().cloned().map(Write::AddUser).collect();
    writes.extend(["staff", "other"].map(|name| Write::AddGroup(group(name, &[]))));
    writes.extend(users.iter().skip(1).map(|user| Write::PutMembership(member(user, "staff"))));
    writes.push(Write::PutMembership(member(&users[0], "other")));
    let address =
        sample.identifier(&users[3], keyward_core::identifier::Kind::Email, "d@example.com");
    writes.push(Write::AddIdentifier(address.clone()));
    let gone = User { deleted_at: Some(at(1)), ..users[2].clone() };
    writes.push(Write::SwapUser { was: 1, now: gone });
    done(&store, writes).await;
    let mut query = MemberQuery { group: "staff".into(), after: None, limit: 2 };
    let first = store.members(&query).await.unwrap();
    let of_first: Vec<_> = first.data.iter().map(|(member, ..)| member.clone()).collect();
    assert_eq!(of_first, [member(&users[1], "staff"), member(&users[3], "staff")]);
    let (_, user, names) = &first.data[1];
    assert_eq!((user.id, names.as_slice()), (users[3].id, &[address][..]));
    assert_eq!(first.next, Some(users[3].id));
    query.after = first.next;
    let second = store.members(&query).await.unwrap();
    let ids: Vec<_> = second.data.iter().map(|(_, user, _)| user.id).collect();
    assert_eq!((ids, second.next), (vec![users[4].id], None));
    let nobody = MemberQuery { group: "nobody".into(), ..query };
    assert_eq!(store.members(&nobody).await.unwrap().data, []);
}

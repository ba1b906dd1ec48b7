use super::*;
use crate::tags::{OWNER, Tags};
use std::collections::BTreeSet;

const RESERVED: &[(u16, u16)] = &[(1, 999)];

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|v| (*v).to_owned()).collect()
}

/// A rule of tenant `who` of the environment `dev`; of the operators, if `who` is empty.
fn rule(who: &str, priority: u16, hosts: &[&str], paths: &[&str]) -> SeenRule {
    let tags =
        if who.is_empty() { Tags::new() } else { Tags::from([(OWNER.into(), format!("paas/dev/{who}"))]) };
    SeenRule {
        arn: format!("rule-{priority}"),
        priority,
        hosts: set(hosts),
        paths: set(paths),
        target_group_arn: String::new(),
        other_target_group_arn: None,
        tags,
    }
}

/// Runs `check` for tenant alpha, who wants `hosts` and `paths` beside `seen`.
fn alpha<T>(
    seen: &[SeenRule],
    hosts: &[&str],
    paths: &[&str],
    check: impl Fn(Neighbours<'_>, Conditions<'_>) -> T,
) -> T {
    let (hosts, paths) = (set(hosts), set(paths));
    let neighbours = Neighbours { owner: "paas/dev/alpha", reserved: RESERVED, seen };
    check(neighbours, Conditions { hosts: &hosts, paths: &paths })
}

#[test]
fn a_host_has_one_tenant() {
    let beta = "already belongs to tenant beta (listener rule with priority 14000)";
    let seen = |hosts: &[&str], paths: &[&str]| vec![rule("beta", 14_000, hosts, paths)];
    for (theirs, hosts, paths, says) in [
        (seen(&["shop.test"], &[]), &["shop.test"][..], &[][..], Some(format!("host shop.test {beta}"))),
        (seen(&["Shop.test"], &[]), &["a.test", "shop.TEST"], &[], Some(format!("host shop.TEST {beta}"))),
        (seen(&["*.shop.test"], &[]), &["*.shop.test"], &[], Some(format!("host *.shop.test {beta}"))),
        (seen(&["shop.test"], &["/api/*"]), &["shop.test"], &[], Some(format!("host shop.test {beta}"))),
        (seen(&["shop.test"], &[]), &["shop.test"], &["/api/*"], Some(format!("host shop.test {beta}"))),
        (
            seen(&["shop.test"], &["/api/*"]),
            &["shop.test"],
            &["/api/v2"],
            Some(format!("host shop.test {beta}")),
        ),
        (seen(&["shop.test"], &["/api/*"]), &["shop.test"], &["/blog/*"], None),
        (seen(&["*.shop.test"], &[]), &["a.shop.test"], &[], None),
        (seen(&["a.shop.test"], &[]), &["*.shop.test"], &[], None),
        (vec![rule("alpha", 14_000, &["shop.test"], &[])], &["shop.test"], &[], None),
        (vec![rule("", 20, &["shop.test"], &[])], &["shop.test"], &[], None),
    ] {
        assert_eq!(alpha(&theirs, hosts, paths, |n, of| n.taken(of)), says, "{theirs:?} {hosts:?} {paths:?}");
    }
}

#[test]
fn a_rule_outside_the_reserved_bands_that_is_nobodys_is_named_too() {
    let seen = [rule("", 5000, &["shop.test"], &[])];
    assert_eq!(
        alpha(&seen, &["shop.test"], &[], |n, of| n.taken(of)).as_deref(),
        Some("host shop.test is already in a rule that is no tenant's, rule-5000 (priority 5000)")
    );
}

#[test]
fn of_two_that_came_at_once_the_later_number_has_lost() {
    let seen = [rule("beta", 14_000, &["shop.test"], &[])];
    let lost = |priority| alpha(&seen, &["shop.test"], &[], |n, of| n.overtaken(priority, of));
    assert_eq!(
        lost(14_001).as_deref(),
        Some("host shop.test already belongs to tenant beta (listener rule with priority 14000)")
    );
    assert_eq!(lost(13_999), None);
}

#[test]
fn a_set_priority_is_checked() {
    let seen = [
        rule("", 20, &["*"], &[]),
        rule("beta", 3000, &["shop.example.test"], &[]),
        rule("gamma", 2000, &["*.gamma.test"], &[]),
        rule("delta", 4000, &["api.example.test"], &["/v1/*"]),
        rule("alpha", 3500, &["*.alpha.test"], &[]),
    ];
    for (priority, hosts, paths, says) in [
        (0, &["a.test"][..], &[][..], Some("priority 0 is not between 1 and 50000")),
        (50_001, &["a.test"], &[], Some("priority 50001 is not between 1 and 50000")),
        (999, &["a.test"], &[], Some("priority 999 lies in the reserved band 1 to 999")),
        (3000, &["a.test"], &[], Some("priority 3000 is taken by tenant beta (rule-3000)")),
        (
            1500,
            &["*.example.test"],
            &[],
            Some(
                "priority 1500 would put *.example.test before api.example.test of tenant delta, which has priority 4000",
            ),
        ),
        (3500, &["a.test"], &[], Some("priority 3500 is taken by tenant alpha (rule-3500)")),
        (
            3001,
            &["*.example.test"],
            &["/v2/*"],
            None, // not before beta's, and delta's paths are others
        ),
        (
            2001,
            &["a.gamma.test"],
            &[],
            Some(
                "priority 2001 would put a.gamma.test behind *.gamma.test of tenant gamma, which has priority 2000 and takes all its requests",
            ),
        ),
        (1999, &["a.gamma.test"], &[], None),
        (1000, &["*.alpha.test", "a.alpha.test"], &[], None),
        (4001, &["*.example.test"], &[], None),
    ] {
        let found = alpha(&seen, hosts, paths, |n, of| n.misplaced(priority, of));
        assert_eq!(found.as_deref(), says, "{priority} {hosts:?} {paths:?}");
    }
}

#[test]
fn an_allocated_number_is_free_in_its_band_and_not_misplaced() {
    let mut seen = vec![];
    for n in 0..150u16 {
        let host = if n % 3 == 0 { format!("*.t{}.test", n % 7) } else { format!("h{n}.t{}.test", n % 7) };
        let owner = format!("t{n}");
        let hosts = [host.as_str()];
        let conditions_hosts = set(&hosts);
        let of = Conditions { hosts: &conditions_hosts, paths: &BTreeSet::new() };
        let path = format!("paas/dev/{owner}");
        let neighbours = Neighbours { owner: &path, reserved: RESERVED, seen: &seen };
        let number = neighbours.allocate(of).expect("there is room");
        assert!(priority::band(of).contains(&number));
        assert_eq!(neighbours.misplaced(number, of), None);
        seen.push(rule(&owner, number, &hosts, &[]));
    }
    let distinct: BTreeSet<u16> = seen.iter().map(|r| r.priority).collect();
    assert_eq!(distinct.len(), seen.len());
    for wildcard in seen.iter().filter(|r| r.hosts.iter().any(|h| h.contains('*'))) {
        for exact in seen.iter().filter(|r| r.hosts.iter().all(|h| !h.contains('*'))) {
            assert!(exact.priority < wildcard.priority);
        }
    }
}

#[test]
fn conflicting_slots_are_probed() {
    let first = alpha(&[], &["shop.test"], &[], |n, of| n.allocate(of)).unwrap();
    let seen = [rule("beta", first, &["b.test"], &[]), rule("", first + 1, &["c.test"], &[])];
    assert_eq!(alpha(&seen, &["shop.test"], &[], |n, of| n.allocate(of)), Ok(first + 2));
}

#[test]
fn a_full_band_goes_on_where_it_does_no_harm() {
    let paths = &["/api/*"][..];
    let band = alpha(&[], &["shop.test"], paths, |_, of| priority::band(of));
    let full: Vec<SeenRule> =
        band.clone().map(|number| rule("beta", number, &[&format!("h{number}.test")], paths)).collect();
    let spilt = alpha(&full, &["shop.test"], paths, |n, of| n.allocate(of));
    assert_eq!(spilt, Ok(band.end() + 1));

    let mut guarded = full;
    guarded.push(rule("gamma", band.end() + 1, &["*.test"], &[]));
    let spilt = alpha(&guarded, &["shop.test"], paths, |n, of| n.allocate(of));
    assert_eq!(spilt, Ok(band.start() - 1), "not behind the wildcard that would take its requests");
}

#[test]
fn a_wildcard_that_was_set_too_early_leaves_no_place_before_it() {
    let seen = [rule("beta", 1000, &["*.test"], &[])];
    let why = alpha(&seen, &["shop.test"], &[], |n, of| n.allocate(of)).unwrap_err();
    assert!(
        why.starts_with(
            "no priority is free for shop.test: it would have to come before *.test of tenant beta"
        ),
        "{why}"
    );
}

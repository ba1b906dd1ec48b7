//! Ten pushes at once: ten builds, none lost and none doubled.

use crate::refused;
use crate::stage::Stage;
use paas_tests::journey::Kind;
use std::collections::BTreeSet;
use std::thread;

/// How many teams push.
const TEAMS: usize = 10;

#[test]
fn ten_pushes_at_once_are_ten_builds() {
    let stage = Stage::new();
    refused::assert_start_nothing(&stage);
    let earlier = stage.gitlab.deliveries().len();
    // As GitLab does when it has waited in vain.
    stage.hook(2);
    let repositories: Vec<_> =
        (0..TEAMS).map(|n| stage.gitlab.repository(&format!("shops/shop-{n}-software"))).collect();
    let commits: Vec<String> = thread::scope(|scope| {
        let pushes: Vec<_> = repositories
            .iter()
            .map(|repository| scope.spawn(|| repository.write("shop", repository.path()).push("dev", "Open")))
            .collect();
        pushes.into_iter().map(|push| push.join().expect("it is pushed")).collect()
    });

    let answered = || stage.gitlab.deliveries().into_iter().filter(|it| it.status.is_some()).count();
    stage.wait("the answers", || answered() == earlier + 2 * TEAMS);
    let deliveries = stage.gitlab.deliveries();
    let refused: Vec<_> =
        deliveries.iter().skip(earlier).filter(|delivery| delivery.status != Some(202)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    // Both deliveries of a push are told the same build, and no two pushes are.
    let told = |commit: &String| {
        let of_commit = deliveries.iter().filter(|delivery| delivery.commit == *commit);
        of_commit.map(|delivery| delivery.says("build").to_string()).collect::<BTreeSet<_>>()
    };
    let builds: Vec<BTreeSet<String>> = commits.iter().map(told).collect();
    assert!(builds.iter().all(|of_push| of_push.len() == 1), "{builds:?}");
    assert_eq!(builds.iter().flatten().collect::<BTreeSet<_>>().len(), TEAMS);

    let held = stage.builds();
    assert_eq!(held.len(), TEAMS);
    for build in &held {
        assert_eq!(build["buildStatus"], "SUCCEEDED", "{}", stage.said());
    }
    for (n, commit) in commits.iter().enumerate() {
        let tenant = stage.tenant(&format!("shop-{n}"));
        assert_eq!(tenant.uploaded(Kind::Software), commit.as_str());
        assert_eq!(stage.archive(&tenant, Kind::Software)["shop"], format!("shops/shop-{n}-software"));
    }
}

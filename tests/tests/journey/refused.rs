//! Pushes that the webhook doesn't take: GitLab is told why, and no build starts.

use crate::stage::Stage;

/// GitLab's webhook is as it should be again in the end.
#[track_caller]
pub fn assert_start_nothing(stage: &Stage) {
    let before = stage.builds().len();
    let software = stage.gitlab.repository("shops/acme-software");
    let others = stage.gitlab.repository("others/acme-software");
    let unknown = stage.gitlab.repository("shops/acme-binaries");
    let wrong = "a token that somebody has guessed";
    for (what, repository, branch, token, signed, status, why) in [
        ("a wrong token", &software, "dev", Some(wrong), true, 401, "token"),
        ("no signature", &software, "dev", None, false, 401, "sign"),
        ("an unknown branch", &software, "nobody", None, true, 404, "branch"),
        ("a repository that isn't allowed", &others, "dev", None, true, 403, "allowed"),
        ("a repository of nobody", &unknown, "dev", None, true, 404, "tenant"),
    ] {
        stage.hook_wrongly(token, signed);
        let commit = repository.push(branch, what);
        let answer = stage.answer(&commit);
        assert_eq!(answer.status, Some(status), "{what}: {:?}", answer.body);
        let said = answer.says("error");
        assert!(said.as_str().is_some_and(|said| said.to_lowercase().contains(why)), "{what}: {said}");
    }
    assert_eq!(stage.builds().len(), before);
    // The log has a line for each, without what was given.
    let said = stage.said();
    for status in [401, 403, 404] {
        assert!(said.contains(&format!("\"status\": {status}")), "{said}");
    }
    assert!(!said.contains(wrong) && !said.contains(&stage.token), "{said}");
    stage.hook(1);
}

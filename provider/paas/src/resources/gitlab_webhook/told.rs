//! What the function and the builds are told by their variables, as far as the arguments say it. Pure.

use super::model::{GitlabWebhookModel, Repository};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tfplugin::Attr;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// The function's variables that follow from the arguments; none while one of them isn't known.
pub fn rules(model: &GitlabWebhookModel) -> Option<Variables> {
    let repositories: BTreeMap<&String, Whose<'_>> = match model.repositories.settled()? {
        None => BTreeMap::new(),
        Some(repositories) => repositories
            .iter()
            .map(|(path, repository)| Some((path, Whose::of(repository)?)))
            .collect::<Option<_>>()?,
    };
    let mut variables: Variables = [
        ("ALLOWED", json(model.allowed_repositories.known()?)),
        ("BRANCHES", json(model.branches.known()?)),
        ("GITLAB_HOST", model.gitlab_host.known()?.clone()),
        ("REPOSITORIES", json(&repositories)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(rule) = model.naming_rule.settled()? {
        variables.insert("NAMING_RULE".into(), rule.clone());
    }
    Some(variables)
}

/// The environments that branches lead to, each once.
pub fn environments(branches: &Attr<BTreeMap<String, String>>) -> BTreeSet<&String> {
    branches.known().into_iter().flatten().map(|(_, environment)| environment).collect()
}

/// A repository's tenant and kind, as the function reads them.
#[derive(Serialize)]
struct Whose<'a> {
    tenant: &'a String,
    kind: &'a String,
}

impl<'a> Whose<'a> {
    fn of(repository: &'a Repository) -> Option<Self> {
        Some(Self { tenant: repository.tenant.known()?, kind: repository.kind.known()? })
    }
}

/// As a variable's value.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tfplugin::Attributes;

    fn model() -> GitlabWebhookModel {
        let repository = Repository { tenant: "acme".into(), kind: "software".into() };
        GitlabWebhookModel {
            gitlab_host: "gitlab.example.com".into(),
            repositories: BTreeMap::from([("shops/acme".to_owned(), repository)]).into(),
            allowed_repositories: BTreeSet::from(["shops/*".to_owned()]).into(),
            ..GitlabWebhookModel::defaults()
        }
    }

    #[test]
    fn the_function_gets_its_rules_as_json() {
        let rules = rules(&model()).expect("all is known");
        assert_eq!(rules["REPOSITORIES"], r#"{"shops/acme":{"tenant":"acme","kind":"software"}}"#);
        assert_eq!(rules["ALLOWED"], r#"["shops/*"]"#);
        assert_eq!(rules["BRANCHES"], r#"{"dev":"dev","master":"production","staging":"staging"}"#);
        assert_eq!(rules["GITLAB_HOST"], "gitlab.example.com");
        assert!(!rules.contains_key("NAMING_RULE"));
    }

    #[test]
    fn nothing_is_said_before_all_is_known() {
        let unknown = Repository { tenant: Attr::Unknown, kind: "software".into() };
        let unknown = BTreeMap::from([("shops/acme".to_owned(), unknown)]);
        assert_eq!(rules(&GitlabWebhookModel { repositories: unknown.into(), ..model() }), None);
        assert_eq!(rules(&GitlabWebhookModel { naming_rule: Attr::Unknown, ..model() }), None);
    }
}

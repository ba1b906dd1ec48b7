//! The wiring of the function: its role, its code, and what it is told by its variables.

use super::wire::{Told, Wiring};
use super::{names, told};
use composite::{Graph, Node, Value};
use paas_aws::World;
use paas_aws::archive::{Archive, FILE};
use paas_aws::digested::Digested;
use paas_aws::iam::{Role, RoleOut};
use paas_aws::lambda::{Function, FunctionOut};
use paas_aws::policies::{trust, webhook};
use std::collections::{BTreeMap, BTreeSet};

/// The program that GitLab's deliveries meet.
const HANDLER: &str = include_str!("files/handler.py");
const RUNTIME: &str = "python3.13";
/// MB. A delivery has 6 MB at most, and Python holds it several times over.
const MEMORY: i32 = 256;
/// Seconds. GitLab waits for ten (its `webhook_timeout`); what takes longer is heard by nobody, but for the log.
const TIMEOUT: i32 = 15;

impl<'a> Wiring<'a> {
    /// The function, after all that it is told of.
    pub(super) fn function(&self, told: &Told, g: &mut Graph<'a, World>) -> Node<FunctionOut> {
        let names = names(self.session, self.model);
        let role = self.function_role(told, g);
        let rules = g.input(told::rules(self.model).map_or(Value::Unknown, Value::Known));
        let deps = (role, rules, told.project, told.token, told.signing_token, told.logs, self.tags);
        let function =
            g.child("function", deps, move |(role, rules, project, token, signing_token, logs, tags)| {
                Function {
                    name: names.base(),
                    description: format!("Takes the deliveries of GitLab webhook {}", names.webhook),
                    role_arn: role.arn,
                    runtime: RUNTIME.into(),
                    handler: "handler.handler".into(),
                    memory_size: MEMORY,
                    timeout: TIMEOUT,
                    environment: {
                        let mut variables = rules;
                        variables.insert("BUILD_PROJECT".into(), project.name);
                        variables.insert("TOKEN_SECRET_ARN".into(), token.arn);
                        variables.extend(signing_token.map(|arn| ("SIGNING_SECRET_ARN".into(), arn)));
                        variables
                    },
                    code: Digested::of(archive("handler.py", HANDLER)),
                    log_group_name: logs.name,
                    tags,
                    unwanted: BTreeMap::new(),
                }
            });
        // A function is what its name says; everything else changes in place.
        g.steady(function);
        g.export("function_name", (), move |()| names.base());
        g.export("function_arn", function, |function| function.arn);
        function
    }

    fn function_role(&self, told: &Told, g: &mut Graph<'a, World>) -> Node<RoleOut> {
        let (session, names) = (self.session, names(self.session, self.model));
        let site = self.site.clone();
        let deps =
            (told.project, told.token, told.signing_token, told.key, told.logs, self.boundary, self.tags);
        g.child(
            "function_role",
            deps,
            move |(project, token, signing_token, key, logs, permissions_boundary, tags)| {
                let secrets: Vec<String> = [token.arn].into_iter().chain(signing_token).collect();
                Role {
                    name: names.role("function", &session.region),
                    trust: trust::functions(&site),
                    policies: webhook::function(&site, &project.arn, &secrets, &key.arn, &logs.name),
                    managed_policy_arns: BTreeSet::new(),
                    permissions_boundary,
                    tags,
                }
            },
        )
    }
}

/// An archive of one file.
fn archive(name: &str, text: &str) -> Vec<u8> {
    let mut archive = Archive::new();
    let written = archive.add(name, text.as_bytes(), FILE).and_then(|()| archive.finish());
    written.expect("memory takes all that is written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn the_archive_is_always_the_same_and_holds_the_program() {
        let made = archive("handler.py", HANDLER);
        assert_eq!(made, archive("handler.py", HANDLER));
        let mut archive = zip::ZipArchive::new(Cursor::new(made)).unwrap();
        let mut text = String::new();
        archive.by_name("handler.py").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, HANDLER);
        // Lambda runs it as another user than the one who packed it.
        assert_eq!(archive.by_name("handler.py").unwrap().unix_mode(), Some(0o100_644));
    }

    /// The variables that the program reads are those that it gets, and the other way round.
    #[test]
    fn the_program_is_told_what_it_asks_for() {
        for name in [
            "ALLOWED",
            "BRANCHES",
            "BUILD_PROJECT",
            "GITLAB_HOST",
            "NAMING_RULE",
            "REPOSITORIES",
            "SIGNING_SECRET_ARN",
            "TOKEN_SECRET_ARN",
        ] {
            assert!(HANDLER.contains(&format!("\"{name}\"")), "{name}");
        }
        assert_eq!(HANDLER.matches("os.environ").count(), 10, "a variable more, or one less");
    }
}

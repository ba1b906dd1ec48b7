//! The table narrowed to one tenant: what a role may have that nobody but this tenant's code uses.
//!
//! A policy of a whole project reaches what carries the project's name, or its tag. Here stands what each of the table's
//! patterns becomes for one tenant, by the exact names of its objects. A pattern that names the project and isn't listed is
//! granted on nothing.
//!
//! Beyond names, in comparison with the policy of a project:
//!
//! - What carries a tag must carry this tenant's, and nothing gets another's. The images and the pipeline are out of reach:
//!   their owners end in a word with an underscore, which no database's name holds.
//! - Rules of the load balancer are this tenant's by their tags.
//! - Databases are restored from the tenant's own snapshots alone.
//! - Roles and policies of the account aren't listed. The provider then asks for those that it needs, one by one.
//! - Only the tenant's own instances' role is written. With a permissions boundary, only while the role has it: without, a
//!   role that may write policies and give them to instances may do what any policy allows.
//!
//! What AWS can't narrow stays: `Describe…` reads all of the account, and who may make a pipeline with the environment's
//! role may do in it what that role may, in all of the environment.

use super::place::{Place, TenantScope};
use super::table::{Grant, OURS, Service};
use crate::policy::Statement;
use crate::tags::OWNER;
use crate::world::Owner;
use std::collections::BTreeSet;

/// The tenant's objects by the service, the table's pattern, and what it becomes. The words are those of
/// [`TenantScope::fill`], and of [`Place::fill`].
const NARROWED: &[(&str, &str, &[&str])] = &[
    (
        "autoscaling",
        "{regional}:autoScalingGroup:*:autoScalingGroupName/{project}-*",
        &[
            "{regional}:autoScalingGroup:*:autoScalingGroupName/{base}",
            "{regional}:autoScalingGroup:*:autoScalingGroupName/{base}-blue",
            "{regional}:autoScalingGroup:*:autoScalingGroupName/{base}-green",
        ],
    ),
    ("codedeploy", "{regional}:application:{project}_*", &["{regional}:application:{application}"]),
    ("codedeploy", "{regional}:deploymentgroup:{project}_*", &["{regional}:deploymentgroup:{application}/*"]),
    ("codepipeline", "{regional}:*_{project}_*", &["{regional}:{software_pipeline}"]),
    ("ec2", "{regional}:vpc/*", &["{regional}:vpc/{vpc}"]),
    ("elasticloadbalancing", "{regional}:listener/app/{project}-*", &["{listener}"]),
    ("elasticloadbalancing", "{regional}:listener-rule/app/{project}-*", &["{rules}"]),
    ("events", "{regional}:rule/*_{project}_*", &["{regional}:rule/{software_pipeline}"]),
    ("iam", "{global}:role/{project}/*", &["{global}:role/{owner}/{instance_role}"]),
    ("iam", "{global}:instance-profile/{project}/*", &["{global}:instance-profile/{owner}/{instance_role}"]),
    ("kms", "{regional}:key/*", &["{key}"]),
    (
        "logs",
        "{regional}:log-group:/paas/{project}/*",
        &["{regional}:log-group:/paas/{owner}", "{regional}:log-group:/paas/{owner}:*"],
    ),
    ("rds", "{regional}:db:*", &["{regional}:db:{databases}-*"]),
    ("rds", "{regional}:db:{project}-*", &["{regional}:db:{databases}-*"]),
    ("rds", "{regional}:pg:{project}-*", &["{regional}:pg:{databases}-*"]),
    ("rds", "{regional}:subgrp:{project}-*", &["{regional}:subgrp:{databases}-*"]),
    ("rds", "{regional}:snapshot:{project}-*", &["{regional}:snapshot:{databases}-*"]),
    (
        "rds",
        "{regional}:snapshot:*",
        &["{regional}:snapshot:{databases}-*", "{regional}:snapshot:rds:{databases}-*"],
    ),
    ("s3", "{bare}:{project}-*", &["{bare}:{bucket}"]),
    ("s3", "{bare}:{project}-*/software/*", &["{bare}:{bucket}/{software_object}"]),
    ("s3", "{bare}:{project}-*/*/Software/*", &["{bare}:{bucket}/{artifact_folder}*/Software/*"]),
    (
        "ssm",
        "{regional}:parameter/paas/{project}/*",
        &["{regional}:parameter/paas/{owner}", "{regional}:parameter/paas/{owner}/*"],
    ),
];

/// Where a tenant finds its environment.
const RECORD_OF_ENVIRONMENT: &str = "{regional}:parameter/paas/{project}/{environment}";
const BOUNDARY: &str = "iam:PermissionsBoundary";
/// What makes a role mightier.
const ESCALATING: &[&str] =
    &["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];

impl TenantScope {
    /// The statements that a grant becomes.
    pub(super) fn statements(
        &self,
        place: &Place,
        service: &Service,
        grant: &Grant,
        actions: &BTreeSet<String>,
    ) -> Vec<Statement> {
        let scope = Narrowing { place, service, scope: self };
        match (service.prefix, grant.sid) {
            ("iam", "List") => vec![],
            ("iam", "Change") => scope.roles(grant, actions),
            ("iam", "Pass") => vec![scope.passing(grant, actions)],
            ("ec2", "Launch") => scope.launch(actions),
            ("elasticloadbalancing", "Rules") => scope.rules(actions),
            ("ssm", "Read") => {
                let statement = scope.statement(grant.sid, actions);
                let resources = scope.resources(grant).into_iter().chain([scope.fill(RECORD_OF_ENVIRONMENT)]);
                vec![scope.conditions(statement.resources(resources), grant)]
            }
            _ => {
                let resources = scope.resources(grant);
                let statement = scope.statement(grant.sid, actions);
                let narrowed = (!resources.is_empty()).then(|| statement.resources(resources));
                narrowed.map(|statement| scope.conditions(statement, grant)).into_iter().collect()
            }
        }
    }

    fn owner(&self, place: &Place) -> Owner {
        Owner::tenant(&place.project, &self.environment, &self.tenant)
    }

    /// The tenant and its databases; not what else is an owner below the tenant.
    fn owners(&self, place: &Place) -> [String; 2] {
        let owner = self.owner(place).path();
        [format!("{owner}/*"), owner]
    }

    /// Fills in the words that stand for the tenant's names.
    fn fill(&self, place: &Place, pattern: &str) -> String {
        let rules = format!("{}/*", self.https_listener_arn.replacen(":listener/", ":listener-rule/", 1));
        let words = [
            ("{application}", self.application.as_str()),
            ("{artifact_folder}", &self.artifact_folder),
            ("{base}", &self.base),
            ("{bucket}", &self.bucket),
            ("{databases}", &self.database_prefix),
            ("{environment}", &self.environment),
            ("{instance_role}", &self.instance_role),
            ("{key}", &self.key_arn),
            ("{listener}", &self.https_listener_arn),
            ("{owner}", &self.owner(place).path()),
            ("{rules}", &rules),
            ("{software_object}", &self.software_object),
            ("{software_pipeline}", &self.software_pipeline),
            ("{vpc}", &self.vpc_id),
        ];
        words.iter().fold(pattern.to_owned(), |filled, (word, name)| filled.replace(word, name))
    }
}

/// A service's grants on their way to a tenant's statements.
struct Narrowing<'a> {
    place: &'a Place,
    service: &'a Service,
    scope: &'a TenantScope,
}

impl Narrowing<'_> {
    fn fill(&self, pattern: &str) -> String {
        self.place.fill(self.service.prefix, &self.scope.fill(self.place, pattern))
    }

    fn filled(&self, patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|pattern| self.fill(pattern)).collect()
    }

    fn statement(&self, sid: &str, actions: &BTreeSet<String>) -> Statement {
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        Statement::allow(&format!("{}{sid}", self.service.sid)).actions(&actions)
    }

    fn resources(&self, grant: &Grant) -> Vec<String> {
        let narrowed = |pattern: &&str| {
            let same = |(service, known, _): &&(&str, &str, &[&str])| {
                *service == self.service.prefix && known == pattern
            };
            match NARROWED.iter().find(same) {
                Some((_, _, patterns)) => self.filled(patterns),
                None if pattern.contains("{project}") => vec![],
                None => self.filled(&[pattern]),
            }
        };
        grant.resources.iter().flat_map(narrowed).collect()
    }

    /// The grant's conditions, with this tenant in place of the whole project.
    fn conditions(&self, statement: Statement, grant: &Grant) -> Statement {
        let mut statement = statement;
        for (operator, key, values) in grant.conditions {
            let of_owner = key.strip_suffix(OWNER);
            statement = match of_owner {
                // The key has been told by its ARN; it is the environment's.
                Some(_) if self.service.prefix == "kms" => statement,
                Some("aws:RequestTag/") => self.made_ours(statement, operator),
                Some(_) => self.ours(statement, operator),
                None => statement.when(operator, key, self.filled(values)),
            };
        }
        let tags = grant
            .conditions
            .iter()
            .any(|condition| *condition == OURS || condition.1.ends_with(":CreateAction"));
        // What is ours doesn't become another's.
        match self.service.prefix {
            "ec2" | "elasticloadbalancing" if tags => self.made_ours(statement, "StringLikeIfExists"),
            // A group of a slot may have the name of another tenant's only one.
            "autoscaling" if grant.sid == "Change" => self.ours(statement, "StringLikeIfExists"),
            _ => statement,
        }
    }

    fn ours(&self, statement: Statement, operator: &str) -> Statement {
        self.owned(statement, operator, "ResourceTag")
    }

    fn made_ours(&self, statement: Statement, operator: &str) -> Statement {
        self.owned(statement, operator, "RequestTag")
    }

    fn owned(&self, statement: Statement, operator: &str, tag: &str) -> Statement {
        let key = format!("aws:{tag}/{OWNER}");
        let parts = format!("{}/*_*", self.scope.owner(self.place).path());
        statement.when(operator, &key, self.scope.owners(self.place)).when("StringNotLike", &key, [parts])
    }

    /// A role that must be bounded gets policies only while it is.
    fn roles(&self, grant: &Grant, actions: &BTreeSet<String>) -> Vec<Statement> {
        let Some(boundary) = &self.scope.permissions_boundary else {
            return vec![self.statement(grant.sid, actions).resources(self.resources(grant))];
        };
        let escalating = |action: &&String| ESCALATING.contains(&action.as_str());
        let (bounded, others): (BTreeSet<_>, BTreeSet<_>) =
            actions.iter().cloned().partition(|a| escalating(&a));
        let others =
            others.into_iter().filter(|action| action != "iam:DeleteRolePermissionsBoundary").collect();
        vec![
            self.statement("ChangeBounded", &bounded).resources(self.resources(grant)).when(
                "StringEquals",
                BOUNDARY,
                [boundary],
            ),
            self.statement(grant.sid, &others).resources(self.resources(grant)),
        ]
    }

    /// The tenant's role to its instances, the environment's to what it made them for.
    fn passing(&self, grant: &Grant, actions: &BTreeSet<String>) -> Statement {
        let roles = self.resources(grant).into_iter().chain(self.scope.environment_role_arns.iter().cloned());
        let services = ["service:codedeploy", "service:codepipeline", "service:ec2", "service:events"];
        self.statement(grant.sid, actions).resources(roles).when(
            "StringEquals",
            "iam:PassedToService",
            self.filled(&services),
        )
    }

    /// What Auto Scaling checks: the template and its group are the tenant's; image and snapshot aren't another tenant's.
    fn launch(&self, actions: &BTreeSet<String>) -> Vec<Statement> {
        let owner = self.scope.owner(self.place).path();
        let images = [owner.clone(), format!("{owner}/*")];
        vec![
            self.statement("Launch", actions).resources(self.filled(&[
                "{regional}:instance/*",
                "{regional}:network-interface/*",
                "{regional}:subnet/*",
                "{regional}:volume/*",
            ])),
            self.statement("LaunchFrom", actions)
                .resources(self.filled(&["{public}:image/*", "{public}:snapshot/*"]))
                .when("StringLikeIfExists", &format!("aws:ResourceTag/{OWNER}"), images),
            self.ours(
                self.statement("LaunchOurs", actions)
                    .resources(self.filled(&["{regional}:launch-template/*", "{regional}:security-group/*"])),
                "StringLike",
            ),
        ]
    }

    /// Rules are made on the environment's listener; those that are there belong to whom their tags say.
    fn rules(&self, actions: &BTreeSet<String>) -> Vec<Statement> {
        let only = |action: &str| BTreeSet::from([action.to_owned()]);
        let create = "elasticloadbalancing:CreateRule";
        let others = actions.iter().filter(|action| *action != create).cloned().collect();
        vec![
            self.made_ours(
                self.statement("CreateRules", &only(create)).resources(self.filled(&["{listener}"])),
                "StringLike",
            ),
            self.made_ours(
                self.statement("TagNewRules", &only("elasticloadbalancing:AddTags"))
                    .resources(self.filled(&["{rules}"]))
                    .when("StringEquals", "elasticloadbalancing:CreateAction", ["CreateRule"]),
                "StringLike",
            ),
            self.made_ours(
                self.ours(
                    self.statement("Rules", &others).resources(self.filled(&["{rules}"])),
                    "StringLike",
                ),
                "StringLikeIfExists",
            ),
        ]
    }
}

#[cfg(test)]
mod tests;

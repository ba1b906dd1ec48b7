//! What pipelines of every layer are made of: a source in the environment's bucket, an approval, what starts them.

use crate::home::Home;
use composite::Value;
use paas_aws::codepipeline::{Action, Stage};
use std::collections::BTreeMap;
use tfplugin::{Attr, Attributes, Diagnostic, Diagnostics, Path};

/// `trigger`: the bucket's own events.
pub const S3: &str = "S3";
/// `trigger`: what the environment's trail records.
pub const CLOUDTRAIL: &str = "CLOUDTRAIL";

/// Characters of what an approval says: CodePipeline takes no empty value in an action's configuration, and 1000 here.
const COMMENT: std::ops::RangeInclusive<usize> = 1..=1000;

/// A manual approval.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
pub struct Approval {
    /// ARN of an SNS topic, of this account and region, that is told.
    #[attr(optional)]
    pub notification_arn: Attr<String>,
    /// What is said to whoever approves, 1 to 1000 characters.
    #[attr(optional)]
    pub comment: Attr<String>,
    /// A link for whoever approves, such as to a review.
    #[attr(optional)]
    pub external_entity_link: Attr<String>,
}

impl Approval {
    /// Reports what CodePipeline would refuse.
    pub fn validate(&self, path: &Path, diagnostics: &mut Diagnostics) {
        let at = |name: &str| path.clone().attribute(name);
        let is_topic = |arn: &&String| arn.starts_with("arn:") && arn.contains(":sns:");
        if let Some(arn) = self.notification_arn.known().filter(|arn| !is_topic(arn)) {
            let detail = format!("{arn:?} is not the ARN of an SNS topic.");
            diagnostics.error(at("notification_arn"), "Invalid topic", detail);
        }
        let comment = self.comment.known().map(|text| text.chars().count());
        if let Some(length) = comment.filter(|length| !COMMENT.contains(length)) {
            let detail =
                format!("{length} characters; CodePipeline takes {} to {}.", COMMENT.start(), COMMENT.end());
            diagnostics.error(at("comment"), "Invalid comment", detail);
        }
        let is_link = |link: &&String| link.starts_with("https://") || link.starts_with("http://");
        if let Some(link) = self.external_entity_link.known().filter(|link| !is_link(link)) {
            diagnostics.error(at("external_entity_link"), "Invalid link", format!("{link:?} is not a URL."));
        }
    }
}

/// The approval's action, if there is to be one.
pub fn approval(wanted: &Attr<Approval>) -> Value<Option<Action>> {
    let Some(wanted) = wanted.settled() else { return Value::Unknown };
    let Some(Approval { notification_arn, comment, external_entity_link }) = wanted else {
        return Value::Known(None);
    };
    let mut configuration = BTreeMap::new();
    for (key, attr) in [
        ("NotificationArn", notification_arn),
        ("CustomData", comment),
        ("ExternalEntityLink", external_entity_link),
    ] {
        match attr.settled() {
            None => return Value::Unknown,
            Some(value) => configuration.extend(value.map(|value| (key.to_owned(), value.clone()))),
        }
    }
    Value::Known(Some(Action { configuration, ..action("Approval", "Approval", "Manual", []) }))
}

/// A stage.
pub fn stage(name: &str, actions: Vec<Action>) -> Stage {
    Stage { name: name.into(), actions }
}

/// The actions of a stage, one after the other.
pub fn in_turn(actions: impl IntoIterator<Item = Action>) -> Vec<Action> {
    (1..).zip(actions).map(|(run_order, action)| Action { run_order, ..action }).collect()
}

/// An action with neither inputs nor outputs.
pub fn action<const N: usize>(
    name: &str,
    category: &str,
    provider: &str,
    configuration: [(&str, String); N],
) -> Action {
    let configuration = configuration.into_iter().map(|(key, value)| (key.to_owned(), value));
    Action {
        name: name.into(),
        category: category.into(),
        provider: provider.into(),
        configuration: configuration.collect(),
        inputs: vec![],
        outputs: vec![],
        namespace: None,
        commands: vec![],
        output_variables: vec![],
        run_order: 1,
    }
}

/// The source: an object of the environment's bucket, as the artifact `artifact`. The event rule starts the pipeline, so
/// it needn't poll.
pub fn source(home: &Home, key: &str, artifact: &str) -> Action {
    let configuration = [
        ("S3Bucket", home.outputs.bucket.clone()),
        ("S3ObjectKey", key.to_owned()),
        ("PollForSourceChanges", "false".to_owned()),
    ];
    Action { outputs: vec![artifact.into()], ..action("Source", "Source", "S3", configuration) }
}

/// The environment must be able to start the pipeline declared at `path`, and in the way that is asked for.
pub fn refuse(home: &Home, path: &Path, trigger: &Attr<String>) -> Option<Diagnostic> {
    if home.outputs.events_role_arn.is_none() {
        let detail = format!(
            "Environment {:?} was applied last by an earlier provider. Apply it with this one first.",
            home.name
        );
        let refused = Diagnostic::error("No role starts the pipeline", detail);
        return Some(if path.is_root() { refused } else { refused.at(path.clone()) });
    }
    (trigger.known().is_some_and(|trigger| trigger == CLOUDTRAIL) && !home.has_trail).then(|| {
        let detail = format!(
            "Environment {:?} has no trail (enable_cloudtrail is false). Use the trigger {S3:?}, or turn the trail on.",
            home.name
        );
        Diagnostic::error("No trail starts the pipeline", detail).at(path.clone().attribute("trigger"))
    })
}

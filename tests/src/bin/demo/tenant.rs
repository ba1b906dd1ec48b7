//! What a team has of its tenant: Terraform's outputs, and how its pipeline stands.

use crate::Stop;
use paas_tests::emulator::CallError;
use paas_tests::{Emulator, Error, Workspace};
use serde_json::{Value, json};

/// Outputs of `examples/tenants/acme`, read once.
pub struct Tenant(Value);

impl Tenant {
    /// What the workspace gives out.
    pub fn of(workspace: &Workspace) -> Self {
        Self(workspace.run(["output", "-json"]).expect_success().json())
    }

    fn output(&self, name: &str) -> &Value {
        &self.0[name]["value"]
    }

    /// Where releases go: `s3://BUCKET/KEY`.
    pub fn source_uri(&self) -> &str {
        self.output("source_uri").as_str().unwrap_or_default()
    }

    /// The software pipeline's name.
    pub fn pipeline(&self) -> &str {
        self.output("pipeline_name").as_str().unwrap_or_default()
    }

    /// The SSM parameter with the database's record.
    pub fn database_parameter(&self) -> &str {
        self.output("database")["parameter_name"].as_str().unwrap_or_default()
    }

    /// A line per thing that a team asks for.
    pub fn report(&self, stages: &Stages) -> String {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let urls: Vec<String> = self.output("urls").as_array().into_iter().flatten().map(text).collect();
        let database = self.output("database");
        [
            ("answers at", urls.join(" ")),
            ("database", text(&database["endpoint"])),
            ("its secret", text(&database["master_user_secret_arn"])),
            ("releases to", self.source_uri().to_owned()),
            ("pipeline", self.pipeline().to_owned()),
            ("its stages", stages.to_string()),
        ]
        .map(|(what, value)| format!("{what:11}  {value}"))
        .join("\n")
    }
}

/// The stages of a pipeline's latest run: name and status. A stage that it hasn't reached yet is `waiting`, whatever the
/// run before it did there.
#[derive(Debug, PartialEq)]
pub struct Stages(Vec<(String, String)>);

impl Stages {
    /// As CodePipeline tells them.
    ///
    /// # Errors
    /// The account refuses.
    pub fn of(aws: &Emulator, pipeline: &str) -> Result<Self, Stop> {
        let state = aws.call("codepipeline", "get_pipeline_state", &json!({ "name": pipeline }));
        let failed = |error: CallError| Error::new(format!("the emulated account refuses: {error}"));
        Ok(Self::from(&state.map_err(failed)?))
    }

    /// Whether the run has come to its end.
    pub fn are_done(&self) -> bool {
        self.0.iter().all(|(_, status)| status == "Succeeded")
    }

    /// The first that failed.
    pub fn failed(&self) -> Option<&str> {
        self.0.iter().find(|(_, status)| status == "Failed").map(|(name, _)| name.as_str())
    }
}

impl From<&Value> for Stages {
    fn from(state: &Value) -> Self {
        let run = &state["stageStates"][0]["latestExecution"]["pipelineExecutionId"];
        let of = |stage: &Value| {
            let name = stage["stageName"].as_str().unwrap_or_default();
            let latest = Some(&stage["latestExecution"]).filter(|it| it["pipelineExecutionId"] == *run);
            let status = latest.and_then(|latest| latest["status"].as_str()).unwrap_or("waiting");
            (name.to_owned(), status.to_owned())
        };
        Self(state["stageStates"].as_array().into_iter().flatten().map(of).collect())
    }
}

impl std::fmt::Display for Stages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stages: Vec<String> = self.0.iter().map(|(name, status)| format!("{name} {status}")).collect();
        f.write_str(&stages.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(deploy: &Value) -> Stages {
        Stages::from(&json!({"stageStates": [
            {"stageName": "Source", "latestExecution": {"status": "Succeeded", "pipelineExecutionId": "2"}},
            {"stageName": "Deploy", "latestExecution": deploy},
        ]}))
    }

    #[test]
    fn a_run_is_done_when_every_stage_is() {
        let in_run = |run: &str, status: &str| json!({"status": status, "pipelineExecutionId": run});
        for (deploy, told, done, failed) in [
            (in_run("2", "Succeeded"), "Source Succeeded, Deploy Succeeded", true, None),
            (in_run("2", "InProgress"), "Source Succeeded, Deploy InProgress", false, None),
            (in_run("2", "Failed"), "Source Succeeded, Deploy Failed", false, Some("Deploy")),
            (in_run("1", "Succeeded"), "Source Succeeded, Deploy waiting", false, None),
            (Value::Null, "Source Succeeded, Deploy waiting", false, None),
        ] {
            let stages = stages(&deploy);
            assert_eq!(
                (stages.to_string().as_str(), stages.are_done(), stages.failed()),
                (told, done, failed)
            );
        }
    }

    #[test]
    fn a_report_has_what_a_team_asks_for() {
        let output = |value: Value| json!({ "value": value });
        let tenant = Tenant(json!({
            "urls": output(json!(["https://acme.test/"])),
            "database": output(json!({"endpoint": "db.test:3306", "master_user_secret_arn": "arn:secret"})),
            "source_uri": output(json!("s3://b/software/acme.zip")),
            "pipeline_name": output(json!("acme-1_paas_dev")),
        }));
        let report = tenant.report(&stages(&json!({"status": "Succeeded", "pipelineExecutionId": "2"})));
        assert_eq!(report.lines().next(), Some("answers at   https://acme.test/"));
        assert_eq!(report.lines().last(), Some("its stages   Source Succeeded, Deploy Succeeded"));
    }
}

//! What came up, as AWS itself sees it: a line per listener rule, with the health of the instances behind it.

use paas_tests::emulator::{CallError, Object};
use paas_tests::{Emulator, Error};
use serde_json::{Value, json};

const HEADINGS: [&str; 5] = ["tenant", "hosts and paths", "priority", "instances", "health"];

/// The tenants' listener rules by priority.
///
/// # Errors
/// The account refuses a call.
pub fn tenants(aws: &Emulator) -> Result<String, Error> {
    let failed = |error: CallError| Error::new(format!("the emulated account refuses: {error}"));
    let inventory = aws.inventory();
    let listeners = inventory.iter().filter(|object| object.service == "elbv2" && object.kind == "listener");
    let mut rows = Vec::new();
    for listener in listeners {
        let answer =
            aws.call("elbv2", "describe_rules", &json!({"ListenerArn": listener.id})).map_err(failed)?;
        for rule in answer["Rules"].as_array().into_iter().flatten() {
            let Some(group) = rule["Actions"][0]["TargetGroupArn"].as_str() else { continue };
            let health = aws.call("elbv2", "describe_target_health", &json!({"TargetGroupArn": group}));
            rows.push(row(rule, &health.map_err(failed)?, &inventory));
        }
    }
    rows.sort_by_key(|row| row[2].parse().unwrap_or(u32::MAX));
    rows.insert(0, HEADINGS.map(str::to_owned));
    Ok(aligned(&rows))
}

fn row(rule: &Value, health: &Value, inventory: &[Object]) -> [String; 5] {
    let owner = inventory.iter().find(|object| rule["RuleArn"] == object.id.as_str());
    let tenant = owner.and_then(|object| object.tags.get("paas:owner")).map_or("-", String::as_str);
    let conditions = rule["Conditions"].as_array().into_iter().flatten();
    let values = conditions.flat_map(|condition| {
        let nested = ["HostHeaderConfig", "PathPatternConfig"]
            .into_iter()
            .flat_map(|kind| texts(&condition[kind]["Values"]));
        let nested: Vec<String> = nested.collect();
        if nested.is_empty() { texts(&condition["Values"]) } else { nested }
    });
    let targets = health["TargetHealthDescriptions"].as_array().into_iter().flatten();
    let (instances, states): (Vec<String>, Vec<String>) =
        targets.map(|target| (text(&target["Target"]["Id"]), text(&target["TargetHealth"]["State"]))).unzip();
    [
        tenant.to_owned(),
        values.collect::<Vec<_>>().join(" "),
        text(&rule["Priority"]),
        instances.join(" "),
        states.join(" "),
    ]
}

fn texts(values: &Value) -> Vec<String> {
    values.as_array().into_iter().flatten().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Columns as wide as their widest cell, two blanks between them.
fn aligned(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let line = |row: &[String; 5]| {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:0$}", width(column)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_tells_whose_rule_it_is_and_how_its_instances_are() {
        let owner = Object {
            service: "elbv2".into(),
            kind: "rule".into(),
            id: "arn:rule".into(),
            name: None,
            tags: [("paas:owner".into(), "paas/dev/acme".into())].into(),
        };
        let rule = json!({
            "RuleArn": "arn:rule",
            "Priority": "1200",
            "Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["a.test", "b.test"]}}],
        });
        let health = json!({"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": {"State": "healthy"}}]});
        let row = row(&rule, &health, &[owner]);
        assert_eq!(row, ["paas/dev/acme", "a.test b.test", "1200", "i-1", "healthy"]);
        let table = aligned(&[HEADINGS.map(str::to_owned), row]);
        assert_eq!(table.lines().next(), Some("tenant         hosts and paths  priority  instances  health"));
    }
}

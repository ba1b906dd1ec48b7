//! The commands with which a pipeline moves a tenant's hosts from one slot to the other. They run in CodePipeline, which
//! has the AWS command line.

/// What [`Switch::select`] exports: the deployment group of the idle slot.
pub const DEPLOYMENT_GROUP: &str = "DEPLOYMENT_GROUP";

/// Two slots, and the rules that lead to them.
pub struct Switch<'a> {
    /// ARN of a target group.
    pub blue: &'a str,
    /// ARN of the other one.
    pub green: &'a str,
    /// ARNs of the tenant's listener rules.
    pub rules: &'a [&'a str],
}

impl Switch<'_> {
    /// Finds out which slot is idle: the first rule's weights say which one is live.
    fn look(&self) -> [String; 2] {
        let live = "Rules[0].Actions[0].ForwardConfig.TargetGroups[?Weight>`0`].TargetGroupArn|[0]";
        let rule = self.rules.first().copied().unwrap_or_default();
        let green = self.green;
        [
            // A failed look must end the run, not make green the idle one.
            format!(
                "LIVE=$(aws elbv2 describe-rules --rule-arns '{rule}' --query '{live}' --output text) || exit 1"
            ),
            format!("if [ \"$LIVE\" = '{green}' ]; then IDLE=blue; else IDLE=green; fi"),
        ]
    }

    /// Exports the name of the idle slot's deployment group.
    pub fn select(&self, tenant: &str) -> Vec<String> {
        let export = format!("export {DEPLOYMENT_GROUP}={tenant}-$IDLE");
        self.look().into_iter().chain([export]).collect()
    }

    /// Leads all rules to the slot that is idle, which makes the other one idle. Nothing else happens between both looks:
    /// a stage of a pipeline holds one run at a time.
    pub fn lead(&self) -> Vec<String> {
        let Self { blue, green, .. } = self;
        let actions = "[{\"Type\":\"forward\",\"ForwardConfig\":{\"TargetGroups\":[{\"TargetGroupArn\":\"'$TO'\",\"Weight\":100},{\"TargetGroupArn\":\"'$FROM'\",\"Weight\":0}]}}]";
        let slots = format!(
            "if [ $IDLE = blue ]; then TO='{blue}' FROM='{green}'; else TO='{green}' FROM='{blue}'; fi"
        );
        let each = self.rules.iter().map(|rule| {
            format!("aws elbv2 modify-rule --rule-arn '{rule}' --actions '{actions}' --output text > /dev/null || exit 1")
        });
        self.look().into_iter().chain([slots]).chain(each).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Runs the commands with an `aws` that knows the live slot and prints what it is told.
    fn run(commands: &[String], live: &str) -> String {
        let aws = format!(
            "aws() {{ case $2 in describe-rules) echo {live};; *) echo \"$@\" >&2;; esac; }}\n{}\necho \"group $DEPLOYMENT_GROUP\"",
            commands.join("\n")
        );
        let output = Command::new("sh").args(["-c", &aws]).output().expect("there is a shell");
        assert!(output.status.success(), "{output:?}");
        format!("{}{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout))
    }

    const SWITCH: Switch<'_> =
        Switch { blue: "arn:blue", green: "arn:green", rules: &["arn:rule-1", "arn:rule-2"] };

    #[test]
    fn the_idle_slot_is_selected() {
        assert_eq!(run(&SWITCH.select("acme"), "arn:blue"), "group acme-green\n");
        assert_eq!(run(&SWITCH.select("acme"), "arn:green"), "group acme-blue\n");
    }

    #[test]
    fn all_rules_lead_to_what_was_idle() {
        let said = run(&SWITCH.lead(), "arn:blue");
        for rule in SWITCH.rules {
            let line = said.lines().find(|line| line.contains(rule)).expect("each rule is changed");
            let (_, actions) = line.split_once("--actions ").unwrap();
            let json = actions.trim_end_matches(" --output text");
            let actions: serde_json::Value =
                serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"));
            let groups = &actions[0]["ForwardConfig"]["TargetGroups"];
            assert_eq!(groups[0]["TargetGroupArn"], "arn:green");
            assert_eq!(groups[0]["Weight"], 100);
            assert_eq!(groups[1]["TargetGroupArn"], "arn:blue");
            assert_eq!(groups[1]["Weight"], 0);
        }
    }

    #[test]
    fn nothing_is_switched_when_the_rules_cannot_be_read() {
        let script = format!("aws() {{ return 255; }}\n{}", SWITCH.lead().join("\n"));
        let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
        assert_eq!(output.status.code(), Some(1));
    }
}

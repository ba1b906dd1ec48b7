"""EventBridge: rules, their targets and tags."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest

PIPELINE = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:shop"
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/shop"
PATTERN = json.dumps({"source": ["aws.s3"]})


class RuleTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.events = self.client("events")
        self.events.put_rule(Name="shop", EventPattern=PATTERN, Description="starts shop", Tags=TAGS)

    def target(self, rule: str = "shop", **changes: Any) -> None:
        target = {"Id": "pipeline", "Arn": PIPELINE, **changes}
        self.events.put_targets(Rule=rule, Targets=[target])

    def test_a_rule_comes_back_as_it_was_put(self) -> None:
        found = self.events.describe_rule(Name="shop")
        self.assertEqual(
            (RULE_ARN, PATTERN, "starts shop", "ENABLED"),
            tuple(found[name] for name in ("Arn", "EventPattern", "Description", "State")),
        )
        self.events.put_rule(Name="shop", EventPattern=PATTERN, State="DISABLED")
        found = self.events.describe_rule(Name="shop")
        self.assertEqual((None, "DISABLED"), (found.get("Description"), found["State"]))
        self.events.enable_rule(Name="shop")
        self.assertEqual("ENABLED", self.events.describe_rule(Name="shop")["State"])
        self.events.disable_rule(Name="shop")
        self.assertEqual("DISABLED", self.events.describe_rule(Name="shop")["State"])
        for operation in (self.events.describe_rule, self.events.enable_rule, self.events.disable_rule):
            error = self.refused("ResourceNotFoundException", operation, Name="none")
            self.assertIn("Rule none does not exist on EventBus default.", str(error))
        self.refused("InvalidEventPatternException", self.events.put_rule, Name="x", EventPattern="{")

    def test_rules_are_listed_by_the_letters_of_their_prefix(self) -> None:
        for name in ("a.b-1", "a.b-2", "axb-3"):
            self.events.put_rule(Name=name, EventPattern=PATTERN)
        listed = self.events.list_rules(NamePrefix="a.b")["Rules"]
        self.assertEqual(["a.b-1", "a.b-2"], [rule["Name"] for rule in listed])

    def test_targets_need_a_role_that_eventbridge_may_assume(self) -> None:
        for changes in (
            {},
            {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"},
            {"RoleArn": self.role("other", "ec2.amazonaws.com")},
        ):
            with self.subTest(changes):
                self.refused("ValidationException", self.target, **changes)
        role = self.role("events", "events.amazonaws.com")
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        self.refused("ValidationException", self.target, RoleArn=role)
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.target(RoleArn=role)
        self.events.put_rule(Name="shop", EventPattern=PATTERN)
        targets = self.events.list_targets_by_rule(Rule="shop")["Targets"]
        self.assertEqual([{"Id": "pipeline", "Arn": PIPELINE, "RoleArn": role}], targets)
        for number in range(4):
            self.target(Id=f"more-{number}", RoleArn=role)
        self.refused("LimitExceededException", self.target, Id="sixth", RoleArn=role)
        self.refused("ResourceNotFoundException", self.target, rule="none", RoleArn=role)
        self.refused("NotImplemented", self.target, Arn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue", RoleArn=role)
        error = self.refused("ValidationException", self.events.delete_rule, Name="shop")
        self.assertIn("Rule can't be deleted since it has targets.", str(error))
        ids = [target["Id"] for target in self.events.list_targets_by_rule(Rule="shop")["Targets"]]
        self.events.remove_targets(Rule="shop", Ids=ids)
        self.refused("ResourceNotFoundException", self.events.remove_targets, Rule="none", Ids=["a"])
        self.events.delete_rule(Name="shop")
        self.events.delete_rule(Name="shop")
        self.assertNotIn("event_rule", self.kinds())

    def test_a_second_put_leaves_the_tags_alone(self) -> None:
        def tags() -> Any:
            return self.events.list_tags_for_resource(ResourceARN=RULE_ARN)["Tags"]

        self.events.put_rule(Name="shop", EventPattern=PATTERN, Tags=[{"Key": "a", "Value": "1"}])
        self.assertEqual(TAGS, tags())
        self.events.tag_resource(ResourceARN=RULE_ARN, Tags=[{"Key": "a", "Value": "1"}])
        self.events.untag_resource(ResourceARN=RULE_ARN, TagKeys=["owner"])
        self.assertEqual([{"Key": "a", "Value": "1"}], tags())
        found = [item["tags"] for item in self.control("GET", "inventory") if item["kind"] == "event_rule"]
        self.assertEqual([{"a": "1"}], found)
        self.events.delete_rule(Name="shop")
        self.refused("ResourceNotFoundException", self.events.list_tags_for_resource, ResourceARN=RULE_ARN)

    def test_what_is_not_held_against_aws_is_not_there(self) -> None:
        self.refused("NotImplemented", self.events.create_event_bus, Name="other")
        self.refused("NotImplemented", self.events.put_rule, Name="x", ScheduleExpression="rate(5 minutes)")

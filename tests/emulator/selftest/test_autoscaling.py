"""Auto Scaling: groups, their instances and targets, refreshes, deletion."""

from typing import Any

from emulator.selftest.harness import EmulatorTest

TARGET = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
    "TargetValue": 50.0,
}


class AutoScalingTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.asg, self.ec2, self.elb = self.client("autoscaling"), self.client("ec2"), self.client("elbv2")
        self.vpc, self.subnets, self.group = self.network()
        images = self.control("POST", "seed", {"images": [{"name": "web-1"}, {"name": "web-2"}]})["images"]
        data = {"ImageId": images[0], "InstanceType": "t3.micro", "SecurityGroupIds": [self.group]}
        self.template = self.ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)[
            "LaunchTemplate"
        ]["LaunchTemplateId"]
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, SourceVersion="1", LaunchTemplateData={"ImageId": images[1]}
        )

    def make(self, name: str = "web", **changes: Any) -> None:
        wanted = {
            "AutoScalingGroupName": name,
            "MinSize": 2,
            "MaxSize": 4,
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"},
            "VPCZoneIdentifier": ",".join(self.subnets),
            **changes,
        }
        self.asg.create_auto_scaling_group(**wanted)

    def describe(self, name: str = "web") -> dict[str, Any]:
        return self.asg.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]

    def versions(self) -> list[str]:
        return [instance["LaunchTemplate"]["Version"] for instance in self.describe()["Instances"]]

    def refresh(self, version: str, **preferences: Any) -> str:
        desired = {"LaunchTemplate": {"LaunchTemplateId": self.template, "Version": version}}
        return self.asg.start_instance_refresh(
            AutoScalingGroupName="web", DesiredConfiguration=desired, Preferences=preferences
        )["InstanceRefreshId"]

    def status(self) -> str:
        return self.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"][0][
            "Status"
        ]

    def test_volumes_carry_the_template_s_tags(self) -> None:
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "web"}]}]
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, SourceVersion="1", LaunchTemplateData={"TagSpecifications": tags}
        )
        self.make(LaunchTemplate={"LaunchTemplateId": self.template, "Version": "3"})
        filters = [{"Name": "tag:team", "Values": ["web"]}]
        self.assertEqual(2, len(self.ec2.describe_volumes(Filters=filters)["Volumes"]))

    def test_instances_come_into_service_and_are_registered(self) -> None:
        target_group = self.elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=self.vpc)
        arn = target_group["TargetGroups"][0]["TargetGroupArn"]
        balancer = self.elb.create_load_balancer(
            Name="edge", Subnets=self.subnets, SecurityGroups=[self.group]
        )
        self.elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        self.control("POST", "timing", {"auto_scaling_group": {"create": 0.2}})
        tag = {
            "Key": "owner",
            "Value": "x",
            "PropagateAtLaunch": True,
            "ResourceId": "web",
            "ResourceType": "auto-scaling-group",
        }
        self.make(TargetGroupARNs=[arn], HealthCheckGracePeriod=0, DefaultInstanceWarmup=30, Tags=[tag])

        def health() -> list[str]:
            found = self.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
            return [target["TargetHealth"]["State"] for target in found]

        self.assertEqual(["Pending"] * 2, [i["LifecycleState"] for i in self.describe()["Instances"]])
        self.assertEqual([], health())
        self.eventually(["healthy"] * 2, health)
        group = self.describe()
        self.assertEqual((0, 30), (group["HealthCheckGracePeriod"], group["DefaultInstanceWarmup"]))
        self.assertEqual(2, len({i["AvailabilityZone"] for i in group["Instances"]}))
        reservation = self.ec2.describe_instances(InstanceIds=[group["Instances"][0]["InstanceId"]])[
            "Reservations"
        ][0]
        tags = {t["Key"]: t["Value"] for t in reservation["Instances"][0]["Tags"]}
        self.assertEqual(("x", "web"), (tags["owner"], tags["aws:autoscaling:groupName"]))

    def test_zones_are_filled_in_turn_whatever_the_ids(self) -> None:
        self.make(MinSize=3, VPCZoneIdentifier=",".join(sorted(self.subnets, reverse=True)))
        zones = [instance["AvailabilityZone"] for instance in self.describe()["Instances"]]
        self.assertEqual(["eu-west-1a", "eu-west-1b", "eu-west-1a"], zones)

    def test_instances_leave_a_subnet_that_the_group_loses(self) -> None:
        self.make()
        stays = [i["InstanceId"] for i in self.describe()["Instances"] if i["AvailabilityZone"] == "eu-west-1a"]
        self.control("POST", "timing", {"auto_scaling_group": {"create": 0.2}})
        self.asg.update_auto_scaling_group(AutoScalingGroupName="web", VPCZoneIdentifier=self.subnets[0])
        self.assertEqual(3, len(self.describe()["Instances"]), "the new one comes first")
        self.eventually(2, lambda: len(self.describe()["Instances"]))
        self.assertEqual({"eu-west-1a"}, {i["AvailabilityZone"] for i in self.describe()["Instances"]})
        self.assertIn(stays[0], [i["InstanceId"] for i in self.describe()["Instances"]])

    def test_a_terminated_instance_is_replaced(self) -> None:
        self.make()
        lost = self.describe()["Instances"][0]["InstanceId"]
        self.ec2.terminate_instances(InstanceIds=[lost])
        ids = [i["InstanceId"] for i in self.describe()["Instances"]]
        self.assertEqual((2, False), (len(ids), lost in ids))
        activities = self.asg.describe_scaling_activities(AutoScalingGroupName="web")["Activities"]
        self.assertEqual(3, len([a for a in activities if a["Description"].startswith("Launching")]))

    def test_what_is_refused(self) -> None:
        self.make()
        self.refused("AlreadyExists", self.make)
        self.refused("ValidationError", self.make, name="b", MinSize=5)
        self.refused("ValidationError", self.make, name="b", DesiredCapacity=9)
        self.refused("ValidationError", self.make, name="b", VPCZoneIdentifier="subnet-0")
        self.refused("ValidationError", self.make, name="b", TargetGroupARNs=["arn:aws:x"])
        self.refused("ValidationError", self.make, name="b", LaunchTemplate={"LaunchTemplateId": "lt-0"})
        self.refused(
            "ValidationError", self.asg.update_auto_scaling_group, AutoScalingGroupName="b", MinSize=1
        )
        self.refused("ValidationError", self.asg.delete_auto_scaling_group, AutoScalingGroupName="b")
        self.refused(
            "ValidationError", self.asg.set_desired_capacity, AutoScalingGroupName="b", DesiredCapacity=1
        )

    def test_an_instance_profile_just_made_is_refused(self) -> None:
        iam = self.client("iam")
        iam.create_instance_profile(InstanceProfileName="web")
        data = {"IamInstanceProfile": {"Name": "web"}}
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, SourceVersion="1", LaunchTemplateData=data
        )
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        template = {"LaunchTemplateId": self.template, "Version": "3"}
        error = self.refused("ValidationError", self.make, LaunchTemplate=template)
        self.assertIn("Invalid IAM Instance Profile name", str(error))
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.make(LaunchTemplate=template)

    def test_deletion(self) -> None:
        self.make()
        self.asg.put_scaling_policy(
            AutoScalingGroupName="web",
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration=TARGET,
        )
        self.refused("ResourceInUse", self.asg.delete_auto_scaling_group, AutoScalingGroupName="web")
        self.control("POST", "timing", {"auto_scaling_group": {"delete": 0.2}})
        self.asg.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
        self.assertEqual("Delete in progress", self.describe()["Status"])
        self.refused("AlreadyExists", self.make)
        self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=self.group)
        self.eventually([], lambda: self.asg.describe_auto_scaling_groups()["AutoScalingGroups"])
        self.ec2.delete_security_group(GroupId=self.group)
        self.assertEqual([], self.asg.describe_policies()["ScalingPolicies"])

    def test_policies_belong_to_their_group(self) -> None:
        for name in ("a", "b"):
            self.make(name=name, MinSize=0)
            made = self.asg.put_scaling_policy(
                AutoScalingGroupName=name,
                PolicyName="cpu",
                PolicyType="TargetTrackingScaling",
                TargetTrackingConfiguration=TARGET,
            )
            self.assertIn(f"autoScalingGroupName/{name}:policyName/cpu", made["PolicyARN"])
        self.asg.delete_policy(AutoScalingGroupName="a", PolicyName="cpu")
        self.refused("ValidationError", self.asg.delete_policy, AutoScalingGroupName="a", PolicyName="cpu")
        left = self.asg.describe_policies()["ScalingPolicies"]
        self.assertEqual(
            [("b", TARGET)], [(p["AutoScalingGroupName"], p["TargetTrackingConfiguration"]) for p in left]
        )

    def test_a_refresh_replaces_instances_one_by_one(self) -> None:
        self.make()
        self.control("POST", "timing", {"instance_refresh": {"step": 0.15}})
        self.refresh("2", AutoRollback=True)
        self.refused("InstanceRefreshInProgress", self.asg.start_instance_refresh, AutoScalingGroupName="web")
        self.assertEqual("Pending", self.status())
        self.eventually(["1", "2"], self.versions)
        self.assertEqual("1", self.describe()["LaunchTemplate"]["Version"])
        found = self.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"][0]
        self.assertEqual(
            ("InProgress", 50, 1), (found["Status"], found["PercentageComplete"], found["InstancesToUpdate"])
        )
        self.eventually("Successful", self.status)
        self.assertEqual((["2", "2"], "2"), (self.versions(), self.describe()["LaunchTemplate"]["Version"]))

    def test_a_failed_refresh_rolls_back_if_asked_to(self) -> None:
        self.make()
        self.control("POST", "limits", {"instance_refresh_fails": True})
        self.refresh("2")
        self.assertEqual("Failed", self.status())
        self.assertEqual("1", self.describe()["LaunchTemplate"]["Version"])
        self.refresh("2", AutoRollback=True)
        self.assertEqual("RollbackSuccessful", self.status())
        self.assertEqual((["1", "1"], "1"), (self.versions(), self.describe()["LaunchTemplate"]["Version"]))

    def test_cancel_and_rollback_on_request(self) -> None:
        self.make()
        self.refused(
            "ActiveInstanceRefreshNotFound", self.asg.cancel_instance_refresh, AutoScalingGroupName="web"
        )
        self.control("POST", "timing", {"instance_refresh": {"step": 0.15}})
        self.refresh("2")
        self.asg.cancel_instance_refresh(AutoScalingGroupName="web")
        self.eventually("Cancelled", self.status)
        self.refresh("2")
        self.eventually(["1", "2"], self.versions)
        self.asg.rollback_instance_refresh(AutoScalingGroupName="web")
        self.eventually("RollbackSuccessful", self.status)
        self.assertEqual(["1", "1"], self.versions())

    def test_rollback_needs_versions_with_a_number(self) -> None:
        self.make(LaunchTemplate={"LaunchTemplateId": self.template, "Version": "$Latest"})
        self.refused("ValidationError", self.refresh, version="2", AutoRollback=True)

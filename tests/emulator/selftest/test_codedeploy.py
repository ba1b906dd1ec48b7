"""CodeDeploy: applications, deployment groups and their hooks, deployments, what instances serve."""

import io
import zipfile
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest

BUCKET = "releases-bucket"
LOCATION = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
APPLICATION_ARN = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:application:shop"
GROUP_ARN = f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:shop/web"
ROLLBACK = {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]}


def archive(*names: str) -> bytes:
    """A zip file that holds files of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, name)
    return buffer.getvalue()


class CodeDeployTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.deploy, self.asg, self.s3 = (
            self.client("codedeploy"),
            self.client("autoscaling"),
            self.client("s3"),
        )
        self.service_role = self.role("deploy", "codedeploy.amazonaws.com")
        self.vpc, self.subnets, group = self.network()
        image = self.control("POST", "seed", {"images": [{"name": "web"}]})["images"][0]
        data = {"ImageId": image, "InstanceType": "t3.micro", "SecurityGroupIds": [group]}
        template = self.client("ec2").create_launch_template(
            LaunchTemplateName="web", LaunchTemplateData=data
        )
        self.template = template["LaunchTemplate"]["LaunchTemplateId"]
        for name in ("blue", "green"):
            self.scaling_group(name)
        self.deploy.create_application(applicationName="shop", tags=TAGS)

    def scaling_group(self, name: str, size: int = 1) -> None:
        self.asg.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=size,
            MaxSize=4,
            LaunchTemplate={"LaunchTemplateId": self.template, "Version": "1"},
            VPCZoneIdentifier=",".join(self.subnets),
        )

    def make(self, name: str = "web", **changes: Any) -> None:
        wanted = {
            "applicationName": "shop",
            "deploymentGroupName": name,
            "serviceRoleArn": self.service_role,
            "autoScalingGroups": ["blue"],
            **changes,
        }
        self.deploy.create_deployment_group(**wanted)

    def update(self, **changes: Any) -> None:
        self.deploy.update_deployment_group(
            applicationName="shop", currentDeploymentGroupName="web", **changes
        )

    def group(self, name: str = "web") -> dict[str, Any]:
        return self.deploy.get_deployment_group(applicationName="shop", deploymentGroupName=name)[
            "deploymentGroupInfo"
        ]

    def hooks(self, name: str) -> list[str]:
        found = self.asg.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
        return [hook["LifecycleHookName"] for hook in found]


class ApplicationsAndGroups(CodeDeployTest):
    def test_applications(self) -> None:
        self.refused(
            "ApplicationAlreadyExistsException", self.deploy.create_application, applicationName="shop"
        )
        found = self.deploy.get_application(applicationName="shop")["application"]
        self.assertEqual(("shop", "Server"), (found["applicationName"], found["computePlatform"]))
        self.refused("ApplicationDoesNotExistException", self.deploy.get_application, applicationName="x")
        batch = self.deploy.batch_get_applications(applicationNames=["shop"])["applicationsInfo"]
        self.assertEqual([found], batch)
        self.assertEqual(["shop"], self.deploy.list_applications()["applications"])
        self.make()
        self.deploy.delete_application(applicationName="shop")
        self.assertEqual([], self.hooks("blue"))
        self.assertNotIn("deployment_group", self.kinds())
        self.deploy.delete_application(applicationName="shop")

    def test_what_a_group_names_must_exist(self) -> None:
        other = self.role("other", "ec2.amazonaws.com")
        traffic = {"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
        none = {"targetGroupInfoList": [{"name": "none"}]}
        for code, changes in (
            ("ApplicationDoesNotExistException", {"applicationName": "none"}),
            ("InvalidRoleException", {"serviceRoleArn": other}),
            ("InvalidRoleException", {"serviceRoleArn": f"{other}-none"}),
            ("InvalidAutoScalingGroupException", {"autoScalingGroups": ["blue", "none"]}),
            ("DeploymentConfigDoesNotExistException", {"deploymentConfigName": "none"}),
            ("InvalidLoadBalancerInfoException", {"loadBalancerInfo": none}),
            ("InvalidLoadBalancerInfoException", {"deploymentStyle": traffic}),
            ("InvalidAutoRollbackConfigException", {"autoRollbackConfiguration": {"enabled": True}}),
            ("InvalidAlarmConfigException", {"alarmConfiguration": {"enabled": True, "alarms": []}}),
        ):
            with self.subTest(code, changes=changes):
                self.refused(code, self.make, **changes)
                self.assertEqual([], self.hooks("blue"))
        self.make()
        self.refused("DeploymentGroupAlreadyExistsException", self.make)

    def test_a_role_just_made_is_refused(self) -> None:
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        self.refused("InvalidRoleException", self.make)
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        self.make()

    def test_a_group_comes_back_as_it_was_made(self) -> None:
        self.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=self.vpc)
        wanted = {
            "deploymentConfigName": "CodeDeployDefault.AllAtOnce",
            "deploymentStyle": {"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "loadBalancerInfo": {"targetGroupInfoList": [{"name": "web"}]},
            "autoRollbackConfiguration": ROLLBACK,
            "alarmConfiguration": {
                "enabled": True,
                "ignorePollAlarmFailure": False,
                "alarms": [{"name": "5xx"}],
            },
        }
        self.make(**wanted)
        found = self.group()
        self.assertEqual(wanted, {name: found[name] for name in wanted})
        self.assertEqual((self.service_role, "Server"), (found["serviceRoleArn"], found["computePlatform"]))
        self.assertEqual([], found["ec2TagFilters"])
        batch = self.deploy.batch_get_deployment_groups(
            applicationName="shop", deploymentGroupNames=["none", "web"]
        )
        self.assertEqual([found], batch["deploymentGroupsInfo"])
        self.assertIn("none", batch["errorMessage"])
        self.refused("DeploymentGroupDoesNotExistException", self.group, name="none")
        many = [f"group-{n}" for n in range(101)]
        self.refused(
            "BatchLimitExceededException",
            self.deploy.batch_get_deployment_groups,
            applicationName="shop",
            deploymentGroupNames=many,
        )

    def test_hooks_come_and_go_with_the_auto_scaling_groups(self) -> None:
        self.make()
        (item,) = self.group()["autoScalingGroups"]
        self.assertEqual(("blue", [item["hook"]]), (item["name"], self.hooks("blue")))
        self.assertRegex(
            item["hook"], "^CodeDeploy-managed-automatic-launch-deployment-hook-web-[0-9a-f-]{36}$"
        )
        hook = self.asg.describe_lifecycle_hooks(AutoScalingGroupName="blue")["LifecycleHooks"][0]
        self.assertEqual(
            ("autoscaling:EC2_INSTANCE_LAUNCHING", "ABANDON", 600),
            (hook["LifecycleTransition"], hook["DefaultResult"], hook["HeartbeatTimeout"]),
        )
        self.update(autoScalingGroups=["blue", "green"])
        self.assertEqual((1, 1), (self.hooks("blue").count(item["hook"]), len(self.hooks("green"))))
        self.update(deploymentConfigName="CodeDeployDefault.AllAtOnce")
        self.assertEqual(2, len(self.group()["autoScalingGroups"]))
        self.update(autoScalingGroups=["green"])
        self.assertEqual((0, 1), (len(self.hooks("blue")), len(self.hooks("green"))))
        self.deploy.delete_deployment_group(applicationName="shop", deploymentGroupName="web")
        self.assertEqual([], self.hooks("green"))
        self.deploy.delete_deployment_group(applicationName="shop", deploymentGroupName="web")

    def test_a_hook_taken_away_comes_back_only_with_its_group(self) -> None:
        self.make()
        (name,) = self.hooks("blue")
        self.asg.delete_lifecycle_hook(AutoScalingGroupName="blue", LifecycleHookName=name)
        self.refused(
            "ValidationError",
            self.asg.delete_lifecycle_hook,
            AutoScalingGroupName="blue",
            LifecycleHookName=name,
        )
        self.update(autoScalingGroups=["blue"])
        self.assertEqual(([], name), (self.hooks("blue"), self.group()["autoScalingGroups"][0]["hook"]))
        self.update(autoScalingGroups=[])
        self.update(autoScalingGroups=["blue"])
        self.assertEqual(self.hooks("blue"), [self.group()["autoScalingGroups"][0]["hook"]])

    def test_a_new_name(self) -> None:
        self.make(tags=TAGS)
        self.make("other", autoScalingGroups=[])
        self.refused("DeploymentGroupAlreadyExistsException", self.update, newDeploymentGroupName="other")
        self.update(newDeploymentGroupName="front")
        arn = GROUP_ARN.replace("/web", "/front")
        self.assertEqual(TAGS, self.deploy.list_tags_for_resource(ResourceArn=arn)["Tags"])
        self.refused("DeploymentGroupDoesNotExistException", self.group)

    def test_tags(self) -> None:
        self.make(tags=TAGS)
        for arn in (APPLICATION_ARN, GROUP_ARN):
            self.assertEqual(TAGS, self.deploy.list_tags_for_resource(ResourceArn=arn)["Tags"])
            self.deploy.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
            self.deploy.untag_resource(ResourceArn=arn, TagKeys=["owner"])
            self.assertEqual(
                [{"Key": "a", "Value": "1"}], self.deploy.list_tags_for_resource(ResourceArn=arn)["Tags"]
            )
        found = {i["id"]: i["tags"] for i in self.control("GET", "inventory") if i["service"] == "codedeploy"}
        self.assertEqual({APPLICATION_ARN: {"a": "1"}, GROUP_ARN: {"a": "1"}}, found)
        self.deploy.delete_deployment_group(applicationName="shop", deploymentGroupName="web")
        self.refused(
            "DeploymentGroupDoesNotExistException", self.deploy.list_tags_for_resource, ResourceArn=GROUP_ARN
        )
        self.refused("NotImplemented", self.deploy.list_deployment_configs)


class Deployments(CodeDeployTest):
    def setUp(self) -> None:
        super().setUp()
        self.s3.create_bucket(Bucket=BUCKET, **LOCATION)
        for key, names in {"good": ["appspec.yml"], "bad": ["appspec.yml", "fail"], "empty": ["x"]}.items():
            self.s3.put_object(Bucket=BUCKET, Key=f"{key}.zip", Body=archive(*names))

    def start(self, key: str, **changes: Any) -> str:
        location = {"bucket": BUCKET, "key": f"{key}.zip", "bundleType": "zip"}
        return self.deploy.create_deployment(
            applicationName="shop",
            deploymentGroupName="web",
            revision={"revisionType": "S3", "s3Location": {**location, **changes}},
        )["deploymentId"]

    def info(self, deployment: str) -> dict[str, Any]:
        return self.deploy.get_deployment(deploymentId=deployment)["deploymentInfo"]

    def releases(self) -> list[tuple[str, str]]:
        found = self.control("GET", "releases").values()
        return sorted((release["revision"]["key"], release["deployment"]) for release in found)

    def test_the_instances_get_the_revision_when_the_deployment_is_over(self) -> None:
        self.control("POST", "timing", {"deployment": {"run": 0.2}})
        self.make(autoScalingGroups=["blue", "green"])
        first = self.start("good")
        self.assertEqual(("InProgress", []), (self.info(first)["status"], self.releases()))
        self.refused("DeploymentLimitExceededException", self.start, key="good")
        self.eventually("Succeeded", lambda: self.info(first)["status"])
        self.assertEqual([("good.zip", first)] * 2, self.releases())
        self.assertEqual(2, self.info(first)["deploymentOverview"]["Succeeded"])
        self.assertEqual(first, self.group()["lastSuccessfulDeployment"]["deploymentId"])
        self.assertEqual("good.zip", self.group()["targetRevision"]["s3Location"]["key"])

    def test_a_release_that_fails_leaves_the_old_one(self) -> None:
        self.make()
        good = self.start("good")
        for key, code in (
            ("bad", "HEALTH_CONSTRAINTS"),
            ("empty", "HEALTH_CONSTRAINTS"),
            ("none", "REVISION_MISSING"),
        ):
            with self.subTest(key):
                failed = self.info(self.start(key))
                self.assertEqual(("Failed", code), (failed["status"], failed["errorInformation"]["code"]))
                self.assertNotIn("rollbackInfo", failed)
                self.assertEqual([("good.zip", good)], self.releases())
        self.assertEqual(good, self.group()["lastSuccessfulDeployment"]["deploymentId"])
        self.assertEqual("Failed", self.info(self.start("good", eTag="other"))["status"])

    def test_a_failure_rolls_back_to_the_last_good_revision(self) -> None:
        self.make(autoRollbackConfiguration=ROLLBACK)
        first = self.info(self.start("bad"))
        self.assertIn("no previous", first["rollbackInfo"]["rollbackMessage"])
        self.start("good")
        failed = self.start("bad")
        back = self.info(failed)["rollbackInfo"]["rollbackDeploymentId"]
        found = self.info(back)
        self.assertEqual(("codeDeployRollback", "Succeeded"), (found["creator"], found["status"]))
        self.assertEqual({"rollbackTriggeringDeploymentId": failed}, found["rollbackInfo"])
        self.assertEqual([("good.zip", back)], self.releases())

    def test_new_instances_get_the_last_good_revision_through_the_hook(self) -> None:
        self.make()
        good = self.start("good")
        self.start("bad")
        self.asg.set_desired_capacity(AutoScalingGroupName="blue", DesiredCapacity=2)
        old, new = [key for key, _ in self.releases()], self.deploy.list_deployments()["deployments"][0]
        self.assertEqual(["good.zip", "good.zip"], old)
        self.assertEqual(("autoscaling", "Succeeded"), (self.info(new)["creator"], self.info(new)["status"]))
        self.assertEqual(good, self.group()["lastSuccessfulDeployment"]["deploymentId"])
        (hook,) = self.hooks("blue")
        self.asg.delete_lifecycle_hook(AutoScalingGroupName="blue", LifecycleHookName=hook)
        self.asg.set_desired_capacity(AutoScalingGroupName="blue", DesiredCapacity=3)
        self.assertEqual(2, len(self.releases()))

    def test_a_deployment_without_instances_fails(self) -> None:
        self.make(autoScalingGroups=[])
        self.assertEqual("NO_INSTANCES", self.info(self.start("good"))["errorInformation"]["code"])

    def test_stop(self) -> None:
        self.make(autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_REQUEST"]})
        good = self.start("good")
        self.control("POST", "timing", {"deployment": {"run": 60}})
        stopped = self.start("good")
        self.deploy.stop_deployment(deploymentId=stopped, autoRollbackEnabled=False)
        self.assertEqual("Stopped", self.info(stopped)["status"])
        self.assertNotIn("rollbackInfo", self.info(stopped))
        self.refused("DeploymentAlreadyCompletedException", self.deploy.stop_deployment, deploymentId=stopped)
        again = self.start("good")
        self.deploy.stop_deployment(deploymentId=again)
        self.assertIn("rollbackDeploymentId", self.info(again)["rollbackInfo"])
        self.assertEqual([("good.zip", good)], self.releases())

    def test_listing(self) -> None:
        self.make()
        good, bad = self.start("good"), self.start("bad")
        listed = self.deploy.list_deployments(applicationName="shop", deploymentGroupName="web")[
            "deployments"
        ]
        self.assertEqual([bad, good], listed)
        failed = self.deploy.list_deployments(includeOnlyStatuses=["Failed"])["deployments"]
        self.assertEqual([bad], failed)
        both = self.deploy.batch_get_deployments(deploymentIds=[good, bad])["deploymentsInfo"]
        self.assertEqual(["Succeeded", "Failed"], [d["status"] for d in both])
        self.refused("DeploymentDoesNotExistException", self.info, deployment="d-000000000")

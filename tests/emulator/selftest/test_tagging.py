"""The tagging API: what it finds, and how it may be asked."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest

HERE = f"{REGION}:{ACCOUNT}"


class TaggingTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.tagging, self.ec2, self.logs = (
            self.client("resourcegroupstaggingapi"),
            self.client("ec2"),
            self.client("logs"),
        )

    def arns(self, **question: Any) -> list[str]:
        pages = self.tagging.get_paginator("get_resources").paginate(**question)
        return [item["ResourceARN"] for page in pages for item in page["ResourceTagMappingList"]]

    def log_groups(self, **owners: str) -> None:
        for name, owner in owners.items():
            self.logs.create_log_group(logGroupName=name, tags={"owner": owner})

    def test_every_kind_is_found_by_its_arn(self) -> None:
        vpc, subnets, group = self.network()
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = self.ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]
        template = self.ec2.create_launch_template(
            LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "t3.micro"}
        )["LaunchTemplate"]["LaunchTemplateId"]
        ids = [vpc, subnets[0], group, address, gateway["NatGatewayId"], template]
        self.ec2.create_tags(Resources=ids, Tags=TAGS)
        self.client("s3").create_bucket(
            Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION, "Tags": TAGS}
        )
        self.client("ssm").put_parameter(Name="/paas/dev", Value="x", Type="String", Tags=TAGS)
        self.log_groups(group="selftest")
        key = self.client("kms").create_key(Tags=[{"TagKey": "owner", "TagValue": "selftest"}])
        targets = self.client("elbv2").create_target_group(
            Name="web", Protocol="HTTP", Port=80, VpcId=vpc, Tags=TAGS
        )
        self.client("codedeploy").create_application(applicationName="shop", tags=TAGS)
        self.client("events").put_rule(Name="shop", EventPattern='{"source": ["aws.s3"]}', Tags=TAGS)
        self.client("iam").create_instance_profile(InstanceProfileName="web", Tags=TAGS)
        # Neither IAM's objects nor Auto Scaling groups are known to the tagging API.
        image = self.control("POST", "seed", {"images": [{"name": "web"}]})["images"][0]
        data = {"ImageId": image, "InstanceType": "t3.micro"}
        self.ec2.create_launch_template(LaunchTemplateName="asg", LaunchTemplateData=data)
        self.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName="web",
            MinSize=0,
            MaxSize=1,
            LaunchTemplate={"LaunchTemplateName": "asg", "Version": "1"},
            VPCZoneIdentifier=subnets[0],
            Tags=[{**TAGS[0], "PropagateAtLaunch": False}],
        )
        expected = {
            f"arn:aws:ec2:{HERE}:vpc/{vpc}",
            f"arn:aws:ec2:{HERE}:subnet/{subnets[0]}",
            f"arn:aws:ec2:{HERE}:security-group/{group}",
            f"arn:aws:ec2:{HERE}:elastic-ip/{address}",
            f"arn:aws:ec2:{HERE}:natgateway/{gateway['NatGatewayId']}",
            f"arn:aws:ec2:{HERE}:launch-template/{template}",
            "arn:aws:s3:::bucket",
            f"arn:aws:ssm:{HERE}:parameter/paas/dev",
            f"arn:aws:logs:{HERE}:log-group:group",
            key["KeyMetadata"]["Arn"],
            targets["TargetGroups"][0]["TargetGroupArn"],
            f"arn:aws:codedeploy:{HERE}:application:shop",
            f"arn:aws:events:{HERE}:rule/shop",
        }
        self.assertEqual(expected, set(self.arns(TagFilters=[{"Key": "owner", "Values": ["selftest"]}])))
        for wanted, found in (
            ("s3", ["arn:aws:s3:::bucket"]),
            ("s3:bucket", ["arn:aws:s3:::bucket"]),
            ("ec2:vpc", [f"arn:aws:ec2:{HERE}:vpc/{vpc}"]),
            ("codedeploy:application", [f"arn:aws:codedeploy:{HERE}:application:shop"]),
            ("logs:log", []),
        ):
            with self.subTest(wanted):
                self.assertEqual(found, self.arns(ResourceTypeFilters=[wanted]))

    def test_filters(self) -> None:
        self.log_groups(a="one", b="two", c="three")
        self.logs.create_log_group(logGroupName="plain")
        for filters, found in (
            ([{"Key": "owner"}], "abc"),
            ([{"Key": "owner", "Values": ["one", "three"]}], "ac"),
            ([{"Key": "owner", "Values": ["one"]}, {"Key": "team"}], ""),
            ([], "abc"),
        ):
            with self.subTest(filters):
                self.assertEqual(list(found), [arn[-1] for arn in self.arns(TagFilters=filters)])
        arn = f"arn:aws:logs:{HERE}:log-group:b"
        self.assertEqual([arn], self.arns(ResourceARNList=[arn]))
        tags = self.tagging.get_resources(ResourceARNList=[arn])["ResourceTagMappingList"][0]["Tags"]
        self.assertEqual([{"Key": "owner", "Value": "two"}], tags)

    def test_pages(self) -> None:
        self.log_groups(**{f"group-{n}": "x" for n in range(5)})
        first = self.tagging.get_resources(ResourcesPerPage=2)
        self.assertEqual(2, len(first["ResourceTagMappingList"]))
        self.assertEqual(5, len(set(self.arns(ResourcesPerPage=2))))
        self.assertEqual("", self.tagging.get_resources()["PaginationToken"])

    def test_limits(self) -> None:
        arn = f"arn:aws:logs:{HERE}:log-group:b"
        for question in (
            {"TagFilters": [{"Key": str(n)} for n in range(51)]},
            {"TagFilters": [{"Key": "owner", "Values": [str(n) for n in range(21)]}]},
            {"TagFilters": [{"Key": "owner"}, {"Key": "owner"}]},
            {"ResourcesPerPage": 101},
            {"ResourceARNList": [arn], "TagFilters": [{"Key": "owner"}]},
        ):
            with self.subTest(question):
                self.refused("InvalidParameterException", self.tagging.get_resources, **question)

    def test_the_index_can_stand_still(self) -> None:
        self.log_groups(a="one")
        self.control("POST", "limits", {"tagging_index_stands_still": True})
        before = self.arns()
        self.log_groups(b="two")
        self.assertEqual(before, self.arns())
        self.control("POST", "limits", {"tagging_index_stands_still": False})
        self.assertEqual(2, len(self.arns()))

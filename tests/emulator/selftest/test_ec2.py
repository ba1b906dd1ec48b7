"""EC2: dependencies, time, unknown ids, idempotence."""

from typing import Any

from emulator.selftest.harness import TAGS, EmulatorTest

NOTHING = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}


def tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


class NetworkTest(EmulatorTest):
    def test_tags_on_creation(self) -> None:
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", TagSpecifications=tagged("subnet"))
        ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway"))
        ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))
        ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))
        ec2.create_security_group(
            GroupName="web", Description="web", VpcId=vpc, TagSpecifications=tagged("security-group")
        )
        ec2.create_launch_template(
            LaunchTemplateName="web",
            LaunchTemplateData={"InstanceType": "t3.micro"},
            TagSpecifications=tagged("launch-template"),
        )
        inventory = self.control("GET", "inventory")
        self.assertEqual(7, len(inventory))
        for item in inventory:
            self.assertEqual({"owner": "selftest"}, item["tags"], item["kind"])

    def test_what_is_in_use_is_not_deleted(self) -> None:
        ec2 = self.client("ec2")
        vpc, subnets, group = self.network()
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])["AssociationId"]
        interface = ec2.create_network_interface(SubnetId=subnets[0], Groups=[group])
        interface_id = interface["NetworkInterface"]["NetworkInterfaceId"]
        self.refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
        self.refused("DependencyViolation", ec2.delete_subnet, SubnetId=subnets[0])
        self.refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
        self.refused("DependencyViolation", ec2.delete_internet_gateway, InternetGatewayId=gateway)
        self.refused("DependencyViolation", ec2.delete_route_table, RouteTableId=table)
        ec2.delete_network_interface(NetworkInterfaceId=interface_id)
        ec2.disassociate_route_table(AssociationId=association)
        ec2.delete_route_table(RouteTableId=table)
        ec2.delete_security_group(GroupId=group)
        for subnet in subnets:
            ec2.delete_subnet(SubnetId=subnet)
        self.refused("DependencyViolation", ec2.delete_vpc, VpcId=vpc)
        ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
        ec2.delete_vpc(VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway)
        self.assertEqual([], self.kinds())

    def test_a_deleted_subnet_leaves_its_route_table(self) -> None:
        ec2 = self.client("ec2")
        vpc, subnets, _ = self.network()
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
        other = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.refused(
            "Resource.AlreadyAssociated", ec2.associate_route_table, RouteTableId=other, SubnetId=subnets[0]
        )
        ec2.delete_subnet(SubnetId=subnets[0])
        ec2.delete_route_table(RouteTableId=table)

    def test_unknown_ids(self) -> None:
        ec2 = self.client("ec2")
        vpc, _, _ = self.network()
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        self.refused("NatGatewayNotFound", ec2.describe_nat_gateways, NatGatewayIds=["nat-0"])
        self.refused("NatGatewayNotFound", ec2.delete_nat_gateway, NatGatewayId="nat-0")
        self.refused(
            "InvalidLaunchTemplateId.NotFound", ec2.describe_launch_templates, LaunchTemplateIds=["lt-0"]
        )
        self.refused(
            "InvalidVpcID.NotFound", ec2.create_security_group, GroupName="x", Description="x", VpcId="vpc-0"
        )
        self.refused("InvalidAMIID.NotFound", ec2.describe_images, ImageIds=["ami-0123456789abcdef0"])
        self.refused("InvalidParameterValue", ec2.describe_availability_zones, ZoneNames=["eu-west-1z"])
        unknown = {
            "ImageId": "ami-0123456789abcdef0",
            "InstanceType": "t3.nano",
            "MinCount": 1,
            "MaxCount": 1,
        }
        self.refused("InvalidAMIID.NotFound", ec2.run_instances, **unknown)
        self.refused(
            "InvalidNatGatewayID.NotFound",
            ec2.create_route,
            RouteTableId=table,
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId="nat-0",
        )

    def test_a_gateway_of_another_network_is_no_target(self) -> None:
        ec2 = self.client("ec2")
        vpc, _, _ = self.network()
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}
        self.refused("InvalidParameterValue", ec2.create_route, **route)
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
        ec2.create_route(**route)
        ec2.detach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
        routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        self.assertEqual(["active", "blackhole"], [route["State"] for route in routes])


class NatGatewayTest(EmulatorTest):
    def prepare(self) -> tuple[Any, str, str, str]:
        ec2 = self.client("ec2")
        vpc, subnets, _ = self.network()
        allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
        return ec2, vpc, subnets[0], allocation

    def attach_gateway(self, ec2: Any, vpc: str) -> None:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)

    def test_takes_time_and_holds_its_address(self) -> None:
        ec2, vpc, subnet, allocation = self.prepare()
        self.attach_gateway(ec2, vpc)
        self.control("POST", "timing", {"nat_gateway": {"create": 0.2, "delete": 0.2}})
        made = ec2.create_nat_gateway(
            SubnetId=subnet, AllocationId=allocation, ClientToken="t1", TagSpecifications=tagged("natgateway")
        )["NatGateway"]
        again = ec2.create_nat_gateway(
            SubnetId=subnet, AllocationId=allocation, ClientToken="t1", TagSpecifications=tagged("natgateway")
        )["NatGateway"]
        self.assertEqual(made["NatGatewayId"], again["NatGatewayId"])

        def state() -> str:
            found = ec2.describe_nat_gateways(Filters=[{"Name": "tag:owner", "Values": ["selftest"]}])
            return found["NatGateways"][0]["State"]

        self.assertEqual("pending", state())
        self.eventually("available", state)
        self.assertEqual(
            [], ec2.describe_nat_gateways(Filters=[{"Name": "tag:owner", "Values": ["x"]}])["NatGateways"]
        )
        self.refused("InvalidIPAddress.InUse", ec2.release_address, AllocationId=allocation)
        other = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
        take = {"AllocationId": allocation, "NetworkInterfaceId": other, "AllowReassociation": True}
        self.refused("AuthFailure", ec2.associate_address, **take)
        ec2.delete_network_interface(NetworkInterfaceId=other)
        ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
        self.assertEqual("deleting", state())
        self.refused("InvalidIPAddress.InUse", ec2.release_address, AllocationId=allocation)
        self.refused("DependencyViolation", ec2.delete_subnet, SubnetId=subnet)
        self.eventually("deleted", state)
        ec2.release_address(AllocationId=allocation)
        ec2.delete_subnet(SubnetId=subnet)

    def test_fails_afterwards_for_what_it_needs(self) -> None:
        ec2, vpc, subnet, allocation = self.prepare()
        failed = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]
        self.assertEqual(("failed", "Gateway.NotAttached"), (failed["State"], failed["FailureCode"]))
        self.attach_gateway(ec2, vpc)
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)
        failed = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=allocation)["NatGateway"]
        self.assertEqual(("failed", "Resource.AlreadyAssociated"), (failed["State"], failed["FailureCode"]))


class SecurityGroupTest(EmulatorTest):
    def test_a_rule_is_the_same_whatever_its_description(self) -> None:
        ec2 = self.client("ec2")
        _, _, group = self.network()

        def rule(description: str) -> dict[str, Any]:
            pair = {"GroupId": group, "Description": description}
            permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [pair]}
            return {"GroupId": group, "IpPermissions": [permission]}

        ec2.authorize_security_group_ingress(**rule("one"))
        self.refused("InvalidPermission.Duplicate", ec2.authorize_security_group_ingress, **rule("two"))
        ec2.update_security_group_rule_descriptions_ingress(**rule("two"))
        found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
        self.assertEqual(["two"], [pair["Description"] for pair in found[0]["UserIdGroupPairs"]])

    def test_rules_are_added_all_or_none(self) -> None:
        ec2 = self.client("ec2")
        vpc, _, group = self.network()
        self.refused(
            "InvalidGroup.Duplicate", ec2.create_security_group, GroupName="web", Description="x", VpcId=vpc
        )
        ports = [
            {"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            for p in (80, 443)
        ]
        added = ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=ports, TagSpecifications=tagged("security-group-rule")
        )["SecurityGroupRules"]
        self.assertEqual([80, 443], [rule["FromPort"] for rule in added])
        self.assertEqual(TAGS, added[1]["Tags"])
        fresh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        self.refused(
            "InvalidPermission.Duplicate",
            ec2.authorize_security_group_ingress,
            GroupId=group,
            IpPermissions=[fresh, ports[0]],
        )

        def rules() -> list[int]:
            found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
            return sorted(rule["FromPort"] for rule in found["SecurityGroupRules"] if not rule["IsEgress"])

        self.assertEqual([80, 443], rules())
        first = added[0]["SecurityGroupRuleId"]
        found = ec2.describe_security_group_rules(SecurityGroupRuleIds=[first])["SecurityGroupRules"]
        self.assertEqual([80], [rule["FromPort"] for rule in found])
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[first])
        self.refused(
            "InvalidSecurityGroupRuleId.NotFound",
            ec2.revoke_security_group_ingress,
            GroupId=group,
            SecurityGroupRuleIds=[first],
        )
        self.assertEqual([443], rules())

    def test_a_group_named_by_another_is_in_use(self) -> None:
        ec2 = self.client("ec2")
        vpc, _, group = self.network()
        other = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
        permission = {**NOTHING, "UserIdGroupPairs": [{"GroupId": group}]}
        ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
        self.refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
        ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[permission])
        ec2.delete_security_group(GroupId=group)


class LaunchTemplateTest(EmulatorTest):
    def test_versions(self) -> None:
        ec2 = self.client("ec2")
        data = {"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": "IyEvYmluL3NoCg=="}
        made = {
            "LaunchTemplateName": "web",
            "LaunchTemplateData": data,
            "ClientToken": "t1",
            "TagSpecifications": tagged("launch-template"),
        }
        first = ec2.create_launch_template(**made)["LaunchTemplate"]
        self.assertEqual(
            first["LaunchTemplateId"],
            ec2.create_launch_template(**made)["LaunchTemplate"]["LaunchTemplateId"],
        )
        self.refused(
            "IdempotentParameterMismatch",
            ec2.create_launch_template,
            **{**made, "LaunchTemplateName": "other"},
        )
        self.refused(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            ec2.create_launch_template,
            **{**made, "ClientToken": "t2"},
        )
        ec2.create_launch_template_version(
            LaunchTemplateName="web", SourceVersion="1", LaunchTemplateData={"ImageId": "ami-2"}
        )
        ec2.modify_launch_template(LaunchTemplateName="web", DefaultVersion="2")
        answer = ec2.delete_launch_template_versions(LaunchTemplateName="web", Versions=["1", "2", "7"])
        self.assertEqual(
            [1], [v["VersionNumber"] for v in answer["SuccessfullyDeletedLaunchTemplateVersions"]]
        )
        self.assertEqual(
            [2, 7], [v["VersionNumber"] for v in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]]
        )
        versions = ec2.describe_launch_template_versions(LaunchTemplateName="web", Versions=["$Default"])
        found = versions["LaunchTemplateVersions"][0]
        self.assertEqual(
            (2, {**data, "ImageId": "ami-2"}), (found["VersionNumber"], found["LaunchTemplateData"])
        )
        ec2.create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData=data)
        template = ec2.describe_launch_templates(LaunchTemplateNames=["web"])["LaunchTemplates"][0]
        self.assertEqual((2, 3), (template["DefaultVersionNumber"], template["LatestVersionNumber"]))
        self.assertEqual(TAGS, template["Tags"])

    def test_listing_is_complete(self) -> None:
        ec2 = self.client("ec2")
        for number in range(20):
            ec2.create_launch_template(
                LaunchTemplateName=f"web-{number}", LaunchTemplateData={"ImageId": "ami-1"}
            )
        self.assertEqual(20, len(ec2.describe_launch_templates()["LaunchTemplates"]))
        page = ec2.describe_launch_templates(MaxResults=15)
        rest = ec2.describe_launch_templates(MaxResults=15, NextToken=page["NextToken"])
        self.assertEqual((15, 5), (len(page["LaunchTemplates"]), len(rest["LaunchTemplates"])))


class InstanceTest(EmulatorTest):
    def test_runs_once_per_token_and_takes_time(self) -> None:
        ec2 = self.client("ec2")
        _, subnets, group = self.network()
        image = self.control("POST", "seed", {"images": [{"name": "nat"}]})["images"][0]
        self.control("POST", "timing", {"instance": {"create": 0.2, "delete": 0.2}})
        wanted = {
            "ImageId": image, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1, "SubnetId": subnets[0],
            "SecurityGroupIds": [group], "ClientToken": "t1", "TagSpecifications": tagged("instance"),
        }  # fmt: skip
        ids = {ec2.run_instances(**wanted)["Instances"][0]["InstanceId"] for _ in range(2)}
        self.assertEqual(1, len(ids))

        def state() -> str:
            found = ec2.describe_instances(InstanceIds=list(ids))["Reservations"][0]["Instances"][0]
            return found["State"]["Name"]

        self.assertEqual("pending", state())
        self.eventually("running", state)
        ec2.terminate_instances(InstanceIds=list(ids))
        self.assertEqual("shutting-down", state())
        self.refused("DependencyViolation", ec2.delete_security_group, GroupId=group)
        self.eventually("terminated", state)
        ec2.delete_security_group(GroupId=group)
        self.assertNotIn("instance", self.kinds())

    def test_a_route_to_an_instance_ends_with_it(self) -> None:
        ec2 = self.client("ec2")
        vpc, subnets, group = self.network()
        image = self.control("POST", "seed", {"images": [{"name": "nat"}]})["images"][0]
        instance = ec2.run_instances(
            ImageId=image,
            InstanceType="t3.nano",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnets[0],
            SecurityGroupIds=[group],
        )["Instances"][0]
        interface = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
        ec2.modify_instance_attribute(InstanceId=instance["InstanceId"], SourceDestCheck={"Value": False})
        found = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
        self.assertFalse(found["SourceDestCheck"])
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=interface)

        def route() -> dict[str, Any]:
            return ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"][1]

        self.assertEqual((instance["InstanceId"], "active"), (route()["InstanceId"], route()["State"]))
        ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
        self.assertEqual("blackhole", route()["State"])

    def test_an_instance_profile_just_made_is_refused(self) -> None:
        ec2, iam = self.client("ec2"), self.client("iam")
        _, subnets, _ = self.network()
        image = self.control("POST", "seed", {"images": [{"name": "nat"}]})["images"][0]
        self.control("POST", "limits", {"new_role_refused_seconds": 60})
        iam.create_instance_profile(InstanceProfileName="nat")
        wanted = {
            "ImageId": image, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1,
            "SubnetId": subnets[0], "IamInstanceProfile": {"Name": "nat"},
        }  # fmt: skip
        error = self.refused("InvalidParameterValue", ec2.run_instances, **wanted)
        self.assertIn("Invalid IAM Instance Profile name", str(error))
        self.control("POST", "limits", {"new_role_refused_seconds": 0})
        ec2.run_instances(**wanted)

"""Elastic Load Balancing: duplicates, quotas, races, what is in use."""

import concurrent.futures
from typing import Any

from botocore.exceptions import ClientError

from emulator.selftest.harness import TAGS, EmulatorTest

NOT_FOUND = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "503", "MessageBody": "host not found"},
}


class LoadBalancingTest(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.elb, self.ec2 = self.client("elbv2"), self.client("ec2")
        self.vpc, self.subnets, self.group = self.network()

    def make_load_balancer(self, **changes: Any) -> str:
        wanted = {
            "Name": "edge",
            "Subnets": self.subnets,
            "SecurityGroups": [self.group],
            "Tags": TAGS,
            **changes,
        }
        return self.elb.create_load_balancer(**wanted)["LoadBalancers"][0]["LoadBalancerArn"]

    def make_listener(self, load_balancer: str, **changes: Any) -> str:
        wanted = {"Protocol": "HTTP", "Port": 80, "DefaultActions": [NOT_FOUND], **changes}
        made = self.elb.create_listener(LoadBalancerArn=load_balancer, **wanted)
        return made["Listeners"][0]["ListenerArn"]

    def make_target_group(self, name: str = "acme", **changes: Any) -> str:
        wanted = {"Name": name, "Protocol": "HTTP", "Port": 80, "VpcId": self.vpc, **changes}
        return self.elb.create_target_group(**wanted)["TargetGroups"][0]["TargetGroupArn"]

    def rule(self, listener: str, priority: int, target_group: str, *hosts: str) -> dict[str, Any]:
        return {
            "ListenerArn": listener,
            "Priority": priority,
            "Conditions": [
                {"Field": "host-header", "HostHeaderConfig": {"Values": list(hosts) or [f"h{priority}.test"]}}
            ],
            "Actions": [{"Type": "forward", "TargetGroupArn": target_group}],
        }

    def certificate(self, domain: str = "*.example.test") -> str:
        return self.control("POST", "seed", {"certificates": [{"domain": domain}]})["certificates"][0]

    def test_provisioning_and_its_interfaces(self) -> None:
        self.control("POST", "timing", {"load_balancer": {"create": 0.2, "delete": 0.2}})
        arn = self.make_load_balancer()

        def state() -> str:
            return self.elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]["State"][
                "Code"
            ]

        self.assertEqual("provisioning", state())
        self.eventually("active", state)
        self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=self.group)
        self.elb.delete_load_balancer(LoadBalancerArn=arn)
        self.refused("LoadBalancerNotFound", self.elb.describe_load_balancers, LoadBalancerArns=[arn])
        self.refused("DependencyViolation", self.ec2.delete_subnet, SubnetId=self.subnets[0])

        def interfaces() -> int:
            return len(
                self.ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [self.group]}])[
                    "NetworkInterfaces"
                ]
            )

        self.eventually(0, interfaces)
        self.ec2.delete_security_group(GroupId=self.group)

    def test_one_load_balancer_per_name(self) -> None:
        arn = self.make_load_balancer()
        self.assertEqual(arn, self.make_load_balancer())
        self.refused("DuplicateLoadBalancerName", self.make_load_balancer, Scheme="internal")
        self.refused("ValidationError", self.make_load_balancer, Name="single", Subnets=self.subnets[:1])
        self.refused("InvalidSecurityGroup", self.make_load_balancer, Name="open", SecurityGroups=["sg-0"])

    def test_deletion_protection(self) -> None:
        arn = self.make_load_balancer()
        for value in ("true", "false"):
            attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
            self.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
            if value == "true":
                self.refused("OperationNotPermitted", self.elb.delete_load_balancer, LoadBalancerArn=arn)
        self.elb.delete_load_balancer(LoadBalancerArn=arn)

    def test_listeners(self) -> None:
        arn, certificate = self.make_load_balancer(), self.certificate()
        https = {"Protocol": "HTTPS", "Port": 443}
        self.refused("ValidationError", self.make_listener, load_balancer=arn, **https)
        unknown = certificate[:-1] + "x"
        self.refused(
            "CertificateNotFound",
            self.make_listener,
            load_balancer=arn,
            Certificates=[{"CertificateArn": unknown}],
            **https,
        )
        listener = self.make_listener(arn, Certificates=[{"CertificateArn": certificate}], **https)
        self.refused("DuplicateListener", self.make_listener, load_balancer=arn, Port=443)
        self.refused(
            "ListenerNotFound", self.elb.describe_listeners, ListenerArns=[listener, listener[:-1] + "x"]
        )
        self.refused("SSLPolicyNotFound", self.elb.modify_listener, ListenerArn=listener, SslPolicy="Nope")

    def test_certificates_of_a_listener(self) -> None:
        default, second, third = (self.certificate(f"{name}.test") for name in "abc")
        listener = self.make_listener(
            self.make_load_balancer(), Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": default}]
        )
        self.control("POST", "limits", {"certificates_per_listener": 1})
        for _ in range(2):
            self.elb.add_listener_certificates(
                ListenerArn=listener, Certificates=[{"CertificateArn": second}]
            )
        self.refused(
            "TooManyCertificates",
            self.elb.add_listener_certificates,
            ListenerArn=listener,
            Certificates=[{"CertificateArn": third}],
        )
        self.refused(
            "CertificateNotFound",
            self.elb.add_listener_certificates,
            ListenerArn=listener,
            Certificates=[{"CertificateArn": third[:-1] + "x"}],
        )
        self.elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": third}])
        found = self.elb.describe_listener_certificates(ListenerArn=listener)["Certificates"]
        self.assertEqual(
            [(third, True), (second, False)], [(c["CertificateArn"], c["IsDefault"]) for c in found]
        )
        self.refused(
            "OperationNotPermitted",
            self.elb.remove_listener_certificates,
            ListenerArn=listener,
            Certificates=[{"CertificateArn": third}],
        )
        self.elb.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": second}])

    def test_a_certificate_in_use(self) -> None:
        acm, load_balancer = self.client("acm"), self.make_load_balancer()
        request = {"DomainName": "a.test", "IdempotencyToken": "t1"}
        pending = acm.request_certificate(**request)["CertificateArn"]
        https = {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": pending}]}
        self.refused("UnsupportedCertificate", self.make_listener, load_balancer=load_balancer, **https)
        acm.delete_certificate(CertificateArn=pending)
        self.assertNotEqual(pending, acm.request_certificate(**request)["CertificateArn"])
        used = self.certificate()
        listener = self.make_listener(load_balancer, **{**https, "Certificates": [{"CertificateArn": used}]})
        self.refused("ResourceInUseException", acm.delete_certificate, CertificateArn=used)
        self.elb.delete_listener(ListenerArn=listener)
        acm.delete_certificate(CertificateArn=used)

    def test_one_winner_per_priority(self) -> None:
        listener, target_group = self.make_listener(self.make_load_balancer()), self.make_target_group()

        def attempt(number: int) -> str:
            try:
                self.client("elbv2").create_rule(**self.rule(listener, 7, target_group, f"t{number}.test"))
            except ClientError as error:
                return error.response["Error"]["Code"]
            return "made"

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            outcomes = sorted(pool.map(attempt, range(8)))
        self.assertEqual(["PriorityInUse"] * 7 + ["made"], outcomes)

    def test_priorities_can_be_swapped(self) -> None:
        listener, target_group = self.make_listener(self.make_load_balancer()), self.make_target_group()
        made = [
            self.elb.create_rule(**self.rule(listener, p, target_group))["Rules"][0]["RuleArn"]
            for p in (5, 9, 7)
        ]
        first, second, third = made
        swap = [{"RuleArn": first, "Priority": 9}, {"RuleArn": second, "Priority": 5}]
        self.elb.set_rule_priorities(RulePriorities=swap)
        self.refused(
            "PriorityInUse", self.elb.set_rule_priorities, RulePriorities=[{"RuleArn": first, "Priority": 7}]
        )
        found = self.elb.describe_rules(ListenerArn=listener)["Rules"]
        order = [(rule["RuleArn"], rule["Priority"]) for rule in found]
        self.assertEqual([(second, "5"), (third, "7"), (first, "9")], order[:3])
        self.assertEqual("default", order[3][1])
        self.refused("OperationNotPermitted", self.elb.delete_rule, RuleArn=order[3][0])
        self.elb.delete_rule(RuleArn=first)
        self.refused("RuleNotFound", self.elb.delete_rule, RuleArn=first)

    def test_quotas_of_rules(self) -> None:
        listener, target_group = self.make_listener(self.make_load_balancer()), self.make_target_group()
        six = [f"h{n}.test" for n in range(6)]
        self.refused("ValidationError", self.elb.create_rule, **self.rule(listener, 1, target_group, *six))
        self.elb.create_rule(**self.rule(listener, 1, target_group, *six[:5]))
        path = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}
        both = self.rule(listener, 2, target_group, *six[:5])
        self.refused(
            "ValidationError", self.elb.create_rule, **{**both, "Conditions": [*both["Conditions"], path]}
        )
        self.control("POST", "limits", {"rules_per_load_balancer": 2, "target_groups_per_load_balancer": 1})
        other = self.make_target_group("other")
        self.refused(
            "TooManyUniqueTargetGroupsPerLoadBalancer", self.elb.create_rule, **self.rule(listener, 2, other)
        )
        self.elb.create_rule(**self.rule(listener, 2, target_group))
        self.refused("TooManyRules", self.elb.create_rule, **self.rule(listener, 3, target_group))

    def test_rules_are_answered_whole(self) -> None:
        listener, target_group = self.make_listener(self.make_load_balancer()), self.make_target_group()
        made = self.elb.create_rule(**self.rule(listener, 1, target_group, "a.test"), Tags=TAGS)["Rules"][0]
        self.assertEqual(
            [{"Field": "host-header", "Values": ["a.test"], "HostHeaderConfig": {"Values": ["a.test"]}}],
            made["Conditions"],
        )
        action = made["Actions"][0]
        self.assertEqual(
            (target_group, 1),
            (action["TargetGroupArn"], action["ForwardConfig"]["TargetGroups"][0]["Weight"]),
        )
        tags = self.elb.describe_tags(ResourceArns=[made["RuleArn"]])["TagDescriptions"][0]["Tags"]
        self.assertEqual(TAGS, tags)

    def test_target_groups(self) -> None:
        arn = self.make_target_group()
        self.assertEqual(arn, self.make_target_group())
        self.refused("DuplicateTargetGroupName", self.make_target_group, Port=81)
        load_balancer = self.make_load_balancer()
        listener = self.make_listener(load_balancer)
        rule = self.elb.create_rule(**self.rule(listener, 1, arn))["Rules"][0]["RuleArn"]
        self.refused("ResourceInUse", self.elb.delete_target_group, TargetGroupArn=arn)
        found = self.elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        self.assertEqual([load_balancer], found["LoadBalancerArns"])
        second = self.make_listener(self.make_load_balancer(Name="second"))
        self.refused("TargetGroupAssociationLimit", self.elb.create_rule, **self.rule(second, 1, arn))
        self.elb.delete_rule(RuleArn=rule)
        self.assertEqual([], self.elb.describe_target_groups(LoadBalancerArn=load_balancer)["TargetGroups"])
        self.elb.delete_target_group(TargetGroupArn=arn)
        self.refused("TargetGroupNotFound", self.elb.create_rule, **self.rule(listener, 1, arn))

    def test_tags(self) -> None:
        arns = [self.make_target_group(f"t{n}") for n in range(21)]
        self.refused("ValidationError", self.elb.describe_tags, ResourceArns=arns)
        self.refused("TargetGroupNotFound", self.elb.describe_tags, ResourceArns=[arns[0][:-1] + "x"])
        tags = [{"Key": f"k{n}", "Value": "v"} for n in range(50)]
        self.elb.add_tags(ResourceArns=arns[:1], Tags=tags)
        self.refused(
            "TooManyTags", self.elb.add_tags, ResourceArns=arns[:1], Tags=[{"Key": "more", "Value": "v"}]
        )

    def test_quotas_can_be_asked_for(self) -> None:
        self.control("POST", "limits", {"rules_per_load_balancer": 42})
        limits = {limit["Name"]: limit["Max"] for limit in self.elb.describe_account_limits()["Limits"]}
        self.assertEqual("42", limits["rules-per-application-load-balancer"])
        quota = self.client("service-quotas").get_service_quota(
            ServiceCode="elasticloadbalancing", QuotaCode="L-7EED9B64"
        )
        self.assertEqual(42, quota["Quota"]["Value"])

"""What builds may do: what their service role's policies allow, and nothing else."""

import json
from typing import Any

from emulator.selftest.builds import BUCKET, GROUP, BuildTest
from emulator.selftest.harness import ACCOUNT, REGION

LOG = {
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}*",
}
OWNER = "paas/dev/shop/machine_image"
OWNED = {"StringEquals": {"aws:ResourceTag/paas:owner": OWNER}}
REQUESTED = {"StringEquals": {"aws:RequestTag/paas:owner": OWNER}}
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"


class RolesTest(BuildTest):
    def commands(self, *lines: str) -> dict[str, Any]:
        """A build that runs the commands, whatever becomes of each, and prints the errors' codes."""
        said = [f"{line} >said 2>&1 && echo fine || grep -o '([A-Za-z0-9]*)' said" for line in lines]
        buildspec = {"version": 0.2, "phases": {"build": {"commands": said}}}
        if not self.builds.list_projects()["projects"]:
            self.made("version: 0.2\nphases: {build: {}}\n")
        return self.over(self.start(buildspecOverride=json.dumps(buildspec)))

    def came_to(self, statements: list[dict[str, Any]], *lines: str) -> list[str]:
        """What became of each command under a policy of these statements."""
        self.allow(self.build_role, LOG, *statements)
        build = self.commands(*lines)
        return self.lines(build)


class Roles(RolesTest):
    def test_a_role_without_the_log_s_permissions_fails_the_build(self) -> None:
        self.allow(self.build_role, {"Action": "s3:GetObject", "Resource": "*"})
        build = self.run_build("version: 0.2\nphases: {build: {commands: [echo never]}}\n")
        self.assertEqual(("PROVISIONING", "ACCESS_DENIED"), self.context(build)[:2])
        self.assertIn("does not allow AWS CodeBuild to create Amazon CloudWatch Logs", self.context(build)[2])

    def test_names_and_wildcards(self) -> None:
        parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
        put = "aws ssm put-parameter --type String --value x --name"
        self.assertEqual(
            ["fine", "(AccessDeniedException)", "fine", "(AccessDeniedException)"],
            self.came_to(
                [
                    {"Action": "ssm:Put*", "Resource": f"{parameter}/paas/*"},
                    {"Effect": "Deny", "Action": "ssm:*", "Resource": f"{parameter}/paas/secret/*"},
                ],
                f"{put} /paas/a",
                f"{put} /other",
                f"{put} /paas/b",
                f"{put} /paas/secret/a",
            ),
        )
        calls = self.control("GET", "own-calls")["calls"]
        self.assertEqual([None, "AccessDeniedException"] * 2, [call["error"] for call in calls])
        error = self.control("GET", "counts")
        self.assertNotIn("ssm:PutParameter", error["by_operation"])

    def test_objects_and_who_may_know_that_they_aren_t_there(self) -> None:
        self.s3.put_object(Bucket=BUCKET, Key="own/a", Body=b"x")
        head, get = (f"aws s3api {what} --bucket {BUCKET} --key" for what in ("head-object", "get-object"))
        arn = f"arn:aws:s3:::{BUCKET}"
        reading = {"Action": "s3:GetObject", "Resource": f"{arn}/own/*"}
        lines = (f"{get} own/a out", f"{head} own/none", f"{get} other/a out")
        self.assertEqual(["fine", "(403)", "(AccessDenied)"], self.came_to([reading], *lines))
        listing = {"Action": "s3:ListBucket", "Resource": arn}
        self.assertEqual(["fine", "(404)", "(AccessDenied)"], self.came_to([reading, listing], *lines))

    def test_an_object_s_key_takes_its_own_permission(self) -> None:
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        self.s3.put_object(Bucket=BUCKET, Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        reading = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        get = f"aws s3api get-object --bucket {BUCKET} --key a out"

        def using(service: str) -> dict[str, Any]:
            via = {"StringEquals": {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}}
            return {"Action": "kms:Decrypt", "Resource": key, "Condition": via}

        for expected, statements in (
            ("(AccessDenied)", [reading]),
            ("(AccessDenied)", [reading, using("ec2")]),
            ("fine", [reading, using("s3")]),
        ):
            self.assertEqual([expected], self.came_to(statements, get))
        direct = {
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:PrincipalArn": self.build_role}},
        }
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        policy["Statement"].append(direct)
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        self.assertEqual(["fine"], self.came_to([reading], get))

    def test_a_boundary_limits_what_attached_policies_allow(self) -> None:
        self.client("iam").put_role_permissions_boundary(
            RoleName="build", PermissionsBoundary="arn:aws:iam::aws:policy/CloudWatchLogsFullAccess"
        )
        everything = {"Action": "*", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **everything}]}
        self.assertEqual(["(AccessDenied)"], self.came_to([everything], "aws iam list-roles"))
        self.client("iam").delete_role_permissions_boundary(RoleName="build")
        self.assertEqual(["(AccessDenied)"], self.came_to([], "aws iam list-roles"))
        arn = self.client("iam").create_policy(PolicyName="all", PolicyDocument=json.dumps(policy))["Policy"][
            "Arn"
        ]
        self.client("iam").attach_role_policy(RoleName="build", PolicyArn=arn)
        self.assertEqual(["fine"], self.came_to([], "aws iam list-roles"))

    def test_a_test_may_leave_roles_aside(self) -> None:
        self.control("POST", "limits", {"build_roles_hold": False})
        self.assertEqual(["fine"], self.came_to([], "aws ssm put-parameter --name a --type String --value x"))


class Ec2(RolesTest):
    def test_what_a_launch_asks_for(self) -> None:
        _, (subnet, other), group = self.network()
        seeded = self.control("POST", "seed", {"images": [{"name": "base"}], "region": REGION})
        image = seeded["images"][0]
        image = image if isinstance(image, str) else image["id"]
        profile_role = self.role("bake-instance")
        iam = self.client("iam")
        iam.create_instance_profile(InstanceProfileName="bake-instance")
        iam.add_role_to_instance_profile(InstanceProfileName="bake-instance", RoleName="bake-instance")

        def run(owner: str, place: str, types: str = "instance volume") -> str:
            tags = " ".join(
                f"'ResourceType={kind},Tags=[{{Key=paas:owner,Value={owner}}}]'" for kind in types.split()
            )
            return (
                f"aws ec2 run-instances --image-id {image} --instance-type t3.small --subnet-id {place} "
                f"--security-group-ids {group} --iam-instance-profile Name=bake-instance "
                f"--tag-specifications {tags}"
            )

        made = {
            "Action": "ec2:RunInstances",
            "Resource": [f"{EC2}:instance/*", f"{EC2}:volume/*"],
            "Condition": REQUESTED,
        }
        given = {
            "Action": "ec2:RunInstances",
            "Resource": [
                f"arn:aws:ec2:{REGION}::image/*",
                f"{EC2}:subnet/{subnet}",
                f"{EC2}:security-group/*",
                f"{EC2}:network-interface/*",
            ],
        }
        tags = {
            "Action": "ec2:CreateTags",
            "Resource": f"{EC2}:*/*",
            "Condition": {"StringEquals": {"ec2:CreateAction": "RunInstances"}},
        }
        passes = {
            "Action": "iam:PassRole",
            "Resource": profile_role,
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        }
        denied = "(UnauthorizedOperation)"
        lines = [
            run(OWNER, subnet),
            run("paas/dev/other", subnet),
            run(OWNER, other),
            run(OWNER, subnet, "instance"),
        ]
        whole = [made, given, tags, passes]
        self.assertEqual(["fine", denied, denied, denied], self.came_to(whole, *lines))
        for lacking in whole:
            rest = [statement for statement in whole if statement is not lacking]
            self.assertEqual([denied], self.came_to(rest, lines[0]), lacking)

    def test_what_is_there_is_told_by_its_tags(self) -> None:
        ec2 = self.client("ec2")
        ids = {}
        for owner in (OWNER, "paas/dev/other/machine_image"):
            volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
            ec2.create_tags(Resources=[volume], Tags=[{"Key": "paas:owner", "Value": owner}])
            ids[owner] = volume
        own, other = ids.values()
        statements = [
            {"Action": "ec2:DescribeVolumes", "Resource": "*"},
            {"Action": "ec2:DeleteVolume", "Resource": f"{EC2}:volume/*", "Condition": OWNED},
            {"Action": "ec2:CreateTags", "Resource": f"{EC2}:volume/*", "Condition": OWNED},
        ]
        denied = "(UnauthorizedOperation)"
        self.assertEqual(
            ["fine", denied, "fine", denied, "fine", denied],
            self.came_to(
                statements,
                "aws ec2 describe-volumes",
                "aws ec2 describe-images",
                f"aws ec2 create-tags --resources {own} --tags Key=a,Value=b",
                f"aws ec2 create-tags --resources {own} {other} --tags Key=paas:owner,Value={OWNER}",
                f"aws ec2 delete-volume --volume-id {own}",
                f"aws ec2 delete-volume --volume-id {other}",
            ),
        )

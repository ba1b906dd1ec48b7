"""The bake: the provider's own buildspec, template and scripts, run by the emulated CodeBuild with the real Packer."""

import json
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path
from typing import Any

from emulator.selftest.builds import BUCKET, GROUP, BuildTest
from emulator.selftest.harness import REGION

FILES = Path(__file__).parents[3] / "provider/paas/src/resources/infrastructure_pipeline/files"
OWNER, TENANT = "paas/dev/acme/machine_image", "paas/dev/acme"
USER_TAGS = {"team": "a ${b} %{c}"}
# Calls of builds with the builds' own keys are neither counted nor broken by faults; with this key they are.
KEY = "AKIABAKES"
KEPT = 3


def packer_version() -> str | None:
    """That of the Packer on this machine; None where there is none. Another program of this name says nothing."""
    if not shutil.which("packer"):
        return None
    said = subprocess.run(
        ["packer", "version"], check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    found = re.match(r"Packer v(\S+)", said.stdout)
    return found and found[1]


PACKER = packer_version()


def rendered(name: str) -> str:
    """A file of the bake as the provider renders it: without what it says to readers, and with the file of the name
    in place of each line ``@@name@@``, as far indented."""
    text = (FILES / name).read_text().replace("@@plugin_version@@", "1.8.2")
    kept = [line for line in text.splitlines() if re.match(r"\s*(#!|[^#\s])", line)]

    def replace(line: re.Match[str]) -> str:
        return "\n".join(f"{line[1]}{inner}" for inner in rendered(line[2]).splitlines())

    return re.sub(r"^( *)@@([a-z.]+)@@$", replace, "\n".join(kept), flags=re.MULTILINE)


@unittest.skipUnless(PACKER, "left out: the bake. Debian's package packer isn't installed here")
class Bakes(BuildTest):
    """Each build has a source of its own; Packer's part takes half a second."""

    def setUp(self) -> None:
        super().setUp()
        self.ec2, self.iam = self.client("ec2"), self.client("iam")
        _, self.subnets, self.group = self.network()
        self.role("baked", "ec2.amazonaws.com")
        self.iam.create_instance_profile(InstanceProfileName="baked")
        self.iam.add_role_to_instance_profile(InstanceProfileName="baked", RoleName="baked")
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.create(
            source={"type": "NO_SOURCE", "buildspec": rendered("bake.yml")},
            artifacts={"type": "NO_ARTIFACTS"},
            logsConfig={"cloudWatchLogs": {"status": "ENABLED", "groupName": GROUP, "streamName": "bake"}},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": self.variables(**self.settings_of_the_bake()),
            },
        )

    def variables(self, **values: str) -> list[dict[str, str]]:
        return [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in values.items()]

    def settings_of_the_bake(self) -> dict[str, str]:
        return {
            "PACKER_VERSION": PACKER or "",
            "SUBNET_IDS": ",".join(self.subnets),
            "KEEP_IMAGES": str(KEPT),
            "IMAGE_OWNER": OWNER,
            "TENANT_OWNER": TENANT,
            "SOURCE_BUCKET": BUCKET,
            "SOURCE_KEY": "src/shop.zip",
            "INSTALL_CODEDEPLOY_AGENT": "true",
            "PKR_VAR_region": REGION,
            "PKR_VAR_name": "paas-dev-acme",
            "PKR_VAR_owner": OWNER,
            "PKR_VAR_kms_key_id": self.key,
            "PKR_VAR_security_group_id": self.group,
            "PKR_VAR_iam_instance_profile": "baked",
            "PKR_VAR_instance_type": "t3.small",
            "PKR_VAR_volume_size": "16",
            "PKR_VAR_volume_type": "gp3",
            "PKR_VAR_device_name": "/dev/xvda",
            "PKR_VAR_source_ami": "",
            "PKR_VAR_source_ami_name": "al2023-ami-2023.*-x86_64",
            "PKR_VAR_source_ami_owner": "amazon",
            "PKR_VAR_ssh_username": "ec2-user",
            "PKR_VAR_timeout_minutes": "60",
            "PKR_VAR_tags": json.dumps(USER_TAGS),
            "PKR_VAR_communicator": "none",
            "PKR_VAR_endpoint": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def push(self, commit: str = "", **files: str) -> str:
        """Put the tenant's repository into the bucket; returns its version."""
        files = files or {"install__sh": "echo nothing\n"}
        version = self.put(**files)
        if commit:
            body = self.s3.get_object(Bucket=BUCKET, Key="src/shop.zip")["Body"].read()
            told = {"Bucket": BUCKET, "Key": "src/shop.zip", "Metadata": {"commit": commit}}
            version = self.s3.put_object(Body=body, **told)["VersionId"]
        return version

    def begin(self, version: str, **variables: str) -> str:
        return self.start(
            sourceTypeOverride="S3",
            sourceLocationOverride=f"{BUCKET}/src/shop.zip",
            sourceVersion=version,
            environmentVariablesOverride=self.variables(**{"SOURCE": version, **variables}),
        )

    def over(self, build_id: str) -> dict[str, Any]:
        """A build calls the AWS command line a dozen times, which on a busy machine takes its seconds."""
        end = time.monotonic() + 200
        while not self.build(build_id)["buildComplete"] and time.monotonic() < end:
            time.sleep(0.3)
        return super().over(build_id)

    def bake(self, **variables: str) -> dict[str, Any]:
        """The end of a build of a new source."""
        return self.over(self.begin(self.push(), **variables))

    def baked(self, **variables: str) -> str:
        """The image of a build, which must succeed."""
        build = self.bake(**variables)
        self.assertEqual("SUCCEEDED", build["buildStatus"], "\n".join(self.lines(build)))
        return self.exported(build)["IMAGE_ID"]

    def older(self, count: int) -> list[str]:
        """Images such as bakes leave them, oldest first, without the seconds that a bake takes."""
        return [self.image_of_a_bake(f"older-{number}") for number in range(count)]

    def image_of_a_bake(self, name: str) -> str:
        base = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        launch = {"ImageId": base, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
        instance = self.ec2.run_instances(SubnetId=self.subnets[0], **launch)["Instances"][0]["InstanceId"]
        tags = [{"Key": "paas:owner", "Value": OWNER}]
        specifications = [{"ResourceType": kind, "Tags": tags} for kind in ("image", "snapshot")]
        made = self.ec2.create_image(InstanceId=instance, Name=name, TagSpecifications=specifications)
        self.ec2.terminate_instances(InstanceIds=[instance])
        return made["ImageId"]

    def failed(self, build: dict[str, Any], text: str) -> str:
        """The log of a build that must have failed and said the text."""
        log = "\n".join(self.lines(build))
        self.assertEqual("FAILED", build["buildStatus"], log)
        self.assertIn(text, log)
        return log

    def images(self) -> list[str]:
        found = self.ec2.describe_images(Owners=["self"])["Images"]
        return [image["ImageId"] for image in sorted(found, key=lambda image: image["CreationDate"])]

    def left(self) -> list[str]:
        """What came into being and isn't of the test itself."""
        kinds = ("instance", "image", "snapshot", "volume", "key_pair")
        return [kind for kind in self.kinds() if kind in kinds]

    def called(self) -> list[str]:
        return [
            call["operation"] for call in self.control("GET", "calls")["calls"] if call["access_key"] == KEY
        ]


def tags_of(found: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


class Bake(Bakes):
    def test_an_image_is_encrypted_at_launch_and_says_where_it_comes_from(self) -> None:
        version = self.push(commit="4f2c1d0", preInstall__sh="echo one\n", install__sh="echo two\n")
        build = self.over(self.begin(version, TRIGGERS="digest"))
        log = "\n".join(self.lines(build))
        self.assertEqual("SUCCEEDED", build["buildStatus"], log)
        exported = self.exported(build)
        self.assertEqual("4f2c1d0", exported["COMMIT"])
        (image,) = self.ec2.describe_images(ImageIds=[exported["IMAGE_ID"]])["Images"]
        (device,) = image["BlockDeviceMappings"]
        self.assertEqual((16, True), (device["Ebs"]["VolumeSize"], device["Ebs"]["Encrypted"]))
        (snapshot,) = self.ec2.describe_snapshots(SnapshotIds=[device["Ebs"]["SnapshotId"]])["Snapshots"]
        self.assertEqual(self.key, snapshot["KmsKeyId"])
        uuid = build["id"].split(":")[1]
        self.assertRegex(image["Name"], rf"^paas-dev-acme-\d{{14}}-{uuid[:8]}$")
        expected = {
            "Name": image["Name"],
            "paas:owner": OWNER,
            "paas:source": version,
            "paas:triggers": "digest",
            "paas:commit": "4f2c1d0",
            "paas:build": build["id"],
            **USER_TAGS,
        }
        for found in (image, snapshot):
            tags = tags_of(found)
            self.assertRegex(tags.pop("paas:base-image"), "^ami-")
            self.assertEqual(expected, tags)
        self.assertNotIn("CopyImage", self.called())
        self.assertIn("CreateImage", self.called())
        self.assertEqual(["image", "snapshot"], self.left())
        launch = next(c for c in self.control("GET", "calls")["calls"] if c["operation"] == "RunInstances")
        self.assertEqual(
            ["instance", "volume"], [s["ResourceType"] for s in launch["params"]["TagSpecifications"]]
        )
        self.assertEqual([], [c for c in self.control("GET", "calls")["calls"] if c["invalid"]])

    def test_a_build_started_by_hand_from_another_base_image(self) -> None:
        """Nobody says what it is made from, but CodeBuild knows."""
        (base,) = self.control("POST", "seed", {"images": [{"name": "base"}]})["images"]
        version = self.push()
        build = self.over(self.begin(version, SOURCE="", PKR_VAR_source_ami=base))
        (image,) = self.ec2.describe_images(ImageIds=[self.exported(build)["IMAGE_ID"]])["Images"]
        tags = tags_of(image)
        told = tuple(tags[f"paas:{name}"] for name in ("base-image", "source", "commit", "triggers"))
        self.assertEqual((base, version, "", ""), told)


class Refusals(Bakes):
    def test_a_script_that_does_not_parse(self) -> None:
        build = self.over(self.begin(self.push(install__sh="echo one\nif true; then\n  echo two\n")))
        self.failed(build, "install.sh: line 4: syntax error: unexpected end of file")
        build = self.over(self.begin(self.push(preInstall__sh="echo one\r\n", install__sh="echo two\n")))
        self.failed(build, "preInstall.sh: line 1 ends as lines do on Windows")
        self.assertNotIn("RunInstances", self.called())

    def test_a_source_without_scripts(self) -> None:
        log = self.failed(
            self.over(self.begin(self.push(README__md="hello"))), "neither preInstall.sh nor install.sh"
        )
        self.assertIn("README.md", log)

    def test_a_bake_that_fails_leaves_nothing(self) -> None:
        for operation in ("RunInstances", "CreateImage"):
            self.control(
                "POST",
                "faults",
                [{"operation": operation, "action": "error", "code": "InternalError", "status": 400}],
            )
            build = self.bake()
            self.failed(build, "InternalError")
            self.assertNotIn("IMAGE_ID", self.exported(build))
            self.assertEqual([], self.left(), operation)
            self.control("DELETE", "faults")

    def test_what_a_killed_packer_leaves_ends_with_its_build(self) -> None:
        self.control("POST", "timing", {"instance": {"create": 600}})
        self.replace("packer build ", "timeout --signal KILL 8 packer build ")
        self.failed(self.bake(), "Left by build bake:")
        self.assertIn("RunInstances", self.called())
        self.assertEqual([], self.left())

    def replace(self, what: str, by: str) -> None:
        """Change the project's buildspec."""
        spec = rendered("bake.yml").replace(what, by)
        self.builds.update_project(name="bake", source={"type": "NO_SOURCE", "buildspec": spec})

    def test_a_packer_that_ends_without_an_image(self) -> None:
        self.replace("packer build ", ": packer build ")
        self.failed(self.bake(), "Packer has ended without an image.")


class Retention(Bakes):
    def test_of_many_images_the_newest_stay_with_their_snapshots(self) -> None:
        made = self.older(12)
        # A removal broke off between image and snapshot.
        self.ec2.deregister_image(ImageId=made.pop(0))
        made.append(self.baked())
        self.assertEqual(made[-KEPT:], self.images())
        self.assertEqual(["image"] * KEPT + ["snapshot"] * KEPT, self.left())

    def test_others_images_are_nobody_s_business(self) -> None:
        """What is baked from local scripts says so, and has no commit unless the build is told."""
        (other,) = self.older(1)
        name = "paas/dev/acme-2/machine_image"
        mine = self.baked(
            KEEP_IMAGES="1", IMAGE_OWNER=name, PKR_VAR_owner=name, SOURCE="sha256:01", COMMIT="4f2c"
        )
        self.assertEqual([other, mine], self.images())
        tags = tags_of(self.ec2.describe_images(ImageIds=[mine])["Images"][0])
        self.assertEqual(("sha256:01", "4f2c"), (tags["paas:source"], tags["paas:commit"]))

    def test_what_is_in_use_stays_whatever_its_age(self) -> None:
        by_instance, by_default, by_latest, by_version, by_nobody = self.older(5)
        launch = {"InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": self.subnets[0]}
        instance = self.ec2.run_instances(ImageId=by_instance, **launch)["Instances"][0]["InstanceId"]
        self.ec2.stop_instances(InstanceIds=[instance])
        owned = [{"ResourceType": "launch-template", "Tags": [{"Key": "paas:owner", "Value": TENANT}]}]
        self.template("someone-s", by_default, by_nobody, by_latest)
        self.template("slot-b", by_version, by_nobody, tags=owned)
        self.ec2.delete_launch_template_versions(LaunchTemplateName="slot-b", Versions=["2"])
        newest = self.baked(KEEP_IMAGES="1")
        used = [by_instance, by_default, by_latest, by_version]
        self.assertEqual([*used, newest], self.images())
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.ec2.delete_launch_template(LaunchTemplateName="slot-b")
        self.ec2.delete_launch_template(LaunchTemplateName="someone-s")
        self.assertEqual([newest, self.baked(KEEP_IMAGES="2")], self.images())
        self.assertEqual(["image"] * 2 + ["snapshot"] * 2, self.left())

    def template(self, name: str, *images: str, tags: list[dict[str, Any]] | None = None) -> None:
        """A launch template with a version for each image; the first is the default."""
        self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": images[0]}, TagSpecifications=tags or []
        )
        for image in images[1:]:
            self.ec2.create_launch_template_version(
                LaunchTemplateName=name, LaunchTemplateData={"ImageId": image}
            )


class Sweeping(Bakes):
    def leave(self, build: str) -> str:
        """What a build leaves whose end nobody saw; returns the instance."""
        tags = [{"Key": "paas:owner", "Value": OWNER}, {"Key": "paas:build", "Value": build}]
        base = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        launched = self.ec2.run_instances(
            ImageId=base, InstanceType="t3.small", MinCount=1, MaxCount=1, SubnetId=self.subnets[0],
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )  # fmt: skip
        self.ec2.create_volume(
            Size=1,
            AvailabilityZone=f"{REGION}a",
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
        )
        name = f"paas-dev-acme-{build}"
        self.ec2.create_key_pair(KeyName=name, TagSpecifications=[{"ResourceType": "key-pair", "Tags": tags}])
        return launched["Instances"][0]["InstanceId"]

    def test_what_builds_left_that_run_no_longer_and_nothing_else(self) -> None:
        self.control("POST", "timing", {"build": {"provisioning": 600}})
        running = self.begin(self.push())
        kept = self.leave(running)
        self.leave("bake:00000000-0000-0000-0000-000000000000")
        self.control("POST", "timing", {"build": {"provisioning": 0}})
        self.baked()
        self.assertEqual(["image", "instance", "key_pair", "snapshot", "volume"], sorted(self.left()))
        (left,) = [item for item in self.control("GET", "inventory") if item["kind"] == "instance"]
        self.assertEqual(kept, left["id"])

"""EC2: images made of instances, their snapshots, what instances get of them; key pairs."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, TAGS, EmulatorTest

BASE = "al2023-ami-2023.*-x86_64"


def tagged(*kinds: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS} for kind in kinds]


def filters(**wanted: str) -> list[dict[str, Any]]:
    """``tag__owner="x"`` is the filter ``tag:owner``; other underscores are hyphens."""
    return [
        {"Name": name.replace("__", ":").replace("_", "-"), "Values": [value]}
        for name, value in wanted.items()
    ]


class ImageCase(EmulatorTest):
    def setUp(self) -> None:
        super().setUp()
        self.ec2 = self.client("ec2")
        _, self.subnets, self.group = self.network()
        self.base = self.ec2.describe_images(Owners=["amazon"], Filters=filters(name=BASE))["Images"][0]
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]

    def run_one(self, **changes: Any) -> str:
        wanted = {
            "ImageId": self.base["ImageId"],
            "InstanceType": "t3.small",
            "MinCount": 1,
            "MaxCount": 1,
            "SubnetId": self.subnets[0],
            **changes,
        }
        return self.ec2.run_instances(**wanted)["Instances"][0]["InstanceId"]

    def run_encrypted(self) -> str:
        """What Packer launches: the root device of the base image, larger and under a key."""
        ebs = {"VolumeSize": 16, "VolumeType": "gp3", "Encrypted": True, "KmsKeyId": self.key}
        return self.run_one(
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": ebs}],
            TagSpecifications=tagged("instance", "volume"),
        )

    def bake(self, name: str = "paas-1", **more: Any) -> str:
        instance = self.run_encrypted()
        image = self.ec2.create_image(InstanceId=instance, Name=name, **more)["ImageId"]
        self.ec2.terminate_instances(InstanceIds=[instance])
        return image

    def image(self, image_id: str) -> dict[str, Any]:
        return self.ec2.describe_images(ImageIds=[image_id])["Images"][0]

    def volumes(self, instance: str) -> list[dict[str, Any]]:
        wanted = filters(attachment_instance_id=instance)
        wanted[0]["Name"] = "attachment.instance-id"
        return self.ec2.describe_volumes(Filters=wanted)["Volumes"]


class ImageTest(ImageCase):
    def test_is_made_of_the_instance_s_encrypted_volume(self) -> None:
        self.control("POST", "timing", {"image": {"create": 0.3}})
        image_id = self.bake(TagSpecifications=tagged("image", "snapshot"))
        self.assertEqual("pending", self.image(image_id)["State"])
        self.refused("InvalidAMIID.Unavailable", self.run_one, ImageId=image_id)
        self.eventually("available", lambda: self.image(image_id)["State"])
        image = self.image(image_id)
        self.assertEqual(
            (ACCOUNT, "/dev/xvda", TAGS), (image["OwnerId"], image["RootDeviceName"], image["Tags"])
        )
        (device,) = image["BlockDeviceMappings"]
        self.assertEqual((16, True), (device["Ebs"]["VolumeSize"], device["Ebs"]["Encrypted"]))
        (snapshot,) = self.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        self.assertEqual(device["Ebs"]["SnapshotId"], snapshot["SnapshotId"])
        self.assertEqual(
            (self.key, "completed", TAGS), (snapshot["KmsKeyId"], snapshot["State"], snapshot["Tags"])
        )
        self.assertIn(image_id, snapshot["Description"])
        self.assertEqual(
            ["image", "key", "snapshot"],
            [k for k in self.kinds() if k in ("image", "key", "snapshot", "volume")],
        )

    def test_names_are_checked(self) -> None:
        self.bake()
        instance = self.run_one()
        self.refused("InvalidAMIName.Duplicate", self.ec2.create_image, InstanceId=instance, Name="paas-1")
        self.refused("InvalidAMIName.Malformed", self.ec2.create_image, InstanceId=instance, Name="paas:1")
        self.refused(
            "InvalidInstanceID.NotFound", self.ec2.create_image, InstanceId="i-0123456789abcdef0", Name="x-1"
        )
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.refused("InvalidParameterValue", self.ec2.create_image, InstanceId=instance, Name="paas-2")

    def test_is_found_by_owner_tag_and_snapshot(self) -> None:
        first = self.bake(TagSpecifications=tagged("image"))
        second = self.bake("paas-2")

        def found(**wanted: str) -> list[str]:
            answer = self.ec2.describe_images(Owners=["self"], Filters=filters(**wanted))
            return [image["ImageId"] for image in answer["Images"]]

        self.assertEqual([first, second], found(name="paas-*"))
        self.assertEqual([first], found(tag__owner="selftest", state="available"))
        snapshot = self.image(second)["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
        by_snapshot = [{"Name": "block-device-mapping.snapshot-id", "Values": [snapshot]}]
        (image,) = self.ec2.describe_images(Filters=by_snapshot)["Images"]
        self.assertEqual(second, image["ImageId"])
        # Ids don't switch the filters off, and each must be known.
        both = self.ec2.describe_images(ImageIds=[first, second], Filters=filters(tag__owner="selftest"))
        self.assertEqual([first], [image["ImageId"] for image in both["Images"]])
        unknown = [first, "ami-0123456789abcdef0"]
        self.refused("InvalidAMIID.NotFound", self.ec2.describe_images, ImageIds=unknown)
        dates = [self.image(image_id)["CreationDate"] for image_id in (first, second)]
        self.assertLess(dates[0], dates[1])

    def test_a_snapshot_goes_after_its_image(self) -> None:
        image_id = self.bake(TagSpecifications=tagged("image", "snapshot"))
        snapshot = self.image(image_id)["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
        self.refused("InvalidSnapshot.InUse", self.ec2.delete_snapshot, SnapshotId=snapshot)
        self.ec2.deregister_image(ImageId=image_id)
        self.refused("InvalidAMIID.Unavailable", self.ec2.deregister_image, ImageId=image_id)
        self.refused("InvalidAMIID.NotFound", self.ec2.deregister_image, ImageId="ami-0123456789abcdef0")
        self.refused("AuthFailure", self.ec2.deregister_image, ImageId=self.base["ImageId"])
        self.assertIn("snapshot", self.kinds())
        self.ec2.delete_snapshot(SnapshotId=snapshot)
        self.refused("InvalidSnapshot.NotFound", self.ec2.delete_snapshot, SnapshotId=snapshot)
        self.refused("InvalidSnapshot.NotFound", self.ec2.describe_snapshots, SnapshotIds=[snapshot])
        self.ec2.deregister_image(ImageId=self.bake(), DeleteAssociatedSnapshots=True)
        self.assertEqual([], self.ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])


class LaunchTest(ImageCase):
    def test_volumes_follow_the_image_and_the_request(self) -> None:
        image = self.bake()
        (volume,) = self.volumes(self.run_one(ImageId=image))
        self.assertEqual((16, True, self.key), (volume["Size"], volume["Encrypted"], volume["KmsKeyId"]))
        larger = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}]
        (volume,) = self.volumes(self.run_one(ImageId=image, BlockDeviceMappings=larger))
        self.assertEqual((20, True, self.key), (volume["Size"], volume["Encrypted"], volume["KmsKeyId"]))
        more = [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 4}}]
        sizes = [v["Size"] for v in self.volumes(self.run_one(ImageId=image, BlockDeviceMappings=more))]
        self.assertEqual([4, 16], sorted(sizes))
        smaller = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}]
        self.refused("InvalidBlockDeviceMapping", self.run_one, ImageId=image, BlockDeviceMappings=smaller)
        nothing = [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeType": "gp3"}}]
        self.refused("MissingParameter", self.run_one, ImageId=image, BlockDeviceMappings=nothing)

    def test_volumes_end_with_their_instance_unless_told_otherwise(self) -> None:
        kept = [{"DeviceName": "/dev/xvda", "Ebs": {"DeleteOnTermination": False}}]
        instances = [self.run_encrypted(), self.run_one(BlockDeviceMappings=kept)]
        self.assertEqual(TAGS, self.volumes(instances[0])[0]["Tags"])
        self.assertNotIn("volume", self.kinds())
        self.ec2.terminate_instances(InstanceIds=instances)
        (left,) = self.ec2.describe_volumes()["Volumes"]
        self.assertEqual("available", left["State"])
        self.assertIn("volume", self.kinds())
        self.ec2.delete_volume(VolumeId=left["VolumeId"])

    def test_nothing_is_launched_from_a_deregistered_image(self) -> None:
        image = self.bake()
        data = {"ImageId": image, "InstanceType": "t3.micro", "SecurityGroupIds": [self.group]}
        template = self.ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
        named = {"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"]}
        asg = self.client("autoscaling")
        group = {"LaunchTemplate": {**named, "Version": "1"}, "MinSize": 1, "MaxSize": 2}
        zones = ",".join(self.subnets)
        asg.create_auto_scaling_group(AutoScalingGroupName="web", VPCZoneIdentifier=zones, **group)
        self.ec2.deregister_image(ImageId=image)
        self.refused("InvalidAMIID.NotFound", self.run_one, ImageId=image)
        by_template = {"LaunchTemplate": named, "MinCount": 1, "MaxCount": 1, "SubnetId": self.subnets[0]}
        self.refused("InvalidAMIID.NotFound", self.ec2.run_instances, **by_template)
        asg.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=2)
        last = asg.describe_scaling_activities(AutoScalingGroupName="web")["Activities"][0]
        self.assertEqual("Failed", last["StatusCode"])
        self.assertIn(f"The image id '[{image}]' does not exist", last["StatusMessage"])
        other = {"AutoScalingGroupName": "other", "VPCZoneIdentifier": zones, **group}
        self.refused("ValidationError", asg.create_auto_scaling_group, **other)


class KeyPairTest(EmulatorTest):
    def test_by_name_and_by_id(self) -> None:
        ec2 = self.client("ec2")
        made = [
            ec2.create_key_pair(KeyName=name, TagSpecifications=tagged("key-pair"))["KeyPairId"]
            for name in ("a", "b")
        ]
        self.assertEqual(["key_pair", "key_pair"], self.kinds())
        found = ec2.describe_key_pairs(KeyPairIds=made[:1])["KeyPairs"]
        self.assertEqual([("a", TAGS)], [(pair["KeyName"], pair["Tags"]) for pair in found])
        found = ec2.describe_key_pairs(Filters=filters(tag__owner="selftest"))["KeyPairs"]
        self.assertEqual(2, len(found))
        self.refused("InvalidKeyPair.Duplicate", ec2.create_key_pair, KeyName="a")
        ec2.delete_key_pair(KeyPairId=made[0])
        ec2.delete_key_pair(KeyName="b")
        ec2.delete_key_pair(KeyName="b")
        self.refused("InvalidKeyPair.NotFound", ec2.delete_key_pair, KeyPairId=made[0])
        self.assertEqual([], self.kinds())

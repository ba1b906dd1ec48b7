"""RDS for MySQL: instances over time, what is refused, secrets, snapshots."""

import json
from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS, EmulatorTest


class DatabaseTest(EmulatorTest):
    """A network with a subnet group and a key in it, and the least instance."""

    def setUp(self) -> None:
        super().setUp()
        self.rds, self.ec2, self.secrets = (self.client(name) for name in ("rds", "ec2", "secretsmanager"))
        self.vpc, self.subnets, self.group = self.network()
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="data", DBSubnetGroupDescription="data", SubnetIds=self.subnets, Tags=TAGS
        )
        self.rds.create_db_parameter_group(
            DBParameterGroupName="strict", DBParameterGroupFamily="mysql8.4", Description="strict"
        )

    def tearDown(self) -> None:
        self.assertEqual(0, self.control("GET", "counts")["invalid"], self.control("GET", "calls"))

    def wanted(self, **changes: Any) -> dict[str, Any]:
        wanted = {
            "DBInstanceIdentifier": "db1",
            "DBInstanceClass": "db.t4g.medium",
            "Engine": "mysql",
            "EngineVersion": "8.4",
            "AllocatedStorage": 20,
            "StorageType": "gp3",
            "DBName": "app",
            "MasterUsername": "master",
            "ManageMasterUserPassword": True,
            "DBSubnetGroupName": "data",
            "DBParameterGroupName": "strict",
            "VpcSecurityGroupIds": [self.group],
            "StorageEncrypted": True,
            "KmsKeyId": self.key,
            "Tags": TAGS,
            **changes,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def make(self, **changes: Any) -> dict[str, Any]:
        return self.rds.create_db_instance(**self.wanted(**changes))["DBInstance"]

    def modify(self, **changes: Any) -> dict[str, Any]:
        return self.rds.modify_db_instance(DBInstanceIdentifier="db1", **changes)["DBInstance"]

    def look(self, name: str = "db1") -> dict[str, Any]:
        return self.rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]

    def status(self) -> str:
        return self.look()["DBInstanceStatus"]

    def delete(self, name: str = "db1") -> None:
        self.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)

    def timing(self, **phases: float) -> None:
        self.control("POST", "timing", {"db_instance": phases})


class CreationTest(DatabaseTest):
    def test_is_described_whole(self) -> None:
        self.make(MasterUserSecretKmsKeyId=self.key, PreferredMaintenanceWindow="Sun:03:00-Sun:03:30")
        found = self.look()
        expected = {
            "DBInstanceStatus": "available",
            "DBInstanceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:db1",
            "EngineVersion": "8.4.5",
            "MultiAZ": False,
            "AvailabilityZone": f"{REGION}a",
            "Iops": 3000,
            "StorageThroughput": 125,
            "StorageEncrypted": True,
            "KmsKeyId": self.key,
            "BackupRetentionPeriod": 1,
            "PreferredMaintenanceWindow": "sun:03:00-sun:03:30",
            "PubliclyAccessible": False,
            "PerformanceInsightsEnabled": False,
            "DeletionProtection": False,
            "CopyTagsToSnapshot": False,
            "PendingModifiedValues": {},
            "TagList": TAGS,
            "VpcSecurityGroups": [{"VpcSecurityGroupId": self.group, "Status": "active"}],
            "DBParameterGroups": [{"DBParameterGroupName": "strict", "ParameterApplyStatus": "in-sync"}],
        }
        self.assertEqual(expected, {name: found.get(name) for name in expected})
        self.assertEqual(3306, found["Endpoint"]["Port"])
        self.assertTrue(found["Endpoint"]["Address"].startswith("db1.c"))
        self.assertEqual(self.vpc, found["DBSubnetGroup"]["VpcId"])
        self.assertNotIn("MaxAllocatedStorage", found)

    def test_takes_its_time(self) -> None:
        self.timing(create=1.0, backup=1.0)
        made = self.make()
        self.assertEqual("creating", made["DBInstanceStatus"])
        self.assertEqual("creating", made["MasterUserSecret"]["SecretStatus"])
        self.assertNotIn("Endpoint", self.look())
        self.refused("InvalidDBInstanceState", self.modify, DeletionProtection=True)
        self.refused("InvalidDBInstanceState", self.delete)
        self.eventually("backing-up", self.status)
        self.assertIn("Endpoint", self.look())
        self.eventually("available", self.status)
        self.assertEqual("active", self.look()["MasterUserSecret"]["SecretStatus"])

    def test_what_is_refused(self) -> None:
        other_vpc = self.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        made = self.ec2.create_security_group(GroupName="other", Description="other", VpcId=other_vpc)
        other = made["GroupId"]
        self.rds.create_db_parameter_group(
            DBParameterGroupName="old", DBParameterGroupFamily="mysql8.0", Description="old"
        )
        disabled = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.client("kms").disable_key(KeyId=disabled)
        value, combination = "InvalidParameterValue", "InvalidParameterCombination"
        cases: tuple[tuple[str, dict[str, Any]], ...] = (
            (value, {"DBInstanceIdentifier": "two--hyphens"}),
            (value, {"DBInstanceIdentifier": "1st"}),
            (value, {"DBInstanceIdentifier": "x" * 64}),
            (combination, {"EngineVersion": "8.4.99"}),
            (combination, {"EngineVersion": "5.7"}),
            (combination, {"DBParameterGroupName": "old"}),
            ("DBParameterGroupNotFound", {"DBParameterGroupName": "none"}),
            ("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": "none"}),
            (value, {"VpcSecurityGroupIds": ["sg-00000000"]}),
            (combination, {"VpcSecurityGroupIds": [other]}),
            ("KMSKeyNotAccessibleFault", {"KmsKeyId": self.key[:-1] + "x"}),
            ("KMSKeyNotAccessibleFault", {"KmsKeyId": disabled}),
            ("KMSKeyNotAccessibleFault", {"MasterUserSecretKmsKeyId": self.key[:-1] + "x"}),
            (combination, {"StorageEncrypted": False}),
            (value, {"AllocatedStorage": 19}),
            (value, {"AllocatedStorage": 65537}),
            (combination, {"MaxAllocatedStorage": 19}),
            (combination, {"MaxAllocatedStorage": 21}),
            (combination, {"Iops": 3000}),
            (combination, {"AllocatedStorage": 400, "Iops": 3000}),
            (combination, {"AllocatedStorage": 400, "Iops": 12000, "StorageThroughput": 3001}),
            (combination, {"StorageType": "io2", "AllocatedStorage": 100}),
            ("StorageTypeNotSupported", {"StorageType": "gp9"}),
            (combination, {"MasterUserPassword": "own-and-managed"}),
            (value, {"ManageMasterUserPassword": None}),
            (value, {"ManageMasterUserPassword": None, "MasterUserPassword": "short"}),
            (value, {"MasterUsername": "rdsadmin"}),
            (value, {"MasterUsername": "m" * 17}),
            (value, {"DBName": "with-hyphen"}),
            (value, {"DBInstanceClass": "t4g"}),
            (combination, {"DBInstanceClass": "db.m1.small"}),
            (combination, {"DBInstanceClass": "db.t4g.small", "EnablePerformanceInsights": True}),
            (value, {"EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 94}),
            (value, {"BackupRetentionPeriod": 36}),
            (value, {"Port": 1149}),
            (value, {"PreferredBackupWindow": "03:00-03:29"}),
            (value, {"PreferredMaintenanceWindow": "mon:3:00-mon:04:00"}),
            (
                value,
                {
                    "PreferredBackupWindow": "23:50-00:20",
                    "PreferredMaintenanceWindow": "tue:00:10-tue:00:40",
                },
            ),
            (value, {"Tags": [{"Key": "aws:mine", "Value": "x"}]}),
            ("InvalidVPCNetworkStateFault", {"PubliclyAccessible": True}),
            ("NotImplemented", {"MultiTenant": True}),
        )
        for code, changes in cases:
            with self.subTest(changes):
                self.refused(code, self.make, **changes)
        # Nothing of all this was made.
        self.assertEqual([], self.rds.describe_db_instances()["DBInstances"])
        self.assertEqual([], self.secrets.list_secrets()["SecretList"])
        self.ec2.delete_security_group(GroupId=self.group)

    def test_exists_once_and_within_the_quota(self) -> None:
        self.make()
        self.refused("DBInstanceAlreadyExists", self.make, DBInstanceIdentifier="DB1")
        self.control("POST", "limits", {"db_instances": 1})
        self.refused("InstanceQuotaExceeded", self.make, DBInstanceIdentifier="db2")

    def test_storage_from_400_gib_on(self) -> None:
        made = self.make(AllocatedStorage=400, MaxAllocatedStorage=1000, MultiAZ=True)
        members = ("Iops", "StorageThroughput", "MaxAllocatedStorage", "SecondaryAvailabilityZone")
        self.assertEqual([12000, 500, 1000, f"{REGION}b"], [made[name] for name in members])

    def test_keeps_network_in_use(self) -> None:
        """By its interfaces: a subnet in which it doesn't lie isn't held, whatever the subnet group says."""
        self.timing(delete=1.0)
        self.make()
        self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=self.group)
        self.refused("DependencyViolation", self.ec2.delete_subnet, SubnetId=self.subnets[0])
        self.delete()
        self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=self.group)
        self.refused("InvalidDBInstanceState", self.delete)
        self.eventually([], lambda: self.rds.describe_db_instances()["DBInstances"])
        self.ec2.delete_security_group(GroupId=self.group)
        self.ec2.delete_subnet(SubnetId=self.subnets[0])

    def test_is_found(self) -> None:
        ids = [f"db{number}" for number in range(21)]
        for name in ids:
            self.make(DBInstanceIdentifier=name)
        first = self.rds.describe_db_instances(MaxRecords=20)
        rest = self.rds.describe_db_instances(MaxRecords=20, Marker=first["Marker"])
        found = [item["DBInstanceIdentifier"] for item in first["DBInstances"] + rest["DBInstances"]]
        self.assertEqual((sorted(ids), 20, False), (found, len(first["DBInstances"]), "Marker" in rest))
        arn = self.look("db7")["DBInstanceArn"]
        filters = [{"Name": "db-instance-id", "Values": ["db3", arn, "none"]}]
        chosen = self.rds.describe_db_instances(Filters=filters)["DBInstances"]
        self.assertEqual(["db3", "db7"], [item["DBInstanceIdentifier"] for item in chosen])
        self.refused("DBInstanceNotFound", self.look, name="none")
        self.refused("InvalidParameterValue", self.rds.describe_db_instances, MaxRecords=19)
        self.refused(
            "InvalidParameterValue",
            self.rds.describe_db_instances,
            Filters=[{"Name": "colour", "Values": ["red"]}],
        )


class MasterUserSecretTest(DatabaseTest):
    def test_is_made_and_goes_with_the_instance(self) -> None:
        secret = self.make(MasterUserSecretKmsKeyId=self.key)["MasterUserSecret"]
        self.assertEqual(self.key, secret["KmsKeyId"])
        value = json.loads(self.secrets.get_secret_value(SecretId=secret["SecretArn"])["SecretString"])
        self.assertEqual({"username", "password"}, set(value))
        self.assertEqual(("master", 28), (value["username"], len(value["password"])))
        described = self.secrets.describe_secret(SecretId=secret["SecretArn"])
        self.assertRegex(described["Name"], "^rds!db-[0-9a-f-]{36}$")
        self.assertEqual(("rds", self.key), (described["OwningService"], described["KmsKeyId"]))
        self.assertEqual(
            {
                "aws:secretsmanager:owningService": "rds",
                "aws:rds:primaryDBInstanceArn": self.look()["DBInstanceArn"],
            },
            {tag["Key"]: tag["Value"] for tag in described["Tags"]},
        )
        self.assertEqual(1, len(self.secrets.list_secrets()["SecretList"]))
        self.delete()
        self.refused("ResourceNotFoundException", self.secrets.describe_secret, SecretId=secret["SecretArn"])

    def test_belongs_to_rds(self) -> None:
        arn = self.make()["MasterUserSecret"]["SecretArn"]
        for call, params in (
            (self.secrets.delete_secret, {"ForceDeleteWithoutRecovery": True}),
            (self.secrets.update_secret, {"SecretString": "mine"}),
            (self.secrets.put_secret_value, {"SecretString": "mine"}),
            (self.secrets.tag_resource, {"Tags": TAGS}),
        ):
            self.refused("InvalidRequestException", call, SecretId=arn, **params)

    def test_can_be_taken_up_rotated_and_given_up(self) -> None:
        self.make(ManageMasterUserPassword=None, MasterUserPassword="own-secret")
        self.assertNotIn("MasterUserSecret", self.look())
        self.modify(ManageMasterUserPassword=True)
        arn = self.look()["MasterUserSecret"]["SecretArn"]

        def value() -> str:
            return self.secrets.get_secret_value(SecretId=arn)["SecretString"]

        first = value()
        self.modify(ManageMasterUserPassword=True)
        self.assertEqual(first, value())
        self.refused("InvalidParameterCombination", self.modify, MasterUserSecretKmsKeyId=self.key)
        self.refused("InvalidParameterCombination", self.modify, RotateMasterUserPassword=True)
        self.modify(RotateMasterUserPassword=True, ApplyImmediately=True)
        self.assertNotEqual(first, value())
        self.refused("InvalidParameterValue", self.modify, ManageMasterUserPassword=False)
        self.modify(ManageMasterUserPassword=False, MasterUserPassword="own-secret")
        self.assertNotIn("MasterUserSecret", self.look())


class DeletionTest(DatabaseTest):
    def test_protection_and_final_snapshot(self) -> None:
        self.make(DeletionProtection=True, CopyTagsToSnapshot=True)
        call, combination = self.rds.delete_db_instance, "InvalidParameterCombination"
        error = self.refused(combination, call, DBInstanceIdentifier="db1", SkipFinalSnapshot=True)
        self.assertIn("Cannot delete protected DB Instance", str(error))
        self.modify(DeletionProtection=False)
        self.refused(combination, call, DBInstanceIdentifier="db1")
        last = {"DBInstanceIdentifier": "db1", "FinalDBSnapshotIdentifier": "last"}
        self.refused(combination, call, SkipFinalSnapshot=True, **last)
        self.refused("InvalidParameterValue", call, **{**last, "FinalDBSnapshotIdentifier": "la--st"})
        self.rds.create_db_snapshot(DBInstanceIdentifier="db1", DBSnapshotIdentifier="first")
        self.refused("DBSnapshotAlreadyExists", call, **{**last, "FinalDBSnapshotIdentifier": "first"})
        self.timing(delete=1.0)
        self.assertEqual("deleting", call(**last)["DBInstance"]["DBInstanceStatus"])
        self.assertEqual("creating", self.snapshot("last")["Status"])
        self.refused(
            "InvalidDBSnapshotState",
            self.rds.restore_db_instance_from_db_snapshot,
            DBInstanceIdentifier="db2",
            DBSnapshotIdentifier="last",
            DBSubnetGroupName="data",
        )
        self.eventually("available", lambda: self.snapshot("last")["Status"])
        snapshot = self.snapshot("last")
        members = ("Encrypted", "KmsKeyId", "TagList")
        self.assertEqual([True, self.key, TAGS], [snapshot[name] for name in members])
        self.refused("DBInstanceNotFound", self.look)
        self.refused("DBSnapshotNotFound", self.snapshot, name="none")
        of_db1 = self.rds.describe_db_snapshots(DBInstanceIdentifier="db1", SnapshotType="manual")
        self.assertEqual(["first", "last"], [item["DBSnapshotIdentifier"] for item in of_db1["DBSnapshots"]])
        self.rds.delete_db_snapshot(DBSnapshotIdentifier="first")
        self.assertIn("db_snapshot", self.kinds())

    def snapshot(self, name: str) -> dict[str, Any]:
        return self.rds.describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0]

    def test_restored_with_its_data_and_little_else(self) -> None:
        self.make(AllocatedStorage=30, BackupRetentionPeriod=9, EngineVersion="8.4.3", DeletionProtection=True)
        self.rds.create_db_snapshot(DBInstanceIdentifier="db1", DBSnapshotIdentifier="first")
        restore = self.rds.restore_db_instance_from_db_snapshot
        wanted = {"DBInstanceIdentifier": "db2", "DBSnapshotIdentifier": "first", "DBSubnetGroupName": "data"}
        self.refused("DBSnapshotNotFound", restore, **{**wanted, "DBSnapshotIdentifier": "none"})
        self.refused("DBInstanceAlreadyExists", restore, **{**wanted, "DBInstanceIdentifier": "db1"})
        self.refused("NotImplemented", restore, **wanted, ManageMasterUserPassword=True)
        restore(**wanted, VpcSecurityGroupIds=[self.group], Tags=TAGS, DBInstanceClass="db.t4g.large")
        found = self.look("db2")
        expected = {
            "AllocatedStorage": 30,
            "KmsKeyId": self.key,
            "MasterUsername": "master",
            "EngineVersion": "8.4.3",
            "DBName": "app",
            "BackupRetentionPeriod": 9,
            "DBInstanceClass": "db.t4g.large",
            "DeletionProtection": False,
            "TagList": TAGS,
            "DBParameterGroups": [
                {"DBParameterGroupName": "default.mysql8.4", "ParameterApplyStatus": "in-sync"}
            ],
        }
        self.assertEqual(expected, {name: found.get(name) for name in expected})
        self.assertNotIn("MasterUserSecret", found)

    def test_nothing_is_left(self) -> None:
        before = self.kinds()
        self.make()
        self.assertEqual(sorted([*before, "db_instance", "secret"]), self.kinds())
        items = {item["kind"]: item for item in self.control("GET", "inventory")}
        self.assertEqual({"owner": "selftest"}, items["db_instance"]["tags"])
        self.assertEqual({"owner": "selftest"}, items["db_subnet_group"]["tags"])
        self.assertEqual("strict", items["db_parameter_group"]["name"])
        self.delete()
        self.assertEqual(before, self.kinds())

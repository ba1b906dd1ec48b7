"""RDS for MySQL: modifications, subnet and parameter groups, versions, tags."""

from typing import Any

from emulator.selftest.harness import ACCOUNT, REGION, TAGS
from emulator.selftest.test_rds import DatabaseTest as _DatabaseTest

COMBINATION, VALUE = "InvalidParameterCombination", "InvalidParameterValue"


class ModificationTest(_DatabaseTest):
    def test_waits_for_the_maintenance_window(self) -> None:
        self.make()
        bigger = {"DBInstanceClass": "db.t4g.large", "AllocatedStorage": 30, "MultiAZ": True}
        self.modify(**bigger, EngineVersion="8.4.6", BackupRetentionPeriod=0)
        found = self.look()
        self.assertEqual(
            {**bigger, "EngineVersion": "8.4.6", "BackupRetentionPeriod": 0}, found["PendingModifiedValues"]
        )
        self.assertEqual(("db.t4g.medium", 20), (found["DBInstanceClass"], found["AllocatedStorage"]))
        # What is wished back is no longer pending.
        self.modify(MultiAZ=False)
        self.assertNotIn("MultiAZ", self.look()["PendingModifiedValues"])
        # What is pending goes along with the next immediate change.
        self.modify(ApplyImmediately=True, BackupRetentionPeriod=3)
        found = self.look()
        self.assertEqual({}, found["PendingModifiedValues"])
        members = ("DBInstanceClass", "AllocatedStorage", "EngineVersion", "BackupRetentionPeriod")
        self.assertEqual(["db.t4g.large", 30, "8.4.6", 3], [found[name] for name in members])

    def test_what_applies_at_once(self) -> None:
        self.make()
        made = self.ec2.create_security_group(GroupName="other", Description="other", VpcId=self.vpc)
        other = made["GroupId"]
        changes = {
            "PreferredBackupWindow": "01:00-01:30",
            "PreferredMaintenanceWindow": "mon:02:00-mon:02:30",
            "BackupRetentionPeriod": 14,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": True,
            "AutoMinorVersionUpgrade": False,
            "MaxAllocatedStorage": 100,
        }
        self.modify(
            **changes, VpcSecurityGroupIds=[other], EnablePerformanceInsights=True, DBPortNumber=3307
        )
        found = self.look()
        self.assertEqual(changes, {name: found[name] for name in changes})
        self.assertEqual([{"VpcSecurityGroupId": other, "Status": "active"}], found["VpcSecurityGroups"])
        self.assertEqual(7, found["PerformanceInsightsRetentionPeriod"])
        self.assertEqual((3307, {}), (found["Endpoint"]["Port"], found["PendingModifiedValues"]))
        self.ec2.delete_security_group(GroupId=self.group)
        self.refused("DependencyViolation", self.ec2.delete_security_group, GroupId=other)
        self.modify(MaxAllocatedStorage=20)
        self.assertNotIn("MaxAllocatedStorage", self.look())

    def test_begins_late_and_takes_its_time(self) -> None:
        self.make()
        self.timing(modify_start=1.0, modify=1.0, optimize=1.0)
        self.modify(AllocatedStorage=30, ApplyImmediately=True)
        found = self.look()
        self.assertEqual("available", found["DBInstanceStatus"])
        self.assertEqual({"AllocatedStorage": 30}, found["PendingModifiedValues"])
        self.eventually("modifying", self.status)
        self.refused("InvalidDBInstanceState", self.modify, DeletionProtection=True)
        self.refused("InvalidDBInstanceState", self.delete)
        self.eventually("storage-optimization", self.status)
        self.refused(COMBINATION, self.modify, AllocatedStorage=40)
        self.modify(DeletionProtection=True)
        self.eventually("available", self.status)
        self.assertEqual(30, self.look()["AllocatedStorage"])

    def test_storage(self) -> None:
        self.make(AllocatedStorage=100)
        self.refused(VALUE, self.modify, AllocatedStorage=99)
        # Less than 10% more is rounded up to that.
        self.modify(AllocatedStorage=101, ApplyImmediately=True)
        self.assertEqual(110, self.look()["AllocatedStorage"])
        self.refused(COMBINATION, self.modify, Iops=12000)
        self.modify(AllocatedStorage=400, Iops=13000, ApplyImmediately=True)
        self.modify(AllocatedStorage=500, ApplyImmediately=True)
        found = self.look()
        members = ("AllocatedStorage", "Iops", "StorageThroughput")
        self.assertEqual([500, 13000, 500], [found[name] for name in members])
        self.modify(StorageType="gp2", ApplyImmediately=True)
        self.assertNotIn("Iops", self.look())

    def test_what_is_refused(self) -> None:
        self.make(MaxAllocatedStorage=100)
        self.rds.create_db_subnet_group(
            DBSubnetGroupName="other", DBSubnetGroupDescription="other", SubnetIds=self.subnets
        )
        cases: tuple[tuple[str, dict[str, Any]], ...] = (
            ("InvalidVPCNetworkStateFault", {"DBSubnetGroupName": "other"}),
            ("DBSubnetGroupNotFoundFault", {"DBSubnetGroupName": "none"}),
            (COMBINATION, {"AllocatedStorage": 101}),
            (COMBINATION, {"EngineVersion": "8.4.4"}),
            (COMBINATION, {"EngineVersion": "8.0"}),
            (COMBINATION, {"MasterUserPassword": "own-secret"}),
            (VALUE, {"PreferredBackupWindow": "23:00-23:10"}),
            (VALUE, {"VpcSecurityGroupIds": ["sg-00000000"]}),
            (VALUE, {"DBPortNumber": 80}),
            ("DBParameterGroupNotFound", {"DBParameterGroupName": "none"}),
            ("NotImplemented", {"NewDBInstanceIdentifier": "db2"}),
        )
        before = self.look()
        for code, changes in cases:
            with self.subTest(changes):
                self.refused(code, self.modify, **changes, DeletionProtection=True)
        after = self.look()
        self.assertEqual(before.pop("LatestRestorableTime").date(), after.pop("LatestRestorableTime").date())
        self.assertEqual(before, after)

    def test_a_major_upgrade(self) -> None:
        self.rds.create_db_parameter_group(
            DBParameterGroupName="old", DBParameterGroupFamily="mysql8.0", Description="old"
        )
        self.make(EngineVersion="8.0", DBParameterGroupName="old")
        self.assertEqual("8.0.42", self.look()["EngineVersion"])
        upgrade = {"EngineVersion": "8.4", "ApplyImmediately": True}
        self.refused(COMBINATION, self.modify, **upgrade)
        upgrade["AllowMajorVersionUpgrade"] = True
        self.refused(COMBINATION, self.modify, **upgrade)
        self.refused(COMBINATION, self.modify, **upgrade, DBParameterGroupName="default.mysql8.0")
        self.timing(modify=1.0)
        self.modify(**upgrade, DBParameterGroupName="strict")
        self.assertEqual("upgrading", self.status())
        self.assertEqual("old", self.look()["DBParameterGroups"][0]["DBParameterGroupName"])
        self.eventually("available", self.status)
        found = self.look()
        self.assertEqual(
            ("8.4.5", {"DBParameterGroupName": "strict", "ParameterApplyStatus": "in-sync"}),
            (found["EngineVersion"], found["DBParameterGroups"][0]),
        )
        self.rds.delete_db_parameter_group(DBParameterGroupName="old")


class SubnetGroupTest(_DatabaseTest):
    def create(self, name: str = "more", subnets: list[str] | None = None) -> Any:
        return self.rds.create_db_subnet_group(
            DBSubnetGroupName=name, DBSubnetGroupDescription="more", SubnetIds=subnets or self.subnets
        )

    def test_life(self) -> None:
        self.refused("DBSubnetGroupAlreadyExists", self.create, name="Data")
        self.refused(VALUE, self.create, name="default")
        self.refused(VALUE, self.create, subnets=[*self.subnets, "subnet-0"])
        self.refused("DBSubnetGroupDoesNotCoverEnoughAZs", self.create, subnets=self.subnets[:1])
        self.create()
        names = [group["DBSubnetGroupName"] for group in self.rds.describe_db_subnet_groups()["DBSubnetGroups"]]
        self.assertEqual(["data", "more"], names)
        third = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone=f"{REGION}c"
        )["Subnet"]["SubnetId"]
        modify = self.rds.modify_db_subnet_group
        changed = modify(DBSubnetGroupName="more", SubnetIds=[self.subnets[1], third])["DBSubnetGroup"]
        self.assertEqual(
            {self.subnets[1]: f"{REGION}b", third: f"{REGION}c"},
            {s["SubnetIdentifier"]: s["SubnetAvailabilityZone"]["Name"] for s in changed["Subnets"]},
        )
        self.make()
        self.refused(VALUE, modify, DBSubnetGroupName="data", SubnetIds=[self.subnets[1], third])
        delete = self.rds.delete_db_subnet_group
        self.refused("InvalidDBSubnetGroupStateFault", delete, DBSubnetGroupName="data")
        self.delete()
        delete(DBSubnetGroupName="data")
        self.refused("DBSubnetGroupNotFoundFault", delete, DBSubnetGroupName="data")
        self.refused(
            "DBSubnetGroupNotFoundFault", self.rds.describe_db_subnet_groups, DBSubnetGroupName="data"
        )


class ParameterGroupTest(_DatabaseTest):
    def set(self, name: str, value: str, method: str = "immediate", group: str = "strict") -> Any:
        parameter = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
        return self.rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=[parameter])

    def values(self) -> dict[str, str]:
        pages = self.rds.get_paginator("describe_db_parameters").paginate(
            DBParameterGroupName="strict", Source="user"
        )
        return {p["ParameterName"]: p["ParameterValue"] for page in pages for p in page["Parameters"]}

    def test_parameters(self) -> None:
        self.set("require_secure_transport", "1")
        self.set("max_connections", "{DBInstanceClassMemory/25165760}")
        self.set("performance_schema", "1", "pending-reboot")
        for code, *wrong in (
            (VALUE, "no_such_parameter", "1"),
            (VALUE, "expire_logs_days", "1"),  # of the other family
            (VALUE, "require_secure_transport", "2"),
            (VALUE, "max_connections", "0"),
            (VALUE, "max_connections", "many"),
            (VALUE, "datadir", "/tmp"),
            (COMBINATION, "performance_schema", "0"),
            ("DBParameterGroupNotFound", "max_connections", "9", "immediate", "none"),
            ("InvalidDBParameterGroupState", "max_connections", "9", "immediate", "default.mysql8.4"),
        ):
            with self.subTest(wrong):
                self.refused(code, lambda wrong=wrong: self.set(*wrong))
        self.assertEqual(
            {
                "require_secure_transport": "1",
                "max_connections": "{DBInstanceClassMemory/25165760}",
                "performance_schema": "1",
            },
            self.values(),
        )
        reset = self.rds.reset_db_parameter_group
        one = {"ParameterName": "max_connections", "ApplyMethod": "immediate"}
        reset(DBParameterGroupName="strict", Parameters=[one])
        self.assertEqual({"require_secure_transport", "performance_schema"}, set(self.values()))
        reset(DBParameterGroupName="strict", ResetAllParameters=True)
        self.assertEqual({}, self.values())

    def test_twenty_a_call(self) -> None:
        names = self.rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName="strict")
        found = [p for page in names for p in page["Parameters"]]
        self.assertGreater(len(found), 100)
        integers = [
            p["ParameterName"] for p in found if p["ApplyType"] == "dynamic" and p.get("AllowedValues") == "0,1"
        ]
        wanted = [{"ParameterName": n, "ParameterValue": "1", "ApplyMethod": "immediate"} for n in integers]
        modify = self.rds.modify_db_parameter_group
        self.refused(VALUE, modify, DBParameterGroupName="strict", Parameters=wanted[:21])
        modify(DBParameterGroupName="strict", Parameters=wanted[:20])
        self.assertEqual(20, len(self.values()))

    def test_instances_follow_with_a_reboot(self) -> None:
        self.make()

        def applied() -> str:
            return self.look()["DBParameterGroups"][0]["ParameterApplyStatus"]

        self.set("require_secure_transport", "1")
        self.assertEqual("in-sync", applied())
        self.set("performance_schema", "1", "pending-reboot")
        self.assertEqual("pending-reboot", applied())
        self.rds.reboot_db_instance(DBInstanceIdentifier="db1")
        self.assertEqual("in-sync", applied())
        self.modify(DBParameterGroupName="default.mysql8.4")
        self.assertEqual("pending-reboot", applied())

    def test_life(self) -> None:
        create, delete = self.rds.create_db_parameter_group, self.rds.delete_db_parameter_group
        more = {"DBParameterGroupName": "more", "DBParameterGroupFamily": "mysql8.0", "Description": "more"}
        self.refused(VALUE, create, **{**more, "DBParameterGroupFamily": "mysql9.9"})
        self.refused(VALUE, create, **{**more, "DBParameterGroupName": "mo--re"})
        self.refused("DBParameterGroupAlreadyExists", create, **{**more, "DBParameterGroupName": "Strict"})
        create(**more)
        groups = self.rds.describe_db_parameter_groups()["DBParameterGroups"]
        self.assertEqual(
            ["default.mysql8.0", "default.mysql8.4", "more", "strict"],
            [group["DBParameterGroupName"] for group in groups],
        )
        self.make()
        self.refused("InvalidDBParameterGroupState", delete, DBParameterGroupName="strict")
        self.delete()
        delete(DBParameterGroupName="strict")
        self.refused(
            "DBParameterGroupNotFound", self.rds.describe_db_parameter_groups, DBParameterGroupName="strict"
        )


class VersionTest(_DatabaseTest):
    def test_versions_and_what_they_upgrade_to(self) -> None:
        describe = self.rds.describe_db_engine_versions
        found = describe(Engine="mysql", EngineVersion="8.0")["DBEngineVersions"]
        self.assertEqual({"mysql8.0"}, {version["DBParameterGroupFamily"] for version in found})
        targets = {t["EngineVersion"]: t["IsMajorVersionUpgrade"] for t in found[-1]["ValidUpgradeTarget"]}
        self.assertEqual((True, False), (targets["8.4.5"], "8.0.42" in targets))
        default = describe(Engine="mysql", EngineVersion="8.4", DefaultOnly=True)["DBEngineVersions"]
        self.assertEqual(["8.4.5"], [version["EngineVersion"] for version in default])

    def test_orderable_options(self) -> None:
        options = self.rds.describe_orderable_db_instance_options(
            Engine="mysql", EngineVersion="8.4.5", DBInstanceClass="db.t4g.small"
        )["OrderableDBInstanceOptions"]
        self.assertEqual([False], [option["SupportsPerformanceInsights"] for option in options])


class TagTest(_DatabaseTest):
    def test_of_all_kinds(self) -> None:
        self.make()
        self.rds.create_db_snapshot(DBInstanceIdentifier="db1", DBSnapshotIdentifier="first", Tags=TAGS)
        prefix = f"arn:aws:rds:{REGION}:{ACCOUNT}"
        more = {"Key": "more", "Value": "x"}
        for resource in ("db:db1", "subgrp:data", "pg:strict", "snapshot:first"):
            arn = f"{prefix}:{resource}"
            with self.subTest(resource):
                before = self.rds.list_tags_for_resource(ResourceName=arn)["TagList"]
                self.rds.add_tags_to_resource(ResourceName=arn, Tags=[more])
                after = self.rds.list_tags_for_resource(ResourceName=arn)["TagList"]
                self.assertEqual([*before, more], after)
                self.rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["more"])
                self.assertEqual(before, self.rds.list_tags_for_resource(ResourceName=arn)["TagList"])
        call = self.rds.list_tags_for_resource
        self.refused("DBInstanceNotFound", call, ResourceName=f"{prefix}:db:none")
        self.refused("DBSubnetGroupNotFoundFault", call, ResourceName=f"{prefix}:subgrp:none")
        self.refused("DBParameterGroupNotFound", call, ResourceName=f"{prefix}:pg:none")
        self.refused("DBSnapshotNotFound", call, ResourceName=f"{prefix}:snapshot:none")
        self.refused(VALUE, call, ResourceName="db1")
        tags = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
        self.refused(VALUE, self.rds.add_tags_to_resource, ResourceName=f"{prefix}:db:db1", Tags=tags)

    def test_what_isnt_built_says_so(self) -> None:
        self.refused("NotImplemented", self.rds.describe_db_clusters)
        self.refused("NotImplemented", self.rds.describe_db_snapshots, IncludeShared=True)

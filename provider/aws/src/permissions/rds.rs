//! RDS. Databases' identifiers begin with the project's name, and so do the names of their groups and last snapshots.

use super::table::{ANY, Access, DATABASE, Grant, Service, calls, needs};

/// A new database may be restored from any snapshot.
const SNAPSHOTS: &str = "{regional}:snapshot:*";
const OURS_BY_NAME: &[&str] =
    &["{regional}:db:{project}-*", "{regional}:pg:{project}-*", "{regional}:subgrp:{project}-*"];

pub(super) const SERVICE: Service = Service {
    name: "rds",
    prefix: "rds",
    sid: "Rds",
    grants: &[
        // Asked by filter, or for all, where no resource can be named.
        Grant {
            sid: "List",
            access: Access::Plan,
            resources: ANY,
            conditions: &[],
            rows: &[calls(
                DATABASE,
                &[
                    "DescribeDBEngineVersions",
                    "DescribeDBInstances",
                    "DescribeDBParameterGroups",
                    "DescribeDBSubnetGroups",
                ],
            )],
        },
        Grant {
            sid: "Read",
            access: Access::Plan,
            resources: OURS_BY_NAME,
            conditions: &[],
            rows: &[calls(DATABASE, &["DescribeDBParameters", "ListTagsForResource"])],
        },
        Grant {
            sid: "ReadSnapshot",
            access: Access::Plan,
            resources: &["{regional}:db:*", SNAPSHOTS],
            conditions: &[],
            rows: &[calls(DATABASE, &["DescribeDBSnapshots"])],
        },
        Grant {
            sid: "Change",
            access: Access::Apply,
            resources: OURS_BY_NAME,
            conditions: &[],
            rows: &[calls(
                DATABASE,
                &[
                    "AddTagsToResource",
                    "CreateDBInstance",
                    "CreateDBParameterGroup",
                    "CreateDBSubnetGroup",
                    "DeleteDBInstance",
                    "DeleteDBParameterGroup",
                    "DeleteDBSubnetGroup",
                    "ModifyDBInstance",
                    "ModifyDBParameterGroup",
                    "ModifyDBSubnetGroup",
                    "RebootDBInstance",
                    "RemoveTagsFromResource",
                    "ResetDBParameterGroup",
                ],
            )],
        },
        Grant {
            sid: "Restore",
            access: Access::Apply,
            resources: &[
                "{regional}:db:{project}-*",
                "{regional}:og:default:*",
                "{regional}:pg:{project}-*",
                "{regional}:subgrp:{project}-*",
                SNAPSHOTS,
            ],
            conditions: &[],
            rows: &[calls(DATABASE, &["RestoreDBInstanceFromDBSnapshot"])],
        },
        Grant {
            sid: "LastSnapshot",
            access: Access::Apply,
            resources: &["{regional}:db:{project}-*", "{regional}:snapshot:{project}-*"],
            conditions: &[],
            rows: &[needs(
                DATABASE,
                &["AddTagsToResource", "CreateDBSnapshot"],
                "DeleteDBInstance makes a last snapshot, with the database's tags.",
            )],
        },
        Grant {
            sid: "OptionGroup",
            access: Access::Apply,
            resources: &["{regional}:og:default:*"],
            conditions: &[],
            rows: &[needs(
                DATABASE,
                &["CreateDBInstance", "ModifyDBInstance"],
                "A database is in its engine's default option group.",
            )],
        },
    ],
};

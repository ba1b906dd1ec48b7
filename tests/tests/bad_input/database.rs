//! Mistakes in a `paas_database`: those that are seen without asking AWS, and those that only AWS shows. What would
//! change a database that is there, or restore it from a snapshot that doesn't fit, is told in the suite `database`.

use crate::{Mistake, assert_reported, configuration, in_common, tags};
use paas_tests::{Configuration, Workspace, hcl};
use serde_json::{Value, json};

const KIND: &str = "database";

fn mistake(
    arguments: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    Mistake { kind: KIND, arguments, path, summary, says }
}

/// Each is another database of the same tenant.
fn sound(_: &str, number: usize) -> Value {
    json!({"environment": "dev", "tenant": "acme", "name": format!("d{number}")})
}

/// Names, engine, machine and disk.
fn of_the_machine() -> Vec<Mistake> {
    vec![
        // Names become parts of the names of AWS objects.
        mistake(json!({"name": "Orders"}), "name", "Invalid name", &["\"Orders\"", "lower-case"]),
        mistake(
            json!({"name": "orders-and-orders"}),
            "name",
            "Invalid name",
            &["1 to 16 characters, has 17"],
        ),
        mistake(json!({"tenant": "Acme"}), "tenant", "Invalid name", &["\"Acme\"", "lower-case"]),
        mistake(json!({"environment": "dev/eu"}), "environment", "Invalid name", &["\"dev/eu\""]),
        // The engine and the machine.
        mistake(
            json!({"engine_version": "8"}),
            "engine_version",
            "Invalid engine version",
            &["\"8\" is not a version of MySQL", "\"8.4\" or \"8.4.5\""],
        ),
        mistake(
            json!({"instance_class": "t4g.micro"}),
            "instance_class",
            "Invalid instance class",
            &["instance_class must start with \"db.\"", "\"db.t4g.micro\""],
        ),
        mistake(
            json!({"instance_class": "db.serverless"}),
            "instance_class",
            "Invalid instance class",
            &["Aurora's"],
        ),
        // Storage: what a size allows depends on its kind.
        mistake(
            json!({"allocated_storage": 19}),
            "allocated_storage",
            "Invalid storage",
            &["20 to 65536 GiB, not 19"],
        ),
        mistake(
            json!({"storage_type": "floppy"}),
            "storage_type",
            "Invalid storage",
            &["storage_type must be \"gp3\", \"gp2\", \"io1\" or \"io2\"; is \"floppy\""],
        ),
        mistake(
            json!({"storage_type": "standard"}),
            "storage_type",
            "Invalid storage",
            &["at its end", "use \"gp3\""],
        ),
        mistake(json!({"iops": 6000}), "iops", "Invalid storage", &["from 400 GiB on", "3000 IOPS"]),
        mistake(
            json!({"storage_type": "gp2", "iops": 3000}),
            "iops",
            "Invalid storage",
            &["gp2 storage takes neither"],
        ),
        mistake(
            json!({"storage_type": "io2", "allocated_storage": 100}),
            "storage_type",
            "Invalid storage",
            &["io2 storage needs `iops`"],
        ),
        mistake(
            json!({"allocated_storage": 400, "storage_throughput": 4000}),
            "storage_throughput",
            "Invalid storage",
            &["4000 MiB/s need 16000 IOPS, not 12000"],
        ),
        mistake(
            json!({"allocated_storage": 100, "max_allocated_storage": 105}),
            "max_allocated_storage",
            "Invalid storage",
            &["max_allocated_storage must be at least 110 GiB"],
        ),
    ]
}

/// What RDS and MySQL keep for themselves.
fn inside_mysql() -> Vec<Mistake> {
    vec![
        mistake(
            json!({"db_name": "shop-1"}),
            "db_name",
            "Invalid name of a schema",
            &["\"shop-1\" is not a letter followed by letters, digits and underscores, 64 in all"],
        ),
        mistake(
            json!({"db_name": "mysql"}),
            "db_name",
            "Invalid name of a schema",
            &["\"mysql\" is a schema of MySQL's own"],
        ),
        mistake(json!({"db_name": "Table"}), "db_name", "Invalid name of a schema", &["\"Table\""]),
        mistake(
            json!({"username": "a_name_of_seventy"}),
            "username",
            "Invalid name of a user",
            &["16 in all"],
        ),
        mistake(
            json!({"username": "rdsadmin"}),
            "username",
            "Invalid name of a user",
            &["is a user of RDS's own"],
        ),
        mistake(json!({"port": 1149}), "port", "Value out of range", &["1149 is not in 1150 to 65535"]),
        mistake(
            json!({"parameters": {"require_secure_transport": "0"}}),
            "parameters[\"require_secure_transport\"]",
            "Invalid parameter",
            &["is always \"1\"", "without TLS", "Leave it out"],
        ),
        mistake(
            json!({"parameters": {"Max Connections": "9"}}),
            "parameters[\"Max Connections\"]",
            "Invalid parameter",
            &["lower case, such as max_connections"],
        ),
        mistake(
            json!({"parameters": {"sql_mode": ""}}),
            "parameters[\"sql_mode\"]",
            "Invalid parameter",
            &["has no value"],
        ),
    ]
}

/// Backups, windows, insights, and how many tags there can be.
fn around_it() -> Vec<Mistake> {
    vec![
        // Backups and windows.
        mistake(
            json!({"backup_retention_period": 36}),
            "backup_retention_period",
            "Value out of range",
            &["36 is not in 0 to 35"],
        ),
        mistake(
            json!({"backup_window": "3am"}),
            "backup_window",
            "Invalid window",
            &["backup_window must have the form", "\"03:00-03:30\"", "\"3am\""],
        ),
        mistake(
            json!({"maintenance_window": "sun:04:00-sun:04:10"}),
            "maintenance_window",
            "Invalid window",
            &["30 minutes at least, has 10"],
        ),
        mistake(
            json!({"backup_window": "03:00-04:00", "maintenance_window": "sun:03:30-sun:04:30"}),
            "maintenance_window",
            "Windows overlap",
            &["must not overlap with the daily backup window 03:00-04:00"],
        ),
        mistake(
            json!({"snapshot_identifier": ""}),
            "snapshot_identifier",
            "No snapshot named",
            &["Leave snapshot_identifier out"],
        ),
        // Performance Insights.
        mistake(
            json!({"performance_insights_enabled": true}),
            "performance_insights_enabled",
            "No Performance Insights there",
            &["on db.t4g.micro", "medium instance"],
        ),
        mistake(
            json!({"performance_insights_retention_period": 30}),
            "performance_insights_retention_period",
            "Invalid retention",
            &["30 is neither 7, nor 731, nor a multiple of 31"],
        ),
        // The provider has some of its own.
        mistake(json!({"tags": tags(43)}), "tags", "Too many tags", &["43 tags", "42 are left"]),
    ]
}

#[test]
fn each_mistake_gets_one_error_at_its_attribute() {
    let mistakes = [of_the_machine(), inside_mysql(), around_it(), in_common(KIND)];
    let mistakes: Vec<Mistake> = mistakes.into_iter().flatten().collect();
    let workspace = Workspace::offline();
    workspace.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &workspace.validate());
}

#[test]
fn what_is_not_known_yet_is_no_mistake() {
    let later = "${terraform_data.later.output}";
    let mut database = sound("database", 1);
    for argument in ["environment", "tenant", "name", "engine_version", "storage_type", "db_name", "username"]
    {
        database[argument] = json!(later);
    }
    for argument in ["backup_window", "maintenance_window", "instance_class", "snapshot_identifier"] {
        database[argument] = json!(later);
    }
    database["parameters"] = json!({"max_connections": later});
    let workspace = Workspace::offline();
    workspace.write(
        "main.tf",
        &(hcl::PROVIDER_SOURCE.to_owned() + &hcl::resource("paas_database.acme", &database)),
    );
    workspace.write("later.tf", "resource \"terraform_data\" \"later\" {\n  input = timestamp()\n}\n");
    workspace.validate().expect_success();
}

#[test]
fn what_only_aws_knows_is_told_at_plan() {
    let dev = Configuration::with_tenant();
    dev.apply();
    let mistakes = [
        mistake(
            json!({"environment": "prod"}),
            "environment",
            "No such environment",
            &["no environment \"prod\"", "paas_environment.prod.id", "in another one"],
        ),
        mistake(
            json!({"tenant": "umbrella"}),
            "tenant",
            "No such tenant",
            &["no tenant \"umbrella\" in environment \"dev\"", "tenant = paas_tenant.umbrella.name"],
        ),
        mistake(
            json!({"engine_version": "8.4.99"}),
            "engine_version",
            "No such engine version",
            &["no MySQL 8.4.99 in eu-west-1", "aws rds describe-db-engine-versions --engine mysql"],
        ),
        mistake(
            json!({"snapshot_identifier": "weekly"}),
            "snapshot_identifier",
            "No such snapshot",
            &["no snapshot \"weekly\" in eu-west-1", "aws rds describe-db-snapshots"],
        ),
    ];
    // Another team's configuration.
    let before = dev.aws.mark();
    let other = Workspace::new(&dev.aws);
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));

    // The provider's own tags count, too.
    let tagged =
        [mistake(json!({"tags": tags(40)}), "tags", "Too many tags", &["43 tags", "default_tags included"])];
    other.write("main.tf", &configuration(&tagged, sound));
    let defaults = json!({"tags": {"team": "web", "stage": "dev", "cost-centre": "42"}});
    other.write("provider.tf", &hcl::block("provider \"paas\"", &json!({ "default_tags": defaults })));
    assert_reported(&tagged, &other.plan(&[]));
    assert_eq!(dev.aws.counts(before).mutating, 0, "a plan changes nothing");
}

/// What another configuration has made isn't made a second time.
#[test]
fn a_name_that_is_taken() {
    let dev = Configuration::with_database();
    dev.apply();
    let taken = mistake(
        json!({"name": "database", "port": 3307}),
        "name",
        "The name is taken",
        &["import it", "/paas/paas/dev/acme/database"],
    );
    let other = Workspace::new(&dev.aws);
    let mistakes = [taken];
    other.write("main.tf", &configuration(&mistakes, sound));
    assert_reported(&mistakes, &other.plan(&[]));
}

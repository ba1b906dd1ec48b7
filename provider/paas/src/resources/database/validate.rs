//! What can be said of a database's arguments without asking AWS.

use super::model::DatabaseModel;
use super::reserved::{refuse_schema, refuse_user};
use crate::names;
use crate::shared::{i32_of, validate_name, validate_range};
use paas_aws::{Tags, rds};
use std::collections::BTreeMap;
use tfplugin::{Attr, Diagnostics, Path};

/// Letters, digits and underscores of a MySQL user's name (`MasterUsername` of CreateDBInstance).
const USERNAME: usize = 16;
/// Of a schema's (`DBName` of CreateDBInstance).
const SCHEMA: usize = 64;
/// Longest that RDS keeps automated backups, in days.
const RETENTION: i64 = 35;
/// AWS takes 50 tags on one object. Ours are owner, child and name, and five that an instance may need to remember by.
const MOST_TAGS: usize = 42;
/// What this provider sets itself, and nobody else.
const TLS: &str = "require_secure_transport";

/// Checks the whole configuration.
pub fn database(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
    validate_name("environment", &config.environment, names::ENVIRONMENT, diagnostics);
    validate_name("tenant", &config.tenant, names::TENANT, diagnostics);
    validate_name("name", &config.name, names::DATABASE, diagnostics);
    let version = config.engine_version.known();
    if let Some(version) = version.filter(|version| rds::family(version).is_none()) {
        let detail = format!("{version:?} is not a version of MySQL, such as \"8.4\" or \"8.4.5\".");
        diagnostics.error("engine_version", "Invalid engine version", detail);
    }
    if let Some(why) = config.instance_class.known().and_then(|class| rds::refuse_instance_class(class)) {
        diagnostics.error("instance_class", "Invalid instance class", said_of("instance_class", &why));
    }
    storage(config, diagnostics);
    identifiers(config, diagnostics);
    validate_range("port", &config.port, 1150..=65_535, diagnostics);
    if let Some(parameters) = config.parameters.known() {
        check_parameters(parameters, diagnostics);
    }
    validate_range("backup_retention_period", &config.backup_retention_period, 0..=RETENTION, diagnostics);
    windows(config, diagnostics);
    performance_insights(config, diagnostics);
    if config.snapshot_identifier.known().is_some_and(String::is_empty) {
        let detail = "The snapshot's name is empty. Leave snapshot_identifier out for an empty database.";
        diagnostics.error("snapshot_identifier", "No snapshot named", detail);
    }
    if let Some(tags) = config.tags.known() {
        few_tags(tags, diagnostics);
    }
}

/// Reports more tags than an instance has room for.
pub fn few_tags(tags: &Tags, diagnostics: &mut Diagnostics) {
    if tags.len() > MOST_TAGS {
        let detail = format!(
            "{} tags are set, default_tags included; AWS takes 50 on one object, and the provider adds up to eight to a database: {MOST_TAGS} are left.",
            tags.len()
        );
        diagnostics.error("tags", "Too many tags", detail);
    }
}

/// The value, where it is known; what is left out has its default only at plan, so it is compared with that.
fn or<T: Clone>(attr: &Attr<T>, default: impl Into<T>) -> Option<T> {
    match attr {
        Attr::Null => Some(default.into()),
        other => other.known().cloned(),
    }
}

/// What a rule says of an attribute, as a sentence. A name of AWS's at its start, such as `gp3`, stays as it is written.
fn said_of(attribute: &str, why: &str) -> String {
    if why.starts_with("must") {
        return format!("{attribute} {why}.");
    }
    let first = why.split(' ').next().unwrap_or_default();
    if first.contains(|c: char| c.is_ascii_digit()) {
        return format!("{why}.");
    }
    let mut chars = why.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

fn storage(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
    let (Some(kind), Some(allocated)) =
        (or(&config.storage_type, "gp3"), or(&config.allocated_storage, 20_i64).map(i32_of))
    else {
        return;
    };
    let (Some(iops), Some(throughput)) = (config.iops.settled(), config.storage_throughput.settled()) else {
        return;
    };
    let (iops, throughput) = (iops.copied().map(i32_of), throughput.copied().map(i32_of));
    if let Some(why) = rds::storage::refuse(&kind, allocated, iops, throughput) {
        let at = misfit(&kind, allocated, iops);
        diagnostics.error(at, "Invalid storage", said_of(at, &why));
        return;
    }
    if let Some(why) = config
        .max_allocated_storage
        .known()
        .and_then(|most| rds::storage::refuse_maximum(allocated, i32_of(*most)))
    {
        let at = "max_allocated_storage";
        diagnostics.error(at, "Invalid storage", said_of(at, &why));
    }
}

/// The attribute that a refusal of storage is about.
fn misfit(kind: &str, allocated: i32, iops: Option<i32>) -> &'static str {
    let sizes = match kind {
        "gp2" | "gp3" => 20..=65_536,
        "io1" | "io2" => 100..=65_536,
        _ => return "storage_type",
    };
    if !sizes.contains(&allocated) {
        "allocated_storage"
    } else if rds::storage::refuse(kind, allocated, iops, None).is_none() {
        "storage_throughput"
    } else if iops.is_some() {
        "iops"
    } else {
        "storage_type"
    }
}

/// The names inside MySQL.
fn identifiers(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
    if let Some((name, why)) = config.db_name.known().and_then(|name| {
        Some((name, misspelt(name, SCHEMA).or_else(|| refuse_schema(name).map(str::to_owned))?))
    }) {
        diagnostics.error("db_name", "Invalid name of a schema", format!("{name:?} {why}."));
    }
    if let Some((name, why)) = config.username.known().and_then(|name| {
        Some((name, misspelt(name, USERNAME).or_else(|| refuse_user(name).map(str::to_owned))?))
    }) {
        diagnostics.error("username", "Invalid name of a user", format!("{name:?} {why}."));
    }
}

/// RDS takes less than MySQL does: a letter, then letters, digits and underscores.
fn misspelt(name: &str, longest: usize) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let well = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() <= longest
        && name.chars().all(allowed);
    (!well).then(|| format!("is not a letter followed by letters, digits and underscores, {longest} in all"))
}

fn check_parameters(parameters: &BTreeMap<String, String>, diagnostics: &mut Diagnostics) {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.');
    for (name, value) in parameters {
        let why = if name.is_empty() || !name.chars().all(allowed) {
            "is not the name of a parameter: RDS writes them in lower case, such as max_connections."
        } else if name == TLS && value != "1" {
            "is always \"1\": nobody talks to the database without TLS. Leave it out."
        } else if value.is_empty() {
            "has no value. Leave it out to have MySQL's default."
        } else {
            continue;
        };
        let path = Path::from("parameters").key(name.clone());
        diagnostics.error(path, "Invalid parameter", format!("{name:?} {why}"));
    }
}

fn windows(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
    let (backup, maintenance) = (config.backup_window.known(), config.maintenance_window.known());
    let mut wrong = false;
    for (at, why) in [
        ("backup_window", backup.and_then(|window| rds::window::refuse_backup(window))),
        ("maintenance_window", maintenance.and_then(|window| rds::window::refuse_maintenance(window))),
    ] {
        if let Some(why) = why {
            wrong = true;
            diagnostics.error(at, "Invalid window", said_of(at, &why));
        }
    }
    if let (Some(backup), Some(maintenance), false) = (backup, maintenance, wrong)
        && let Some(why) = rds::window::refuse_overlap(backup, maintenance)
    {
        diagnostics.error("maintenance_window", "Windows overlap", said_of("maintenance_window", &why));
    }
}

fn performance_insights(config: &DatabaseModel, diagnostics: &mut Diagnostics) {
    let at = "performance_insights_retention_period";
    let days_ok = |days: i64| days == 7 || days == 731 || (days % 31 == 0 && (1..=23).contains(&(days / 31)));
    if let Some(days) = config.performance_insights_retention_period.known().filter(|days| !days_ok(**days)) {
        let detail = format!("{days} is neither 7, nor 731, nor a multiple of 31 up to 713.");
        diagnostics.error(at, "Invalid retention", detail);
    }
    let (Some(true), Some(class)) =
        (config.performance_insights_enabled.known(), or(&config.instance_class, "db.t4g.micro"))
    else {
        return;
    };
    // "Amazon RDS DB engine, Region, and instance class support for Performance Insights" in the RDS User Guide.
    let without =
        |family: &str| class.strip_prefix(family).is_some_and(|size| matches!(size, "micro" | "small"));
    if ["db.t2.", "db.t3.", "db.t4g."].into_iter().any(without) {
        let detail = format!(
            "RDS for MySQL has no Performance Insights on {class}. Take a medium instance or a larger one, or leave it off."
        );
        diagnostics.error("performance_insights_enabled", "No Performance Insights there", detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    type Change = fn(&mut DatabaseModel);

    fn sound() -> DatabaseModel {
        DatabaseModel { environment: "dev".into(), tenant: "acme".into(), ..DatabaseModel::default() }
    }

    fn one(name: &str, value: &str) -> Attr<BTreeMap<String, String>> {
        BTreeMap::from([(name.to_owned(), value.to_owned())]).into()
    }

    /// What the configuration is told, one line per error: `path: text`.
    fn told(change: impl FnOnce(&mut DatabaseModel)) -> String {
        let mut config = sound();
        change(&mut config);
        let mut diagnostics = Diagnostics::new();
        database(&config, &mut diagnostics);
        diagnostics.iter().fold(String::new(), |mut all, one| {
            let path = one.path.as_ref().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(all, "{path}: {}", one.detail);
            all
        })
    }

    #[test]
    fn what_is_left_out_or_not_known_yet_is_right() {
        assert_eq!(told(|_| {}), "");
        let unknown = told(|d| {
            d.allocated_storage = Attr::Unknown;
            d.max_allocated_storage = 21.into();
            d.backup_window = Attr::Unknown;
            d.parameters = Attr::Unknown;
            d.username = Attr::Unknown;
        });
        assert_eq!(unknown, "");
    }

    #[test]
    fn what_aws_takes_is_taken() {
        let change: [Change; 12] = [
            |d| d.name = "a-database-16-ch".into(),
            |d| d.engine_version = "8.0.36".into(),
            |d| d.storage_type = "gp2".into(),
            |d| (d.allocated_storage, d.iops) = (400.into(), 12_000.into()),
            |d| d.max_allocated_storage = 22.into(),
            |d| d.db_name = "Shop_1".into(),
            |d| d.username = "root".into(),
            |d| d.port = 1150.into(),
            |d| d.parameters = one(TLS, "1"),
            |d| d.backup_retention_period = 0.into(),
            |d| {
                (d.backup_window, d.maintenance_window) =
                    ("03:00-03:30".into(), "sun:03:30-sun:04:00".into());
            },
            |d| {
                d.instance_class = "db.t4g.medium".into();
                d.performance_insights_enabled = true.into();
                d.performance_insights_retention_period = 713.into();
            },
        ];
        for (n, change) in change.into_iter().enumerate() {
            assert_eq!(told(change), "", "number {n}");
        }
    }

    #[test]
    fn what_aws_refuses_is_refused_with_its_path() {
        let change: [(Change, &str, &str); 29] = [
            (|d| d.environment = "Dev".into(), "environment", "lower-case"),
            (|d| d.tenant = "a--b".into(), "tenant", "two in a row"),
            (|d| d.name = "a-database-17-cha".into(), "name", "1 to 16 characters"),
            (|d| d.engine_version = "latest".into(), "engine_version", "\"8.4\" or \"8.4.5\""),
            (|d| d.instance_class = "t4g.micro".into(), "instance_class", "must start with \"db.\""),
            (|d| d.allocated_storage = 19.into(), "allocated_storage", "20 to 65536 GiB"),
            (|d| d.allocated_storage = i64::MAX.into(), "allocated_storage", "20 to 65536 GiB"),
            (|d| d.max_allocated_storage = 21.into(), "max_allocated_storage", "at least 22 GiB"),
            (|d| d.storage_type = "ssd".into(), "storage_type", "storage_type must be \"gp3\""),
            (|d| d.iops = 3000.into(), "iops", "from 400 GiB on"),
            (|d| d.storage_throughput = 125.into(), "storage_throughput", "from 400 GiB on"),
            (
                |d| (d.storage_type, d.allocated_storage) = ("io1".into(), 100.into()),
                "storage_type",
                "needs `iops`",
            ),
            (
                |d| (d.storage_type, d.allocated_storage, d.iops) = ("io2".into(), 100.into(), 10.into()),
                "iops",
                "1000 to 256000",
            ),
            (|d| d.db_name = "1shop".into(), "db_name", "64 in all"),
            (|d| d.db_name = "my-shop".into(), "db_name", "64 in all"),
            (|d| d.db_name = "Order".into(), "db_name", "reserved word"),
            (|d| d.db_name = "mysql".into(), "db_name", "schema of MySQL's own"),
            (|d| d.username = "seventeen_letters".into(), "username", "16 in all"),
            (|d| d.username = "".into(), "username", "16 in all"),
            (|d| d.username = "rdsadmin".into(), "username", "user of RDS's own"),
            (|d| d.port = 1149.into(), "port", "1150 to 65535"),
            (|d| d.parameters = one(TLS, "0"), "parameters[\"require_secure_transport\"]", "without TLS"),
            (|d| d.parameters = one("Max_Connections", "9"), "parameters[\"Max_Connections\"]", "lower case"),
            (|d| d.parameters = one("sql_mode", ""), "parameters[\"sql_mode\"]", "has no value"),
            (|d| d.backup_retention_period = 36.into(), "backup_retention_period", "0 to 35"),
            (|d| d.backup_window = "03:00-03:10".into(), "backup_window", "30 minutes"),
            (|d| d.maintenance_window = "03:00-04:00".into(), "maintenance_window", "ddd:hh24:mi"),
            (
                |d| d.performance_insights_enabled = true.into(),
                "performance_insights_enabled",
                "db.t4g.micro",
            ),
            (
                |d| d.performance_insights_retention_period = 30.into(),
                "performance_insights_retention_period",
                "multiple of 31",
            ),
        ];
        for (change, path, says) in change {
            let told = told(change);
            assert_eq!(told.lines().count(), 1, "{told}");
            assert!(told.starts_with(&format!("{path}: ")) && told.contains(says), "{path} {says}: {told}");
        }
    }

    #[test]
    fn windows_that_overlap_are_refused_once() {
        let told = told(|d| {
            (d.backup_window, d.maintenance_window) = ("03:00-04:00".into(), "sun:03:30-sun:04:30".into());
        });
        assert!(told.starts_with("maintenance_window: ") && told.contains("must not overlap"), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }

    #[test]
    fn an_instance_has_room_for_42_tags() {
        let tags = |n: usize| (0..n).map(|n| (n.to_string(), String::new())).collect::<Tags>();
        assert_eq!(told(|d| d.tags = tags(42).into()), "");
        assert!(told(|d| d.tags = tags(43).into()).contains("43 tags"));
    }
}

//! A database's subnet group and parameter group.

use crate::account::{Account, parameter_group};
use paas_aws::rds::{ParameterGroup, SubnetGroup};

#[tokio::test]
async fn groups_are_read_back_as_wanted_and_change_in_place() {
    let account = Account::new();
    account.ground().await;
    let (mut subnets, mut parameters) = (account.subnet_group(), parameter_group("mysql8.4"));
    let provider = account.plain().await;
    let look = provider.seen("subnet_group", &subnets.name).await;
    assert_eq!(look.as_ref(), Some(&subnets));
    assert_eq!(provider.seen("parameter_group", &parameters.name).await.as_ref(), Some(&parameters));

    subnets.description = "Other words".into();
    subnets.tags.insert("team".into(), "acme".into());
    provider.sync("subnet_group", &subnets, &subnets.name).await.unwrap();
    // One that MySQL reads only at its start, one that goes, one that changes: and more than one call takes.
    parameters.parameters.remove("innodb_purge_threads");
    parameters.parameters.insert("require_secure_transport".into(), "0".into());
    let more = ["read_rnd_buffer_size", "read_buffer_size", "sort_buffer_size", "join_buffer_size"];
    let more =
        more.into_iter().chain(["net_read_timeout", "net_write_timeout", "wait_timeout", "max_connections"]);
    let more = more.chain(["back_log", "max_error_count", "lock_wait_timeout", "max_user_connections"]);
    let more = more.chain(["open_files_limit", "long_query_time", "sync_binlog", "table_open_cache"]);
    let more =
        more.chain(["innodb_lru_scan_depth", "innodb_io_capacity", "max_connect_errors", "connect_timeout"]);
    parameters.parameters.extend(more.map(|name| (name.to_owned(), "40000".to_owned())));
    provider.sync("parameter_group", &parameters, &parameters.name).await.unwrap();
    let provider = account.plain().await;
    assert_eq!(provider.seen("subnet_group", &subnets.name).await.as_ref(), Some(&subnets));
    assert_eq!(provider.seen("parameter_group", &parameters.name).await.as_ref(), Some(&parameters));

    let mark = account.aws.mark();
    provider.sync("subnet_group", &subnets, &subnets.name).await.unwrap();
    provider.sync("parameter_group", &parameters, &parameters.name).await.unwrap();
    assert_eq!(account.changes(mark), [""; 0]);

    for _ in 0..2 {
        provider.delete::<SubnetGroup>("subnet_group", &subnets.name).await.unwrap();
        provider.delete::<ParameterGroup>("parameter_group", &parameters.name).await.unwrap();
    }
    assert_eq!(provider.seen::<SubnetGroup>("subnet_group", &subnets.name).await, None);
    assert_eq!(provider.seen::<ParameterGroup>("parameter_group", &parameters.name).await, None);
}

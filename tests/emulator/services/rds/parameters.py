"""The parameters of MySQL's families: the names that people set, with the values that RDS lets through."""

import re
from dataclasses import dataclass
from typing import Any

from emulator.services.rds import state

# Name, type, s(tatic) or d(ynamic), allowed values, default ("-": the engine's own). A range is m-n, a choice
# a,b,c, and * is any text; formulas such as {DBInstanceClassMemory*3/4} pass where a range is.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Parameters.html
_BOTH = """
activate_all_roles_on_login boolean d 0,1 0
allow-suspicious-udfs boolean fixed 0,1 0
autocommit boolean d 0,1 -
auto_increment_increment integer d 1-65535 -
auto_increment_offset integer d 1-65535 -
back_log integer s 1-65535 -
basedir string fixed * /rdsdbbin/mysql
binlog_cache_size integer d 4096-18446744073709547520 32768
binlog_checksum string d NONE,CRC32 -
binlog_format string d ROW,STATEMENT,MIXED ROW
binlog_group_commit_sync_delay integer d 0-1000000 -
binlog_order_commits boolean d 0,1 -
binlog_row_image string d full,minimal,noblob full
binlog_row_metadata string d full,minimal -
binlog_stmt_cache_size integer d 4096-18446744073709547520 -
bulk_insert_buffer_size integer d 0-18446744073709547520 -
character-set-client-handshake boolean s 0,1 -
character_set_client string d big5,binary,cp850,latin1,latin2,utf8,utf8mb3,utf8mb4,ascii -
character_set_connection string d big5,binary,cp850,latin1,latin2,utf8,utf8mb3,utf8mb4,ascii -
character_set_database string d big5,binary,cp850,latin1,latin2,utf8,utf8mb3,utf8mb4,ascii -
character_set_filesystem string d binary,latin1,utf8,utf8mb3,utf8mb4 -
character_set_results string d big5,binary,cp850,latin1,latin2,utf8,utf8mb3,utf8mb4,ascii -
character_set_server string d big5,binary,cp850,latin1,latin2,utf8,utf8mb3,utf8mb4,ascii -
collation_connection string d * -
collation_server string d * -
concurrent_insert string d 0,1,2,NEVER,AUTO,ALWAYS -
connect_timeout integer d 2-31536000 -
datadir string fixed * /rdsdbdata/db/
default_storage_engine string fixed InnoDB InnoDB
default_password_lifetime integer d 0-65535 -
default_time_zone string fixed * -
default_week_format integer d 0-7 -
delay_key_write string d OFF,ON,ALL -
div_precision_increment integer d 0-30 -
end_markers_in_json boolean d 0,1 -
eq_range_index_dive_limit integer d 0-4294967295 -
event_scheduler string d ON,OFF ON
explicit_defaults_for_timestamp boolean d 0,1 1
flush_time integer d 0-31536000 -
ft_max_word_len integer s 10-84 -
ft_min_word_len integer s 1-84 -
general_log boolean d 0,1 -
group_concat_max_len integer d 4-18446744073709551615 -
gtid-mode string d OFF,OFF_PERMISSIVE,ON_PERMISSIVE,ON -
enforce_gtid_consistency string d OFF,WARN,ON -
init_connect string d * -
innodb_adaptive_flushing boolean d 0,1 -
innodb_adaptive_hash_index boolean d 0,1 -
innodb_autoextend_increment integer d 1-1000 -
innodb_autoinc_lock_mode integer s 0-2 -
innodb_buffer_pool_dump_at_shutdown boolean d 0,1 -
innodb_buffer_pool_instances integer s 1-64 -
innodb_buffer_pool_load_at_startup boolean s 0,1 -
innodb_buffer_pool_size integer d 5242880-18446744073709551615 {DBInstanceClassMemory*3/4}
innodb_change_buffering string d none,inserts,deletes,changes,purges,all -
innodb_deadlock_detect boolean d 0,1 -
innodb_file_per_table boolean d 0,1 1
innodb_flush_log_at_trx_commit integer d 0-2 1
innodb_flush_method string fixed O_DIRECT O_DIRECT
innodb_flush_neighbors integer d 0-2 -
innodb_ft_max_token_size integer s 10-84 -
innodb_ft_min_token_size integer s 0-16 -
innodb_io_capacity integer d 100-18446744073709551615 -
innodb_io_capacity_max integer d 100-18446744073709551615 -
innodb_lock_wait_timeout integer d 1-1073741824 -
innodb_log_buffer_size integer d 262144-4294967295 8388608
innodb_lru_scan_depth integer d 100-18446744073709551615 -
innodb_max_dirty_pages_pct integer d 0-99 -
innodb_online_alter_log_max_size integer d 65536-18446744073709551615 -
innodb_open_files integer s 10-4294967295 -
innodb_page_cleaners integer s 1-64 -
innodb_print_all_deadlocks boolean d 0,1 -
innodb_purge_threads integer s 1-32 1
innodb_read_io_threads integer s 1-64 -
innodb_redo_log_capacity integer d 8388608-137438953472 2147483648
innodb_rollback_on_timeout boolean s 0,1 -
innodb_sort_buffer_size integer s 65536-67108864 -
innodb_stats_persistent boolean d 0,1 -
innodb_strict_mode boolean d 0,1 -
innodb_sync_array_size integer s 1-1024 -
innodb_thread_concurrency integer d 0-1000 -
innodb_undo_log_truncate boolean d 0,1 -
innodb_write_io_threads integer s 1-64 -
interactive_timeout integer d 1-31536000 -
internal_tmp_mem_storage_engine string d MEMORY,TempTable -
join_buffer_size integer d 128-18446744073709547520 -
key_buffer_size integer d 0-4294967295 16777216
lc_time_names string d * -
local_infile boolean d 0,1 1
lock_wait_timeout integer d 1-31536000 -
log_bin_trust_function_creators boolean d 0,1 -
log_error_verbosity integer d 1-3 -
log_output string d TABLE,FILE,NONE TABLE
log_queries_not_using_indexes boolean d 0,1 -
log_slow_admin_statements boolean d 0,1 -
long_query_time float d 0-31536000 -
low_priority_updates boolean d 0,1 -
lower_case_table_names integer s 0,1 0
max_allowed_packet integer d 1024-1073741824 -
max_binlog_size integer d 4096-1073741824 134217728
max_connect_errors integer d 1-9223372036854775807 -
max_connections integer d 1-100000 {DBInstanceClassMemory/12582880}
max_error_count integer d 0-65535 -
max_execution_time integer d 0-4294967295 -
max_heap_table_size integer d 16384-1844674407370954752 -
max_length_for_sort_data integer d 4-8388608 -
max_prepared_stmt_count integer d 0-1048576 -
max_sort_length integer d 4-8388608 -
max_user_connections integer d 0-4294967295 -
min_examined_row_limit integer d 0-4294967295 -
net_buffer_length integer d 1024-1048576 -
net_read_timeout integer d 1-31536000 -
net_retry_count integer d 1-4294967295 -
net_write_timeout integer d 1-31536000 -
open_files_limit integer s 0-1048576 -
optimizer_switch string d * -
optimizer_trace string d * -
password_history integer d 0-4294967295 -
password_require_current boolean d 0,1 -
password_reuse_interval integer d 0-4294967295 -
performance_schema boolean s 0,1 -
performance_schema_max_digest_length integer s 0-1048576 -
port integer fixed * {EndPointPort}
read_buffer_size integer d 8192-2147479552 262144
read_only string d 0,1,{TrueIfReplica} {TrueIfReplica}
read_rnd_buffer_size integer d 1-2147483647 524288
require_secure_transport boolean d 0,1 0
secure_file_priv string fixed * /tmp
server_id integer fixed * {ServerId}
session_track_gtids string d OFF,OWN_GTID,ALL_GTIDS -
skip_name_resolve boolean s 0,1 1
slow_launch_time integer d 0-31536000 -
slow_query_log boolean d 0,1 -
sort_buffer_size integer d 32768-18446744073709547520 -
sql_mode string d * -
sql_require_primary_key boolean d 0,1 -
stored_program_cache integer d 256-524288 -
sync_binlog integer d 0-4294967295 1
table_definition_cache integer d 400-524288 -
table_open_cache integer d 1-524288 -
table_open_cache_instances integer s 1-64 -
temptable_max_mmap integer d 0-18446744073709551615 -
temptable_max_ram integer d 2097152-18446744073709551615 -
thread_cache_size integer d 0-16384 -
thread_stack integer s 131072-18446744073709547520 262144
time_zone string d * -
tls_version string s TLSv1.2,TLSv1.3 -
tmp_table_size integer d 1024-18446744073709551615 -
transaction_isolation string d READ-UNCOMMITTED,READ-COMMITTED,REPEATABLE-READ,SERIALIZABLE -
updatable_views_with_limit boolean d 0,1 -
validate_password.policy string d LOW,MEDIUM,STRONG -
validate_password.length integer d 0-2147483647 -
wait_timeout integer d 1-31536000 -
"""
_ONLY = {
    "mysql8.0": """
binlog_transaction_dependency_tracking string d COMMIT_ORDER,WRITESET,WRITESET_SESSION -
default_authentication_plugin string s mysql_native_password,sha256_password,caching_sha2_password -
expire_logs_days integer d 0-99 -
innodb_log_file_size integer s 4194304-1099511627776 134217728
log_bin_use_v1_row_events boolean s 0,1 -
master_verify_checksum boolean d 0,1 -
old_alter_table boolean d 0,1 -
sync_master_info integer d 0-4294967295 -
""",
    "mysql8.4": """
authentication_policy string d * *:caching_sha2_password,,
mysql_native_password string s 0,1 1
restrict_fk_on_non_standard_key boolean d 0,1 -
source_verify_checksum boolean d 0,1 -
sync_source_info integer d 0-4294967295 -
tls-certificates-enforced-validation boolean fixed 0,1 -
""",
}
_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a family."""

    name: str
    data_type: str
    apply_type: str
    allowed: str
    default: str | None
    modifiable: bool

    def check(self, value: str | None, method: str | None) -> None:
        """Refuse what RDS refuses to set."""
        if not self.modifiable:
            raise state.invalid(f"The parameter {self.name} cannot be modified.")
        if value is None or method not in ("immediate", "pending-reboot"):
            raise state.invalid("You must supply ParameterName, ParameterValue and ApplyMethod.")
        if self.apply_type == "static" and method == "immediate":
            raise state.conflicting("cannot use immediate apply method for static parameter")
        if not self._allows(value):
            raise state.invalid(
                f"Invalid parameter value: {value} for: {self.name} allowed values are: {self.allowed}"
            )

    def _allows(self, value: str) -> bool:
        limits = _RANGE.fullmatch(self.allowed)
        if self.allowed == "*" or (limits and value.startswith("{")):
            return True
        if not limits:
            return value in self.allowed.split(",")
        number = re.fullmatch(r"\d+(\.\d+)?" if self.data_type == "float" else r"\d+", value)
        return bool(number) and int(limits[1]) <= float(value) <= int(limits[2])

    def describe(self, setting: tuple[str, str] | None) -> dict[str, Any]:
        source = "user" if setting else "system" if self.default is not None else "engine-default"
        answer = {
            "ParameterName": self.name,
            "ParameterValue": setting[0] if setting else self.default,
            "Description": self.name.replace("_", " "),
            "Source": source,
            "ApplyType": self.apply_type,
            "DataType": self.data_type,
            "AllowedValues": None if self.allowed == "*" else self.allowed,
            "IsModifiable": self.modifiable,
            "ApplyMethod": setting[1] if setting else "pending-reboot",
        }
        return {name: value for name, value in answer.items() if value is not None}


def _parse(table: str) -> dict[str, Parameter]:
    found = {}
    for line in table.strip().splitlines():
        name, data_type, apply, allowed, default = line.split(" ")
        found[name] = Parameter(
            name,
            data_type,
            "dynamic" if apply == "d" else "static",
            allowed,
            None if default == "-" else default,
            apply != "fixed",
        )
    return found


BY_FAMILY = {family: _parse(_BOTH + only.lstrip()) for family, only in _ONLY.items()}

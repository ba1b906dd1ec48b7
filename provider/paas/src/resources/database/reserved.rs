//! Words that MySQL and RDS keep for themselves: no user and no schema can have them for a name.

/// MySQL 8.4's reserved words ("Keywords and Reserved Words" in its reference manual), in lower case and sorted.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "accessible", "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive", "before", "between", "bigint",
    "binary", "blob", "both", "by", "call", "cascade", "case", "change", "char", "character", "check", "collate",
    "column", "condition", "constraint", "continue", "convert", "create", "cross", "cube", "cume_dist", "current_date",
    "current_time", "current_timestamp", "current_user", "cursor", "database", "databases", "day_hour",
    "day_microsecond", "day_minute", "day_second", "dec", "decimal", "declare", "default", "delayed", "delete",
    "dense_rank", "desc", "describe", "deterministic", "distinct", "distinctrow", "div", "double", "drop", "dual",
    "each", "else", "elseif", "empty", "enclosed", "escaped", "except", "exists", "exit", "explain", "false", "fetch",
    "first_value", "float", "float4", "float8", "for", "force", "foreign", "from", "fulltext", "function", "generated",
    "get", "grant", "group", "grouping", "groups", "having", "high_priority", "hour_microsecond", "hour_minute",
    "hour_second", "if", "ignore", "in", "index", "infile", "inner", "inout", "insensitive", "insert", "int", "int1",
    "int2", "int3", "int4", "int8", "integer", "intersect", "interval", "into", "io_after_gtids", "io_before_gtids",
    "is", "iterate", "join", "json_table", "key", "keys", "kill", "lag", "last_value", "lateral", "lead", "leading",
    "leave", "left", "like", "limit", "linear", "lines", "load", "localtime", "localtimestamp", "lock", "long",
    "longblob", "longtext", "loop", "low_priority", "manual", "master_bind", "master_ssl_verify_server_cert", "match",
    "maxvalue", "mediumblob", "mediumint", "mediumtext", "middleint", "minute_microsecond", "minute_second", "mod",
    "modifies", "natural", "no_write_to_binlog", "not", "nth_value", "ntile", "null", "numeric", "of", "on",
    "optimize", "optimizer_costs", "option", "optionally", "or", "order", "out", "outer", "outfile", "over",
    "parallel", "partition", "percent_rank", "precision", "primary", "procedure", "purge", "qualify", "range", "rank",
    "read", "read_write", "reads", "real", "recursive", "references", "regexp", "release", "rename", "repeat",
    "replace", "require", "resignal", "restrict", "return", "revoke", "right", "rlike", "row", "row_number", "rows",
    "schema", "schemas", "second_microsecond", "select", "sensitive", "separator", "set", "show", "signal",
    "smallint", "spatial", "specific", "sql", "sql_big_result", "sql_calc_found_rows", "sql_small_result",
    "sqlexception", "sqlstate", "sqlwarning", "ssl", "starting", "stored", "straight_join", "system", "table",
    "tablesample", "terminated", "then", "tinyblob", "tinyint", "tinytext", "to", "trailing", "trigger", "true",
    "undo", "union", "unique", "unlock", "unsigned", "update", "usage", "use", "using", "utc_date", "utc_time",
    "utc_timestamp", "values", "varbinary", "varchar", "varcharacter", "varying", "virtual", "when", "where", "while",
    "window", "with", "write", "xor", "year_month", "zerofill",
];

/// Schemas that every instance has.
const SCHEMAS: &[&str] = &["information_schema", "innodb", "mysql", "performance_schema", "sys"];

/// Users that RDS works with on every instance.
const USERS: &[&str] = &["rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr"];

/// Why `name` can't be the name of a schema, by its meaning; `None` if it can.
pub fn refuse_schema(name: &str) -> Option<&'static str> {
    refuse(name, SCHEMAS, "is a schema of MySQL's own")
}

/// Why `name` can't be the name of the master user, by its meaning; `None` if it can.
pub fn refuse_user(name: &str) -> Option<&'static str> {
    refuse(name, USERS, "is a user of RDS's own")
}

fn refuse(name: &str, theirs: &[&str], why: &'static str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if WORDS.binary_search(&name.as_str()).is_ok() {
        Some("is a reserved word of MySQL")
    } else {
        theirs.contains(&name.as_str()).then_some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_without_case_and_the_list_is_sorted() {
        assert!(WORDS.is_sorted());
        assert_eq!(refuse_schema("SELECT"), Some("is a reserved word of MySQL"));
        assert_eq!(refuse_schema("mysql"), Some("is a schema of MySQL's own"));
        assert_eq!(refuse_user("rdsadmin"), Some("is a user of RDS's own"));
        for fine in ["shop", "admin", "root", "users", "orders"] {
            assert_eq!((refuse_schema(fine), refuse_user(fine)), (None, None), "{fine}");
        }
    }
}

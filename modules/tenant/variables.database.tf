# The database.

variable "database" {
  description = "A MySQL database that the tenant's instances alone can reach: the arguments of `paas_database`. `{}`: what it has by default, protected. Left out: none; to take it away again, first apply `deletion_protection = false`."
  type = object({
    name                                  = optional(string)
    engine_version                        = optional(string)
    instance_class                        = optional(string)
    allocated_storage                     = optional(number)
    max_allocated_storage                 = optional(number)
    storage_type                          = optional(string)
    iops                                  = optional(number)
    storage_throughput                    = optional(number)
    multi_az                              = optional(bool)
    db_name                               = optional(string)
    username                              = optional(string)
    port                                  = optional(number)
    parameters                            = optional(map(string))
    backup_retention_period               = optional(number)
    backup_window                         = optional(string)
    maintenance_window                    = optional(string)
    auto_minor_version_upgrade            = optional(bool)
    allow_major_version_upgrade           = optional(bool)
    apply_immediately                     = optional(bool)
    performance_insights_enabled          = optional(bool)
    performance_insights_retention_period = optional(number)
    deletion_protection                   = optional(bool)
    skip_final_snapshot                   = optional(bool)
    delete_automated_backups              = optional(bool)
    snapshot_identifier                   = optional(string)
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }))
  })
  default = null

  validation {
    condition = var.database == null ? true : alltrue([
      length(coalesce(var.database.name, "database")) <= 16,
      can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", coalesce(var.database.name, "database"))),
    ])
    error_message = "The database's name must have 1 to 16 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
  }

  validation {
    condition = var.database == null ? true : alltrue([
      can(regex("^[0-9]+\\.[0-9]+(\\.[0-9]+)?$", coalesce(var.database.engine_version, "8.4"))),
      startswith(coalesce(var.database.instance_class, "db.t4g.micro"), "db."),
    ])
    error_message = "The engine version must be one of MySQL's, such as \"8.4\" or \"8.4.5\", and the instance class like \"db.t4g.micro\"."
  }

  validation {
    condition = var.database == null ? true : alltrue([
      contains(["gp3", "gp2", "io1", "io2"], coalesce(var.database.storage_type, "gp3")),
      coalesce(var.database.allocated_storage, 20) >= 20,
      coalesce(var.database.allocated_storage, 20) <= 65536,
      var.database.max_allocated_storage == null ? true : (
        var.database.max_allocated_storage >= 1.1 * coalesce(var.database.allocated_storage, 20)
      ),
    ])
    error_message = "The disk must have 20 to 65536 GiB and be of type gp3, gp2, io1 or io2; where it may grow (max_allocated_storage), by 10 % at least."
  }

  validation {
    condition = var.database == null ? true : alltrue([
      can(regex("^[A-Za-z][A-Za-z0-9_]{0,63}$", coalesce(var.database.db_name, "a"))),
      can(regex("^[A-Za-z][A-Za-z0-9_]{0,15}$", coalesce(var.database.username, "admin"))),
    ])
    error_message = "db_name must have 1 to 64 letters, digits and underscores, and the user name 1 to 16, a letter first."
  }

  validation {
    condition = var.database == null ? true : (
      coalesce(var.database.port, 3306) >= 1150 && coalesce(var.database.port, 3306) <= 65535
    )
    error_message = "The database's port must be 1150 to 65535."
  }

  validation {
    condition = var.database == null ? true : var.database.parameters == null ? true : alltrue([
      for name, value in var.database.parameters : name != "require_secure_transport" || contains(["1", "ON"], upper(value))
    ])
    error_message = "The database takes encrypted connections only: require_secure_transport can't be turned off."
  }

  validation {
    condition = var.database == null ? true : (
      coalesce(var.database.backup_retention_period, 7) >= 0 && coalesce(var.database.backup_retention_period, 7) <= 35
    )
    error_message = "Backups are kept for 0 (none are made) to 35 days."
  }

  validation {
    condition = var.database == null ? true : alltrue([
      can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", coalesce(var.database.backup_window, "00:00-00:30"))),
      can(regex(
        "^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$",
        coalesce(var.database.maintenance_window, "sun:06:00-sun:06:30")
      )),
    ])
    error_message = "Windows are in UTC: the backup window like \"03:00-03:30\", the maintenance window like \"sun:04:00-sun:04:30\"."
  }

  validation {
    condition = var.database == null ? true : contains(
      concat([7, 731], [for months in range(1, 24) : months * 31]),
      coalesce(var.database.performance_insights_retention_period, 7)
    )
    error_message = "Performance Insights keeps its data for 7 days, for 1 to 23 months of 31 days, or for 731 days."
  }
}

variable "environment" {
  description = "The environment: the `id` of one in this configuration, else its name, such as `dev`. A change replaces the tenant."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.environment) <= 16 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.environment))
    error_message = "The environment must be the name of one: 1 to 16 lower-case letters, digits and single hyphens."
  }
}

variable "name" {
  description = "Name of the tenant: 1 to 32 lower-case letters, digits and single hyphens, a letter first. A change replaces the tenant."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) <= 32 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "The name must have 1 to 32 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
  }
}

# --- Host names ----------------------------------------------------------------------------------------------------

variable "hosts" {
  description = "Host names that belong to the tenant, such as `shop.example.com`; `*` and `?` are wildcards, but not in the last part."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.hosts) >= 1 && length(distinct(var.hosts)) == length(var.hosts)
    error_message = "A tenant has one host name at least, and none twice."
  }

  validation {
    condition = alltrue([
      for host in var.hosts : length(host) <= 128 && can(regex("^([a-z0-9*?-]+\\.)+[a-z0-9-]+$", host))
    ])
    error_message = "A host must be like \"shop.example.com\" or \"*.shop.example.com\": lower-case letters, digits, hyphens and dots, 128 characters at most, no wildcard in the last part."
  }
}

variable "paths" {
  description = "Paths that belong to the tenant, such as `/api/*`. Left out: all of them."
  type        = list(string)
  default     = null

  validation {
    condition = var.paths == null ? true : alltrue([
      for path in var.paths : length(path) <= 128 && can(regex("^/[A-Za-z0-9_.$/~\"'@:+&*?-]*$", path))
    ])
    error_message = "A path must start with a slash and have 128 characters at most."
  }

  validation {
    condition     = var.paths == null ? true : length(distinct(var.paths)) == length(var.paths)
    error_message = "A path is named twice."
  }
}

variable "priority" {
  description = "Priority of the first listener rule, 1 to 50000. Left out, it is allocated and stays what it became."
  type        = number
  default     = null

  validation {
    condition     = var.priority == null ? true : var.priority >= 1 && var.priority <= 50000
    error_message = "The priority must be 1 to 50000."
  }
}

# --- Instances -----------------------------------------------------------------------------------------------------

variable "image_id" {
  description = "The machine image, `ami-…`."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.image_id, "ami-")
    error_message = "The image must be the id of a machine image, ami-…"
  }
}

variable "instance_type" {
  description = "Type of the instances. Left out: `t3.micro`."
  type        = string
  default     = null
}

variable "user_data" {
  description = "What cloud-init runs at the first boot, as plain text of 16 KB at most. No secrets: every process of the instance can read it."
  type        = string
  default     = null

  validation {
    condition     = var.user_data == null ? true : length(base64encode(var.user_data)) <= 21848
    error_message = "EC2 takes 16 KB of user data; put the rest into the image or the bucket."
  }
}

variable "root_volume" {
  description = "The instances' disk, encrypted with the environment's key: `size` in GiB (left out: 16), `type` (gp3), `device_name` (what the image says)."
  type = object({
    size        = optional(number)
    type        = optional(string)
    device_name = optional(string)
  })
  default = null

  validation {
    condition = var.root_volume == null ? true : (
      coalesce(var.root_volume.size, 16) >= 1 && coalesce(var.root_volume.size, 16) <= 16384 &&
      contains(["gp3", "gp2"], coalesce(var.root_volume.type, "gp3"))
    )
    error_message = "The disk must have 1 to 16384 GiB and be of type gp3 or gp2."
  }
}

variable "min_size" {
  description = "Fewest instances. Left out: 1."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.min_size, 1) >= 0 && coalesce(var.min_size, 1) <= coalesce(var.max_size, 2)
    error_message = "The fewest instances (min_size, 1 if left out) must be at least 0 and not more than the most (max_size, 2 if left out)."
  }
}

variable "max_size" {
  description = "Most instances. Left out: 2."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.max_size, 2) >= 1 && coalesce(var.max_size, 2) <= 1000
    error_message = "The most instances must be 1 to 1000."
  }
}

variable "desired_capacity" {
  description = "Instances to run now. Left out, it is Auto Scaling's to choose."
  type        = number
  default     = null

  validation {
    condition = var.desired_capacity == null ? true : (
      var.desired_capacity >= coalesce(var.min_size, 1) && var.desired_capacity <= coalesce(var.max_size, 2)
    )
    error_message = "The desired capacity must lie between min_size (1 if left out) and max_size (2 if left out)."
  }
}

variable "target_tracking" {
  description = "Grow and shrink by a metric: `predefined_metric_type` is `ASGAverageCPUUtilization` (left out) or `ALBRequestCountPerTarget`, kept at `target_value`."
  type = object({
    predefined_metric_type = optional(string)
    target_value           = number
  })
  default = null

  validation {
    condition = var.target_tracking == null ? true : (
      var.target_tracking.target_value > 0 && contains(
        ["ASGAverageCPUUtilization", "ALBRequestCountPerTarget"],
        coalesce(var.target_tracking.predefined_metric_type, "ASGAverageCPUUtilization")
      )
    )
    error_message = "The metric must be ASGAverageCPUUtilization or ALBRequestCountPerTarget, and its target above 0."
  }
}

variable "instance_refresh" {
  description = "How running instances get a new image or template: Auto Scaling's preferences of an instance refresh."
  type = object({
    min_healthy_percentage = optional(number)
    max_healthy_percentage = optional(number)
    instance_warmup        = optional(number)
    auto_rollback          = optional(bool)
    skip_matching          = optional(bool)
  })
  default = null

  validation {
    condition = var.instance_refresh == null ? true : alltrue([
      coalesce(var.instance_refresh.min_healthy_percentage, 100) >= 0,
      coalesce(var.instance_refresh.min_healthy_percentage, 100) <= 100,
      coalesce(var.instance_refresh.max_healthy_percentage, 110) >= 100,
      coalesce(var.instance_refresh.max_healthy_percentage, 110) <= 200,
      coalesce(var.instance_refresh.instance_warmup, 0) >= 0,
      coalesce(var.instance_refresh.instance_warmup, 0) <= 86400,
    ])
    error_message = "min_healthy_percentage must be 0 to 100, max_healthy_percentage 100 to 200 and instance_warmup 0 to 86400 seconds."
  }
}

# --- Behind the load balancer --------------------------------------------------------------------------------------

variable "port" {
  description = "Port that the application listens on. Left out: 80."
  type        = number
  default     = null

  validation {
    condition     = var.port == null ? true : var.port >= 1 && var.port <= 65535
    error_message = "The port must be 1 to 65535."
  }
}

variable "protocol" {
  description = "How the load balancer speaks to the instances: `HTTP` (left out) or `HTTPS`."
  type        = string
  default     = null

  validation {
    condition     = contains(["HTTP", "HTTPS"], coalesce(var.protocol, "HTTP"))
    error_message = "The protocol must be HTTP or HTTPS."
  }
}

variable "health_check" {
  description = "When the load balancer takes an instance for healthy. Left out: `GET /` on the application's port answers 200 three times, 30 seconds apart."
  type = object({
    path                = optional(string)
    port                = optional(string)
    protocol            = optional(string)
    interval            = optional(number)
    timeout             = optional(number)
    healthy_threshold   = optional(number)
    unhealthy_threshold = optional(number)
    matcher             = optional(string)
  })
  default = null

  validation {
    condition = var.health_check == null ? true : alltrue([
      startswith(coalesce(var.health_check.path, "/"), "/"),
      contains(["HTTP", "HTTPS"], coalesce(var.health_check.protocol, "HTTP")),
      can(regex("^(traffic-port|[1-9][0-9]{0,4})$", coalesce(var.health_check.port, "traffic-port"))),
      can(regex("^[2-4][0-9]{2}([,-][2-4][0-9]{2})*$", coalesce(var.health_check.matcher, "200"))),
    ])
    error_message = "A health check has a path that starts with a slash, HTTP or HTTPS, a port or \"traffic-port\", and status codes like \"200\", \"200,204\" or \"200-299\"."
  }

  validation {
    condition = var.health_check == null ? true : alltrue([
      coalesce(var.health_check.interval, 30) >= 5,
      coalesce(var.health_check.interval, 30) <= 300,
      coalesce(var.health_check.timeout, 5) >= 2,
      coalesce(var.health_check.timeout, 5) <= 120,
      coalesce(var.health_check.timeout, 5) < coalesce(var.health_check.interval, 30),
    ])
    error_message = "The interval must be 5 to 300 seconds and the time-out 2 to 120, less than the interval."
  }

  validation {
    condition = var.health_check == null ? true : alltrue([
      for threshold in [var.health_check.healthy_threshold, var.health_check.unhealthy_threshold] :
      coalesce(threshold, 3) >= 2 && coalesce(threshold, 3) <= 10
    ])
    error_message = "The thresholds must be 2 to 10."
  }
}

variable "health_check_grace_period" {
  description = "Seconds that a new instance has before it must be healthy, 0 to 86400. Left out: 300."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.health_check_grace_period, 300) >= 0 && coalesce(var.health_check_grace_period, 300) <= 86400
    error_message = "The grace period must be 0 to 86400 seconds."
  }
}

variable "deregistration_delay" {
  description = "Seconds that requests under way have when an instance goes, 0 to 3600. Left out: 60."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.deregistration_delay, 60) >= 0 && coalesce(var.deregistration_delay, 60) <= 3600
    error_message = "The deregistration delay must be 0 to 3600 seconds."
  }
}

# --- Software ------------------------------------------------------------------------------------------------------

variable "pipeline" {
  description = "A software pipeline: what is put at `source_object_key` in `source_bucket` is deployed onto the instances by CodeDeploy, whose agent their image must have. Left out, it is there with its defaults: in place, one instance after the other, no approval. `null`: none."
  type = object({
    deployment_type        = optional(string)
    deployment_config_name = optional(string)
    auto_rollback          = optional(bool)
    alarm_names            = optional(set(string))
    approval = optional(object({
      notification_arn     = optional(string)
      comment              = optional(string)
      external_entity_link = optional(string)
    }))
    trigger               = optional(string)
    log_retention_in_days = optional(number)
  })
  default = {}

  validation {
    condition = var.pipeline == null ? true : (
      contains(["IN_PLACE", "BLUE_GREEN"], coalesce(var.pipeline.deployment_type, "IN_PLACE")) &&
      contains(["S3", "CLOUDTRAIL"], coalesce(var.pipeline.trigger, "S3"))
    )
    error_message = "The deployment type must be IN_PLACE (the running instances get the release) or BLUE_GREEN (a second group gets it, and then the requests), the trigger S3 (the bucket's own event) or CLOUDTRAIL (the environment's trail)."
  }

  validation {
    condition = var.pipeline == null ? true : !can(regex(
      "^CodeDeployDefault\\.(ECS|Lambda)", coalesce(var.pipeline.deployment_config_name, "CodeDeployDefault.OneAtATime")
    ))
    error_message = "The deployment configuration must be one for instances, such as CodeDeployDefault.OneAtATime."
  }

  validation {
    condition     = var.pipeline == null ? true : var.pipeline.alarm_names == null ? true : length(var.pipeline.alarm_names) <= 10
    error_message = "CodeDeploy watches 10 alarms at most."
  }

  validation {
    condition = var.pipeline == null ? true : contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      coalesce(var.pipeline.log_retention_in_days, 30)
    )
    error_message = "CloudWatch Logs keeps events for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }

  validation {
    condition = var.pipeline == null ? true : var.pipeline.approval == null ? true : alltrue([
      var.pipeline.approval.notification_arn == null ? true : can(regex("^arn:[^:]+:sns:", var.pipeline.approval.notification_arn)),
      var.pipeline.approval.comment == null ? true : length(var.pipeline.approval.comment) <= 1000,
      var.pipeline.approval.external_entity_link == null ? true : can(regex("^https?://", var.pipeline.approval.external_entity_link)),
    ])
    error_message = "An approval may have the ARN of an SNS topic, a comment of 1000 characters at most, and a link that begins with https:// or http://."
  }
}

# --- Data ----------------------------------------------------------------------------------------------------------

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

# --- Permissions ---------------------------------------------------------------------------------------------------

variable "policy_arns" {
  description = "ARNs of further policies for the instances' role."
  type        = set(string)
  default     = null

  validation {
    condition = var.policy_arns == null ? true : alltrue([
      for arn in var.policy_arns : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", arn))
    ])
    error_message = "Every policy must be the ARN of an IAM policy."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the permissions of the instances' role."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", var.permissions_boundary))
    error_message = "The permissions boundary must be the ARN of an IAM policy."
  }
}

# --- Everything ----------------------------------------------------------------------------------------------------

variable "tags" {
  description = "Tags of everything that can carry tags, instances and their disks included; they win over the provider's `default_tags`."
  type        = map(string)
  default     = null

  validation {
    condition = var.tags == null ? true : alltrue([
      for key in keys(var.tags) : !startswith(key, "aws:") && !startswith(key, "paas:")
    ])
    error_message = "Tags that start with \"aws:\" are AWS's own, and those that start with \"paas:\" the provider's."
  }
}

variable "on_create_failure" {
  description = "What becomes of a create that fails half-way. `resume`: it stays, the run fails, and the next `terraform apply` goes on in place. `taint`: the next apply destroys it and makes it anew."
  type        = string
  default     = "resume"
  nullable    = false

  validation {
    condition     = contains(["resume", "taint"], var.on_create_failure)
    error_message = "A create that failed can resume or taint."
  }
}

variable "timeouts" {
  description = "How long to wait for AWS, such as `{ update = \"1h\" }`; an update includes the instance refresh."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

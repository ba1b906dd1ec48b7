# The instances, and how requests reach them.

# --- Instances -----------------------------------------------------------------------------------------------------

variable "image_id" {
  description = "The machine image, `ami-…`. Required unless an `infrastructure_pipeline` bakes it, and left out then."
  type        = string
  default     = null

  validation {
    condition     = var.image_id == null ? true : startswith(var.image_id, "ami-")
    error_message = "The image must be the id of a machine image, ami-…"
  }

  validation {
    condition     = var.image_id != null || var.infrastructure_pipeline != null
    error_message = "The tenant needs a machine image: name one (image_id), or have one baked (infrastructure_pipeline)."
  }

  validation {
    condition     = var.image_id == null || var.infrastructure_pipeline == null
    error_message = "The infrastructure pipeline bakes the tenant's images and deploys them: leave image_id out, or infrastructure_pipeline."
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

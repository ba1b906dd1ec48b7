variable "environment" {
  description = "The environment: the `id` of one in this configuration, else its name, such as `dev`. A change replaces the pipeline."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.environment) <= 16 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.environment))
    error_message = "The environment must be the name of one: 1 to 16 lower-case letters, digits and single hyphens."
  }
}

variable "tenant" {
  description = "Name of the tenant, which needn't exist yet: 1 to 32 lower-case letters, digits and single hyphens, a letter first. A change replaces the pipeline."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.tenant) <= 32 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.tenant))
    error_message = "The tenant's name must have 1 to 32 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
  }
}

variable "trigger" {
  description = "What starts the pipeline: `S3` (left out), the bucket's own event, or `CLOUDTRAIL`, the environment's trail."
  type        = string
  default     = null

  validation {
    condition     = contains(["S3", "CLOUDTRAIL"], coalesce(var.trigger, "S3"))
    error_message = "The trigger must be S3 (the bucket's own event) or CLOUDTRAIL (the environment's trail)."
  }
}

variable "log_retention_in_days" {
  description = "Days that the builds' logs are kept. Left out: 30."
  type        = number
  default     = null

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      coalesce(var.log_retention_in_days, 30)
    )
    error_message = "CloudWatch Logs keeps events for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

# --- Permissions ---------------------------------------------------------------------------------------------------

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the permissions of every role made here, and of every role that `deploy` makes."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", var.permissions_boundary))
    error_message = "The permissions boundary must be the ARN of an IAM policy."
  }
}

# --- Everything ----------------------------------------------------------------------------------------------------

variable "tags" {
  description = "Tags of everything that can carry tags, images and their snapshots included; they win over the provider's `default_tags`."
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
  description = "How long to wait for AWS, such as `{ create = \"30m\" }`."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}

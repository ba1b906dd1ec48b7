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

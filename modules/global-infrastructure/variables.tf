variable "name" {
  description = "Name of the environment, such as `dev`: 1 to 16 lower-case letters, digits and single hyphens, a letter first. A change replaces the environment."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.name) <= 16 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    error_message = "The name must have 1 to 16 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
  }
}

# --- Network -------------------------------------------------------------------------------------------------------

variable "cidr_block" {
  description = "Address range of the network to make, /16 to /20. Exactly one of `cidr_block` and `network`. A change replaces the environment."
  type        = string
  default     = null

  validation {
    condition     = (var.cidr_block == null) != (var.network == null)
    error_message = "Set exactly one of cidr_block (a new network) and network (an existing one)."
  }

  validation {
    condition = var.cidr_block == null ? true : (
      can(regex("^[0-9.]+/(16|17|18|19|20)$", var.cidr_block)) &&
      try(cidrsubnet(var.cidr_block, 0, 0) == var.cidr_block, false)
    )
    error_message = "The range must be an IPv4 range of /16 to /20 that starts at its first address, such as \"10.0.0.0/16\"."
  }
}

variable "network" {
  description = "A network that exists already: the VPC, and subnets for each tier in two zones at least. Exactly one of `cidr_block` and `network`. A change replaces the environment."
  type = object({
    vpc_id             = string
    public_subnet_ids  = list(string)
    natted_subnet_ids  = list(string)
    private_subnet_ids = list(string)
  })
  default = null

  validation {
    condition = var.network == null ? true : alltrue([
      for ids in [var.network.public_subnet_ids, var.network.natted_subnet_ids, var.network.private_subnet_ids] :
      length(ids) >= 2
    ])
    error_message = "Each tier of the network must have two subnets at least, in two availability zones."
  }

  validation {
    condition = var.network == null ? true : length(distinct(concat(
      var.network.public_subnet_ids, var.network.natted_subnet_ids, var.network.private_subnet_ids
      ))) == length(concat(
      var.network.public_subnet_ids, var.network.natted_subnet_ids, var.network.private_subnet_ids
    ))
    error_message = "The tiers of the network must not share a subnet: what may reach one must not reach another."
  }
}

variable "availability_zones" {
  description = "Two to four availability zones, in the order of their subnets; add new ones at the end. Left out: the region's first three."
  type        = list(string)
  default     = null

  validation {
    condition     = var.availability_zones == null ? true : length(var.availability_zones) >= 2 && length(var.availability_zones) <= 4
    error_message = "An environment has two to four availability zones."
  }

  validation {
    condition     = var.availability_zones == null ? true : length(distinct(var.availability_zones)) == length(var.availability_zones)
    error_message = "An availability zone is named twice."
  }
}

variable "nat" {
  description = "How the natted tier reaches the internet: `type` is `gateway` (left out) or `instance`; `per_zone` makes one per zone. Not used with `network`."
  type = object({
    type          = optional(string)
    per_zone      = optional(bool)
    instance_type = optional(string)
  })
  default = null

  validation {
    condition     = var.nat == null ? true : contains(["gateway", "instance"], coalesce(var.nat.type, "gateway"))
    error_message = "The type of the NAT must be gateway or instance."
  }

  validation {
    condition     = var.nat == null || var.network == null
    error_message = "With an existing network its natted tier has routes already; leave nat out."
  }
}

# --- Load balancer -------------------------------------------------------------------------------------------------

variable "certificate_arn" {
  description = "ARN of the issued ACM certificate of the HTTPS listener, in the environment's region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:acm:[^:]+:[^:]+:certificate/.+$", var.certificate_arn))
    error_message = "The certificate must be the ARN of an ACM certificate."
  }
}

variable "additional_certificate_arns" {
  description = "ARNs of further certificates, chosen by host name (SNI); 24 at most."
  type        = set(string)
  default     = null

  validation {
    condition = var.additional_certificate_arns == null ? true : alltrue([
      for arn in var.additional_certificate_arns : can(regex("^arn:[^:]+:acm:[^:]+:[^:]+:certificate/.+$", arn))
    ])
    error_message = "Every additional certificate must be the ARN of an ACM certificate."
  }

  validation {
    condition     = var.additional_certificate_arns == null ? true : length(var.additional_certificate_arns) <= 24
    error_message = "A listener holds 25 certificates in all; use certificates with more names."
  }
}

variable "ssl_policy" {
  description = "TLS policy of the HTTPS listener. Left out: `ELBSecurityPolicy-TLS13-1-2-2021-06`."
  type        = string
  default     = null
}

variable "ingress_cidr_blocks" {
  description = "Who may reach the load balancer. Left out: everyone."
  type        = list(string)
  default     = null

  validation {
    condition = var.ingress_cidr_blocks == null ? true : alltrue([
      for cidr in var.ingress_cidr_blocks : can(regex("^[0-9.]+/", cidr)) && can(cidrnetmask(cidr))
    ])
    error_message = "Every entry must be an IPv4 range such as \"203.0.113.0/24\"."
  }
}

variable "internal" {
  description = "Whether the load balancer has private addresses only. A change replaces the environment."
  type        = bool
  default     = null
}

variable "idle_timeout" {
  description = "Seconds until the load balancer closes an idle connection, 1 to 4000. Left out: 60."
  type        = number
  default     = null

  validation {
    condition     = var.idle_timeout == null ? true : var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "The idle time-out must be 1 to 4000 seconds."
  }
}

variable "reserved_priorities" {
  description = "Listener-rule priorities that tenants never get. Left out: 1 to 999."
  type        = list(object({ from = number, to = number }))
  default     = null

  validation {
    condition = var.reserved_priorities == null ? true : alltrue([
      for range in var.reserved_priorities : range.from >= 1 && range.from <= range.to && range.to <= 50000
    ])
    error_message = "Reserved priorities must lie in 1 to 50000, from not above to."
  }
}

# --- Trail and logs ------------------------------------------------------------------------------------------------

variable "enable_cloudtrail" {
  description = "Whether CloudTrail records writes to `software/` and `infrastructure/` in the bucket. Left out: true."
  type        = bool
  default     = null
}

variable "cloudtrail_retention_in_days" {
  description = "Days that CloudTrail's events stay in CloudWatch Logs. Left out: 3."
  type        = number
  default     = null

  validation {
    condition = var.cloudtrail_retention_in_days == null ? true : contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.cloudtrail_retention_in_days
    )
    error_message = "CloudWatch Logs keeps events for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "log_expiration_days" {
  description = "Days until objects under `logs/` in the bucket expire, 1 to 3650. Left out: 1."
  type        = number
  default     = null

  validation {
    condition     = var.log_expiration_days == null ? true : var.log_expiration_days >= 1 && var.log_expiration_days <= 3650
    error_message = "Logs must expire after 1 to 3650 days."
  }
}

# --- Protection ----------------------------------------------------------------------------------------------------

variable "deletion_protection" {
  description = "Whether destroying the environment is refused, at plan and by the load balancer itself. Left out: false."
  type        = bool
  default     = null
}

variable "force_destroy" {
  description = "Whether the bucket is emptied when the environment is destroyed. Left out: false."
  type        = bool
  default     = null
}

variable "deletion_window_in_days" {
  description = "Days that the key can be got back after a destroy, 7 to 30. Left out: 30."
  type        = number
  default     = null

  validation {
    condition     = var.deletion_window_in_days == null ? true : var.deletion_window_in_days >= 7 && var.deletion_window_in_days <= 30
    error_message = "The deletion window must be 7 to 30 days."
  }
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the permissions of every role made here."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", var.permissions_boundary))
    error_message = "The permissions boundary must be the ARN of an IAM policy."
  }
}

# --- Everything ----------------------------------------------------------------------------------------------------

variable "tags" {
  description = "Tags of everything that can carry tags; they win over the provider's `default_tags`."
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

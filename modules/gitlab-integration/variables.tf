variable "name" {
  description = "Name of the webhook, which need be given only where there are several: 1 to 16 lower-case letters, digits and single hyphens, a letter first. Left out: `gitlab`. A change replaces everything, the URL included."
  type        = string
  default     = null

  validation {
    condition = var.name == null ? true : (
      length(var.name) <= 16 && can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name))
    )
    error_message = "The webhook's name must have 1 to 16 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
  }
}

variable "gitlab_host" {
  description = "Where GitLab is: `gitlab.example.com`, with its port where it isn't the usual one (`gitlab.example.com:8443`). Of a GitLab without TLS `http://gitlab.example.com`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(https?://)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$", var.gitlab_host))
    error_message = "GitLab's host must be a host name without a path, such as gitlab.example.com or gitlab.example.com:8443. Where GitLab has no TLS, http:// stands before it."
  }
}

# --- Limits --------------------------------------------------------------------------------------------------------

variable "throttling_rate_limit" {
  description = "Requests a second that are taken, 1 to 10000; more are answered 429. Left out: 20."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.throttling_rate_limit, 20) >= 1 && coalesce(var.throttling_rate_limit, 20) <= 10000
    error_message = "The webhook takes 1 to 10000 requests a second."
  }
}

variable "throttling_burst_limit" {
  description = "Requests that are taken at once, 1 to 5000. Left out: 50."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.throttling_burst_limit, 50) >= 1 && coalesce(var.throttling_burst_limit, 50) <= 5000
    error_message = "The webhook takes 1 to 5000 requests at once."
  }
}

# --- Builds and logs -----------------------------------------------------------------------------------------------

variable "build_image" {
  description = "The image that builds run in, with bash, git, zip, Python 3 and the AWS command line; with Git LFS where repositories use it and it can't be installed. Left out: CodeBuild's own with Amazon Linux 2023."
  type        = string
  default     = null
}

variable "compute_type" {
  description = "The machine that builds run on, as CodeBuild names it. Left out: `BUILD_GENERAL1_SMALL`."
  type        = string
  default     = null
}

variable "build_timeout" {
  description = "Minutes that a build may take, 5 to 480. Left out: 15."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.build_timeout, 15) >= 5 && coalesce(var.build_timeout, 15) <= 480
    error_message = "A build may take 5 to 480 minutes."
  }
}

variable "log_retention_in_days" {
  description = "Days that the logs of function and builds are kept. Left out: 30."
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

# --- Everything ----------------------------------------------------------------------------------------------------

variable "permissions_boundary" {
  description = "ARN of a policy that bounds the permissions of the function's role and of the builds'."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", var.permissions_boundary))
    error_message = "The permissions boundary must be the ARN of an IAM policy."
  }
}

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

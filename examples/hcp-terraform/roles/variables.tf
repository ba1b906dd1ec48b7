variable "region" {
  description = "AWS region of the environment."
  type        = string
  default     = "eu-west-1"
}

variable "organization" {
  description = "The HCP Terraform organization."
  type        = string
}

variable "project" {
  description = "The HCP Terraform project of the workspace."
  type        = string
  default     = "Default Project"
}

variable "workspace" {
  description = "The workspace that may use the roles."
  type        = string
}

variable "resources" {
  description = "What the workspace manages: resource types of the provider."
  type        = set(string)
  default     = ["paas_tenant", "paas_database"]
}

variable "permissions_boundary" {
  description = "ARN of a policy that bounds what the roles may do. A role that makes roles could otherwise make one that may do more than itself."
  type        = string
  default     = null
}

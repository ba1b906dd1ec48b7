variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "account_id" {
  description = "The AWS account that the tenant belongs into. Left out: any."
  type        = string
  default     = null
}

variable "environment" {
  description = "Name of the environment."
  type        = string
  default     = "dev"
}

variable "hosts" {
  description = "Host names that belong to the tenant."
  type        = list(string)
  default     = ["acme.dev.example.test"]
}

variable "image_id" {
  description = "The machine image of the tenant, `ami-…`."
  type        = string
}

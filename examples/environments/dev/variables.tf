variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "certificate_arn" {
  description = "ARN of an issued ACM certificate for the tenants' host names, in the same region."
  type        = string
}

variable "image_id" {
  description = "The machine image of the tenants, `ami-…`."
  type        = string
}

variable "domain" {
  description = "Domain of the tenants' host names."
  type        = string
  default     = "dev.example.test"
}

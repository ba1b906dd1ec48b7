variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "certificate_arn" {
  description = "ARN of an issued ACM certificate for the tenants' host names, in the same region."
  type        = string
}

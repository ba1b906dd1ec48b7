variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "environment" {
  description = "Name of the environment."
  type        = string
  default     = "dev"
}

variable "hosts" {
  description = "Host names that belong to the tenant."
  type        = list(string)
  default     = ["bakery.dev.example.test"]
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-west-1"
}

variable "gitlab_host" {
  description = "Where GitLab is."
  type        = string
  default     = "gitlab.example.test"
}

variable "gitlab_access_token" {
  description = "A token of GitLab that may read the repositories (`read_repository`). It is given in every run, such as by TF_VAR_gitlab_access_token, and remembered nowhere but in Secrets Manager."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "gitlab_access_token_version" {
  description = "To be raised with each change of the token."
  type        = number
  default     = 1
}

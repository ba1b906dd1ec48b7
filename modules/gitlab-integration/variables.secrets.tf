# Secrets. Those that are given here are ephemeral: they stand in no plan and in no state, and Secrets Manager gets a new one
# when its version changes. They have to be given in every run, as nothing remembers them.

variable "token_wo" {
  description = "The webhook's secret token, as entered in GitLab: 16 characters or more, without spaces. Left out, AWS makes one up, which is to be read in Secrets Manager."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.token_wo == null ? true : can(regex("^[!-~]{16,}$", trimspace(var.token_wo)))
    error_message = "The secret token must have 16 characters or more, of ASCII and without spaces."
  }
}

variable "token_wo_version" {
  description = "Version of `token_wo`: a number that is raised with each change of the token. Both are given or none."
  type        = number
  default     = null

  validation {
    condition     = (var.token_wo == null) == (var.token_wo_version == null)
    error_message = "The secret token (token_wo) and its version (token_wo_version) are both given, in every run, or none."
  }
}

variable "signing_token_wo" {
  description = "GitLab's signing token of the webhook, `whsec_…`: with it deliveries that aren't signed, or were signed more than five minutes ago, are refused. Left out: they needn't be signed."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    # 22 characters of base64 are 16 bytes.
    condition     = var.signing_token_wo == null ? true : can(regex("^whsec_[A-Za-z0-9+/]{22,}={0,2}$", trimspace(var.signing_token_wo)))
    error_message = "The signing token must be whsec_ and the base64 of 16 bytes or more; GitLab itself takes 32."
  }
}

variable "signing_token_wo_version" {
  description = "Version of `signing_token_wo`: a number that is raised with each change of it. Both are given or none."
  type        = number
  default     = null

  validation {
    condition     = (var.signing_token_wo == null) == (var.signing_token_wo_version == null)
    error_message = "The signing token (signing_token_wo) and its version (signing_token_wo_version) are both given, in every run, or none."
  }
}

variable "credentials_wo" {
  description = "What repositories are cloned with: a token of GitLab that may read them (`read_repository`), or JSON with `username` and `password`. Left out, as is `credentials_secret_arn`: public repositories alone can be cloned."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true

  validation {
    condition     = var.credentials_wo == null ? true : trimspace(var.credentials_wo) != ""
    error_message = "The credentials must not be empty."
  }
}

variable "credentials_wo_version" {
  description = "Version of `credentials_wo`: a number that is raised with each change of it. Both are given or none."
  type        = number
  default     = null

  validation {
    condition     = (var.credentials_wo == null) == (var.credentials_wo_version == null)
    error_message = "The credentials (credentials_wo) and their version (credentials_wo_version) are both given, in every run, or none."
  }
}

variable "credentials_secret_arn" {
  description = "A secret of your own in Secrets Manager with these credentials, in place of `credentials_wo`."
  type        = string
  default     = null

  validation {
    condition     = var.credentials_secret_arn == null ? true : can(regex("^arn:[^:]+:secretsmanager:[^:]+:[0-9]{12}:secret:.+$", var.credentials_secret_arn))
    error_message = "The credentials' secret must be the ARN of one in Secrets Manager."
  }

  validation {
    condition     = var.credentials_secret_arn == null || var.credentials_wo == null
    error_message = "Give the credentials (credentials_wo), or the secret that holds them (credentials_secret_arn), not both."
  }
}

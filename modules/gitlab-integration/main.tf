# Layer 1, once for all environments: a push to GitLab becomes an archive where the tenants' pipelines begin. What is left
# out here (null) has the provider's default.

resource "paas_gitlab_webhook" "this" {
  name = var.name

  gitlab_host          = var.gitlab_host
  allowed_repositories = var.allowed_repositories
  repositories         = var.repositories
  naming_rule          = var.naming_rule
  branches             = var.branches

  token_wo                 = var.token_wo
  token_wo_version         = var.token_wo_version
  signing_token_wo         = var.signing_token_wo
  signing_token_wo_version = var.signing_token_wo_version
  credentials_wo           = var.credentials_wo
  credentials_wo_version   = var.credentials_wo_version
  credentials_secret_arn   = var.credentials_secret_arn

  throttling_rate_limit  = var.throttling_rate_limit
  throttling_burst_limit = var.throttling_burst_limit

  build_image           = var.build_image
  compute_type          = var.compute_type
  build_timeout         = var.build_timeout
  log_retention_in_days = var.log_retention_in_days

  permissions_boundary = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.timeouts

  lifecycle {
    # With "resume" a create that failed half-way is a warning: this makes the run fail, and nothing is destroyed.
    postcondition {
      condition     = self.ready
      error_message = "The webhook isn't complete: the warning above says what failed. terraform apply goes on from here."
    }
  }
}

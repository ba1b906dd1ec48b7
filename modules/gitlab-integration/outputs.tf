output "id" {
  description = "The webhook's id, which is its name."
  value       = paas_gitlab_webhook.this.id
}

output "ready" {
  description = "Whether everything stands as configured. False after an apply that broke off."
  value       = paas_gitlab_webhook.this.ready
}

output "parameter_name" {
  description = "The SSM parameter with the webhook's published record."
  value       = paas_gitlab_webhook.this.parameter_name
}

# --- For GitLab ----------------------------------------------------------------------------------------------------

output "url" {
  description = "The URL of the webhook, as GitLab wants it."
  value       = paas_gitlab_webhook.this.url
}

output "branch_filter" {
  description = "The regular expression for GitLab's filter of push events: the branches that belong to an environment."
  value       = local.branch_filter
}

output "token_secret_arn" {
  description = "The secret in Secrets Manager that holds the webhook's secret token."
  value       = paas_gitlab_webhook.this.token_secret_arn
}

output "signing_token_secret_arn" {
  description = "The secret that holds the signing token; null without one."
  value       = paas_gitlab_webhook.this.signing_token_secret_arn
}

output "instructions" {
  description = "What to enter in GitLab, field by field: `terraform output -raw instructions`. There is no secret in it, but the command that shows one to who may see it."
  value       = local.instructions
}

# --- What takes a delivery -----------------------------------------------------------------------------------------

output "rest_api_id" {
  description = "The API behind the URL."
  value       = paas_gitlab_webhook.this.rest_api_id
}

output "stage_name" {
  description = "The API's stage."
  value       = paas_gitlab_webhook.this.stage_name
}

output "function_name" {
  description = "The function that takes deliveries."
  value       = paas_gitlab_webhook.this.function_name
}

output "function_arn" {
  description = "The function's ARN."
  value       = paas_gitlab_webhook.this.function_arn
}

output "function_log_group_name" {
  description = "The log group of the function: a line of JSON for each delivery."
  value       = paas_gitlab_webhook.this.function_log_group_name
}

# --- What brings the push to a pipeline ----------------------------------------------------------------------------

output "build_project_name" {
  description = "The CodeBuild project that clones, packs and uploads."
  value       = paas_gitlab_webhook.this.build_project_name
}

output "build_role_arn" {
  description = "The role that it works with."
  value       = paas_gitlab_webhook.this.build_role_arn
}

output "build_log_group_name" {
  description = "The log group of its builds."
  value       = paas_gitlab_webhook.this.build_log_group_name
}

output "kms_key_arn" {
  description = "The key that secrets and logs are encrypted with."
  value       = paas_gitlab_webhook.this.kms_key_arn
}

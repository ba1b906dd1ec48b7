output "url" {
  description = "The URL of the webhook."
  value       = module.gitlab_integration.url
}

output "token_secret_arn" {
  description = "The secret with the token that GitLab sends along."
  value       = module.gitlab_integration.token_secret_arn
}

output "instructions" {
  description = "What to enter in GitLab: terraform output -raw instructions."
  value       = module.gitlab_integration.instructions
}

output "log_groups" {
  description = "Where to look when a push doesn't arrive: what came of each delivery, and what its build said."
  value = {
    deliveries = module.gitlab_integration.function_log_group_name
    builds     = module.gitlab_integration.build_log_group_name
  }
}

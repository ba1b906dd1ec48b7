output "urls" {
  description = "Where the tenant answers."
  value       = module.acme.urls
}

output "load_balancer_dns_name" {
  description = "What the tenant's host names must point to."
  value       = data.paas_environment.this.load_balancer_dns_name
}

output "source_uri" {
  description = "Where a release goes: `aws s3 cp release.zip` this."
  value       = module.acme.source_uri
}

output "pipeline_name" {
  description = "The software pipeline, which brings releases onto the instances."
  value       = module.acme.pipeline_name
}

output "codedeploy_application_name" {
  description = "The CodeDeploy application, to look deployments up."
  value       = module.acme.codedeploy_application_name
}

output "log_group_name" {
  description = "The log group that the instances may write to."
  value       = module.acme.log_group_name
}

output "database" {
  description = "Where the database is, and where its secret."
  value       = module.acme.database
}

output "role_name" {
  description = "The instances' role, to attach policies to."
  value       = module.acme.role_name
}

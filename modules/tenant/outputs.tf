output "id" {
  description = "The tenant's id, such as `dev/acme`."
  value       = module.software_pipeline.id
}

output "urls" {
  description = "Where the tenant answers: one URL per host without wildcards."
  value       = module.software_pipeline.urls
}

output "ready" {
  description = "Whether everything stands as configured, the database included. False after an apply that broke off."
  value       = module.software_pipeline.ready
}

output "parameter_name" {
  description = "The SSM parameter with the tenant's published record."
  value       = module.software_pipeline.parameter_name
}

# --- Behind the load balancer --------------------------------------------------------------------------------------

output "priorities" {
  description = "The priorities of its listener rules."
  value       = module.software_pipeline.priorities
}

output "listener_rule_arns" {
  description = "Its listener rules, in the same order."
  value       = module.software_pipeline.listener_rule_arns
}

output "target_group_arn" {
  description = "Its target group; with blue/green deployments, the blue one."
  value       = module.software_pipeline.target_group_arn
}

# --- Instances -----------------------------------------------------------------------------------------------------

output "autoscaling_group_name" {
  description = "Its Auto Scaling group; with blue/green deployments, the blue one."
  value       = module.software_pipeline.autoscaling_group_name
}

output "autoscaling_group_arn" {
  description = "The Auto Scaling group's ARN."
  value       = module.software_pipeline.autoscaling_group_arn
}

output "launch_template_id" {
  description = "Its launch template."
  value       = module.software_pipeline.launch_template_id
}

output "security_group_id" {
  description = "Its instances' security group."
  value       = module.software_pipeline.security_group_id
}

output "role_arn" {
  description = "Its instances' role."
  value       = module.software_pipeline.role_arn
}

output "role_name" {
  description = "The role's name, to attach policies to."
  value       = module.software_pipeline.role_name
}

output "instance_profile_arn" {
  description = "Its instances' profile."
  value       = module.software_pipeline.instance_profile_arn
}

# --- Software ------------------------------------------------------------------------------------------------------

output "source_bucket" {
  description = "The bucket that releases are put into; null without a pipeline."
  value       = module.software_pipeline.source_bucket
}

output "source_object_key" {
  description = "The key of a release, an archive with an `appspec.yml` at its root; null without a pipeline."
  value       = module.software_pipeline.source_object_key
}

output "source_uri" {
  description = "Where a release goes: `aws s3 cp release.zip` this; null without a pipeline."
  value       = module.software_pipeline.source_uri
}

output "pipeline_name" {
  description = "The software pipeline; null without one."
  value       = module.software_pipeline.pipeline_name
}

output "pipeline_arn" {
  description = "The software pipeline's ARN; null without one."
  value       = module.software_pipeline.pipeline_arn
}

output "codedeploy_application_name" {
  description = "The CodeDeploy application; null without a pipeline."
  value       = module.software_pipeline.codedeploy_application_name
}

output "log_group_name" {
  description = "The log group that the instances may write to; null without a pipeline."
  value       = module.software_pipeline.log_group_name
}

# --- Data ----------------------------------------------------------------------------------------------------------

output "database" {
  description = "The database: `id`, `arn`, `identifier`, `address`, `port`, `endpoint`, `db_name`, `username`, `master_user_secret_arn` (never the secret), `security_group_id` and `parameter_name`, where its record is. Null without one."
  value       = module.software_pipeline.database
}

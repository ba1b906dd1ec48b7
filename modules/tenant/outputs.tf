output "id" {
  description = "The tenant's id, such as `dev/acme`."
  value       = local.here ? module.software_pipeline[0].id : module.infrastructure_pipeline[0].id
}

output "urls" {
  description = "Where the tenant answers: one URL per host without wildcards."
  value       = local.here ? module.software_pipeline[0].urls : [for host in var.hosts : "https://${host}/" if !can(regex("[*?]", host))]
}

output "ready" {
  description = "Whether everything stands as configured, the database included. False after an apply that broke off."
  value       = local.here ? module.software_pipeline[0].ready : module.infrastructure_pipeline[0].ready
}

output "parameter_name" {
  description = "The SSM parameter with the tenant's published record."
  value       = local.here ? module.software_pipeline[0].parameter_name : local.names.tenant_parameter
}

# --- Behind the load balancer --------------------------------------------------------------------------------------

output "priorities" {
  description = "The priorities of its listener rules."
  value       = one(module.software_pipeline[*].priorities)
}

output "listener_rule_arns" {
  description = "Its listener rules, in the same order."
  value       = one(module.software_pipeline[*].listener_rule_arns)
}

output "target_group_arn" {
  description = "Its target group; with blue/green deployments, the blue one."
  value       = one(module.software_pipeline[*].target_group_arn)
}

# --- Instances -----------------------------------------------------------------------------------------------------

output "autoscaling_group_name" {
  description = "Its Auto Scaling group; with blue/green deployments, the blue one."
  value       = local.here ? module.software_pipeline[0].autoscaling_group_name : local.names.autoscaling_group
}

output "autoscaling_group_arn" {
  description = "The Auto Scaling group's ARN."
  value       = one(module.software_pipeline[*].autoscaling_group_arn)
}

output "launch_template_id" {
  description = "Its launch template."
  value       = one(module.software_pipeline[*].launch_template_id)
}

output "security_group_id" {
  description = "Its instances' security group."
  value       = one(module.software_pipeline[*].security_group_id)
}

output "role_arn" {
  description = "Its instances' role."
  value       = one(module.software_pipeline[*].role_arn)
}

output "role_name" {
  description = "The role's name, to attach policies to."
  value       = one(module.software_pipeline[*].role_name)
}

output "instance_profile_arn" {
  description = "Its instances' profile."
  value       = one(module.software_pipeline[*].instance_profile_arn)
}

# --- Software ------------------------------------------------------------------------------------------------------

output "source_bucket" {
  description = "The bucket that releases are put into; null without a pipeline."
  value       = local.here ? module.software_pipeline[0].source_bucket : local.release.bucket
}

output "source_object_key" {
  description = "The key of a release, an archive with an `appspec.yml` at its root; null without a pipeline."
  value       = local.here ? module.software_pipeline[0].source_object_key : local.release.key
}

output "source_uri" {
  description = "Where a release goes: `aws s3 cp release.zip` this; null without a pipeline."
  value       = local.here ? module.software_pipeline[0].source_uri : local.release.uri
}

output "pipeline_name" {
  description = "The software pipeline; null without one."
  value       = one(module.software_pipeline[*].pipeline_name)
}

output "pipeline_arn" {
  description = "The software pipeline's ARN; null without one."
  value       = one(module.software_pipeline[*].pipeline_arn)
}

output "codedeploy_application_name" {
  description = "The CodeDeploy application; null without a pipeline."
  value       = one(module.software_pipeline[*].codedeploy_application_name)
}

output "log_group_name" {
  description = "The log group that the instances may write to; null without a pipeline."
  value       = one(module.software_pipeline[*].log_group_name)
}

# --- Data ----------------------------------------------------------------------------------------------------------

output "database" {
  description = "The database: `id`, `arn`, `identifier`, `address`, `port`, `endpoint`, `db_name`, `username`, `master_user_secret_arn` (never the secret), `security_group_id` and `parameter_name`, where its record is. Null without one."
  value       = local.here ? module.software_pipeline[0].database : local.database
}

# --- Infrastructure ------------------------------------------------------------------------------------------------

output "infrastructure_pipeline" {
  description = "The infrastructure pipeline: `id`, `source_uri`, where the scripts go (an archive with `preInstall.sh` and `install.sh`), `pipeline_name`, `log_group_name` of its builds, `state_object_key` of what it deploys, and `configuration`, which it deploys. Null without one."
  value = one([
    for pipeline in module.infrastructure_pipeline : {
      id               = pipeline.id
      source_uri       = pipeline.source_uri
      pipeline_name    = pipeline.pipeline_name
      log_group_name   = pipeline.log_group_name
      state_object_key = pipeline.state_object_key
      configuration    = local.configuration
    }
  ])
}

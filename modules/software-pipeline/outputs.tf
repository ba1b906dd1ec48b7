output "id" {
  description = "The tenant's id, such as `dev/acme`."
  value       = paas_tenant.this.id
}

output "urls" {
  description = "Where the tenant answers: one URL per host without wildcards."
  value       = paas_tenant.this.urls
}

output "ready" {
  description = "Whether everything stands as configured, the database included. False after an apply that broke off."
  value       = alltrue(concat([paas_tenant.this.ready], paas_database.this[*].ready))
}

output "parameter_name" {
  description = "The SSM parameter with the tenant's published record."
  value       = paas_tenant.this.parameter_name
}

# --- Behind the load balancer --------------------------------------------------------------------------------------

output "priorities" {
  description = "The priorities of its listener rules."
  value       = paas_tenant.this.priorities
}

output "listener_rule_arns" {
  description = "Its listener rules, in the same order."
  value       = paas_tenant.this.listener_rule_arns
}

output "target_group_arn" {
  description = "Its target group; with blue/green deployments, the blue one."
  value       = paas_tenant.this.target_group_arn
}

# --- Instances -----------------------------------------------------------------------------------------------------

output "autoscaling_group_name" {
  description = "Its Auto Scaling group; with blue/green deployments, the blue one."
  value       = paas_tenant.this.autoscaling_group_name
}

output "autoscaling_group_arn" {
  description = "The Auto Scaling group's ARN."
  value       = paas_tenant.this.autoscaling_group_arn
}

output "launch_template_id" {
  description = "Its launch template."
  value       = paas_tenant.this.launch_template_id
}

output "security_group_id" {
  description = "Its instances' security group."
  value       = paas_tenant.this.security_group_id
}

output "role_arn" {
  description = "Its instances' role."
  value       = paas_tenant.this.role_arn
}

output "role_name" {
  description = "The role's name, to attach policies to."
  value       = paas_tenant.this.role_name
}

output "instance_profile_arn" {
  description = "Its instances' profile."
  value       = paas_tenant.this.instance_profile_arn
}

# --- Software ------------------------------------------------------------------------------------------------------

output "source_bucket" {
  description = "The bucket that releases are put into; null without a pipeline."
  value       = paas_tenant.this.source_bucket
}

output "source_object_key" {
  description = "The key of a release, an archive with an `appspec.yml` at its root; null without a pipeline."
  value       = paas_tenant.this.source_object_key
}

output "source_uri" {
  description = "Where a release goes: `aws s3 cp release.zip` this; null without a pipeline."
  value       = var.pipeline == null ? null : "s3://${paas_tenant.this.source_bucket}/${paas_tenant.this.source_object_key}"
}

output "pipeline_name" {
  description = "The software pipeline; null without one."
  value       = paas_tenant.this.pipeline_name
}

output "pipeline_arn" {
  description = "The software pipeline's ARN; null without one."
  value       = paas_tenant.this.pipeline_arn
}

output "codedeploy_application_name" {
  description = "The CodeDeploy application; null without a pipeline."
  value       = paas_tenant.this.codedeploy_application_name
}

output "log_group_name" {
  description = "The log group that the instances may write to; null without a pipeline."
  value       = paas_tenant.this.log_group_name
}

# --- Data ----------------------------------------------------------------------------------------------------------

output "database" {
  description = "The database: `id`, `arn`, `identifier`, `address`, `port`, `endpoint`, `db_name`, `username`, `master_user_secret_arn` (never the secret), `security_group_id` and `parameter_name`, where its record is. Null without one."
  value = one([
    for database in paas_database.this : {
      id                     = database.id
      arn                    = database.arn
      identifier             = database.identifier
      address                = database.address
      port                   = database.port
      endpoint               = database.endpoint
      db_name                = database.db_name
      username               = database.username
      resource_id            = database.resource_id
      master_user_secret_arn = database.master_user_secret_arn
      security_group_id      = database.security_group_id
      db_subnet_group_name   = database.db_subnet_group_name
      parameter_group_name   = database.parameter_group_name
      parameter_name         = database.parameter_name
    }
  ])
}

output "id" {
  description = "The pipeline's id, such as `dev/acme`: what `paas_ami` and `data.paas_ami` take as `infrastructure_pipeline`."
  value       = paas_infrastructure_pipeline.this.id
}

output "ready" {
  description = "Whether everything stands as configured. False after an apply that broke off."
  value       = paas_infrastructure_pipeline.this.ready
}

output "parameter_name" {
  description = "The SSM parameter with the pipeline's published record."
  value       = paas_infrastructure_pipeline.this.parameter_name
}

output "source_bucket" {
  description = "The bucket that the tenant's scripts are put into."
  value       = paas_infrastructure_pipeline.this.source_bucket
}

output "source_object_key" {
  description = "The key of the scripts, an archive with `preInstall.sh` and `install.sh` at its root."
  value       = paas_infrastructure_pipeline.this.source_object_key
}

output "source_uri" {
  description = "Where the scripts go: `aws s3 cp scripts.zip` this."
  value       = "s3://${paas_infrastructure_pipeline.this.source_bucket}/${paas_infrastructure_pipeline.this.source_object_key}"
}

output "pipeline_name" {
  description = "The pipeline."
  value       = paas_infrastructure_pipeline.this.pipeline_name
}

output "pipeline_arn" {
  description = "The pipeline's ARN."
  value       = paas_infrastructure_pipeline.this.pipeline_arn
}

output "log_group_name" {
  description = "The log group of its builds: streams `bake/…` and `deploy/…`."
  value       = paas_infrastructure_pipeline.this.log_group_name
}

# --- Bake ----------------------------------------------------------------------------------------------------------

output "bake_project_name" {
  description = "The CodeBuild project that bakes images."
  value       = paas_infrastructure_pipeline.this.bake_project_name
}

output "bake_role_arn" {
  description = "The role that it works with."
  value       = paas_infrastructure_pipeline.this.bake_role_arn
}

output "packer_template" {
  description = "The Packer template that images are baked by."
  value       = paas_infrastructure_pipeline.this.packer_template
}

output "bake_buildspec" {
  description = "The buildspec that images are baked by."
  value       = paas_infrastructure_pipeline.this.bake_buildspec
}

# --- Deploy --------------------------------------------------------------------------------------------------------

output "deploy_project_name" {
  description = "The CodeBuild project that deploys the tenant; null without `deploy`."
  value       = paas_infrastructure_pipeline.this.deploy_project_name
}

output "deploy_role_arn" {
  description = "The role that it works with; null without `deploy`."
  value       = paas_infrastructure_pipeline.this.deploy_role_arn
}

output "deploy_buildspec" {
  description = "The buildspec that the tenant is deployed by; null without `deploy`."
  value       = paas_infrastructure_pipeline.this.deploy_buildspec
}

output "state_object_key" {
  description = "The object in the bucket that holds Terraform's state of the tenant; null without `deploy`."
  value       = paas_infrastructure_pipeline.this.state_object_key
}

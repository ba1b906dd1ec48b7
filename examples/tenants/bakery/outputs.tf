output "urls" {
  description = "Where the tenant answers, once its pipeline has deployed it."
  value       = module.bakery.urls
}

output "scripts_uri" {
  description = "Where the scripts of the machine image go: ../../tenant-repository/bake.sh this."
  value       = module.bakery.infrastructure_pipeline.source_uri
}

output "source_uri" {
  description = "Where a release goes: ../../tenant-repository/release.sh this."
  value       = module.bakery.source_uri
}

output "infrastructure_pipeline_name" {
  description = "The infrastructure pipeline, which bakes images and deploys the tenant."
  value       = module.bakery.infrastructure_pipeline.pipeline_name
}

output "log_group_name" {
  description = "The log group of its builds: streams `bake/…` and `deploy/…`."
  value       = module.bakery.infrastructure_pipeline.log_group_name
}

output "state" {
  description = "Where Terraform's state of the tenant is."
  value       = "s3://${data.paas_environment.this.bucket}/${module.bakery.infrastructure_pipeline.state_object_key}"
}

output "configuration" {
  description = "What the pipeline deploys: a main.tf.json."
  value       = module.bakery.infrastructure_pipeline.configuration
}

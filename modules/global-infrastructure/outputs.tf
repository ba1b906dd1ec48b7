output "id" {
  description = "The environment's name: what tenants give as `environment`. Refer to it, and Terraform makes the environment before its tenants and destroys it after them."
  value       = paas_environment.this.id
}

output "ready" {
  description = "Whether everything stands as configured. False after an apply that broke off."
  value       = paas_environment.this.ready
}

output "vpc_id" {
  description = "The VPC."
  value       = paas_environment.this.vpc_id
}

output "vpc_cidr_block" {
  description = "The VPC's address range."
  value       = paas_environment.this.vpc_cidr_block
}

output "public_subnet_ids" {
  description = "Subnets with a route to the internet, in the order of the zones."
  value       = paas_environment.this.public_subnet_ids
}

output "natted_subnet_ids" {
  description = "Subnets with a route out through a NAT."
  value       = paas_environment.this.natted_subnet_ids
}

output "private_subnet_ids" {
  description = "Subnets without a way out."
  value       = paas_environment.this.private_subnet_ids
}

output "public_cidr_block" {
  description = "The one range that covers the public tier."
  value       = paas_environment.this.public_cidr_block
}

output "natted_cidr_block" {
  description = "The one range that covers the natted tier."
  value       = paas_environment.this.natted_cidr_block
}

output "private_cidr_block" {
  description = "The one range that covers the private tier."
  value       = paas_environment.this.private_cidr_block
}

output "nat_public_ips" {
  description = "The addresses that the tenants' traffic comes from."
  value       = paas_environment.this.nat_public_ips
}

output "kms_key_arn" {
  description = "The key that encrypts everything of the environment."
  value       = paas_environment.this.kms_key_arn
}

output "bucket" {
  description = "The bucket for sources, artifacts and logs."
  value       = paas_environment.this.bucket
}

output "bucket_arn" {
  description = "The bucket's ARN."
  value       = paas_environment.this.bucket_arn
}

output "cloudtrail_arn" {
  description = "The trail; null without one."
  value       = paas_environment.this.cloudtrail_arn
}

output "log_group_name" {
  description = "The trail's log group; null without a trail."
  value       = paas_environment.this.log_group_name
}

output "infrastructure_pipeline_role_arn" {
  description = "The role of the tenants' infrastructure pipelines."
  value       = paas_environment.this.infrastructure_pipeline_role_arn
}

output "software_pipeline_role_arn" {
  description = "The role of the tenants' software pipelines."
  value       = paas_environment.this.software_pipeline_role_arn
}

output "deploy_role_arn" {
  description = "The role that CodeDeploy works with."
  value       = paas_environment.this.deploy_role_arn
}

output "events_role_arn" {
  description = "The role with which EventBridge starts the tenants' pipelines."
  value       = paas_environment.this.events_role_arn
}

output "load_balancer_arn" {
  description = "The load balancer."
  value       = paas_environment.this.load_balancer_arn
}

output "load_balancer_dns_name" {
  description = "What the tenants' host names point to."
  value       = paas_environment.this.load_balancer_dns_name
}

output "load_balancer_zone_id" {
  description = "The hosted zone for alias records."
  value       = paas_environment.this.load_balancer_zone_id
}

output "https_listener_arn" {
  description = "The listener on port 443, which holds the tenants' rules."
  value       = paas_environment.this.https_listener_arn
}

output "load_balancer_security_group_id" {
  description = "The load balancer's security group."
  value       = paas_environment.this.load_balancer_security_group_id
}

output "parameter_name" {
  description = "The SSM parameter with the environment's published record."
  value       = paas_environment.this.parameter_name
}

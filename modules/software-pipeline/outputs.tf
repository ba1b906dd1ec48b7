output "id" {
  description = "The tenant's id, such as `dev/acme`."
  value       = paas_tenant.this.id
}

output "urls" {
  description = "Where the tenant answers: one URL per host without wildcards."
  value       = paas_tenant.this.urls
}

output "priorities" {
  description = "The priorities of its listener rules."
  value       = paas_tenant.this.priorities
}

output "listener_rule_arns" {
  description = "Its listener rules, in the same order."
  value       = paas_tenant.this.listener_rule_arns
}

output "target_group_arn" {
  description = "Its target group."
  value       = paas_tenant.this.target_group_arn
}

output "autoscaling_group_name" {
  description = "Its Auto Scaling group."
  value       = paas_tenant.this.autoscaling_group_name
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

output "parameter_name" {
  description = "The SSM parameter with the tenant's published record."
  value       = paas_tenant.this.parameter_name
}

output "urls" {
  description = "Where the tenant answers."
  value       = module.acme.urls
}

output "load_balancer_dns_name" {
  description = "What the tenant's host names must point to."
  value       = data.paas_environment.this.load_balancer_dns_name
}

output "role_name" {
  description = "The instances' role, to attach policies to."
  value       = module.acme.role_name
}

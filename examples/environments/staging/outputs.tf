output "environment" {
  description = "What tenants give as `environment`."
  value       = module.environment.id
}

output "load_balancer_dns_name" {
  description = "What the tenants' host names must point to."
  value       = module.environment.load_balancer_dns_name
}

output "nat_public_ips" {
  description = "The addresses that the tenants' traffic comes from: for other people's firewalls."
  value       = module.environment.nat_public_ips
}

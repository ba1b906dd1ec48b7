data "paas_tenants" "production" {
  environment = "production"
}

output "hosts" {
  value = { for tenant in data.paas_tenants.production.tenants : tenant.name => tenant.hosts }
}

data "paas_environment" "production" {
  name = "production"
}

output "load_balancer" {
  value = data.paas_environment.production.load_balancer_dns_name
}

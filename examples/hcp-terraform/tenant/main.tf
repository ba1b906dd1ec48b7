# As ../../tenants/acme, in a workspace of HCP Terraform.

module "acme" {
  source = "../../../modules/tenant"

  environment  = var.environment
  name         = "acme"
  hosts        = var.hosts
  image_id     = var.image_id
  port         = 8080
  health_check = { path = "/health" }
  database     = {}
}

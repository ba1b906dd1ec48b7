# Another team's configuration. It shares no state with the platform team's and knows the environment only by its
# name; the rest is read from the record that the environment publishes. What runs on the instances comes from a
# repository like ../../tenant-repository.

data "paas_environment" "this" {
  name = var.environment
}

module "acme" {
  source = "../../../modules/tenant"

  environment  = data.paas_environment.this.id
  name         = "acme"
  hosts        = var.hosts
  image_id     = var.image_id
  max_size     = 4
  port         = 8080
  health_check = { path = "/health" }
  database     = {}
}

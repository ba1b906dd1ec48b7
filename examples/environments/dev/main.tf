# The development environment, and two tenants of the platform team's own. Other teams' tenants live in their own
# configurations: see examples/tenants/acme.

module "environment" {
  source = "../../../modules/global-infrastructure"

  name            = "dev"
  cidr_block      = "10.10.0.0/16"
  certificate_arn = var.certificate_arn

  # Nothing here is worth keeping: let a destroy take all of it, and soon.
  force_destroy           = true
  deletion_window_in_days = 7
}

module "shop" {
  source = "../../../modules/software-pipeline"

  environment = module.environment.id
  name        = "shop"
  hosts       = ["shop.${var.domain}", "*.shop.${var.domain}"]
  image_id    = var.image_id

  target_tracking = { target_value = 50 }
}

module "blog" {
  source = "../../../modules/software-pipeline"

  environment = module.environment.id
  name        = "blog"
  hosts       = ["blog.${var.domain}"]
  image_id    = var.image_id

  port         = 8080
  health_check = { path = "/health", matcher = "200-299" }
}

# The production environment: no zone depends on another, and nobody destroys it by accident.

module "environment" {
  source = "../../../modules/global-infrastructure"

  name            = "production"
  cidr_block      = "10.30.0.0/16"
  certificate_arn = var.certificate_arn

  nat                          = { per_zone = true }
  deletion_protection          = true
  cloudtrail_retention_in_days = 30
  log_expiration_days          = 30
}

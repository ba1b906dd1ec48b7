# Layer 1: what all tenants of an environment share. What is left out here (null) has the provider's default.

resource "paas_environment" "this" {
  name = var.name

  cidr_block         = var.cidr_block
  network            = var.network
  availability_zones = var.availability_zones
  nat                = var.nat

  certificate_arn             = var.certificate_arn
  additional_certificate_arns = var.additional_certificate_arns
  ssl_policy                  = var.ssl_policy
  ingress_cidr_blocks         = var.ingress_cidr_blocks
  internal                    = var.internal
  idle_timeout                = var.idle_timeout
  reserved_priorities         = var.reserved_priorities

  enable_cloudtrail            = var.enable_cloudtrail
  cloudtrail_retention_in_days = var.cloudtrail_retention_in_days
  log_expiration_days          = var.log_expiration_days

  deletion_protection     = var.deletion_protection
  force_destroy           = var.force_destroy
  deletion_window_in_days = var.deletion_window_in_days
  permissions_boundary    = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.timeouts

  lifecycle {
    # With "resume" a create that failed half-way is a warning: this makes the run fail, and nothing is destroyed.
    postcondition {
      condition     = self.ready
      error_message = "Environment ${var.name} isn't complete: the warning above says what failed. terraform apply goes on from here."
    }
  }
}

# The staging environment: as production, but small. One NAT instance is enough.

module "environment" {
  source = "../../../modules/global-infrastructure"

  name            = "staging"
  cidr_block      = "10.20.0.0/16"
  certificate_arn = var.certificate_arn

  nat           = { type = "instance" }
  force_destroy = true
}

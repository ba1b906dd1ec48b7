resource "paas_environment" "production" {
  name            = "production"
  cidr_block      = "10.20.0.0/16"
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0d5f3e4a-1b2c-4d5e-8f90-123456789abc"

  nat = {
    per_zone = true
  }

  deletion_protection = true
}

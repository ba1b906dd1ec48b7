terraform {
  required_version = ">= 1.11"

  required_providers {
    paas = {
      source  = "paas/paas"
      version = ">= 0.1"
    }
    # Without a list of thumbprints, which IAM no longer needs for HCP Terraform.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.83"
    }
  }
}

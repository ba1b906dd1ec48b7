terraform {
  required_version = ">= 1.11"

  required_providers {
    paas = {
      source  = "paas/paas"
      version = ">= 0.1"
    }
    # 6.0 takes an issuer without a list of thumbprints: IAM gets them itself.
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

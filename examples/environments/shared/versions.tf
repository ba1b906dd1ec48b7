terraform {
  required_version = ">= 1.11"

  required_providers {
    paas = {
      source  = "paas/paas"
      version = ">= 0.1"
    }
  }
}

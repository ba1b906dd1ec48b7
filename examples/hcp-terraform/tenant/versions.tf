terraform {
  required_version = ">= 1.11"

  # State and runs are HCP Terraform's. A cloud block takes no variables: put your own names here, or leave them out and
  # set TF_CLOUD_ORGANIZATION, TF_CLOUD_PROJECT and TF_WORKSPACE.
  cloud {
    organization = "example-organization"

    workspaces {
      project = "tenants"
      name    = "acme-dev"
    }
  }

  required_providers {
    paas = {
      source  = "paas/paas"
      version = ">= 0.1"
    }
  }
}

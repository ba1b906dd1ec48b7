terraform {
  required_providers {
    paas = {
      source  = "paas/paas"
      version = "~> 0.1"
    }
  }
}

provider "paas" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  assume_role = {
    role_arn = "arn:aws:iam::123456789012:role/platform"
  }

  default_tags = {
    tags = { managed-by = "terraform" }
  }
}

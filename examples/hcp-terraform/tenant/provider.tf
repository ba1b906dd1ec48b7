# No credentials: each run gets its own from HCP Terraform, through the environment.
provider "paas" {
  region = var.region

  # A run with another account's credentials ends before it looks at anything.
  allowed_account_ids = var.account_id == null ? null : [var.account_id]

  default_tags = {
    tags = { team = "acme" }
  }
}

variable "gitlab_token" {
  description = "What repositories are cloned with: a group's access token with the scope read_repository."
  type        = string
  ephemeral   = true
}

resource "paas_gitlab_webhook" "shared" {
  gitlab_host          = "gitlab.example.com"
  allowed_repositories = ["shops/*"]

  # shops/acme-software is released to the instances of tenant acme, shops/acme-infrastructure bakes their images.
  naming_rule = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)"

  # These go their own way.
  repositories = {
    "shops/legacy/web" = { tenant = "legacy", kind = "software" }
  }

  branches = {
    dev     = "dev"
    staging = "staging"
    main    = "production"
  }

  credentials_wo         = var.gitlab_token
  credentials_wo_version = 1
}

output "gitlab" {
  description = "What to enter in GitLab: the URL, and where to find the secret token."
  value = {
    url   = paas_gitlab_webhook.shared.url
    token = "aws secretsmanager get-secret-value --secret-id ${paas_gitlab_webhook.shared.token_secret_arn}"
  }
}

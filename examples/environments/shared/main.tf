# What all environments share: pushes to GitLab become releases and images of the tenants, in the environment that the
# branch stands for. It is applied once, and needs none of the environments.
#
# A repository tells by its name whose it is, and what: shops/acme-software is released onto the instances of tenant acme,
# and shops/acme-infrastructure is what its image is baked from. A new tenant needs two repositories, and no apply here.

module "gitlab_integration" {
  source = "../../../modules/gitlab-integration"

  gitlab_host          = var.gitlab_host
  allowed_repositories = ["shops/*"]
  naming_rule          = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)"

  branches = {
    dev     = "dev"
    staging = "staging"
    master  = "production"
  }

  # What builds clone with: a group's access token that may read repositories.
  credentials_wo         = var.gitlab_access_token
  credentials_wo_version = var.gitlab_access_token_version
}

# A webhook whose create broke off: the run fails, so that nobody takes it for whole. It is looked at in the plan, since
# `terraform test` of 1.11 applies no module that has ephemeral variables.

mock_provider "paas" {
  override_during = plan

  mock_resource "paas_gitlab_webhook" {
    defaults = {
      ready            = false
      branches         = { dev = "dev" }
      url              = null
      token_secret_arn = null
    }
  }
}

run "a_webhook_that_is_not_ready_fails_the_run" {
  command = plan

  variables {
    gitlab_host          = "gitlab.example.com"
    allowed_repositories = ["shops/*"]
    naming_rule          = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)"
  }

  expect_failures = [paas_gitlab_webhook.this]
}

# What the module asks of the provider. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {
  # `terraform test` of 1.11 applies no module that has ephemeral variables.
  override_during = plan

  mock_resource "paas_gitlab_webhook" {
    defaults = {
      # A mock's booleans are false, and what isn't ready fails the run.
      ready            = true
      url              = "https://abcdef1234.execute-api.eu-west-1.amazonaws.com/v1/push"
      token_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:paas/gitlab_webhook/gitlab/token-AbCdEf"
      branches         = { dev = "dev", staging = "staging", master = "production" }
      # Without a signing token there is none: a mock would make one up.
      signing_token_secret_arn = null
    }
  }
}

variables {
  gitlab_host          = "gitlab.example.com"
  allowed_repositories = ["shops/*"]
  naming_rule          = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)"
}

run "the_least_that_can_be_said" {
  command = plan

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.gitlab_host == "gitlab.example.com",
      contains(paas_gitlab_webhook.this.allowed_repositories, "shops/*"),
      startswith(paas_gitlab_webhook.this.naming_rule, "shops/"),
    ])
    error_message = "GitLab and its repositories must reach the resource."
  }

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.repositories == null,
      paas_gitlab_webhook.this.token_wo_version == null,
      paas_gitlab_webhook.this.signing_token_wo_version == null,
      paas_gitlab_webhook.this.credentials_secret_arn == null,
    ])
    error_message = "What is left out must be left to the provider."
  }

  assert {
    condition     = paas_gitlab_webhook.this.on_create_failure == "resume"
    error_message = "A create that fails must not destroy what it made."
  }
}

run "everything" {
  command = plan

  variables {
    name                   = "shops"
    gitlab_host            = "http://gitlab.example.com:8080"
    allowed_repositories   = ["shops/*", "old/*"]
    repositories           = { "old/acme" = { tenant = "acme", kind = "infrastructure" } }
    branches               = { main = "production" }
    throttling_rate_limit  = 5
    throttling_burst_limit = 10
    build_image            = "aws/codebuild/standard:7.0"
    compute_type           = "BUILD_GENERAL1_MEDIUM"
    build_timeout          = 30
    log_retention_in_days  = 90
    permissions_boundary   = "arn:aws:iam::123456789012:policy/boundary"
    tags                   = { team = "platform" }
    timeouts               = { create = "30m" }
  }

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.name == "shops",
      paas_gitlab_webhook.this.gitlab_host == "http://gitlab.example.com:8080",
      length(paas_gitlab_webhook.this.allowed_repositories) == 2,
      paas_gitlab_webhook.this.repositories["old/acme"].tenant == "acme",
      paas_gitlab_webhook.this.repositories["old/acme"].kind == "infrastructure",
      paas_gitlab_webhook.this.branches == tomap({ main = "production" }),
    ])
    error_message = "Which pushes count must reach the resource."
  }

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.throttling_rate_limit == 5,
      paas_gitlab_webhook.this.throttling_burst_limit == 10,
      paas_gitlab_webhook.this.build_image == "aws/codebuild/standard:7.0",
      paas_gitlab_webhook.this.compute_type == "BUILD_GENERAL1_MEDIUM",
      paas_gitlab_webhook.this.build_timeout == 30,
      paas_gitlab_webhook.this.log_retention_in_days == 90,
      paas_gitlab_webhook.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary",
      paas_gitlab_webhook.this.tags["team"] == "platform",
      paas_gitlab_webhook.this.timeouts.create == "30m",
    ])
    error_message = "How it runs must reach the resource."
  }
}

run "secrets_of_ones_own_are_told_by_their_versions" {
  command = plan

  variables {
    token_wo                 = "a-token-that-nobody-guesses"
    token_wo_version         = 3
    signing_token_wo         = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    signing_token_wo_version = 2
    credentials_wo           = "a-token-of-gitlab"
    credentials_wo_version   = 7
  }

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.token_wo_version == 3,
      paas_gitlab_webhook.this.signing_token_wo_version == 2,
      paas_gitlab_webhook.this.credentials_wo_version == 7,
    ])
    error_message = "Versions must reach the resource."
  }

  assert {
    condition = alltrue([
      paas_gitlab_webhook.this.token_wo == null,
      paas_gitlab_webhook.this.signing_token_wo == null,
      paas_gitlab_webhook.this.credentials_wo == null,
    ])
    error_message = "A secret must stand in no plan."
  }
}

run "credentials_in_a_secret_of_ones_own" {
  command = plan

  variables {
    credentials_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf"
  }

  assert {
    condition     = paas_gitlab_webhook.this.credentials_secret_arn == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf"
    error_message = "The secret must reach the resource."
  }
}

run "a_made_webhook_gives_its_outputs" {
  command = plan

  assert {
    condition = alltrue([
      output.id == paas_gitlab_webhook.this.id,
      output.url == paas_gitlab_webhook.this.url,
      output.function_log_group_name == paas_gitlab_webhook.this.function_log_group_name,
      output.build_log_group_name == paas_gitlab_webhook.this.build_log_group_name,
      output.ready,
    ])
    error_message = "Outputs must be the resource's."
  }

  assert {
    condition     = output.branch_filter == "^(dev|master|staging)$"
    error_message = "GitLab must be told which branches count: ${output.branch_filter}"
  }

  assert {
    condition     = output.instructions == <<-TEXT
      In GitLab, in the settings of the group, or of each repository: Webhooks, Add new webhook.

      URL               https://abcdef1234.execute-api.eu-west-1.amazonaws.com/v1/push
      Secret token      what this command shows:
                        aws secretsmanager get-secret-value --region eu-west-1 --secret-id arn:aws:secretsmanager:eu-west-1:123456789012:secret:paas/gitlab_webhook/gitlab/token-AbCdEf --query SecretString --output text
      Trigger           Push events, Regular expression: ^(dev|master|staging)$
      SSL verification  Enable SSL verification
    TEXT
    error_message = "What is to be entered in GitLab must be told, field by field:\n${output.instructions}"
  }
}

run "a_signing_token_is_to_be_entered_as_well" {
  command = plan

  variables {
    signing_token_wo         = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    signing_token_wo_version = 1
  }

  override_resource {
    target          = paas_gitlab_webhook.this
    override_during = plan
    values = {
      ready                    = true
      token_secret_arn         = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf"
      signing_token_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-AbCdEf"
    }
  }

  assert {
    condition     = strcontains(output.instructions, "Signing token     what this command shows:\n                  aws secretsmanager get-secret-value --region eu-west-1 --secret-id arn:aws:secretsmanager:eu-west-1:123456789012:secret:signing-AbCdEf ")
    error_message = "The signing token must be among what is to be entered:\n${output.instructions}"
  }
}

run "a_branch_means_itself_in_gitlabs_filter" {
  command = plan

  variables {
    branches = { "release/1.2" = "staging", "c++" = "dev" }
  }

  assert {
    condition     = output.branch_filter == "^(c\\+\\+|release/1\\.2)$"
    error_message = "What a regular expression would take for its own must be escaped: ${output.branch_filter}"
  }
}

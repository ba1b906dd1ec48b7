# Every rule that a variable has, broken once. The provider has the same rules; here they fail before it is asked.

mock_provider "paas" {}

variables {
  gitlab_host          = "gitlab.example.com"
  allowed_repositories = ["shops/*"]
  naming_rule          = "shops/(?P<tenant>[a-z0-9-]+)-(?P<kind>software|infrastructure)"
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "GitLab"
  }

  expect_failures = [var.name]
}

run "a_name_of_17_characters" {
  command = plan

  variables {
    name = "gitlab-of-example"
  }

  expect_failures = [var.name]
}

run "a_host_with_a_path" {
  command = plan

  variables {
    gitlab_host = "gitlab.example.com/shops"
  }

  expect_failures = [var.gitlab_host]
}

run "a_host_by_ssh" {
  command = plan

  variables {
    gitlab_host = "git@gitlab.example.com"
  }

  expect_failures = [var.gitlab_host]
}

run "no_allowed_repository" {
  command = plan

  variables {
    allowed_repositories = []
  }

  expect_failures = [var.allowed_repositories]
}

run "an_allowed_repository_as_an_url" {
  command = plan

  variables {
    allowed_repositories = ["https://gitlab.example.com/shops/acme"]
  }

  expect_failures = [var.allowed_repositories]
}

run "nothing_tells_the_tenant" {
  command = plan

  variables {
    naming_rule = null
  }

  expect_failures = [var.repositories]
}

run "no_repository_and_no_rule" {
  command = plan

  variables {
    naming_rule  = null
    repositories = {}
  }

  expect_failures = [var.repositories]
}

run "a_repository_of_no_kind" {
  command = plan

  variables {
    repositories = { "shops/acme" = { tenant = "acme", kind = "hardware" } }
  }

  expect_failures = [var.repositories]
}

run "a_repository_of_a_tenant_in_capitals" {
  command = plan

  variables {
    repositories = { "shops/acme" = { tenant = "Acme", kind = "software" } }
  }

  expect_failures = [var.repositories]
}

run "a_repository_that_is_not_allowed" {
  command = plan

  variables {
    repositories = { "shop/acme" = { tenant = "acme", kind = "software" } }
  }

  expect_failures = [var.repositories]
}

run "a_dot_that_stands_for_itself" {
  command = plan

  variables {
    allowed_repositories = ["shops/a.b"]
    repositories         = { "shops/acb" = { tenant = "acme", kind = "software" } }
  }

  expect_failures = [var.repositories]
}

run "a_rule_that_is_none" {
  command = plan

  variables {
    naming_rule = "shops/(?P<tenant>[a-z]+-(?P<kind>software)"
  }

  expect_failures = [var.naming_rule]
}

run "a_rule_that_looks_around" {
  command = plan

  variables {
    naming_rule = "(?=shops)(?P<tenant>.*)-(?P<kind>.*)"
  }

  expect_failures = [var.naming_rule]
}

run "a_rule_without_a_kind" {
  command = plan

  variables {
    naming_rule = "shops/(?P<tenant>[a-z]+)-(software)"
  }

  expect_failures = [var.naming_rule]
}

run "no_branch" {
  command = plan

  variables {
    branches = {}
  }

  expect_failures = [var.branches]
}

run "branches_of_21_environments" {
  command = plan

  variables {
    branches = { for number in range(21) : "b${number}" => "e${number}" }
  }

  expect_failures = [var.branches]
}

run "a_branch_of_an_environment_by_arn" {
  command = plan

  variables {
    branches = { dev = "arn:aws:ssm:eu-west-1:123456789012:parameter/x" }
  }

  expect_failures = [var.branches]
}

run "a_token_that_is_too_short" {
  command = plan

  variables {
    token_wo         = "fifteen-letters"
    token_wo_version = 1
  }

  expect_failures = [var.token_wo]
}

run "a_token_with_a_space" {
  command = plan

  variables {
    token_wo         = "a token that nobody guesses"
    token_wo_version = 1
  }

  expect_failures = [var.token_wo]
}

run "a_token_without_a_version" {
  command = plan

  variables {
    token_wo = "a-token-that-nobody-guesses"
  }

  expect_failures = [var.token_wo_version]
}

run "a_version_without_a_token" {
  command = plan

  variables {
    token_wo_version = 1
  }

  expect_failures = [var.token_wo_version]
}

run "a_signing_token_that_is_a_token" {
  command = plan

  variables {
    signing_token_wo         = "a-token-that-nobody-guesses"
    signing_token_wo_version = 1
  }

  expect_failures = [var.signing_token_wo]
}

run "a_signing_token_of_15_bytes" {
  command = plan

  variables {
    signing_token_wo         = "whsec_MDEyMzQ1Njc4OTAxMjM0"
    signing_token_wo_version = 1
  }

  expect_failures = [var.signing_token_wo]
}

run "a_signing_token_without_a_version" {
  command = plan

  variables {
    signing_token_wo = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
  }

  expect_failures = [var.signing_token_wo_version]
}

run "empty_credentials" {
  command = plan

  variables {
    credentials_wo         = ""
    credentials_wo_version = 1
  }

  expect_failures = [var.credentials_wo]
}

run "credentials_without_a_version" {
  command = plan

  variables {
    credentials_wo = "a-token-of-gitlab"
  }

  expect_failures = [var.credentials_wo_version]
}

run "credentials_in_a_parameter" {
  command = plan

  variables {
    credentials_secret_arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/gitlab"
  }

  expect_failures = [var.credentials_secret_arn]
}

run "credentials_twice" {
  command = plan

  variables {
    credentials_wo         = "a-token-of-gitlab"
    credentials_wo_version = 1
    credentials_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gitlab-AbCdEf"
  }

  expect_failures = [var.credentials_secret_arn]
}

run "no_request_a_second" {
  command = plan

  variables {
    throttling_rate_limit = 0
  }

  expect_failures = [var.throttling_rate_limit]
}

run "no_request_at_once" {
  command = plan

  variables {
    throttling_burst_limit = 0
  }

  expect_failures = [var.throttling_burst_limit]
}

run "a_build_of_a_minute" {
  command = plan

  variables {
    build_timeout = 1
  }

  expect_failures = [var.build_timeout]
}

run "a_retention_that_logs_do_not_have" {
  command = plan

  variables {
    log_retention_in_days = 4
  }

  expect_failures = [var.log_retention_in_days]
}

run "a_boundary_that_is_a_role" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:role/x"
  }

  expect_failures = [var.permissions_boundary]
}

run "a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:team" = "a" }
  }

  expect_failures = [var.tags]
}

run "an_ownership_tag" {
  command = plan

  variables {
    tags = { "paas:owner" = "a" }
  }

  expect_failures = [var.tags]
}

run "an_unknown_way_to_fail" {
  command = plan

  variables {
    on_create_failure = "destroy"
  }

  expect_failures = [var.on_create_failure]
}

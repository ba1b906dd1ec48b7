# An environment whose create broke off: the run fails, so that nobody takes it for whole.

mock_provider "paas" {
  mock_resource "paas_environment" {
    defaults = { ready = false }
  }
}

run "an_environment_that_is_not_ready_fails_the_run" {
  variables {
    name            = "dev"
    cidr_block      = "10.0.0.0/16"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  }

  expect_failures = [paas_environment.this]
}

# A pipeline whose create broke off: the run fails, so that nobody takes it for whole.

mock_provider "paas" {
  mock_resource "paas_infrastructure_pipeline" {
    defaults = { ready = false }
  }
}

run "a_pipeline_that_is_not_ready_fails_the_run" {
  variables {
    environment = "dev"
    tenant      = "acme"
  }

  expect_failures = [paas_infrastructure_pipeline.this]
}

# A create that broke off: the run fails, so that nobody takes a part for the whole.

mock_provider "paas" {}

variables {
  environment = "dev"
  name        = "acme"
  hosts       = ["acme.example.com"]
  image_id    = "ami-11111111"
  database    = {}
}

run "a_tenant_that_is_not_ready_fails_the_run_and_its_database_waits" {
  override_resource {
    target = paas_tenant.this
    values = { ready = false }
  }

  expect_failures = [paas_tenant.this]
}

run "a_database_that_is_not_ready_fails_the_run" {
  state_key = "database"

  override_resource {
    target = paas_tenant.this
    values = { ready = true }
  }
  override_resource {
    target = paas_database.this
    values = { ready = false }
  }

  expect_failures = [paas_database.this]
}

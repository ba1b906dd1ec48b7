# What a team gets for ten lines. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {
  # A mock's booleans are false, and what isn't ready fails the run.
  mock_resource "paas_tenant" {
    defaults = {
      ready             = true
      source_bucket     = "paas-dev-123456789012-eu-west-1"
      source_object_key = "software/acme.zip"
    }
  }
  mock_resource "paas_database" {
    defaults = { ready = true }
  }
}

variables {
  environment = "dev"
  name        = "acme"
  hosts       = ["acme.example.com"]
  image_id    = "ami-11111111"
}

run "a_tenant_without_a_pipeline_and_a_database" {
  command = plan

  variables {
    pipeline = null
  }

  assert {
    condition     = output.source_uri == null && output.database == null
    error_message = "Without a pipeline nothing is released, without a database nothing is kept."
  }
}

run "the_least_that_can_be_said_is_a_tenant_with_a_pipeline" {
  assert {
    condition     = output.source_uri == "s3://paas-dev-123456789012-eu-west-1/software/acme.zip"
    error_message = "A tenant must have a software pipeline, and say where releases go."
  }

  assert {
    condition     = output.ready && output.database == null
    error_message = "A tenant must be ready, and have no database that nobody asked for."
  }
}

run "a_tenant_with_a_database" {
  variables {
    min_size = 2
    max_size = 6
    database = { multi_az = true }
  }

  assert {
    condition     = output.database.address != null && output.database.master_user_secret_arn != null
    error_message = "Where the database is, and where its secret, must be told."
  }
}

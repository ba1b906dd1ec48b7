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
  mock_resource "paas_infrastructure_pipeline" {
    defaults = {
      ready             = true
      id                = "dev/acme"
      parameter_name    = "/paas/paas/dev/acme/infrastructure_pipeline"
      source_bucket     = "paas-dev-123456789012-eu-west-1"
      source_object_key = "infrastructure/acme.zip"
    }
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

# --- With an infrastructure pipeline -----------------------------------------------------------------------------------

run "a_tenant_in_this_state_is_not_given_to_a_pipeline_by_the_way" {
  command = plan

  variables {
    image_id                = null
    infrastructure_pipeline = {}
  }

  expect_failures = [terraform_data.layer_3]
}

run "a_tenant_that_its_pipeline_deploys" {
  state_key = "pipeline"

  variables {
    image_id                = null
    infrastructure_pipeline = { keep_images = 3, deploy = { approval = {} } }
    paths                   = ["/api/*"]
    user_data               = "#!/bin/sh\necho $${HOME} 100%%{\n"
    policy_arns             = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
    tags                    = { team = "acme" }
  }

  assert {
    condition     = length(module.software_pipeline) == 0 && module.infrastructure_pipeline[0].id == "dev/acme"
    error_message = "The pipeline must be made here, and the tenant not."
  }

  assert {
    condition = alltrue([
      output.id == "dev/acme",
      output.urls == ["https://acme.example.com/"],
      output.ready,
      output.parameter_name == "/paas/paas/dev/acme",
      output.autoscaling_group_name == "paas-dev-acme",
      output.source_uri == "s3://paas-dev-123456789012-eu-west-1/software/acme.zip",
      output.infrastructure_pipeline.source_uri == "s3://paas-dev-123456789012-eu-west-1/infrastructure/acme.zip",
    ])
    error_message = "What follows from names must be told."
  }

  assert {
    condition     = output.role_arn == null && output.priorities == null && output.database == null
    error_message = "What isn't known here must be null."
  }

  assert {
    condition = alltrue([
      jsondecode(output.infrastructure_pipeline.configuration).variable.image_id.type == "string",
      jsondecode(output.infrastructure_pipeline.configuration).import == [],
      keys(jsondecode(output.infrastructure_pipeline.configuration).resource) == ["paas_tenant"],
      keys(jsondecode(output.infrastructure_pipeline.configuration).resource.paas_tenant.this) == [
        "environment", "hosts", "image_id", "lifecycle", "name", "on_create_failure", "paths", "pipeline", "policy_arns", "tags", "user_data",
      ],
      jsondecode(output.infrastructure_pipeline.configuration).resource.paas_tenant.this.image_id == "$${var.image_id}",
      jsondecode(output.infrastructure_pipeline.configuration).resource.paas_tenant.this.tags.team == "acme",
    ])
    error_message = "The deployed configuration must have what was given, the baked image, and nothing that was left out."
  }

  assert {
    condition     = jsondecode(output.infrastructure_pipeline.configuration).resource.paas_tenant.this.user_data == "#!/bin/sh\necho \u0024\u0024{HOME} 100\u0025\u0025{\n"
    error_message = "In the deployed configuration no text may become a reference."
  }
}

run "its_database_is_deployed_with_it" {
  state_key = "pipeline"

  variables {
    image_id                = null
    infrastructure_pipeline = {}
    database                = { name = "orders", multi_az = true }
  }

  assert {
    condition = alltrue([
      jsondecode(output.infrastructure_pipeline.configuration).resource.paas_database.this.multi_az,
      jsondecode(output.infrastructure_pipeline.configuration).resource.paas_database.this.tenant == "$${paas_tenant.this.name}",
      output.database.id == "dev/acme/orders",
      output.database.parameter_name == "/paas/paas/dev/acme/orders",
      output.database.address == null,
    ])
    error_message = "The database must be deployed, and its record be told."
  }
}

run "a_tenant_that_exists_is_taken_over" {
  state_key = "pipeline"

  variables {
    image_id                = null
    infrastructure_pipeline = { deploy = { take_over = true } }
    database                = {}
  }

  assert {
    condition = jsondecode(output.infrastructure_pipeline.configuration).import == [
      { to = "paas_tenant.this", id = "dev/acme" },
      { to = "paas_database.this", id = "dev/acme/database" },
    ]
    error_message = "What exists must be imported, not made."
  }
}

run "a_pipelines_tenant_is_not_made_here_once_more" {
  command   = plan
  state_key = "pipeline"

  expect_failures = [terraform_data.layer_3]
}

run "an_image_beside_the_pipeline_that_bakes_one" {
  command   = plan
  state_key = "pipeline"

  variables {
    infrastructure_pipeline = {}
  }

  expect_failures = [var.image_id]
}

run "no_image_and_nothing_that_bakes_one" {
  command   = plan
  state_key = "nothing"

  variables {
    image_id = null
  }

  expect_failures = [var.image_id]
}

run "an_image_that_takes_no_releases" {
  command   = plan
  state_key = "pipeline"

  variables {
    image_id                = null
    infrastructure_pipeline = { install_codedeploy_agent = false }
  }

  expect_failures = [var.infrastructure_pipeline]
}

# What the module asks of the provider. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {
  # A mock's booleans are false, and what isn't ready fails the run.
  mock_resource "paas_tenant" {
    defaults = { ready = true }
  }
  mock_resource "paas_database" {
    defaults = { ready = true }
  }
}

variables {
  environment = "dev"
  name        = "acme"
  hosts       = ["acme.example.com", "*.acme.example.com"]
  image_id    = "ami-11111111"
}

run "the_least_that_can_be_said" {
  command = plan

  assert {
    condition     = paas_tenant.this.environment == "dev" && paas_tenant.this.name == "acme" && length(paas_tenant.this.hosts) == 2
    error_message = "Environment, name and hosts must reach the resource."
  }

  assert {
    condition     = paas_tenant.this.target_tracking == null && paas_tenant.this.health_check == null
    error_message = "What is left out must be left to the provider."
  }

  assert {
    condition     = paas_tenant.this.pipeline == null && length(paas_database.this) == 0
    error_message = "Pipeline and database must be there only where they are asked for."
  }

  assert {
    condition     = output.database == null && output.source_uri == null
    error_message = "What isn't there must be told as null."
  }

  assert {
    condition     = paas_tenant.this.on_create_failure == "resume"
    error_message = "A create that fails must not destroy what it made."
  }
}

run "a_tenant_with_everything" {
  command = plan

  variables {
    paths                     = ["/api/*"]
    priority                  = 1200
    instance_type             = "t3.small"
    user_data                 = "#!/bin/sh\n"
    root_volume               = { size = 32 }
    min_size                  = 2
    max_size                  = 6
    desired_capacity          = 3
    target_tracking           = { target_value = 50 }
    instance_refresh          = { min_healthy_percentage = 50 }
    port                      = 8080
    health_check              = { path = "/health", matcher = "200-299" }
    health_check_grace_period = 60
    deregistration_delay      = 10
    policy_arns               = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
    tags                      = { team = "acme" }
    timeouts                  = { update = "1h" }
  }

  assert {
    condition     = paas_tenant.this.priority == 1200 && paas_tenant.this.desired_capacity == 3 && paas_tenant.this.port == 8080
    error_message = "Numbers must reach the resource."
  }

  assert {
    condition     = paas_tenant.this.health_check.path == "/health" && paas_tenant.this.target_tracking.target_value == 50
    error_message = "Nested arguments must reach the resource."
  }
}

run "a_pipeline_as_it_is_by_default" {
  command = plan

  variables {
    pipeline = {}
  }

  assert {
    condition     = paas_tenant.this.pipeline != null && paas_tenant.this.pipeline.approval == null
    error_message = "A pipeline without arguments must be one, without an approval."
  }
}

run "a_pipeline_with_everything" {
  command = plan

  variables {
    pipeline = {
      deployment_type        = "BLUE_GREEN"
      deployment_config_name = "CodeDeployDefault.AllAtOnce"
      auto_rollback          = false
      alarm_names            = ["acme-errors"]
      approval               = { comment = "Ship it?" }
      trigger                = "CLOUDTRAIL"
      log_retention_in_days  = 90
    }
  }

  assert {
    condition     = paas_tenant.this.pipeline.deployment_type == "BLUE_GREEN" && paas_tenant.this.pipeline.trigger == "CLOUDTRAIL"
    error_message = "The pipeline's arguments must reach the resource."
  }

  assert {
    condition     = paas_tenant.this.pipeline.approval.comment == "Ship it?" && !paas_tenant.this.pipeline.auto_rollback
    error_message = "Approval and rollback must reach the resource."
  }
}

run "a_database_as_it_is_by_default" {
  command = plan

  variables {
    database = {}
  }

  assert {
    condition     = paas_database.this[0].environment == "dev" && paas_database.this[0].tenant == "acme"
    error_message = "The database must be the tenant's."
  }

  assert {
    condition     = paas_database.this[0].on_create_failure == "resume" && paas_database.this[0].parameters == null
    error_message = "A create that fails must not destroy what it made; what is left out must be left to the provider."
  }
}

run "a_database_with_everything" {
  command = plan

  variables {
    tags = { team = "acme" }
    database = {
      name                                  = "orders"
      engine_version                        = "8.0.40"
      instance_class                        = "db.r6g.large"
      allocated_storage                     = 100
      max_allocated_storage                 = 500
      storage_type                          = "io2"
      iops                                  = 4000
      multi_az                              = true
      db_name                               = "orders"
      username                              = "root_of_all"
      port                                  = 3307
      parameters                            = { max_connections = "500" }
      backup_retention_period               = 35
      backup_window                         = "23:45-00:15"
      maintenance_window                    = "sun:04:00-sun:04:30"
      auto_minor_version_upgrade            = false
      allow_major_version_upgrade           = true
      apply_immediately                     = true
      performance_insights_enabled          = true
      performance_insights_retention_period = 93
      deletion_protection                   = false
      skip_final_snapshot                   = true
      delete_automated_backups              = false
      snapshot_identifier                   = "orders-final"
      timeouts                              = { create = "2h" }
    }
  }

  assert {
    condition = alltrue([
      paas_database.this[0].name == "orders",
      paas_database.this[0].engine_version == "8.0.40",
      paas_database.this[0].instance_class == "db.r6g.large",
      paas_database.this[0].allocated_storage == 100,
      paas_database.this[0].max_allocated_storage == 500,
      paas_database.this[0].storage_type == "io2",
      paas_database.this[0].iops == 4000,
      paas_database.this[0].multi_az,
      paas_database.this[0].db_name == "orders",
      paas_database.this[0].username == "root_of_all",
      paas_database.this[0].port == 3307,
      paas_database.this[0].parameters["max_connections"] == "500",
    ])
    error_message = "What the database is must reach the resource."
  }

  assert {
    condition = alltrue([
      paas_database.this[0].backup_retention_period == 35,
      paas_database.this[0].backup_window == "23:45-00:15",
      paas_database.this[0].maintenance_window == "sun:04:00-sun:04:30",
      !paas_database.this[0].auto_minor_version_upgrade,
      paas_database.this[0].allow_major_version_upgrade,
      paas_database.this[0].apply_immediately,
      paas_database.this[0].performance_insights_enabled,
      paas_database.this[0].performance_insights_retention_period == 93,
      !paas_database.this[0].deletion_protection,
      paas_database.this[0].skip_final_snapshot,
      !paas_database.this[0].delete_automated_backups,
      paas_database.this[0].snapshot_identifier == "orders-final",
      paas_database.this[0].timeouts.create == "2h",
      paas_database.this[0].tags["team"] == "acme",
    ])
    error_message = "How the database is kept must reach the resource."
  }
}

run "a_made_tenant_gives_its_outputs" {
  variables {
    pipeline = {}
    database = {}
  }

  assert {
    condition     = output.id == paas_tenant.this.id && output.target_group_arn == paas_tenant.this.target_group_arn && output.ready
    error_message = "Outputs must be the resource's."
  }

  assert {
    condition     = output.source_uri == "s3://${paas_tenant.this.source_bucket}/${paas_tenant.this.source_object_key}"
    error_message = "Where a release goes must be told as an URI."
  }

  assert {
    condition = alltrue([
      output.database.address == paas_database.this[0].address,
      output.database.master_user_secret_arn == paas_database.this[0].master_user_secret_arn,
    ])
    error_message = "The database's outputs must be the resource's."
  }
}

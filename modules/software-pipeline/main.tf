# Layer 3: where a tenant's software runs, and its data. What is left out here (null) has the provider's default.

resource "paas_tenant" "this" {
  environment = var.environment
  name        = var.name

  hosts    = var.hosts
  paths    = var.paths
  priority = var.priority

  image_id         = var.image_id
  instance_type    = var.instance_type
  user_data        = var.user_data
  root_volume      = var.root_volume
  min_size         = var.min_size
  max_size         = var.max_size
  desired_capacity = var.desired_capacity
  target_tracking  = var.target_tracking
  instance_refresh = var.instance_refresh

  port                      = var.port
  protocol                  = var.protocol
  health_check              = var.health_check
  health_check_grace_period = var.health_check_grace_period
  deregistration_delay      = var.deregistration_delay

  pipeline = var.pipeline

  policy_arns          = var.policy_arns
  permissions_boundary = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.timeouts

  lifecycle {
    # With "resume" a create that failed half-way is a warning: this makes the run fail, and nothing is destroyed.
    postcondition {
      condition     = self.ready
      error_message = "Tenant ${var.name} isn't complete: the warning above says what failed. terraform apply goes on from here."
    }
  }
}

# A resource of its own: whatever becomes of the instances, the data stay.
resource "paas_database" "this" {
  count = var.database == null ? 0 : 1

  environment = var.environment
  tenant      = paas_tenant.this.name
  name        = var.database.name

  engine_version              = var.database.engine_version
  auto_minor_version_upgrade  = var.database.auto_minor_version_upgrade
  allow_major_version_upgrade = var.database.allow_major_version_upgrade
  instance_class              = var.database.instance_class
  multi_az                    = var.database.multi_az
  parameters                  = var.database.parameters

  allocated_storage     = var.database.allocated_storage
  max_allocated_storage = var.database.max_allocated_storage
  storage_type          = var.database.storage_type
  iops                  = var.database.iops
  storage_throughput    = var.database.storage_throughput

  db_name  = var.database.db_name
  username = var.database.username
  port     = var.database.port

  backup_retention_period  = var.database.backup_retention_period
  backup_window            = var.database.backup_window
  delete_automated_backups = var.database.delete_automated_backups
  snapshot_identifier      = var.database.snapshot_identifier
  maintenance_window       = var.database.maintenance_window
  apply_immediately        = var.database.apply_immediately

  performance_insights_enabled          = var.database.performance_insights_enabled
  performance_insights_retention_period = var.database.performance_insights_retention_period

  deletion_protection = var.database.deletion_protection
  skip_final_snapshot = var.database.skip_final_snapshot

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.database.timeouts

  lifecycle {
    postcondition {
      condition     = self.ready
      error_message = "The database of tenant ${var.name} isn't complete: the warning above says what failed. terraform apply goes on from here."
    }
  }
}

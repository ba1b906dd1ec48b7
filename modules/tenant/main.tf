# A tenant: what teams consume. Each layer is a module of its own, and here they meet. What is left out (null) has the
# provider's default.

module "software_pipeline" {
  source = "../software-pipeline"

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
  database = var.database

  policy_arns          = var.policy_arns
  permissions_boundary = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.timeouts
}

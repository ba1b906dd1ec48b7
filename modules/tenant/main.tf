# A tenant: what teams consume. Each layer is a module of its own, and here they meet. What is left out (null) has the
# provider's default.

locals {
  # Whether layer 3 is made here. Else the infrastructure pipeline makes it, in a state of its own: see infrastructure.tf.
  here = var.infrastructure_pipeline == null
}

module "software_pipeline" {
  source = "../software-pipeline"
  count  = local.here ? 1 : 0

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

moved {
  from = module.software_pipeline
  to   = module.software_pipeline[0]
}

# Remembers where layer 3 is. Whoever sets or takes away `infrastructure_pipeline` later has a tenant in the other place
# already, which Terraform would destroy without a word: this makes the plan fail instead.
resource "terraform_data" "layer_3" {
  input = local.here ? "in this state" : "deployed by the infrastructure pipeline"

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = (self.output == "in this state") == local.here
      error_message = <<-END
        Tenant ${var.name} is ${self.output}${local.here ? "; without infrastructure_pipeline it would be made here once more" : ", and would be destroyed here"}. Nothing has been changed.

        Moving a tenant from one state to the other takes a few steps: see "Moving a tenant" in the README of the module `tenant`.
      END
    }
  }
}

# Layer 2: how a tenant's machine images are made, and how the tenant gets them. What is left out here (null) has the
# provider's default.

resource "paas_infrastructure_pipeline" "this" {
  environment = var.environment
  tenant      = var.tenant

  source_ami               = var.source_ami
  source_ami_filter        = var.source_ami_filter
  instance_type            = var.instance_type
  root_volume              = var.root_volume
  ssh_username             = var.ssh_username
  install_codedeploy_agent = var.install_codedeploy_agent
  keep_images              = var.keep_images

  packer                = var.packer
  buildspec             = var.buildspec
  environment_variables = var.environment_variables
  build_image           = var.build_image
  compute_type          = var.compute_type
  build_timeout         = var.build_timeout

  deploy                = var.deploy
  trigger               = var.trigger
  log_retention_in_days = var.log_retention_in_days

  permissions_boundary = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.timeouts

  lifecycle {
    # With "resume" a create that failed half-way is a warning: this makes the run fail, and nothing is destroyed.
    postcondition {
      condition     = self.ready
      error_message = "The infrastructure pipeline of tenant ${var.tenant} isn't complete: the warning above says what failed. terraform apply goes on from here."
    }
  }
}

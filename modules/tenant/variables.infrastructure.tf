# The infrastructure pipeline.

variable "infrastructure_pipeline" {
  description = "An infrastructure pipeline: the tenant's scripts are baked into a machine image, and with each image the pipeline itself deploys instances, software pipeline and database, in a state of its own. The arguments of `paas_infrastructure_pipeline`; `image_id` is left out then. `deploy.take_over` takes a tenant over that exists already. Left out: there is none, and all is made in this state."
  type = object({
    source_ami = optional(string)
    source_ami_filter = optional(object({
      name  = optional(string)
      owner = optional(string)
    }))
    instance_type = optional(string)
    root_volume = optional(object({
      size        = optional(number)
      type        = optional(string)
      device_name = optional(string)
    }))
    ssh_username             = optional(string)
    install_codedeploy_agent = optional(bool)
    keep_images              = optional(number)
    packer = optional(object({
      version        = optional(string)
      plugin_version = optional(string)
      template       = optional(string)
      variables      = optional(map(string))
    }))
    buildspec             = optional(string)
    environment_variables = optional(map(string))
    build_image           = optional(string)
    compute_type          = optional(string)
    build_timeout         = optional(number)
    deploy = optional(object({
      take_over         = optional(bool, false)
      terraform_version = optional(string)
      provider_source   = optional(string)
      provider_version  = optional(string)
      approval = optional(object({
        notification_arn     = optional(string)
        comment              = optional(string)
        external_entity_link = optional(string)
      }))
      environment_variables = optional(map(string))
      policy_arns           = optional(set(string))
    }), {})
    trigger               = optional(string)
    log_retention_in_days = optional(number)
    timeouts = optional(object({
      create = optional(string)
      update = optional(string)
      delete = optional(string)
    }))
  })
  default = null

  validation {
    condition = var.infrastructure_pipeline == null || var.pipeline == null ? true : (
      coalesce(var.infrastructure_pipeline.install_codedeploy_agent, true) ||
      var.infrastructure_pipeline.source_ami != null || var.infrastructure_pipeline.source_ami_filter != null
    )
    error_message = "A tenant with a software pipeline needs CodeDeploy's agent in its image: leave install_codedeploy_agent out, start from an image that has the agent, or set pipeline = null."
  }
}

# How the tenant gets its images.

variable "deploy" {
  description = "Deploys the tenant with every new image, which the Terraform configuration gets as `var.image_id`: the arguments of `deploy` in `paas_infrastructure_pipeline`. `{}`: the configuration in the folder `terraform` of the source. Left out: there are images only."
  type = object({
    configuration     = optional(string)
    folder            = optional(string)
    terraform_version = optional(string)
    provider_source   = optional(string)
    provider_version  = optional(string)
    approval = optional(object({
      notification_arn     = optional(string)
      comment              = optional(string)
      external_entity_link = optional(string)
    }))
    environment_variables = optional(map(string))
    buildspec             = optional(string)
    policy_arns           = optional(set(string))
  })
  default = null

  validation {
    condition     = var.deploy == null ? true : var.deploy.configuration == null || var.deploy.folder == null
    error_message = "Give the configuration itself (configuration), or say where in the source it lies (folder), not both."
  }

  validation {
    condition     = var.deploy == null ? true : var.deploy.configuration == null || var.deploy.buildspec == null
    error_message = "With a buildspec of your own nothing uses the configuration: have the buildspec write it."
  }

  validation {
    condition = var.deploy == null ? true : alltrue([
      for version in [var.deploy.terraform_version, var.deploy.provider_version] :
      can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$", coalesce(version, "1.11.4")))
    ])
    error_message = "Versions of Terraform and of the provider must be exact, such as \"1.11.4\"."
  }

  validation {
    condition = var.deploy == null ? true : (
      can(regex("^([a-z0-9.-]+/)?[A-Za-z0-9_-]+/[A-Za-z0-9_-]+$", coalesce(var.deploy.provider_source, "paas/paas")))
    )
    error_message = "The provider's source must be like \"paas/paas\" or \"registry.example.com/paas/paas\"."
  }

  validation {
    condition = var.deploy == null ? true : var.deploy.approval == null ? true : alltrue([
      var.deploy.approval.notification_arn == null ? true : can(regex("^arn:[^:]+:sns:", var.deploy.approval.notification_arn)),
      var.deploy.approval.comment == null ? true : length(var.deploy.approval.comment) <= 1000,
      var.deploy.approval.external_entity_link == null ? true : can(regex("^https?://", var.deploy.approval.external_entity_link)),
    ])
    error_message = "An approval may have the ARN of an SNS topic, a comment of 1000 characters at most, and a link that begins with https:// or http://."
  }

  validation {
    condition = var.deploy == null ? true : var.deploy.environment_variables == null ? true : alltrue([
      for name in keys(var.deploy.environment_variables) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name)) && !startswith(name, "CODEBUILD_")
    ])
    error_message = "Names of environment variables must have letters, digits and underscores, no digit first, and not begin with CODEBUILD_."
  }

  validation {
    condition = var.deploy == null ? true : var.deploy.policy_arns == null ? true : alltrue([
      for arn in var.deploy.policy_arns : can(regex("^arn:[^:]+:iam::[^:]+:policy/.+$", arn))
    ])
    error_message = "Every policy must be the ARN of an IAM policy."
  }
}

# The software pipeline.

variable "pipeline" {
  description = "A software pipeline: what is put at `source_object_key` in `source_bucket` is deployed onto the instances by CodeDeploy, whose agent their image must have. Left out, it is there with its defaults: in place, one instance after the other, no approval. `null`: none."
  type = object({
    deployment_type        = optional(string)
    deployment_config_name = optional(string)
    auto_rollback          = optional(bool)
    alarm_names            = optional(set(string))
    approval = optional(object({
      notification_arn     = optional(string)
      comment              = optional(string)
      external_entity_link = optional(string)
    }))
    trigger               = optional(string)
    log_retention_in_days = optional(number)
  })
  default = {}

  validation {
    condition = var.pipeline == null ? true : (
      contains(["IN_PLACE", "BLUE_GREEN"], coalesce(var.pipeline.deployment_type, "IN_PLACE")) &&
      contains(["S3", "CLOUDTRAIL"], coalesce(var.pipeline.trigger, "S3"))
    )
    error_message = "The deployment type must be IN_PLACE (the running instances get the release) or BLUE_GREEN (a second group gets it, and then the requests), the trigger S3 (the bucket's own event) or CLOUDTRAIL (the environment's trail)."
  }

  validation {
    condition = var.pipeline == null ? true : !can(regex(
      "^CodeDeployDefault\\.(ECS|Lambda)", coalesce(var.pipeline.deployment_config_name, "CodeDeployDefault.OneAtATime")
    ))
    error_message = "The deployment configuration must be one for instances, such as CodeDeployDefault.OneAtATime."
  }

  validation {
    condition     = var.pipeline == null ? true : var.pipeline.alarm_names == null ? true : length(var.pipeline.alarm_names) <= 10
    error_message = "CodeDeploy watches 10 alarms at most."
  }

  validation {
    condition = var.pipeline == null ? true : contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      coalesce(var.pipeline.log_retention_in_days, 30)
    )
    error_message = "CloudWatch Logs keeps events for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }

  validation {
    condition = var.pipeline == null ? true : var.pipeline.approval == null ? true : alltrue([
      var.pipeline.approval.notification_arn == null ? true : can(regex("^arn:[^:]+:sns:", var.pipeline.approval.notification_arn)),
      var.pipeline.approval.comment == null ? true : length(var.pipeline.approval.comment) <= 1000,
      var.pipeline.approval.external_entity_link == null ? true : can(regex("^https?://", var.pipeline.approval.external_entity_link)),
    ])
    error_message = "An approval may have the ARN of an SNS topic, a comment of 1000 characters at most, and a link that begins with https:// or http://."
  }
}

# How images are made.

# --- What they are made of -----------------------------------------------------------------------------------------

variable "source_ami" {
  description = "The image to start from, `ami-…`. Left out, each build takes the newest that `source_ami_filter` finds."
  type        = string
  default     = null

  validation {
    condition     = var.source_ami == null ? true : startswith(var.source_ami, "ami-")
    error_message = "The image to start from must be the id of a machine image, ami-…"
  }

  validation {
    condition     = var.source_ami == null || var.source_ami_filter == null
    error_message = "Name the image to start from (source_ami), or say how to find it (source_ami_filter), not both."
  }
}

variable "source_ami_filter" {
  description = "Which images to start from, the newest of them: `name` with wildcards (left out: Amazon Linux 2023 for x86) and `owner` (`amazon`)."
  type = object({
    name  = optional(string)
    owner = optional(string)
  })
  default = null

  validation {
    condition = var.source_ami_filter == null ? true : (
      length(coalesce(var.source_ami_filter.name, "a")) >= 1 &&
      can(regex("^(amazon|self|aws-marketplace|aws-backup-vault|[0-9]{12})$", coalesce(var.source_ami_filter.owner, "amazon")))
    )
    error_message = "The owner of the image to start from must be amazon, self, aws-marketplace, aws-backup-vault or an account's id: anybody can give an image any name."
  }
}

variable "instance_type" {
  description = "Type of the instance that the image is made of. Left out: `t3.small`."
  type        = string
  default     = null
}

variable "root_volume" {
  description = "Its disk, which becomes the image's: `size` in GiB (left out: 16), `type` (gp3), `device_name` (`/dev/xvda`, as in Amazon Linux)."
  type = object({
    size        = optional(number)
    type        = optional(string)
    device_name = optional(string)
  })
  default = null

  validation {
    condition = var.root_volume == null ? true : (
      coalesce(var.root_volume.size, 16) >= 1 && coalesce(var.root_volume.size, 16) <= 16384 &&
      contains(["gp3", "gp2"], coalesce(var.root_volume.type, "gp3"))
    )
    error_message = "The disk must have 1 to 16384 GiB and be of type gp3 or gp2."
  }
}

variable "ssh_username" {
  description = "Who Packer logs in as. Left out: `ec2-user`, as in Amazon Linux; Ubuntu has `ubuntu`."
  type        = string
  default     = null
}

variable "install_codedeploy_agent" {
  description = "Whether images get CodeDeploy's agent, which a tenant with a software pipeline needs. Left out: true."
  type        = bool
  default     = null
}

variable "keep_images" {
  description = "How many of the newest images are kept, 1 to 100, besides those in use. Left out: 5."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.keep_images, 5) >= 1 && coalesce(var.keep_images, 5) <= 100
    error_message = "Of a tenant's images 1 to 100 are kept."
  }
}

# --- How builds run ------------------------------------------------------------------------------------------------

variable "packer" {
  description = "Packer: `version` and `plugin_version`, a `template` (HCL) of your own, and values of the further `variables` that it declares. No secrets."
  type = object({
    version        = optional(string)
    plugin_version = optional(string)
    template       = optional(string)
    variables      = optional(map(string))
  })
  default = null

  validation {
    condition = var.packer == null ? true : alltrue([
      for version in [var.packer.version, var.packer.plugin_version] :
      can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", coalesce(version, "1.0.0")))
    ])
    error_message = "Versions of Packer and its plugin must be exact, such as \"1.12.0\"."
  }

  validation {
    condition     = var.packer == null || var.buildspec == null ? true : var.packer.template == null
    error_message = "With a buildspec of your own nothing uses the template: have the buildspec write it."
  }
}

variable "buildspec" {
  description = "A buildspec (YAML) of your own for the bake, in place of the provider's. It must export `IMAGE_ID` and `COMMIT`."
  type        = string
  default     = null
}

variable "environment_variables" {
  description = "Environment variables of the builds that bake. No secrets: they stand in CodeBuild and in Terraform's state."
  type        = map(string)
  default     = null

  validation {
    condition = var.environment_variables == null ? true : alltrue([
      for name in keys(var.environment_variables) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name)) && !startswith(name, "CODEBUILD_")
    ])
    error_message = "Names of environment variables must have letters, digits and underscores, no digit first, and not begin with CODEBUILD_."
  }
}

variable "build_image" {
  description = "The image that builds run in. Left out: CodeBuild's own with Amazon Linux 2023."
  type        = string
  default     = null
}

variable "compute_type" {
  description = "The machine that builds run on, as CodeBuild names it. Left out: `BUILD_GENERAL1_SMALL`."
  type        = string
  default     = null
}

variable "build_timeout" {
  description = "Minutes that a build may take, 5 to 480. Left out: 60."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.build_timeout, 60) >= 5 && coalesce(var.build_timeout, 60) <= 480
    error_message = "A build may take 5 to 480 minutes."
  }
}

# Layer 2, and the configuration of layer 3 that it deploys: the same arguments, with the image that was just baked.

module "infrastructure_pipeline" {
  source = "../infrastructure-pipeline"
  count  = local.here ? 0 : 1

  environment = var.environment
  tenant      = var.name

  source_ami               = var.infrastructure_pipeline.source_ami
  source_ami_filter        = var.infrastructure_pipeline.source_ami_filter
  instance_type            = var.infrastructure_pipeline.instance_type
  root_volume              = var.infrastructure_pipeline.root_volume
  ssh_username             = var.infrastructure_pipeline.ssh_username
  install_codedeploy_agent = var.infrastructure_pipeline.install_codedeploy_agent
  keep_images              = var.infrastructure_pipeline.keep_images

  packer                = var.infrastructure_pipeline.packer
  buildspec             = var.infrastructure_pipeline.buildspec
  environment_variables = var.infrastructure_pipeline.environment_variables
  build_image           = var.infrastructure_pipeline.build_image
  compute_type          = var.infrastructure_pipeline.compute_type
  build_timeout         = var.infrastructure_pipeline.build_timeout

  deploy = {
    configuration         = local.configuration
    terraform_version     = var.infrastructure_pipeline.deploy.terraform_version
    provider_source       = var.infrastructure_pipeline.deploy.provider_source
    provider_version      = var.infrastructure_pipeline.deploy.provider_version
    approval              = var.infrastructure_pipeline.deploy.approval
    environment_variables = var.infrastructure_pipeline.deploy.environment_variables
    policy_arns           = var.infrastructure_pipeline.deploy.policy_arns
  }
  trigger               = var.infrastructure_pipeline.trigger
  log_retention_in_days = var.infrastructure_pipeline.log_retention_in_days

  permissions_boundary = var.permissions_boundary

  tags              = var.tags
  on_create_failure = var.on_create_failure
  timeouts          = var.infrastructure_pipeline.timeouts
}

# --- The configuration ---------------------------------------------------------------------------------------------

locals {
  # What the caller gave, as it stands: in a JSON configuration a text such as "${name}" would be a reference.
  given = jsondecode(replace(replace(jsonencode({
    tenant = {
      environment               = var.environment
      name                      = var.name
      hosts                     = var.hosts
      paths                     = var.paths
      priority                  = var.priority
      instance_type             = var.instance_type
      user_data                 = var.user_data
      root_volume               = var.root_volume
      min_size                  = var.min_size
      max_size                  = var.max_size
      desired_capacity          = var.desired_capacity
      target_tracking           = var.target_tracking
      instance_refresh          = var.instance_refresh
      port                      = var.port
      protocol                  = var.protocol
      health_check              = var.health_check
      health_check_grace_period = var.health_check_grace_period
      deregistration_delay      = var.deregistration_delay
      pipeline                  = var.pipeline
      policy_arns               = var.policy_arns
      permissions_boundary      = var.permissions_boundary
      tags                      = var.tags
      on_create_failure         = var.on_create_failure
      timeouts                  = var.timeouts
    }
    databases = [for database in var.database[*] : merge(database, {
      environment       = var.environment
      tags              = var.tags
      on_create_failure = var.on_create_failure
    })]
  }), "\u0024{", "\u0024\u0024{"), "\u0025{", "\u0025\u0025{"))

  # As in the module `software-pipeline`. What is left out (null) isn't written.
  is_ready = [{
    condition     = "$${self.ready}"
    error_message = "It isn't complete: the warning above says what failed. The next deploy goes on from here."
  }]
  resources = merge(
    { paas_tenant = merge({ for name, value in local.given.tenant : name => value if value != null }, {
      image_id  = "$${var.image_id}"
      lifecycle = { postcondition = local.is_ready }
    }) },
    { for database in local.given.databases :
      "paas_database" => merge({ for name, value in database : name => value if value != null }, {
        tenant    = "$${paas_tenant.this.name}"
        lifecycle = { postcondition = local.is_ready }
      })
    },
  )
  taken_over = !try(var.infrastructure_pipeline.deploy.take_over, false) ? [] : concat(
    [{ to = "paas_tenant.this", id = "${var.environment}/${var.name}" }],
    [for database in var.database[*] : { to = "paas_database.this", id = local.database_id }],
  )

  # A line per argument, so that a plan shows which of them changes.
  lines = {
    for type, arguments in local.resources : type => join(",\n", [
      for name, value in arguments : "      ${jsonencode(name)}: ${jsonencode(value)}"
    ])
  }
  configuration = <<-END
    {
      "variable": {"image_id": {"type": "string", "description": "The machine image, which the pipeline has just baked."}},
      "resource": {
    ${join(",\n", [for type, lines in local.lines : "    \"${type}\": {\"this\": {\n${lines}\n    }}"])}
      },
      "import": ${jsonencode(local.taken_over)},
      "output": {
        "image_id": {"value": "$${paas_tenant.this.image_id}"},
        "urls": {"value": "$${paas_tenant.this.urls}"}
      }
    }
  END
}

# --- What is known of layer 3 although it isn't here -----------------------------------------------------------------

locals {
  database_id = "${var.environment}/${var.name}/${coalesce(try(var.database.name, null), "database")}"

  # The provider's project stands in the name of the record: /paas/PROJECT/…
  names = local.here ? null : provider::paas::names(
    split("/", module.infrastructure_pipeline[0].parameter_name)[2], var.environment, var.name
  )

  release = {
    bucket = local.here || var.pipeline == null ? null : module.infrastructure_pipeline[0].source_bucket
    key    = local.here || var.pipeline == null ? null : local.names.software_object
    uri = local.here || var.pipeline == null ? null : (
      "s3://${module.infrastructure_pipeline[0].source_bucket}/${local.names.software_object}"
    )
  }

  # Address and secret are in the record.
  database = local.here || var.database == null ? null : {
    id                     = local.database_id
    arn                    = null
    identifier             = null
    address                = null
    port                   = null
    endpoint               = null
    db_name                = null
    username               = null
    resource_id            = null
    master_user_secret_arn = null
    security_group_id      = null
    db_subnet_group_name   = null
    parameter_group_name   = null
    parameter_name         = "${local.names.tenant_parameter}/${basename(local.database_id)}"
  }
}

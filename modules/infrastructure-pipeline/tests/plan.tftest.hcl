# What the module asks of the provider. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {
  # A mock's booleans are false, and what isn't ready fails the run.
  mock_resource "paas_infrastructure_pipeline" {
    defaults = { ready = true }
  }
}

variables {
  environment = "dev"
  tenant      = "acme"
}

run "the_least_that_can_be_said_is_images_only" {
  command = plan

  assert {
    condition     = paas_infrastructure_pipeline.this.environment == "dev" && paas_infrastructure_pipeline.this.tenant == "acme"
    error_message = "Environment and tenant must reach the resource."
  }

  assert {
    condition     = paas_infrastructure_pipeline.this.source_ami == null && paas_infrastructure_pipeline.this.packer == null
    error_message = "What is left out must be left to the provider."
  }

  assert {
    condition     = paas_infrastructure_pipeline.this.deploy == null
    error_message = "The tenant must be deployed only where that is asked for."
  }

  assert {
    condition     = paas_infrastructure_pipeline.this.on_create_failure == "resume"
    error_message = "A create that fails must not destroy what it made."
  }
}

run "images_with_everything" {
  command = plan

  variables {
    source_ami_filter        = { name = "ubuntu-*-24.04-amd64-*", owner = "099720109477" }
    instance_type            = "t3.large"
    root_volume              = { size = 32, type = "gp3", device_name = "/dev/sda1" }
    ssh_username             = "ubuntu"
    install_codedeploy_agent = false
    keep_images              = 10
    packer                   = { version = "1.12.0", plugin_version = "1.3.3", variables = { flavour = "plain" } }
    environment_variables    = { LEVEL = "3" }
    build_image              = "aws/codebuild/standard:7.0"
    compute_type             = "BUILD_GENERAL1_MEDIUM"
    build_timeout            = 120
    trigger                  = "CLOUDTRAIL"
    log_retention_in_days    = 90
    permissions_boundary     = "arn:aws:iam::123456789012:policy/boundary"
    tags                     = { team = "acme" }
    timeouts                 = { create = "30m" }
  }

  assert {
    condition = alltrue([
      paas_infrastructure_pipeline.this.source_ami_filter.owner == "099720109477",
      paas_infrastructure_pipeline.this.instance_type == "t3.large",
      paas_infrastructure_pipeline.this.root_volume.device_name == "/dev/sda1",
      paas_infrastructure_pipeline.this.ssh_username == "ubuntu",
      !paas_infrastructure_pipeline.this.install_codedeploy_agent,
      paas_infrastructure_pipeline.this.keep_images == 10,
      paas_infrastructure_pipeline.this.packer.variables["flavour"] == "plain",
    ])
    error_message = "What images are made of must reach the resource."
  }

  assert {
    condition = alltrue([
      paas_infrastructure_pipeline.this.environment_variables["LEVEL"] == "3",
      paas_infrastructure_pipeline.this.build_image == "aws/codebuild/standard:7.0",
      paas_infrastructure_pipeline.this.compute_type == "BUILD_GENERAL1_MEDIUM",
      paas_infrastructure_pipeline.this.build_timeout == 120,
      paas_infrastructure_pipeline.this.trigger == "CLOUDTRAIL",
      paas_infrastructure_pipeline.this.log_retention_in_days == 90,
      paas_infrastructure_pipeline.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary",
      paas_infrastructure_pipeline.this.tags["team"] == "acme",
      paas_infrastructure_pipeline.this.timeouts.create == "30m",
    ])
    error_message = "How builds run must reach the resource."
  }
}

run "a_template_and_a_configuration_of_ones_own" {
  command = plan

  variables {
    source_ami = "ami-11111111"
    packer     = { template = "source \"amazon-ebs\" \"image\" {}\n" }
    deploy     = { configuration = "variable \"image_id\" {}\n" }
  }

  assert {
    condition = alltrue([
      paas_infrastructure_pipeline.this.source_ami == "ami-11111111",
      startswith(paas_infrastructure_pipeline.this.packer.template, "source "),
      startswith(paas_infrastructure_pipeline.this.deploy.configuration, "variable "),
    ])
    error_message = "Texts must reach the resource."
  }
}

run "buildspecs_of_ones_own" {
  command = plan

  variables {
    buildspec = "version: 0.2\n"
    deploy    = { buildspec = "version: 0.2\n" }
  }

  assert {
    condition = alltrue([
      paas_infrastructure_pipeline.this.buildspec == "version: 0.2\n",
      paas_infrastructure_pipeline.this.deploy.buildspec == "version: 0.2\n",
    ])
    error_message = "Buildspecs must reach the resource."
  }
}

run "a_deployment_as_it_is_by_default" {
  command = plan

  variables {
    deploy = {}
  }

  assert {
    condition     = paas_infrastructure_pipeline.this.deploy != null && paas_infrastructure_pipeline.this.deploy.approval == null
    error_message = "A deployment without arguments must be one, without an approval."
  }
}

run "a_deployment_with_everything" {
  command = plan

  variables {
    deploy = {
      folder                = "layer-3"
      terraform_version     = "1.12.1"
      provider_source       = "registry.example.com/paas/paas"
      provider_version      = "0.1.0"
      approval              = { comment = "Roll it out?" }
      environment_variables = { TF_VAR_size = "3" }
      policy_arns           = ["arn:aws:iam::aws:policy/AmazonRoute53FullAccess"]
    }
  }

  assert {
    condition = alltrue([
      paas_infrastructure_pipeline.this.deploy.folder == "layer-3",
      paas_infrastructure_pipeline.this.deploy.terraform_version == "1.12.1",
      paas_infrastructure_pipeline.this.deploy.provider_source == "registry.example.com/paas/paas",
      paas_infrastructure_pipeline.this.deploy.provider_version == "0.1.0",
      paas_infrastructure_pipeline.this.deploy.approval.comment == "Roll it out?",
      paas_infrastructure_pipeline.this.deploy.environment_variables["TF_VAR_size"] == "3",
      length(paas_infrastructure_pipeline.this.deploy.policy_arns) == 1,
    ])
    error_message = "How the tenant is deployed must reach the resource."
  }
}

run "a_made_pipeline_gives_its_outputs" {
  assert {
    condition     = output.id == paas_infrastructure_pipeline.this.id && output.pipeline_name == paas_infrastructure_pipeline.this.pipeline_name && output.ready
    error_message = "Outputs must be the resource's."
  }

  assert {
    condition     = output.source_uri == "s3://${paas_infrastructure_pipeline.this.source_bucket}/${paas_infrastructure_pipeline.this.source_object_key}"
    error_message = "Where the scripts go must be told as an URI."
  }
}

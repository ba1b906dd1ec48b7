# Every rule that a variable has, broken once. The provider has the same rules; here they fail before it is asked.

mock_provider "paas" {}

variables {
  environment = "dev"
  tenant      = "acme"
}

run "an_environment_by_arn" {
  command = plan

  variables {
    environment = "arn:aws:ssm:eu-west-1:123456789012:parameter/x"
  }

  expect_failures = [var.environment]
}

run "a_tenant_in_capitals" {
  command = plan

  variables {
    tenant = "Acme"
  }

  expect_failures = [var.tenant]
}

run "a_tenant_of_33_characters" {
  command = plan

  variables {
    tenant = "acme-of-the-north-south-east-west"
  }

  expect_failures = [var.tenant]
}

run "an_unknown_trigger" {
  command = plan

  variables {
    trigger = "POLL"
  }

  expect_failures = [var.trigger]
}

run "a_retention_that_logs_do_not_have" {
  command = plan

  variables {
    log_retention_in_days = 4
  }

  expect_failures = [var.log_retention_in_days]
}

run "a_boundary_that_is_a_role" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:role/x"
  }

  expect_failures = [var.permissions_boundary]
}

run "a_tag_of_aws" {
  command = plan

  variables {
    tags = { "aws:team" = "a" }
  }

  expect_failures = [var.tags]
}

run "an_ownership_tag" {
  command = plan

  variables {
    tags = { "paas:owner" = "a" }
  }

  expect_failures = [var.tags]
}

run "an_unknown_way_to_fail" {
  command = plan

  variables {
    on_create_failure = "destroy"
  }

  expect_failures = [var.on_create_failure]
}

run "a_source_image_that_is_a_snapshot" {
  command = plan

  variables {
    source_ami = "snap-11111111"
  }

  expect_failures = [var.source_ami]
}

run "a_source_image_and_a_way_to_find_one" {
  command = plan

  variables {
    source_ami        = "ami-11111111"
    source_ami_filter = {}
  }

  expect_failures = [var.source_ami]
}

run "a_source_image_of_anybody" {
  command = plan

  variables {
    source_ami_filter = { owner = "*" }
  }

  expect_failures = [var.source_ami_filter]
}

run "a_disk_of_an_old_type" {
  command = plan

  variables {
    root_volume = { type = "standard" }
  }

  expect_failures = [var.root_volume]
}

run "a_disk_of_no_size" {
  command = plan

  variables {
    root_volume = { size = 0 }
  }

  expect_failures = [var.root_volume]
}

run "no_images_kept" {
  command = plan

  variables {
    keep_images = 0
  }

  expect_failures = [var.keep_images]
}

run "too_many_images_kept" {
  command = plan

  variables {
    keep_images = 101
  }

  expect_failures = [var.keep_images]
}

run "a_range_of_packers" {
  command = plan

  variables {
    packer = { version = "~> 1.12" }
  }

  expect_failures = [var.packer]
}

run "a_plugin_without_its_patch_level" {
  command = plan

  variables {
    packer = { plugin_version = "1.3" }
  }

  expect_failures = [var.packer]
}

run "a_variable_of_codebuild" {
  command = plan

  variables {
    environment_variables = { CODEBUILD_X = "1" }
  }

  expect_failures = [var.environment_variables]
}

run "a_variable_with_a_hyphen" {
  command = plan

  variables {
    environment_variables = { a-b = "1" }
  }

  expect_failures = [var.environment_variables]
}

run "a_build_that_is_too_short" {
  command = plan

  variables {
    build_timeout = 4
  }

  expect_failures = [var.build_timeout]
}

run "a_build_that_is_too_long" {
  command = plan

  variables {
    build_timeout = 481
  }

  expect_failures = [var.build_timeout]
}

run "a_configuration_and_a_folder" {
  command = plan

  variables {
    deploy = { configuration = "{}", folder = "terraform" }
  }

  expect_failures = [var.deploy]
}

run "a_range_of_terraforms" {
  command = plan

  variables {
    deploy = { terraform_version = ">= 1.11" }
  }

  expect_failures = [var.deploy]
}

run "a_range_of_providers" {
  command = plan

  variables {
    deploy = { provider_version = "0.1" }
  }

  expect_failures = [var.deploy]
}

run "a_provider_without_a_namespace" {
  command = plan

  variables {
    deploy = { provider_source = "paas" }
  }

  expect_failures = [var.deploy]
}

run "an_approval_by_mail" {
  command = plan

  variables {
    deploy = { approval = { notification_arn = "a@example.com" } }
  }

  expect_failures = [var.deploy]
}

run "a_variable_of_codebuild_for_the_deployment" {
  command = plan

  variables {
    deploy = { environment_variables = { CODEBUILD_X = "1" } }
  }

  expect_failures = [var.deploy]
}

run "a_policy_that_is_a_role" {
  command = plan

  variables {
    deploy = { policy_arns = ["arn:aws:iam::123456789012:role/x"] }
  }

  expect_failures = [var.deploy]
}

run "a_template_that_nothing_uses" {
  command = plan

  variables {
    packer    = { template = "x" }
    buildspec = "version: 0.2"
  }

  expect_failures = [var.packer]
}

run "a_configuration_that_nothing_uses" {
  command = plan

  variables {
    deploy = { configuration = "{}", buildspec = "version: 0.2" }
  }

  expect_failures = [var.deploy]
}

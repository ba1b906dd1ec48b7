# What the module asks of the provider. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {}

variables {
  environment = "dev"
  name        = "acme"
  hosts       = ["acme.example.com", "*.acme.example.com"]
  image_id    = "ami-11111111"
}

run "the_least_that_can_be_said" {
  command = plan

  assert {
    condition     = paas_tenant.this.environment == "dev" && paas_tenant.this.name == "acme" && length(paas_tenant.this.hosts) == 2
    error_message = "Environment, name and hosts must reach the resource."
  }

  assert {
    condition     = paas_tenant.this.target_tracking == null && paas_tenant.this.health_check == null
    error_message = "What is left out must be left to the provider."
  }
}

run "a_tenant_with_everything" {
  command = plan

  variables {
    paths                     = ["/api/*"]
    priority                  = 1200
    instance_type             = "t3.small"
    user_data                 = "#!/bin/sh\n"
    root_volume               = { size = 32 }
    min_size                  = 2
    max_size                  = 6
    desired_capacity          = 3
    target_tracking           = { target_value = 50 }
    instance_refresh          = { min_healthy_percentage = 50 }
    port                      = 8080
    health_check              = { path = "/health", matcher = "200-299" }
    health_check_grace_period = 60
    deregistration_delay      = 10
    policy_arns               = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
    tags                      = { team = "acme" }
    timeouts                  = { update = "1h" }
  }

  assert {
    condition     = paas_tenant.this.priority == 1200 && paas_tenant.this.desired_capacity == 3 && paas_tenant.this.port == 8080
    error_message = "Numbers must reach the resource."
  }

  assert {
    condition     = paas_tenant.this.health_check.path == "/health" && paas_tenant.this.target_tracking.target_value == 50
    error_message = "Nested arguments must reach the resource."
  }
}

run "a_made_tenant_gives_its_outputs" {
  assert {
    condition     = output.id == paas_tenant.this.id && output.target_group_arn == paas_tenant.this.target_group_arn
    error_message = "Outputs must be the resource's."
  }
}

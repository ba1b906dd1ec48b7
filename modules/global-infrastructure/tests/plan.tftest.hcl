# What the module asks of the provider. The provider is mocked: no AWS, no credentials.

mock_provider "paas" {
  # A mock's booleans are false, and an environment that isn't ready fails the run.
  mock_resource "paas_environment" {
    defaults = { ready = true }
  }
}

variables {
  name            = "dev"
  cidr_block      = "10.0.0.0/16"
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "the_least_that_can_be_said" {
  command = plan

  assert {
    condition     = paas_environment.this.name == "dev" && paas_environment.this.cidr_block == "10.0.0.0/16"
    error_message = "Name and range must reach the resource."
  }

  assert {
    condition     = paas_environment.this.nat == null && paas_environment.this.reserved_priorities == null
    error_message = "What is left out must be left to the provider."
  }
}

run "a_create_that_fails_goes_on_later" {
  command = plan

  assert {
    condition     = paas_environment.this.on_create_failure == "resume"
    error_message = "A create that fails must not destroy what it made."
  }
}

run "a_nat_per_zone_and_protection" {
  command = plan

  variables {
    availability_zones  = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    nat                 = { per_zone = true }
    deletion_protection = true
    ingress_cidr_blocks = ["203.0.113.0/24"]
    reserved_priorities = [{ from = 1, to = 99 }, { from = 50000, to = 50000 }]
  }

  assert {
    condition     = paas_environment.this.nat.per_zone && paas_environment.this.deletion_protection
    error_message = "NAT and protection must reach the resource."
  }

  assert {
    condition     = length(paas_environment.this.reserved_priorities) == 2
    error_message = "Reserved priorities must reach the resource."
  }
}

run "an_existing_network" {
  command = plan

  variables {
    cidr_block = null
    network = {
      vpc_id             = "vpc-11111111"
      public_subnet_ids  = ["subnet-a", "subnet-b"]
      natted_subnet_ids  = ["subnet-c", "subnet-d"]
      private_subnet_ids = ["subnet-e", "subnet-f"]
    }
  }

  assert {
    condition     = paas_environment.this.cidr_block == null && paas_environment.this.network.vpc_id == "vpc-11111111"
    error_message = "The network must reach the resource, without a range."
  }
}

run "a_made_environment_gives_its_outputs" {
  assert {
    condition     = output.id == paas_environment.this.id && output.https_listener_arn == paas_environment.this.https_listener_arn
    error_message = "Outputs must be the resource's."
  }

  assert {
    condition     = output.events_role_arn == paas_environment.this.events_role_arn && output.ready
    error_message = "The role that starts pipelines and readiness must be told."
  }
}

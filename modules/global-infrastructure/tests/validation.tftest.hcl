# Every rule that a variable has, broken once. The provider has the same rules; here they fail before it is asked.

mock_provider "paas" {}

variables {
  name            = "dev"
  cidr_block      = "10.0.0.0/16"
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Dev"
  }

  expect_failures = [var.name]
}

run "a_name_of_17_characters" {
  command = plan

  variables {
    name = "development-north"
  }

  expect_failures = [var.name]
}

run "a_name_that_ends_with_a_hyphen" {
  command = plan

  variables {
    name = "dev-"
  }

  expect_failures = [var.name]
}

run "a_name_with_two_hyphens" {
  command = plan

  variables {
    name = "de--v"
  }

  expect_failures = [var.name]
}

run "a_range_that_is_too_wide" {
  command = plan

  variables {
    cidr_block = "10.0.0.0/15"
  }

  expect_failures = [var.cidr_block]
}

run "a_range_that_is_too_narrow" {
  command = plan

  variables {
    cidr_block = "10.0.0.0/21"
  }

  expect_failures = [var.cidr_block]
}

run "a_range_that_starts_in_its_middle" {
  command = plan

  variables {
    cidr_block = "10.0.1.0/16"
  }

  expect_failures = [var.cidr_block]
}

run "a_range_that_is_none" {
  command = plan

  variables {
    cidr_block = "10.0.0/16"
  }

  expect_failures = [var.cidr_block]
}

run "no_network" {
  command = plan

  variables {
    cidr_block = null
  }

  expect_failures = [var.cidr_block]
}

run "two_networks" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", public_subnet_ids = ["a", "b"], natted_subnet_ids = ["c", "d"], private_subnet_ids = ["e", "f"] }
  }

  expect_failures = [var.cidr_block]
}

run "a_tier_in_one_zone" {
  command = plan

  variables {
    cidr_block = null
    network    = { vpc_id = "vpc-1", public_subnet_ids = ["a", "b"], natted_subnet_ids = ["c", "d"], private_subnet_ids = ["e"] }
  }

  expect_failures = [var.network]
}

run "tiers_that_overlap" {
  command = plan

  variables {
    cidr_block = null
    network    = { vpc_id = "vpc-1", public_subnet_ids = ["a", "b"], natted_subnet_ids = ["c", "d"], private_subnet_ids = ["a", "f"] }
  }

  expect_failures = [var.network]
}

run "one_zone" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "a_zone_twice" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "an_unknown_kind_of_nat" {
  command = plan

  variables {
    nat = { type = "router" }
  }

  expect_failures = [var.nat]
}

run "a_nat_for_an_existing_network" {
  command = plan

  variables {
    cidr_block = null
    network    = { vpc_id = "vpc-1", public_subnet_ids = ["a", "b"], natted_subnet_ids = ["c", "d"], private_subnet_ids = ["e", "f"] }
    nat        = {}
  }

  expect_failures = [var.nat]
}

run "a_certificate_of_iam" {
  command = plan

  variables {
    certificate_arn = "arn:aws:iam::123456789012:server-certificate/x"
  }

  expect_failures = [var.certificate_arn]
}

run "an_additional_certificate_that_is_none" {
  command = plan

  variables {
    additional_certificate_arns = ["x"]
  }

  expect_failures = [var.additional_certificate_arns]
}

run "too_many_certificates" {
  command = plan

  variables {
    additional_certificate_arns = [for n in range(25) : "arn:aws:acm:eu-west-1:123456789012:certificate/${n}"]
  }

  expect_failures = [var.additional_certificate_arns]
}

run "ingress_from_a_single_address" {
  command = plan

  variables {
    ingress_cidr_blocks = ["203.0.113.1"]
  }

  expect_failures = [var.ingress_cidr_blocks]
}

run "ingress_from_ipv6" {
  command = plan

  variables {
    ingress_cidr_blocks = ["fd00::/48"]
  }

  expect_failures = [var.ingress_cidr_blocks]
}

run "no_idle_timeout" {
  command = plan

  variables {
    idle_timeout = 0
  }

  expect_failures = [var.idle_timeout]
}

run "reserved_priorities_backwards" {
  command = plan

  variables {
    reserved_priorities = [{ from = 9, to = 1 }]
  }

  expect_failures = [var.reserved_priorities]
}

run "reserved_priorities_out_of_range" {
  command = plan

  variables {
    reserved_priorities = [{ from = 1, to = 50001 }]
  }

  expect_failures = [var.reserved_priorities]
}

run "a_retention_that_logs_do_not_have" {
  command = plan

  variables {
    cloudtrail_retention_in_days = 4
  }

  expect_failures = [var.cloudtrail_retention_in_days]
}

run "logs_that_expire_at_once" {
  command = plan

  variables {
    log_expiration_days = 0
  }

  expect_failures = [var.log_expiration_days]
}

run "a_deletion_window_that_is_too_short" {
  command = plan

  variables {
    deletion_window_in_days = 6
  }

  expect_failures = [var.deletion_window_in_days]
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

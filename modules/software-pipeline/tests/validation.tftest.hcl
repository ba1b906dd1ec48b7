# Every rule that a variable has, broken once. The provider has the same rules; here they fail before it is asked.
# The module `tenant` has the same rules, word for word: the test suite runs this file against it, too.

mock_provider "paas" {}

variables {
  environment = "dev"
  name        = "acme"
  hosts       = ["acme.example.com"]
  image_id    = "ami-11111111"
}

run "an_environment_by_arn" {
  command = plan

  variables {
    environment = "arn:aws:ssm:eu-west-1:123456789012:parameter/x"
  }

  expect_failures = [var.environment]
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Acme"
  }

  expect_failures = [var.name]
}

run "a_name_of_33_characters" {
  command = plan

  variables {
    name = "acme-of-the-north-south-east-west"
  }

  expect_failures = [var.name]
}

run "no_host" {
  command = plan

  variables {
    hosts = []
  }

  expect_failures = [var.hosts]
}

run "a_host_twice" {
  command = plan

  variables {
    hosts = ["a.example.com", "a.example.com"]
  }

  expect_failures = [var.hosts]
}

run "a_host_in_capitals" {
  command = plan

  variables {
    hosts = ["Acme.example.com"]
  }

  expect_failures = [var.hosts]
}

run "a_host_without_a_domain" {
  command = plan

  variables {
    hosts = ["acme"]
  }

  expect_failures = [var.hosts]
}

run "a_host_that_takes_every_domain" {
  command = plan

  variables {
    hosts = ["acme.*"]
  }

  expect_failures = [var.hosts]
}

run "a_path_without_a_slash" {
  command = plan

  variables {
    paths = ["api/*"]
  }

  expect_failures = [var.paths]
}

run "a_path_twice" {
  command = plan

  variables {
    paths = ["/api", "/api"]
  }

  expect_failures = [var.paths]
}

run "a_priority_out_of_range" {
  command = plan

  variables {
    priority = 50001
  }

  expect_failures = [var.priority]
}

run "an_image_that_is_a_snapshot" {
  command = plan

  variables {
    image_id = "snap-11111111"
  }

  expect_failures = [var.image_id]
}

run "user_data_that_is_too_long" {
  command = plan

  variables {
    user_data = join("", [for n in range(1024) : "0123456789abcdefg"])
  }

  expect_failures = [var.user_data]
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

run "fewest_above_most" {
  command = plan

  variables {
    min_size = 3
    max_size = 2
  }

  expect_failures = [var.min_size]
}

run "fewest_above_the_default_most" {
  command = plan

  variables {
    min_size = 3
  }

  expect_failures = [var.min_size]
}

run "no_instances_at_most" {
  command = plan

  variables {
    min_size = 0
    max_size = 0
  }

  expect_failures = [var.max_size]
}

run "a_desired_capacity_above_most" {
  command = plan

  variables {
    desired_capacity = 3
  }

  expect_failures = [var.desired_capacity]
}

run "an_unknown_metric" {
  command = plan

  variables {
    target_tracking = { predefined_metric_type = "ASGAverageNetworkIn", target_value = 1 }
  }

  expect_failures = [var.target_tracking]
}

run "a_target_of_nothing" {
  command = plan

  variables {
    target_tracking = { target_value = 0 }
  }

  expect_failures = [var.target_tracking]
}

run "a_refresh_below_nothing" {
  command = plan

  variables {
    instance_refresh = { min_healthy_percentage = -1 }
  }

  expect_failures = [var.instance_refresh]
}

run "a_refresh_that_shrinks" {
  command = plan

  variables {
    instance_refresh = { max_healthy_percentage = 90 }
  }

  expect_failures = [var.instance_refresh]
}

run "no_port" {
  command = plan

  variables {
    port = 0
  }

  expect_failures = [var.port]
}

run "an_unknown_protocol" {
  command = plan

  variables {
    protocol = "TCP"
  }

  expect_failures = [var.protocol]
}

run "a_health_check_without_a_slash" {
  command = plan

  variables {
    health_check = { path = "health" }
  }

  expect_failures = [var.health_check]
}

run "a_health_check_on_a_named_port" {
  command = plan

  variables {
    health_check = { port = "http" }
  }

  expect_failures = [var.health_check]
}

run "a_health_check_of_status_600" {
  command = plan

  variables {
    health_check = { matcher = "600" }
  }

  expect_failures = [var.health_check]
}

run "a_health_check_that_outlasts_its_interval" {
  command = plan

  variables {
    health_check = { interval = 10, timeout = 10 }
  }

  expect_failures = [var.health_check]
}

run "a_health_check_of_one_answer" {
  command = plan

  variables {
    health_check = { healthy_threshold = 1 }
  }

  expect_failures = [var.health_check]
}

run "a_grace_period_of_days" {
  command = plan

  variables {
    health_check_grace_period = 86401
  }

  expect_failures = [var.health_check_grace_period]
}

run "a_deregistration_of_hours" {
  command = plan

  variables {
    deregistration_delay = 3601
  }

  expect_failures = [var.deregistration_delay]
}

run "an_unknown_kind_of_deployment" {
  command = plan

  variables {
    pipeline = { deployment_type = "CANARY" }
  }

  expect_failures = [var.pipeline]
}

run "an_unknown_trigger" {
  command = plan

  variables {
    pipeline = { trigger = "POLL" }
  }

  expect_failures = [var.pipeline]
}

run "a_deployment_for_containers" {
  command = plan

  variables {
    pipeline = { deployment_config_name = "CodeDeployDefault.ECSAllAtOnce" }
  }

  expect_failures = [var.pipeline]
}

run "eleven_alarms" {
  command = plan

  variables {
    pipeline = { alarm_names = [for n in range(11) : "alarm-${n}"] }
  }

  expect_failures = [var.pipeline]
}

run "a_retention_that_logs_do_not_have" {
  command = plan

  variables {
    pipeline = { log_retention_in_days = 2 }
  }

  expect_failures = [var.pipeline]
}

run "an_approval_by_queue" {
  command = plan

  variables {
    pipeline = { approval = { notification_arn = "arn:aws:sqs:eu-west-1:123456789012:x" } }
  }

  expect_failures = [var.pipeline]
}

run "an_approval_with_a_novel" {
  command = plan

  variables {
    pipeline = { approval = { comment = join("", [for n in range(1001) : "x"]) } }
  }

  expect_failures = [var.pipeline]
}

run "an_approval_with_a_link_to_a_file" {
  command = plan

  variables {
    pipeline = { approval = { external_entity_link = "file:///etc/passwd" } }
  }

  expect_failures = [var.pipeline]
}

run "a_database_in_capitals" {
  command = plan

  variables {
    database = { name = "Orders" }
  }

  expect_failures = [var.database]
}

run "a_database_of_17_characters" {
  command = plan

  variables {
    database = { name = "orders-and-parts2" }
  }

  expect_failures = [var.database]
}

run "a_version_of_another_engine" {
  command = plan

  variables {
    database = { engine_version = "postgres" }
  }

  expect_failures = [var.database]
}

run "a_class_of_an_instance" {
  command = plan

  variables {
    database = { instance_class = "t3.micro" }
  }

  expect_failures = [var.database]
}

run "a_disk_of_magnets" {
  command = plan

  variables {
    database = { storage_type = "standard" }
  }

  expect_failures = [var.database]
}

run "a_database_on_too_small_a_disk" {
  command = plan

  variables {
    database = { allocated_storage = 19 }
  }

  expect_failures = [var.database]
}

run "a_database_on_too_large_a_disk" {
  command = plan

  variables {
    database = { allocated_storage = 65537 }
  }

  expect_failures = [var.database]
}

run "a_disk_that_hardly_grows" {
  command = plan

  variables {
    database = { allocated_storage = 100, max_allocated_storage = 109 }
  }

  expect_failures = [var.database]
}

run "a_schema_with_a_hyphen" {
  command = plan

  variables {
    database = { db_name = "my-orders" }
  }

  expect_failures = [var.database]
}

run "a_user_with_a_digit_first" {
  command = plan

  variables {
    database = { username = "1st" }
  }

  expect_failures = [var.database]
}

run "a_user_of_17_characters" {
  command = plan

  variables {
    database = { username = "administrator_one" }
  }

  expect_failures = [var.database]
}

run "a_port_that_rds_keeps" {
  command = plan

  variables {
    database = { port = 1149 }
  }

  expect_failures = [var.database]
}

run "unencrypted_connections" {
  command = plan

  variables {
    database = { parameters = { require_secure_transport = "OFF" } }
  }

  expect_failures = [var.database]
}

run "backups_for_ever" {
  command = plan

  variables {
    database = { backup_retention_period = 36 }
  }

  expect_failures = [var.database]
}

run "a_backup_window_of_one_time" {
  command = plan

  variables {
    database = { backup_window = "03:00" }
  }

  expect_failures = [var.database]
}

run "a_maintenance_window_without_a_day" {
  command = plan

  variables {
    database = { maintenance_window = "03:00-03:30" }
  }

  expect_failures = [var.database]
}

run "a_maintenance_window_in_capitals" {
  command = plan

  variables {
    database = { maintenance_window = "Sun:03:00-Sun:03:30" }
  }

  expect_failures = [var.database]
}

run "insights_of_a_month_of_30_days" {
  command = plan

  variables {
    database = { performance_insights_retention_period = 30 }
  }

  expect_failures = [var.database]
}

run "an_unknown_way_to_fail" {
  command = plan

  variables {
    on_create_failure = "destroy"
  }

  expect_failures = [var.on_create_failure]
}

run "a_policy_that_is_a_role" {
  command = plan

  variables {
    policy_arns = ["arn:aws:iam::123456789012:role/x"]
  }

  expect_failures = [var.policy_arns]
}

run "a_boundary_that_is_a_role" {
  command = plan

  variables {
    permissions_boundary = "arn:aws:iam::123456789012:role/x"
  }

  expect_failures = [var.permissions_boundary]
}

run "an_ownership_tag" {
  command = plan

  variables {
    tags = { "paas:owner" = "a" }
  }

  expect_failures = [var.tags]
}

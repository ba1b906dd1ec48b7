resource "paas_tenant" "shop" {
  environment = "production"
  name        = "shop"
  hosts       = ["shop.example.com", "*.shop.example.com"]
  image_id    = "ami-0abcdef1234567890"

  min_size = 2
  max_size = 6

  health_check = {
    path = "/health"
  }

  target_tracking = {
    target_value = 50
  }

  pipeline = {
    deployment_config_name = "CodeDeployDefault.HalfAtATime"
    approval               = { comment = "Look at staging first" }
  }
}

resource "paas_tenant" "shop" {
  environment = "production"
  name        = "shop"
  hosts       = ["shop.example.com"]
  image_id    = "ami-0abcdef1234567890"
}

resource "paas_database" "shop" {
  environment = paas_tenant.shop.environment
  tenant      = paas_tenant.shop.name

  engine_version        = "8.4"
  instance_class        = "db.m7g.large"
  allocated_storage     = 100
  max_allocated_storage = 500
  multi_az              = true
  db_name               = "shop"

  parameters = {
    slow_query_log  = "1"
    long_query_time = "2"
  }

  backup_retention_period      = 14
  performance_insights_enabled = true
}

ephemeral "paas_database_credentials" "shop" {
  database = "production/shop/database" # or paas_database.shop.id
}

# What they are for, with a provider for MySQL: its configuration is never stored, either.
#
#   provider "mysql" {
#     endpoint = "${ephemeral.paas_database_credentials.shop.host}:${ephemeral.paas_database_credentials.shop.port}"
#     username = ephemeral.paas_database_credentials.shop.username
#     password = ephemeral.paas_database_credentials.shop.password
#     tls      = "true"
#   }

ephemeral "paas_database_credentials" "shop" {
  database = paas_database.shop.id
}

provider "mysql" {
  endpoint = "${ephemeral.paas_database_credentials.shop.host}:${ephemeral.paas_database_credentials.shop.port}"
  username = ephemeral.paas_database_credentials.shop.username
  password = ephemeral.paas_database_credentials.shop.password
  tls      = "true"
}

output "database_tier" {
  value = provider::paas::subnets("10.0.0.0/16", ["eu-west-1a", "eu-west-1b"]).private.cidr_block
}

output "autoscaling_group" {
  value = provider::paas::names("paas", "production", "shop").autoscaling_group
}

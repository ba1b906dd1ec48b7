output "urls" {
  description = "Where the tenant answers."
  value       = module.studio.urls
}

output "image" {
  description = "The image that the instances run, and what it was made of."
  value = {
    id     = paas_ami.this.image_id
    name   = paas_ami.this.name
    source = paas_ami.this.source
  }
}

output "log_group_name" {
  description = "The log group of the builds."
  value       = module.images.log_group_name
}

output "urls" {
  description = "Where the tenant answers."
  value       = module.acme.urls
}

output "source_uri" {
  description = "Where a release goes: `aws s3 cp release.zip` this."
  value       = module.acme.source_uri
}

output "database" {
  description = "Where the database is, and where its secret."
  value       = module.acme.database
}

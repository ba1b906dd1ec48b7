resource "paas_infrastructure_pipeline" "shop" {
  environment = "production"
  tenant      = "shop"
  keep_images = 10

  # The folder `terraform` of the source declares variable "image_id", and a paas_tenant that has it.
  deploy = {
    approval = { comment = "The plan stands in the log of the step before" }
  }

  permissions_boundary = "arn:aws:iam::123456789012:policy/tenants"
}

output "source" {
  value = "s3://${paas_infrastructure_pipeline.shop.source_bucket}/${paas_infrastructure_pipeline.shop.source_object_key}"
}

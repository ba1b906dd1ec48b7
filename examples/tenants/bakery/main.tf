# A tenant whose machine images are baked from a repository like ../../tenant-repository, and which its own pipeline
# deploys: Terraform makes the pipeline here, and the pipeline runs Terraform for the rest, with a state of its own in the
# environment's bucket. From then on nobody needs to run anything: a push of the scripts bakes an image and rolls it out.

data "paas_environment" "this" {
  name = var.environment
}

module "bakery" {
  source = "../../../modules/tenant"

  environment  = data.paas_environment.this.id
  name         = "bakery"
  hosts        = var.hosts
  max_size     = 4
  port         = 8080
  health_check = { path = "/health" }

  infrastructure_pipeline = { keep_images = 3 }
}

# A tenant whose software is its machine image, baked by this very apply from the scripts in image/: a changed script is
# a new image, which replaces the instances behind the load balancer. There are no releases in between, and no pipeline
# runs by itself.

data "paas_environment" "this" {
  name = var.environment
}

# How images are made. Nothing is deployed by it.
module "images" {
  source = "../../../modules/infrastructure-pipeline"

  environment              = data.paas_environment.this.id
  tenant                   = "studio"
  install_codedeploy_agent = false
}

resource "paas_ami" "this" {
  infrastructure_pipeline = module.images.id
  source_dir              = "${path.module}/image"
}

module "studio" {
  source = "../../../modules/tenant"

  environment = data.paas_environment.this.id
  name        = "studio"
  hosts       = var.hosts
  image_id    = paas_ami.this.image_id
  pipeline    = null
}

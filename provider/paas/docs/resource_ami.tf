resource "paas_infrastructure_pipeline" "shop" {
  environment = "production"
  tenant      = "shop"
}

resource "paas_ami" "shop" {
  infrastructure_pipeline = paas_infrastructure_pipeline.shop.id
  source_dir              = "${path.module}/image"            # preInstall.sh, install.sh and what they need
  triggers                = { packages_of = "November 2026" } # bakes anew with next month's packages
}

# A new image is rolled out in the apply that bakes it.
resource "paas_tenant" "shop" {
  environment = "production"
  name        = "shop"
  hosts       = ["shop.example.com"]
  image_id    = paas_ami.shop.image_id
}

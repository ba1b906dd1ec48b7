data "paas_ami" "newest" {
  infrastructure_pipeline = "production/shop" # or paas_infrastructure_pipeline.shop.id
}

data "paas_ami" "released" {
  infrastructure_pipeline = "production/shop"
  commit                  = "4f1c2d7a9e0b8c6d5e4f3a2b1c0d9e8f7a6b5c4d"
}

output "images" {
  value = {
    newest   = data.paas_ami.newest.image_id
    released = data.paas_ami.released.image_id
  }
}

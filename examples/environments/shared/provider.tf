provider "paas" {
  region = var.region

  default_tags = {
    tags = { environment = "shared" }
  }
}
